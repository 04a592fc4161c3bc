"""``glucotwin advise now``: a meal's dose, a correction, a missed dose, a coming low, exercise, ketones."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import file_options, present_options, units_option
from glucotwin.cli.table import aligned
from glucotwin.cli.time import TypedTime, at_zone
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.core.answer import Answer
    from glucotwin.domain.timeline import Timeline
    from glucotwin.workflows.moment_advice import MomentAnswer

SHOWN = 8


@click.command(
    "now",
    cls=Command,
    examples=(
        "glucotwin advise now me.twin.json my-timeline --at 2024-03-29T12:00 --meal 60 --envelope me.envelope.json",
        "glucotwin advise now me.twin.json my-timeline --exercise 45 --exercise-in 60",
        "glucotwin advise now me.twin.json my-timeline --ketones 1.4 --envelope me.envelope.json",
    ),
)
@click.argument("twin_file", metavar="TWIN", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--at", type=TypedTime(), help="The moment; default the newest reading.")
@click.option("--meal", "carbs_g", type=click.FloatRange(1.0, 300.0), help="Carbohydrate about to be eaten, g.")
@click.option("--fat", "fat_g", type=click.FloatRange(0.0, 200.0), help="Fat of that meal, g.")
@click.option("--protein", "protein_g", type=click.FloatRange(0.0, 200.0), help="Protein of that meal, g.")
@click.option("--exercise", "exercise_min", type=click.FloatRange(5.0, 180.0), help="Minutes of planned exercise.")
@click.option("--exercise-in", type=click.FloatRange(0.0, 120.0), default=0.0, help="Minutes until it begins.")
@click.option(
    "--intensity", type=click.FloatRange(0.1, 1.0), default=0.5, show_default=True, help="Its share of the maximum."
)
@click.option(
    "--ketones", type=click.FloatRange(0.0, 30.0), help="Blood ketones, mmol/L: the sick-day rules are looked up."
)
@click.option(
    "--step",
    "step_u",
    type=click.Choice(["0.025", "0.05", "0.1", "0.5", "1"]),
    default="0.05",
    show_default=True,
    help="Smallest step of the pump or pen, U; doses are rounded down.",
)
@click.option(
    "--envelope",
    "envelope_file",
    type=click.Path(path_type=Path),
    help="Signed limits; without them no insulin is advised.",
)
@present_options
@units_option("tables")
@file_options
@click.pass_obj
def command(
    console: Console,
    twin_file: Path,
    source: Path,
    at: datetime | None,
    carbs_g: float | None,
    fat_g: float | None,
    protein_g: float | None,
    exercise_min: float | None,
    exercise_in: float,
    intensity: float,
    ketones: float | None,
    step_u: str,
    envelope_file: Path | None,
    carb_ratio: float | None,
    correction_factor: float | None,
    target: float | None,
    units: str,
    zone: str | None,
    person_id: str | None,
) -> None:
    """Advise on a moment: what a dose, its time, food or less basal insulin would do to the next five hours.

    Without --meal or --exercise it is what the moment calls for: steps against a coming low, the dose of a meal that
    was logged without one, or a correction.
    """
    from glucotwin.advise.moment_option import PlannedExercise, PlannedMeal
    from glucotwin.advise.setting_today import with_present
    from glucotwin.ingest.format import ImportOptions
    from glucotwin.twin.archive import load_twin
    from glucotwin.workflows.envelope import load_envelope
    from glucotwin.workflows.metrics import open_timeline
    from glucotwin.workflows.moment_advice import Asked, advise_person_now

    timeline = with_present(
        open_timeline(source, ImportOptions(zone=zone, person_id=person_id)),
        carb_ratio_g_per_u=carb_ratio,
        correction_factor_mgdl_per_u=correction_factor,
        target_mgdl=target,
    )
    exercise = None
    if exercise_min is not None:
        exercise = PlannedExercise(in_min=exercise_in, duration_min=exercise_min, intensity_fraction=intensity)
    asked = Asked(
        meal=None if carbs_g is None else PlannedMeal(carbs_g=carbs_g, fat_g=fat_g, protein_g=protein_g),
        exercise=exercise,
        ketone_mmoll=ketones,
        step_u=float(step_u),
    )
    answer = advise_person_now(
        load_twin(twin_file),
        timeline,
        asked,
        at=None if at is None else at_zone(at, timeline.person.zone_info),
        envelope=None if envelope_file is None else load_envelope(envelope_file),
        given_at=datetime.now(UTC),
        authority=local_authority(),
    )
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_page(answer, timeline, GlucoseUnit(units)))


def _page(answer: "Answer[MomentAnswer]", timeline: "Timeline", unit: GlucoseUnit) -> str:
    from glucotwin.core.message import message
    from glucotwin.core.number import moment, number
    from glucotwin.reports.number import Numbers
    from glucotwin.reports.section.moment_advice import (
        option_header,
        option_row,
        refusal_sentences,
        rule_lines,
        situation_sentence,
        step_sentence,
    )

    advice, rule, numbers = answer.payload.advice, answer.payload.sick_day, Numbers(unit)
    clock = moment(advice.at.astimezone(timeline.person.zone_info))
    title = message(
        "now-title", person=timeline.person.person_id, moment=clock, kind=message(f"now-kind-{advice.kind}")
    )
    asked = [] if advice.calculator_u is None else [message("now-calculator", units=number(advice.calculator_u, 2))]
    sick = [] if rule is None else rule_lines(rule)
    refused, chosen = refusal_sentences(advice), step_sentence(advice.chosen.step)
    rows = [option_header(), *(option_row(one, numbers) for one in advice.options[:SHOWN])]
    return "\n".join(
        [
            title,
            situation_sentence(advice, numbers),
            *sick,
            "",
            message("now-none") if advice.all_refused else message("now-chosen", step=chosen),
            *asked,
            "",
            aligned(rows, right=frozenset({1, 2, 3, 4, 5})),
            message("now-caption", unit=str(unit)),
            *(f"  - {one}" for one in refused),
            "",
            *(message(key) for key in answer.validity.cautions),
            answer.uncertainty,
            answer.limits,
        ]
    )
