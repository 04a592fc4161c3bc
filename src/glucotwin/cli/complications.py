"""``glucotwin complications``: a person's next years by published equations, as they are and on regimens."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.recorded import record_page
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.prognosis.answer import Outcome, ScoreAnswer
    from glucotwin.workflows.complications import Complications

DRUGS = ("sglt2_inhibitor", "glp1_agonist", "finerenone")
COLUMNS = ("score", "event", "horizon", "risk", "drugs")
LONGEST_Y = 70


@click.command(
    "complications",
    cls=Command,
    examples=(
        "glucotwin complications person.json --years 10 --json",
        "glucotwin complications person.json --drug sglt2_inhibitor --plot years.png",
        "glucotwin complications my-timeline --facts facts.yaml --regimen empagliflozin:10+atorvastatin:20",
        "glucotwin complications --schema",
    ),
)
@click.argument("person", type=click.Path(path_type=Path), required=False)
@click.option(
    "--years",
    type=click.IntRange(1, LONGEST_Y),
    default=10,
    show_default=True,
    help="Horizon of what is told year by year; equations with a fixed horizon keep it.",
)
@click.option("--drug", "drugs", multiple=True, type=click.Choice(DRUGS), help="Drug to think of too. Repeatable.")
@click.option(
    "--regimen", "regimens", multiple=True, help="Candidate to ask the same on, as for `regimen compare`. Repeatable."
)
@click.option("--facts", type=click.Path(path_type=Path), help="For a timeline: YAML with keys that it does not hold.")
@click.option(
    "--risk-factors",
    type=click.Choice(("published", "held")),
    default="published",
    show_default=True,
    help="Let HbA1c, blood pressure, lipids and weight go on as in the UKPDS, or hold them.",
)
@click.option(
    "--samples",
    type=click.IntRange(0, 200_000),
    default=5000,
    show_default=True,
    help="Simulated lives; 0 for each complication by itself only.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the simulated lives.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG, SVG or PDF file to draw into.")
@click.option("--schema", is_flag=True, help="List every key of PERSON with its unit, choices and default.")
@click.pass_obj
def command(
    console: Console,
    person: Path | None,
    years: int,
    drugs: tuple[str, ...],
    regimens: tuple[str, ...],
    facts: Path | None,
    risk_factors: str,
    samples: int,
    seed: int,
    plot: Path | None,
    schema: bool,
) -> None:
    """Tell the risks of the years ahead for PERSON.

    PERSON is JSON or YAML with one key per fact, as --schema lists them, or a timeline's folder: then they are read
    from its profile, laboratory results, medicines and sensor, and --facts adds what no record holds. Each published
    score answers by itself: UKPDS Outcomes Model 2, RECODe, SCORE2-Diabetes, PREVENT, KFRE, CKD-EPI 2021 and FIB-4. A
    score that was not made for such a person says why instead of answering.
    """
    if schema:
        _show_schema(console)
        return
    from glucotwin.core.error import DataError, ErrorCode
    from glucotwin.core.message import message
    from glucotwin.prognosis.answer import Question
    from glucotwin.prognosis.person import CardiorenalDrug
    from glucotwin.workflows.complications import UNCHANGED, complications_of

    if person is None:
        hint = message("complications-nobody-hint")
        raise DataError(ErrorCode.INVALID_VALUE, message("complications-nobody"), hint=hint)
    if plot is not None:
        from glucotwin.reports.figure.standalone import check_suffix

        check_suffix(plot)
    question = Question(years=years, samples=samples, seed=seed, progression=risk_factors == "published")
    with console.progress(message("complications-progress")) as progress:
        added = tuple(map(CardiorenalDrug, drugs))
        answer = complications_of(person, question, drugs=added, regimens=regimens, facts=facts, progress=progress)
    if plot is not None:
        from glucotwin.reports.plot import plot_complications

        plot_complications(answer.scores, plot, years=years)
    if console.as_json:
        console.write_json(answer.to_json())
        return
    if answer.recorded is not None:
        console.write(record_page(answer.recorded))
    console.write(_page(answer))
    for name, on_regimen in answer.on_regimens.items():
        title = name if name != UNCHANGED else message("regimen-unchanged")
        console.write("\n".join(["", message("complications-on-regimen", regimen=title), _table(on_regimen)]))
    console.say(message("complications-not-advice"))


def _show_schema(console: Console) -> None:
    from glucotwin.prognosis.schema import person_schema

    entries = person_schema()
    if console.as_json:
        console.write_json({"keys": entries})
        return
    console.write(aligned([_schema_row(entry) for entry in entries]))


def _schema_row(entry: dict[str, object]) -> tuple[str, ...]:
    from glucotwin.core.message import message

    choices = entry["choices"]
    if isinstance(choices, list):
        values = " | ".join(map(str, choices)) + (" (list)" if entry["kind"] == "list" else "")
    elif entry["kind"] == "flag":
        values = "true | false"
    else:
        values = f"{entry['lowest']:g} to {entry['highest']:g} {entry['unit']}"
    if entry["required"]:
        presence = message("complications-schema-null" if entry["may_be_null"] else "complications-schema-required")
    else:
        presence = message("complications-schema-default", default=_default(entry["default"]))
    return str(entry["key"]), values, presence, str(entry["meaning"])


def _default(value: object) -> str:
    """A default as it would be written in the file."""
    import json

    return json.dumps(value, default=str)


def _page(answer: "Complications") -> str:
    notes = [line for name, one in answer.scores.items() for line in _notes(name, one)]
    return "\n".join([_table(answer), "", *_years(answer), *notes])


def _table(answer: "Complications") -> str:
    from glucotwin.core.message import message

    header = tuple(message(f"complications-column-{name}") for name in COLUMNS)
    rows = [row for name, one in answer.scores.items() for row in _rows(name, one)]
    if not answer.person.drugs:
        header, rows = header[:-1], [row[:-1] for row in rows]
    return aligned([header, *rows], right=frozenset({2, 3}))


def _rows(name: str, answer: "ScoreAnswer") -> Iterator[tuple[str, ...]]:
    """A line for each risk at a fixed horizon."""
    from glucotwin.prognosis.registry import SCORES

    shown = [outcome for outcome in answer.outcomes if not outcome.event.endswith("_base_equation")]
    for outcome in shown:
        for risk in outcome.risks:
            if risk.startswith("risk_") and risk.endswith("y"):
                yield (SCORES[name].title, *_cells(outcome, risk))


def _cells(outcome: "Outcome", risk: str) -> tuple[str, ...]:
    from glucotwin.core.message import message

    treated = [outcome.risks.get(f"{risk}_on_drugs{end}") for end in ("", "_low", "_high")]
    numbers = [_percent(one) for one in treated if isinstance(one, float)]
    return (
        outcome.text,
        message("complications-years", years=risk.removeprefix("risk_").removesuffix("y")),
        _percent(outcome.risks[risk]),
        f"{numbers[0]} ({numbers[1]} to {numbers[2]})" if len(numbers) == 3 else "",
    )


def _percent(risk: object) -> str:
    return f"{100.0 * risk:.1f} %" if isinstance(risk, float) else ""


def _notes(name: str, answer: "ScoreAnswer") -> Iterator[str]:
    """Why a score refuses, what else it found, and what limits it."""
    from glucotwin.core.message import message
    from glucotwin.prognosis.registry import SCORES

    title = SCORES[name].title
    if not answer.valid:
        reasons = "; ".join(one.text for one in answer.refusals)
        yield message("complications-caution", score=title, text=message("complications-refused", reasons=reasons))
    words = [f"{key} {value:.3g}" for key, value in answer.measures.items() if isinstance(value, float)]
    words += [f"{key} {value}" for key, value in answer.measures.items() if isinstance(value, str)]
    doubts = answer.measures.get("doubts")
    words += [f"doubtful: {doubt['name']}" for doubt in doubts] if isinstance(doubts, list) else []
    if words:
        yield message("complications-caution", score=title, text=", ".join(words))
    for caution in answer.cautions:
        yield message("complications-caution", score=title, text=message(caution))
    if answer.assumed:
        yield message("complications-assumed", score=title, keys=", ".join(answer.assumed))


def _years(answer: "Complications") -> Iterator[str]:
    """Life-years of the simulated lives."""
    from glucotwin.core.message import message

    measures = answer.scores["ukpds_om2"].measures
    lived, worth = measures.get("life_years"), measures.get("qalys")
    if not isinstance(lived, dict) or not isinstance(worth, dict):
        return
    told = {name: f"{lived[name]:.2f}" for name in ("mean", "low", "high")}
    told |= {"qalys": f"{worth['mean']:.2f}", "qalys_low": f"{worth['low']:.2f}", "qalys_high": f"{worth['high']:.2f}"}
    yield message("complications-life-years", years=answer.question.years, **told)
    gained = measures.get("life_years_gained_on_drugs")
    if isinstance(gained, dict):
        yield message("complications-gained", **{name: f"{gained[name]:.2f}" for name in ("mean", "low", "high")})
