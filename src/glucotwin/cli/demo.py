"""``glucotwin demo``: an open person's days live in the dashboard, or all answers about them in a report."""

import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.serving import Beside, Serving, ServingArguments, serve, serving_options
from glucotwin.core.profile import Profile, Role
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.service.state import Service
    from glucotwin.workflows.demo import DemoAnswer


@click.command(
    "demo", cls=Command, examples=("glucotwin demo", "glucotwin demo --out demo", "glucotwin demo --every 1 --port 0")
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the report and the twin to this folder and end, instead of opening the dashboard.",
)
@click.option(
    "--units",
    type=click.Choice([str(unit) for unit in GlucoseUnit]),
    default=str(GlucoseUnit.MGDL),
    show_default=True,
    help="Unit of glucose in the report; JSON is always in mg/dL.",
)
@click.option(
    "--every",
    "every_s",
    type=click.FloatRange(0.2, 300.0),
    default=5.0,
    show_default=True,
    help="Seconds that five minutes of the person's days take.",
)
@serving_options("demo")
@click.pass_obj
def command(console: Console, out: Path | None, units: str, every_s: float, **where: Unpack[ServingArguments]) -> None:
    """See the whole of GlucoTwin on one open person's data.

    The dashboard opens with the person's later days as a live stream, until Ctrl-C; the twin is fitted at the first
    start. With --out: import, twin, forecast, what-if, alarms and report, written to a folder.
    """
    if out is None:
        serve(console, Serving(**where, profile=Profile.RESEARCH, closed=False), begin=_begin(console, every_s))
    else:
        _write(console, out, GlucoseUnit(units), is_opened=not where["no_browser"])


def _begin(console: Console, every_s: float) -> "Callable[[Service], Beside]":
    from glucotwin.core.message import message
    from glucotwin.service.replay import Replay
    from glucotwin.workflows.living.demo import prepare_demo

    def begin(service: "Service") -> Beside:
        with console.progress(message("demo-progress")) as progress:
            demo = prepare_demo(service.database, progress=progress)
        console.say(message("demo-attribution"))
        replay = Replay(service, demo, every_s=every_s)
        console.say(message("serve-warming"))
        service.warm_up(demo.account_id, demo.person_id, moments=True)
        for visited in demo.visited:
            service.changed(demo.account_ids[Role.CLINICIAN], visited)
        return replay.running

    return begin


def _write(console: Console, out: Path, unit: GlucoseUnit, *, is_opened: bool) -> None:
    from glucotwin.core.message import message
    from glucotwin.workflows.demo import run_demo

    with console.progress(message("demo-progress")) as progress:
        answer = run_demo(out, unit=unit, authority=local_authority(), progress=progress)
    opened = is_opened and webbrowser.open(answer.report_path.resolve().as_uri())
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_page(answer, opened=opened))


def _page(answer: "DemoAnswer", *, opened: bool) -> str:
    from glucotwin.core.message import message
    from glucotwin.reports.section.summary import summary_section

    content = answer.report.payload
    sentences = [getattr(block, "text", "") for block in summary_section(content).blocks]
    is_research = answer.report.authority.profile is Profile.RESEARCH
    findings = [f"  {finding.text}" for finding in answer.quality.findings]
    return "\n".join(
        [
            message("import-findings"),
            *findings,
            "",
            *sentences,
            "",
            *_living_lines(answer),
            "",
            message("demo-attribution"),
            message("demo-consent"),
            message("research-profile" if is_research else "report-review-profile"),
            message("not-a-medical-device"),
            "",
            message("demo-times", seconds=f"{sum(answer.seconds.values()):.0f}"),
            message("demo-twin-written", path=str(answer.twin_path)),
            message("demo-opened" if opened else "demo-written", path=str(answer.report_path.resolve())),
        ]
    )


def _living_lines(answer: "DemoAnswer") -> list[str]:
    """What the days after the fit brought, and how to go on from there."""
    from glucotwin.core.message import message

    living = answer.living
    state, low = living.update.summary, living.alarms.low_score
    hour = next((one.accuracy for one in living.ledger.scores if one.horizon_min == 60), None)
    lines = [
        message("demo-in-step", steps=f"{state.steps:,}", insulin=f"{state.insulin_on_board_u:.1f}"),
        message(
            "demo-alarms",
            days=f"{living.alarms.window.days:.0f}",
            lows=low.event_count,
            warned=low.detected_count,
            wrong=low.alarm_count - low.true_alarm_count,
        ),
    ]
    if hour is not None:
        errors = {"rmse": f"{hour.rmse_mgdl:.0f}", "mard": f"{hour.mard_pct:.0f}"}
        lines.insert(1, message("demo-ledger", count=living.ledger.issued, **errors))
    return lines
