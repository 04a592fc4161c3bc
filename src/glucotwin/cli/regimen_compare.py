"""``glucotwin regimen compare``: HbA1c, weight, lows, risks and guidelines on candidate regimens."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import candidate_list
from glucotwin.cli.recorded import record_page
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.regimen_answer import CandidateCourse

CARDIOVASCULAR = (("score2_diabetes", "cardiovascular_event"), ("prevent", "total_cvd"), ("recode", "mi_or_stroke"))
HEART_FAILURE = (("prevent", "heart_failure"), ("recode", "heart_failure"))
"""Scores and events of a column, the first that answers for the person."""


@click.command(
    "compare",
    cls=Command,
    examples=(
        "glucotwin regimen compare person.json --candidates metformin:2000,semaglutide:1 --months 6 --json",
        "glucotwin regimen compare person.json --candidates stop-glimepiride:4+semaglutide:1,glargine:titrated@3",
        "glucotwin regimen compare person.json --candidates diet:500,programme:1000 --months 24 --plot years.png",
        "glucotwin regimen compare my-timeline --facts facts.yaml --candidates empagliflozin:10",
    ),
)
@click.argument("person", type=click.Path(path_type=Path))
@click.option("--candidates", required=True, help="NAME:DOSE, combined by +, separated by commas.")
@click.option("--months", type=click.IntRange(1, 60), default=6, show_default=True, help="Horizon.")
@click.option("--height-cm", type=click.FloatRange(120, 220), help="Height; default 162 (women) or 176 (men).")
@click.option("--adherence-pct", type=click.FloatRange(5, 100), default=100, show_default=True, help="Doses taken.")
@click.option("--hba1c-target", type=click.FloatRange(5, 10), default=7.0, show_default=True, help="In %.")
@click.option("--sbp-target", type=click.FloatRange(100, 180), default=130, show_default=True, help="In mmHg.")
@click.option("--ldl-target", type=click.FloatRange(0.5, 5), default=1.8, show_default=True, help="In mmol/L.")
@click.option("--facts", type=click.Path(path_type=Path), help="For a timeline: YAML with keys that it does not hold.")
@click.option("--genotype", type=click.Path(path_type=Path), help="Genotype file, for what it says of medicines.")
@click.option("--readings", type=click.Path(path_type=Path), help="Sensor file, for mean and fasting glucose.")
@click.option("--draws", type=click.IntRange(10, 2000), help="Draws of model and people, for intervals that tell both.")
@click.option("--life-years", type=click.IntRange(1, 40), help="Horizon in years of life-years and QALYs.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG, SVG or PDF file to draw into.")
@click.pass_obj
def command(
    console: Console,
    person: Path,
    candidates: str,
    months: int,
    height_cm: float | None,
    adherence_pct: float,
    hba1c_target: float,
    sbp_target: float,
    ldl_target: float,
    facts: Path | None,
    genotype: Path | None,
    readings: Path | None,
    draws: int | None,
    life_years: int | None,
    plot: Path | None,
) -> None:
    """Compare regimens, each added to what PERSON takes today.

    PERSON is JSON or YAML with the keys of `glucotwin complications --schema`, or a timeline's folder, from which they
    are read (--facts adds those that it does not hold). Candidates: `metformin:2000`, several
    joined by `+`; `stop-NAME:DOSE` takes away what is taken today, `NAME:titrated` lets an insulin follow fasting
    glucose, `NAME:DOSE@3` begins three months from now. Ranges are the 10th to 90th percentile of how people respond;
    with `--draws` of people and of what the model does not know, each part told apart (1 ms a draw and candidate).
    """
    from glucotwin.core.message import message
    from glucotwin.months.target import Targets
    from glucotwin.workflows.regimen import compare_regimens

    asked = candidate_list(candidates)
    if plot is not None:
        from glucotwin.reports.figure.standalone import check_suffix

        check_suffix(plot)
    with console.progress(message("regimen-progress")) as progress:
        comparison = compare_regimens(
            person,
            asked,
            facts=facts,
            months=months,
            height_m=None if height_cm is None else height_cm / 100.0,
            adherence=adherence_pct / 100.0,
            targets=Targets(hba1c_pct=hba1c_target, sbp_mmhg=sbp_target, ldl_mmoll=ldl_target),
            genotype=genotype,
            readings=readings,
            draws=draws or 0,
            years=life_years,
            progress=progress,
        )
    answers = comparison.candidates
    if plot is not None:
        _draw(answers, plot, months=months)
    if console.as_json:
        told = {one.name or "unchanged": one.to_json() for one in answers}
        record = {} if comparison.recorded is None else {"record": comparison.recorded.to_json()}
        console.write_json({"months": months, "candidates": told} | record)
        return
    if comparison.recorded is not None:
        console.write(record_page(comparison.recorded))
    console.write(_page(answers))
    console.say(message("regimen-not-advice"))


def _draw(answers: "tuple[CandidateCourse, ...]", path: Path, *, months: int) -> None:
    from glucotwin.core.message import message
    from glucotwin.prognosis.registry import SCORES
    from glucotwin.reports.figure.regimen import RegimenLine
    from glucotwin.reports.plot import plot_regimens

    lines = [
        RegimenLine(
            label=_label(one),
            course_pct=one.course_pct,
            weight_change_kg=one.weight_change_kg,
            weight_band_kg=None if one.uncertainty is None else one.uncertainty.weight_change_kg.both,
            unbeaten=one.unbeaten,
            risk=_risk(one, CARDIOVASCULAR),
        )
        for one in answers
    ]
    score = next((name for name, event in CARDIOVASCULAR if event in answers[0].risks_10y.get(name, {})), None)
    title = "" if score is None else message("regimen-plot-risk", score=SCORES[score].title)
    plot_regimens(lines, path, months=months, risk_title=title)


def _page(answers: "tuple[CandidateCourse, ...]") -> str:
    from glucotwin.core.message import message

    header = [message("regimen-column-candidate")]
    header += [message("regimen-column-hba1c", months=month) for month in answers[0].hba1c_pct]
    names = ("weight", "range", "lows", "cost", "targets", "cardiovascular", "failure")
    header += [message(f"regimen-column-{name}") for name in names]
    table = aligned([tuple(header), *[_row(one) for one in answers]])
    notes = [*_years(answers), *(line for one in answers for line in _notes(one))]
    return "\n".join([table, "", message("regimen-legend"), "", *notes, "", *_guidelines(answers)])


def _guidelines(answers: "tuple[CandidateCourse, ...]") -> Iterator[str]:
    """A line for each recommendation that holds for the person: which candidates follow it and which do not."""
    from glucotwin.core.message import message

    for number, one in enumerate(answers[0].recommendations):
        names: dict[str, list[str]] = {}
        for answer in answers[1:]:
            names.setdefault(str(answer.recommendations[number].verdict), []).append(answer.name)
        verdicts = "; ".join(
            message(f"regimen-verdict-{verdict}", candidates=", ".join(found)) for verdict, found in names.items()
        )
        yield message("regimen-guideline", text=message(one.code), source=one.source, verdicts=verdicts)


def _row(answer: "CandidateCourse") -> tuple[str, ...]:
    values = [f"{median:.1f} ({low:.1f}-{high:.1f})" for median, low, high in answer.hba1c_pct.values()]
    return (
        _label(answer) + (" *" if answer.unbeaten else ""),
        *values,
        f"{answer.weight_change_kg:+.1f}",
        f"{answer.time_in_range_pct:.0f}",
        f"{answer.lows.felt_per_y:.1f}",
        str(answer.cost_class or ""),
        f"{100.0 * answer.targets_met['all']:.0f}",
        _percent(_risk(answer, CARDIOVASCULAR)),
        _percent(_risk(answer, HEART_FAILURE)),
    )


def _label(answer: "CandidateCourse") -> str:
    from glucotwin.core.message import message

    return answer.name or message("regimen-unchanged")


def _risk(answer: "CandidateCourse", asked: tuple[tuple[str, str], ...]) -> float | None:
    found = (answer.risks_10y.get(score, {}).get(event) for score, event in asked)
    return next((one for one in found if one is not None), None)


def _percent(risk: float | None) -> str:
    return "" if risk is None else f"{100.0 * risk:.1f}"


def _years(answers: "tuple[CandidateCourse, ...]") -> Iterator[str]:
    from glucotwin.core.message import message

    unchanged = answers[0].lived
    for one in answers:
        if one.lived is None or unchanged is None:
            continue
        yield message(
            "regimen-years",
            candidate=_label(one),
            years=one.lived.years,
            lived=f"{one.lived.life_years:.2f}",
            worth=f"{one.lived.qalys:.2f}",
            gained=f"{one.lived.life_years - unchanged.life_years:+.2f}",
            better=f"{one.lived.qalys - unchanged.qalys:+.2f}",
        )


def _bands(answer: "CandidateCourse") -> Iterator[str]:
    from glucotwin.core.message import message

    if answer.uncertainty is None:
        return
    for month, bands in zip(answer.hba1c_pct, answer.uncertainty.hba1c_pct.values(), strict=True):
        told = {"parameters": bands.parameters, "people": bands.people, "both": bands.both}
        parts = {name: f"{low:.1f}-{high:.1f}" for name, (low, high) in told.items()}
        yield message("regimen-bands", candidate=_label(answer), months=month, **parts)
    low, high = answer.uncertainty.weight_change_kg.both
    yield message(
        "regimen-drawn",
        candidate=_label(answer),
        low=f"{low:+.1f}",
        high=f"{high:+.1f}",
        share=f"{answer.lowest_pct:.0f}",
    )


def _notes(answer: "CandidateCourse") -> Iterator[str]:
    from glucotwin.core.message import message

    yield from _bands(answer)
    if not answer.name:
        return
    lows = answer.lows
    yield message(
        "regimen-lows",
        candidate=answer.name,
        felt=f"{lows.felt_per_y:.1f}",
        people=f"{lows.any_in_a_year_pct:.0f}",
        deep=f"{lows.below_3_per_y:.1f}",
        severe=f"{lows.severe_per_y:.2f}",
        judged=f"{lows.severe_10y_pct:.1f}",
    )
    if answer.side_effects_pct:
        events = [
            message("regimen-effect", event=message(f"regimen-event-{name}"), percent=f"{percent:.2g}")
            for name, percent in answer.side_effects_pct.items()
        ]
        yield message("regimen-effects", candidate=answer.name, events=", ".join(events))
    for caution in answer.cautions:
        action = message(f"regimen-action-{caution.action}")
        yield message("regimen-caution", candidate=answer.name, action=action, text=message(caution.code))
