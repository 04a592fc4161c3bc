"""``glucotwin demo``: one open person's data to a twin, a forecast, a what-if and a report, in one go."""

import webbrowser
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.workflows.demo import DemoAnswer

DEFAULT_FOLDER = "glucotwin-demo"


@click.command("demo", cls=Command, examples=("glucotwin demo", "glucotwin demo --no-browser --out demo"))
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_FOLDER,
    show_default=True,
    help="Folder to write the report and the twin to.",
)
@click.option("--no-browser", is_flag=True, help="Do not open the report.")
@click.option(
    "--units",
    type=click.Choice([str(unit) for unit in GlucoseUnit]),
    default=str(GlucoseUnit.MGDL),
    show_default=True,
    help="Unit of glucose in the report; JSON is always in mg/dL.",
)
@click.pass_obj
def command(console: Console, out: Path, no_browser: bool, units: str) -> None:
    """See the whole of GlucoTwin on one open person's data: import, twin, forecast, what-if, report."""
    from glucotwin.core.message import message
    from glucotwin.workflows.demo import run_demo

    with console.progress(message("demo-progress")) as progress:
        answer = run_demo(out, unit=GlucoseUnit(units), authority=local_authority(), progress=progress)
    opened = not no_browser and webbrowser.open(answer.report_path.resolve().as_uri())
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_page(answer, opened=opened))


def _page(answer: "DemoAnswer", *, opened: bool) -> str:
    from glucotwin.core.message import message
    from glucotwin.core.profile import Profile
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
