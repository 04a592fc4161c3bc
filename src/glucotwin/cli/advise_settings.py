"""``glucotwin advise settings``: small steps of settings that serve a person better."""

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
    from glucotwin.advise.enveloped import EnvelopedSettings
    from glucotwin.core.answer import Answer
    from glucotwin.domain.timeline import Timeline
    from glucotwin.reports.number import Numbers


@click.command(
    "settings",
    cls=Command,
    examples=(
        "glucotwin advise settings me.twin.json my-timeline --plot advice.png",
        "glucotwin advise settings me.twin.json my-timeline --days 10 --envelope me.envelope.json --json",
    ),
)
@click.argument("twin_file", metavar="TWIN", type=click.Path(path_type=Path))
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--days", type=click.FloatRange(1.0, 28.0), help="How many of the last days to replay; default as the rules say."
)
@click.option("--to", "end", type=TypedTime(), help="Where the days end; default the newest reading.")
@click.option(
    "--envelope",
    "envelope_file",
    type=click.Path(path_type=Path),
    help="Signed limits to stay within (see advise envelope).",
)
@click.option("--plot", type=click.Path(path_type=Path), help="PNG, SVG or PDF file to draw the usual day to.")
@present_options
@units_option("tables and plots")
@file_options
@click.pass_obj
def command(
    console: Console,
    twin_file: Path,
    source: Path,
    days: float | None,
    end: datetime | None,
    envelope_file: Path | None,
    plot: Path | None,
    carb_ratio: float | None,
    correction_factor: float | None,
    target: float | None,
    units: str,
    zone: str | None,
    person_id: str | None,
) -> None:
    """Advise small steps of basal rates, carb ratios, correction factors and target from the last days of SOURCE.

    Each step is at most 10 % of today's setting. What is advised was replayed on the person's own days with many draws
    of TWIN. It is for a clinician to sign, not for dosing by itself.
    """
    from glucotwin.advise.setting_today import with_present
    from glucotwin.ingest.format import ImportOptions
    from glucotwin.twin.archive import load_twin
    from glucotwin.workflows.envelope import load_envelope
    from glucotwin.workflows.metrics import open_timeline
    from glucotwin.workflows.setting_advice import advise_person_settings

    if plot is not None:
        from glucotwin.reports.figure.standalone import check_suffix

        check_suffix(plot)
    timeline = with_present(
        open_timeline(source, ImportOptions(zone=zone, person_id=person_id)),
        carb_ratio_g_per_u=carb_ratio,
        correction_factor_mgdl_per_u=correction_factor,
        target_mgdl=target,
    )
    with console.progress("Advising on settings") as progress:
        answer = advise_person_settings(
            load_twin(twin_file),
            timeline,
            days=days,
            end=None if end is None else at_zone(end, timeline.person.zone_info),
            envelope=None if envelope_file is None else load_envelope(envelope_file),
            given_at=datetime.now(UTC),
            authority=local_authority(),
            progress=progress,
        )
    if plot is not None:
        from glucotwin.reports.advice_plot import plot_setting_advice

        plot_setting_advice(answer.payload.advice, timeline.person, plot, unit=GlucoseUnit(units))
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_page(answer, timeline, GlucoseUnit(units)))


def _page(answer: "Answer[EnvelopedSettings]", timeline: "Timeline", unit: GlucoseUnit) -> str:
    from glucotwin.core.message import message
    from glucotwin.core.number import moment, plain_number
    from glucotwin.reports.number import Numbers
    from glucotwin.reports.section.setting_advice import habit_sentences, titration_sentences, withheld_sentences

    held, numbers = answer.payload, Numbers(unit)
    title = message(
        "advise-settings-title",
        person=timeline.person.person_id,
        days=plain_number(round(held.advice.days, 1)),
        moment=moment(held.window.end.astimezone(timeline.person.zone_info)),
    )
    return "\n".join(
        [
            title,
            "",
            *_plan_lines(held, numbers),
            *(f"  - {one}" for one in withheld_sentences(held)),
            "",
            *titration_sentences(held, numbers),
            *habit_sentences(held.advice, numbers),
            "",
            *(message(key) for key in answer.validity.cautions),
            answer.uncertainty,
            answer.limits,
        ]
    )


def _plan_lines(held: "EnvelopedSettings", numbers: "Numbers") -> list[str]:
    from glucotwin.core.message import message
    from glucotwin.core.number import number
    from glucotwin.reports.section.setting_advice import (
        alternative_sentence,
        change_rows,
        outcome_rows,
        reason_sentence,
    )

    advice = held.advice
    if advice.plan is None:
        return [message("advise-settings-none")]
    header = ("", message("advise-settings-today"), message("advise-settings-advised"), "")
    right = frozenset({1, 2, 3})
    lines = [
        aligned([header, *change_rows(advice, numbers)], right=right),
        "",
        *(f"  - {reason_sentence(one, numbers)}" for one in advice.changes),
        "",
        aligned([header, *outcome_rows(advice.plan, numbers)], right=right),
        message("advise-certainty", percent=number(100.0 * advice.plan.certainty, 0)),
        "",
    ]
    others = [f"  - {alternative_sentence(one, advice, numbers)}" for one in advice.alternatives]
    return [*lines, *([message("advise-alternatives"), *others, ""] if others else [])]
