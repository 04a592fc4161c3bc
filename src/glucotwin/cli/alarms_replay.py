"""``glucotwin alarms replay``: what alarms would have told in past days, why, and what could have been done."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import PersonArguments, import_options, person_options
from glucotwin.cli.table import aligned
from glucotwin.cli.time import TypedTime, at_zone
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.advise.alarm_replay import AlarmReplay, ToldAlarm
    from glucotwin.core.answer import Answer
    from glucotwin.domain.timeline import Timeline, Window
    from glucotwin.reports.number import Numbers
    from glucotwin.twin.twin import Twin


@click.command(
    "replay",
    cls=Command,
    examples=(
        "glucotwin alarms replay me.twin.json my-timeline --plot alarms.svg",
        "glucotwin alarms replay me.twin.json my-timeline --from 2024-03-29T00:00 --to 2024-03-31T00:00"
        " --settings alarms.yaml --json",
    ),
)
@click.argument("twin_file", metavar="TWIN", type=click.Path(path_type=Path))
@click.argument("source", metavar="TIMELINE", type=click.Path(path_type=Path))
@click.option("--from", "start", type=TypedTime(), help="Start; default: the first midnight after the fit.")
@click.option("--to", "end", type=TypedTime(), help="End; default: the newest reading.")
@click.option(
    "--settings", "settings_file", type=click.Path(path_type=Path), help="YAML file with a person's settings."
)
@click.option(
    "--learned",
    "learned_file",
    type=click.Path(path_type=Path),
    help="What was learned on top of twins; default: the file beside TWIN, if there is one.",
)
@click.option("--no-steps", is_flag=True, help="Do not work out what could be done about a low.")
@click.option("--all", "everything", is_flag=True, help="Also list ends, repetitions and what was not sounded.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG, SVG or PDF file to draw the alarms to.")
@click.option(
    "--units",
    type=click.Choice([str(unit) for unit in GlucoseUnit]),
    default=str(GlucoseUnit.MGDL),
    show_default=True,
    help="Unit of glucose in texts and plots; JSON is always in mg/dL.",
)
@person_options
@click.pass_obj
def command(
    console: Console,
    twin_file: Path,
    source: Path,
    start: datetime | None,
    end: datetime | None,
    settings_file: Path | None,
    learned_file: Path | None,
    no_steps: bool,
    everything: bool,
    plot: Path | None,
    units: str,
    **person: Unpack[PersonArguments],
) -> None:
    """Replay the alarms that TWIN would have told in past days of TIMELINE, each knowing only what came before it.

    TIMELINE is a timeline's folder or any file that can be imported. Every alarm says why; alarms of lows say what
    something to eat, or an hour without basal insulin, would change.
    """
    from glucotwin.core.message import message
    from glucotwin.forecast.alarm.settings_file import load_alarm_settings
    from glucotwin.twin.archive import load_twin
    from glucotwin.workflows.alarms import replay_person_alarms
    from glucotwin.workflows.forecast import learned_for
    from glucotwin.workflows.metrics import open_timeline

    if plot is not None:
        from glucotwin.reports.figure.standalone import check_suffix

        check_suffix(plot)
    settings = None if settings_file is None else load_alarm_settings(settings_file)
    twin, timeline = load_twin(twin_file), open_timeline(source, import_options(**person))
    with console.progress(message("alarm-progress")) as progress:
        answer = replay_person_alarms(
            twin,
            timeline,
            window=_window(twin, timeline, start, end),
            settings=settings,
            suggest=not no_steps,
            learned=learned_for(twin_file, learned_file),
            authority=local_authority(),
            progress=progress,
        )
    if plot is not None:
        from glucotwin.reports.plot import plot_alarms

        plot_alarms(answer.payload, timeline.person, plot, unit=GlucoseUnit(units))
    if console.as_json:
        console.write_json(_values(answer, GlucoseUnit(units)))
    else:
        console.write(_page(answer, timeline, GlucoseUnit(units), everything=everything))


def _window(twin: "Twin", timeline: "Timeline", start: datetime | None, end: datetime | None) -> "Window | None":
    if start is None and end is None:
        return None
    from glucotwin.domain.timeline import Window
    from glucotwin.workflows.forecast import days_after_fit

    zone = timeline.person.zone_info
    rest = days_after_fit(twin, timeline) if start is None or end is None else None
    begin = at_zone(start, zone) if start is not None else rest.start if rest else None
    until = at_zone(end, zone) if end is not None else rest.end if rest else None
    return None if begin is None or until is None else Window(start=begin, end=until)


def _values(answer: "Answer[AlarmReplay]", unit: GlucoseUnit) -> dict[str, object]:
    """The envelope, with what people would read beside each alarm."""
    from glucotwin.reports.number import Numbers
    from glucotwin.reports.section.alarm import alarm_reason, alarm_title, alarm_what_to_do

    values, replay = answer.to_json(), answer.payload
    texts = [
        {
            "title": alarm_title(one.event.kind),
            "why": alarm_reason(one.event, Numbers(unit)),
            "what_to_do": alarm_what_to_do(one.event.kind),
        }
        for one in replay.told
    ]
    alarms = [one.to_json() | {"text": text} for one, text in zip(replay.told, texts, strict=True)]
    return values | {"answer": dict(replay.to_json()) | {"alarms": alarms}}


def _page(answer: "Answer[AlarmReplay]", timeline: "Timeline", unit: GlucoseUnit, *, everything: bool) -> str:
    from glucotwin.core.message import message
    from glucotwin.reports.number import Numbers, window_days
    from glucotwin.reports.section.alarm import count_rows, score_sentences

    replay, numbers, zone = answer.payload, Numbers(unit), timeline.person.zone_info
    listed = [one for one in replay.told if everything or _is_listed(one)]
    left_out = len(replay.told) - len(listed)
    lines = [line for one in listed for line in _alarm_lines(one, timeline, numbers, replay.settings.low_mgdl)]
    title = message("alarm-page-title", person=timeline.person.person_id, days=window_days(replay.window, zone))
    caution = [message("alarm-step-caution"), ""] if any(one.steps for one in listed) else []
    return "\n".join(
        [
            title,
            "",
            *(lines or [message("alarm-page-none")]),
            *([message("alarm-page-left-out", count=left_out)] if left_out else []),
            "",
            *caution,
            aligned(count_rows(replay), right=frozenset({1, 2, 3})),
            "",
            *score_sentences(replay),
            *(message(key) for key in answer.validity.cautions),
            answer.uncertainty,
            answer.limits,
        ]
    )


def _is_listed(told: "ToldAlarm") -> bool:
    return told.event.audible and told.event.action in {"raised", "escalated"}


def _alarm_lines(told: "ToldAlarm", timeline: "Timeline", numbers: "Numbers", limit_mgdl: float) -> list[str]:
    from glucotwin.reports.section.alarm import alarm_line, alarm_reason, alarm_what_to_do, step_sentence

    if told.event.action == "cleared":
        return [alarm_line(told, timeline.person.zone_info)]
    return [
        alarm_line(told, timeline.person.zone_info),
        f"    {alarm_reason(told.event, numbers)}",
        f"    {alarm_what_to_do(told.event.kind)}",
        *(f"    {step_sentence(step, numbers, limit_mgdl=limit_mgdl)}" for step in told.steps),
    ]
