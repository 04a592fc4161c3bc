"""``glucotwin advise regimen``: which medicines may follow in type 2 diabetes, by a twin of a person's months."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.advise.regimen.choice import Foreseen
    from glucotwin.workflows.regimen_advice import RegimenAdvice

DRAWN = 3
"""Courses in the plot beside that of changing nothing."""


@click.command(
    "regimen",
    cls=Command,
    examples=(
        "glucotwin advise regimen person.yaml --history visits.csv --plot plans.png",
        "glucotwin advise regimen my-timeline --facts facts.yaml",
        "glucotwin advise regimen person.yaml --taken metformin:2000 --target 6.5 --weigh cost=0.3 --json",
    ),
)
@click.argument("person", type=click.Path(path_type=Path))
@click.option("--facts", type=click.Path(path_type=Path), help="YAML of what a timeline does not hold, as smoker.")
@click.option(
    "--history", type=click.Path(path_type=Path), help="Table of visits: date, medicines, hba1c_pct and more."
)
@click.option(
    "--taken",
    help="Without a history: medicines of today, metformin:2000+glimepiride:2 or none; of a timeline, those before the "
    "first dose on record.",
)
@click.option("--target", type=click.FloatRange(5.5, 9), default=7.0, show_default=True, help="HbA1c aimed at, in %.")
@click.option("--months", type=click.IntRange(3, 24), default=6, show_default=True, help="Horizon.")
@click.option("--c-peptide", type=click.FloatRange(0, 10), help="Fasting C-peptide in nmol/L.")
@click.option("--medicines", help="Only these may be begun or raised, separated by commas.")
@click.option("--weigh", multiple=True, help="What weighs how much, as cost=0.3; may be given several times.")
@click.option("--height-cm", type=click.FloatRange(120, 220), help="Height; default 162 (women) or 176 (men).")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG, SVG or PDF file to draw into.")
@click.pass_obj
def command(
    console: Console,
    person: Path,
    facts: Path | None,
    history: Path | None,
    taken: str | None,
    target: float,
    months: int,
    c_peptide: float | None,
    medicines: str | None,
    weigh: tuple[str, ...],
    height_cm: float | None,
    plot: Path | None,
) -> None:
    """Rank the medicines that may follow for PERSON, with reasons and alternatives.

    PERSON is a timeline's folder, whose HbA1c values and doses on record are the visits, or JSON or YAML with the keys
    of `glucotwin complications --schema`. A twin of the person's months is fitted to the visits (--history, the
    record's, or PERSON alone with --taken). Nothing contraindicated is proposed. It is for a clinician to check and
    sign.
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.regimen_advice import RegimenQuestion, advise_regimen

    if plot is not None:
        from glucotwin.reports.figure.standalone import check_suffix

        check_suffix(plot)
    with console.progress(message("regimen-advice-progress")) as progress:
        advice = advise_regimen(
            person,
            RegimenQuestion(
                target_pct=target,
                months=months,
                c_peptide_nmoll=c_peptide,
                medicines=tuple(one.strip() for one in (medicines or "").split(",") if one.strip()),
                values=_weights(weigh),
            ),
            facts=facts,
            history=history,
            taken=taken,
            height_m=None if height_cm is None else height_cm / 100.0,
            authority=local_authority(),
            progress=progress,
        )
    if plot is not None:
        _draw(advice, plot)
    if console.as_json:
        console.write_json(advice.to_json())
        return
    console.write("\n".join(_page(advice)))
    for caution in advice.cautions:
        console.say(caution)
    console.say(message("regimen-not-advice"))


def _weights(told: tuple[str, ...]) -> dict[str, float]:
    """Names and numbers of ``--weigh``."""
    from glucotwin.core.message import message

    answer: dict[str, float] = {}
    for one in told:
        name, _, value = one.partition("=")
        try:
            answer[name.strip()] = float(value)
        except ValueError as error:
            raise click.UsageError(message("regimen-weigh", value=one)) from error
    return answer


