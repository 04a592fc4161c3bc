"""``glucotwin whatif compare``: therapies beside each other over a person's last days."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import file_options, units_option
from glucotwin.cli.table import aligned
from glucotwin.cli.time import TypedTime, at_zone
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.advise.therapy import Alternative, TherapyComparison
    from glucotwin.core.answer import Answer
    from glucotwin.domain.timeline import Timeline
    from glucotwin.reports.number import Numbers

NUMBERS = {
    "basal": "basal_factor",
    "carb-ratio": "carb_ratio_g_per_u",
    "correction-factor": "correction_factor_mgdl_per_u",
    "bolus-shift": "bolus_shift_min",
}
NAMES = {"insulin": "insulin", "algorithm": "algorithm"}
EVERY_HOURS = 3


@click.command(
    "compare",
    cls=Command,
    examples=(
        "glucotwin whatif compare me.twin.json my-timeline --days 3 -a basal=0.9 -a carb-ratio=9 -a bolus-shift=-15",
        "glucotwin whatif compare me.twin.json my-timeline -a insulin=faster-aspart -a basal=1.1,dosing=proportional",
    ),
)
@click.argument("twin_file", metavar="TWIN", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "-a",
    "--alternative",
    "alternatives",
    multiple=True,
    required=True,
    metavar="CHANGES",
    help="A therapy, e.g. basal=0.9 or carb-ratio=9,correction-factor=45; up to three.",
)
@click.option(
    "--days", type=click.FloatRange(1.0, 14.0), default=7.0, show_default=True, help="How many days to replay."
)
@click.option("--to", "end", type=TypedTime(), help="Where the days end; default the newest reading.")
@units_option("tables")
@file_options
@click.pass_obj
def command(
    console: Console,
    twin_file: Path,
    source: Path,
    alternatives: tuple[str, ...],
    days: float,
    end: datetime | None,
    units: str,
    zone: str | None,
    person_id: str | None,
) -> None:
    """Replay the last days of SOURCE on TWIN under up to three therapies, beside what was."""
    from glucotwin.ingest.format import ImportOptions
    from glucotwin.twin.archive import load_twin
    from glucotwin.workflows.metrics import open_timeline
    from glucotwin.workflows.therapy import compare_therapies

    asked = [parse_alternative(one) for one in alternatives]
    timeline = open_timeline(source, ImportOptions(zone=zone, person_id=person_id))
    with console.progress("Comparing therapies") as progress:
        answer = compare_therapies(
            load_twin(twin_file),
            timeline,
            asked,
            days=days,
            end=None if end is None else at_zone(end, timeline.person.zone_info),
            authority=local_authority(),
            progress=progress,
        )
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_page(answer, timeline, GlucoseUnit(units)))


def parse_alternative(text: str) -> "Alternative":
    """A therapy written as ``key=value`` joined by commas, under that text as its name.

    Raises:
        DataError: a part that is not known, or whose number cannot be read.
    """
    from glucotwin.workflows.therapy import alternative_of

    known: dict[str, float | str] = {}
    answered = False
    for part in text.split(","):
        key, _, value = (one.strip() for one in part.partition("="))
        if key in NUMBERS:
            known[NUMBERS[key]] = _number(value, part)
        elif key in NAMES and value:
            known[NAMES[key]] = value
        elif (key, value) == ("dosing", "proportional"):
            answered = True
        else:
            raise _bad(part)
    return alternative_of(text, answered=answered, **known)  # pyright: ignore[reportArgumentType]  # by the tables


def _number(value: str, part: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise _bad(part) from error


def _bad(part: str) -> Exception:
    from glucotwin.core.error import DataError, ErrorCode
    from glucotwin.core.message import message

    text = message("therapy-bad-part", part=part.strip())
    return DataError(ErrorCode.INVALID_VALUE, text, hint=message("therapy-bad-part-hint"))


def _page(answer: "Answer[TherapyComparison]", timeline: "Timeline", unit: GlucoseUnit) -> str:
    from glucotwin.core.message import message
    from glucotwin.core.number import moment
    from glucotwin.reports.number import Numbers

    found, numbers = answer.payload, Numbers(unit)
    cautions = dict.fromkeys(key for arm in found.arms for key in arm.what_if.cautions)
    title = message(
        "therapy-page-title",
        person=timeline.person.person_id,
        days=f"{found.window.days:g}",
        moment=moment(found.window.end.astimezone(timeline.person.zone_info)),
    )
    return "\n".join(
        [
            title,
            *(f"  {arm.name}: {'; '.join(arm.what_if.changes)}" for arm in found.arms),
            "",
            aligned(_outcome_rows(found, numbers), right=frozenset(range(1, 2 + len(found.arms)))),
            message("therapy-page-caption"),
            "",
            message("therapy-page-day", unit=str(unit)),
            aligned(_day_rows(found, numbers), right=frozenset(range(1, 2 + len(found.arms)))),
            "",
            *(message(key) for key in (*cautions, *answer.validity.cautions)),
            answer.limits,
        ]
    )


def _outcome_rows(found: "TherapyComparison", numbers: "Numbers") -> list[tuple[str, ...]]:
    """As it was, and each arm's value with its difference."""
    from glucotwin.core.message import message
    from glucotwin.reports.section.what_if import outcome_label

    rows: list[tuple[str, ...]] = [("", message("report-outcome-was"), *(arm.name for arm in found.arms))]
    for index, was in enumerate(found.arms[0].what_if.outcomes):
        arms = [arm.what_if.outcomes[index] for arm in found.arms]
        plain = numbers.estimate(was.baseline, was.unit).replace("\n", " ")
        changed = [numbers.of(one.changed.median, one.unit) for one in arms]
        apart = [numbers.estimate(one.difference, one.unit, signed=True).replace("\n", " ") for one in arms]
        label = f"{outcome_label(was.name, numbers)}, {numbers.unit_of(was.unit)}"
        rows.append((label, plain, *(f"{value} [{one}]" for value, one in zip(changed, apart, strict=True))))
    return rows


def _day_rows(found: "TherapyComparison", numbers: "Numbers") -> list[tuple[str, ...]]:
    from glucotwin.core.message import message

    days = [found.day, *(arm.day for arm in found.arms)]
    rows: list[tuple[str, ...]] = [("", message("report-outcome-was"), *(arm.name for arm in found.arms))]
    for index, start in enumerate(found.day.start_min):
        if start % (60 * EVERY_HOURS) == 0:
            clock = f"{int(start) // 60:02d}:00"
            rows.append((clock, *(numbers.glucose(float(day.median_mgdl[index])) for day in days)))
    return rows