def _draw(advice: "RegimenAdvice", path: Path) -> None:
    from glucotwin.reports.figure.regimen_advice import PlanLine, plot_regimen_advice
    from glucotwin.workflows.regimen_advice_answer import plan_name, shown_plans
    from glucotwin.workflows.regimen_parse import DAYS_PER_MONTH

    choice = advice.choice
    shown = shown_plans(advice.choice)
    drawn = [choice.unchanged, *[one for one in shown if one is not choice.unchanged][:DRAWN]]
    lines = [
        PlanLine(name=plan_name(one), course_pct=one.course_pct, burden=one.burden, is_drawn=one in drawn)
        for one in shown
    ]
    seen = [
        ((one.day - choice.twin.today) / DAYS_PER_MONTH, one.hba1c_pct)
        for one in choice.twin.visits
        if one.hba1c_pct is not None
    ]
    plot_regimen_advice(lines, seen, path, target_pct=choice.target_pct)


def _page(advice: "RegimenAdvice") -> Iterator[str]:
    from glucotwin.core.message import message
    from glucotwin.workflows.regimen_advice_answer import plan_name, reason_sentences, shown_plans

    choice = advice.choice
    yield message("regimen-advice-title", plan=plan_name(choice.chosen), visits=advice.visits)
    yield ""
    columns = ("plan", "hba1c", "target", "weight", "lows", "gut", "cost", "changes", "burden", "better")
    header = tuple(message(f"regimen-advice-column-{name}") for name in columns)
    better = dict(zip(map(id, choice.ranked), choice.beats, strict=True))
    rows = [_row(one, better[id(one)]) for one in shown_plans(advice.choice)]
    yield aligned([header, *rows], right=frozenset(range(1, len(columns))))
    yield message("regimen-advice-legend", months=round(choice.days * 12.0 / 365.0))
    yield ""
    yield from reason_sentences(choice)
    yield ""
    yield from _learned(advice)
    yield ""
    yield from _cautions(choice.chosen)


def _row(one: "Foreseen", better: float) -> tuple[str, ...]:
    from glucotwin.workflows.regimen_advice_answer import plan_name

    median, low, high = one.hba1c_pct
    return (
        plan_name(one),
        f"{median:.1f} ({low:.1f}-{high:.1f})",
        f"{100.0 * one.on_target:.0f}",
        f"{one.weight_change_kg[0]:+.1f}",
        f"{one.felt_lows_per_y:.2f}",
        f"{one.gut_pct:.0f}",
        str(one.cost_class or ""),
        str(one.option.changes),
        f"{one.total:.2f}",
        f"{100.0 * better:.0f}",
    )


def _learned(advice: "RegimenAdvice") -> Iterator[str]:
    from glucotwin.core.message import message

    header = tuple(message(f"regimen-advice-learned-{one}") for one in ("what", "before", "now"))
    rows = [
        (message(f"regimen-advice-quantity-{name.replace('_', '-')}"), _span(advice.before[name]), _span(span))
        for name, span in advice.learned.items()
    ]
    yield aligned([header, *rows])


def _cautions(chosen: "Foreseen") -> Iterator[str]:
    from glucotwin.core.message import message
    from glucotwin.workflows.regimen_advice_answer import plan_name

    for caution in chosen.option.cautions:
        action = message(f"regimen-action-{caution.action}")
        yield message("regimen-caution", candidate=plan_name(chosen), action=action, text=message(caution.code))
    for said in chosen.recommendations:
        verdict = message(f"regimen-verdict-{said.verdict}", candidates=plan_name(chosen))
        yield message("regimen-guideline", text=message(said.code), source=said.source, verdicts=verdict)


def _span(span: tuple[float, float, float]) -> str:
    return f"{span[0]:.2f} ({span[1]:.2f} to {span[2]:.2f})"
