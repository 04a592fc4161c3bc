"""``glucotwin forecast evaluate``: forecasters side by side on many people's held-out days."""

from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.horizon import Horizons
from glucotwin.cli.option import PersonArguments, import_options, person_options
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.forecast.comparison import Comparison
    from glucotwin.forecast.night_score import NightComparison
    from glucotwin.workflows.forecast_evaluate import EvaluateAnswer

CHRONOLOGICAL = "chronological:"


class Split(click.ParamType):
    """``chronological:SHARE``: the first share of each record is learned from, the rest is judged."""

    name = "chronological:share"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The share."""
        if isinstance(value, float):
            return value
        text = str(value)
        try:
            share = float(text.removeprefix(CHRONOLOGICAL)) if text.startswith(CHRONOLOGICAL) else 0.0
        except ValueError:
            share = 0.0
        if not 0.1 <= share <= 0.95:
            self.fail(f"{value!r} is not {CHRONOLOGICAL}SHARE with a share from 0.1 to 0.95.", param, ctx)
        return share


class Days(click.ParamType):
    """Numbers of days, separated by commas."""

    name = "days"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """The numbers in rising order."""
        if isinstance(value, tuple):
            return value
        try:
            days = tuple(sorted({int(part) for part in str(value).split(",")}))
        except ValueError:
            self.fail(f"{value!r} is no list of days such as 3,7,14,28.", param, ctx)
        if any(one < 2 for one in days):
            self.fail("A history is at least 2 days long.", param, ctx)
        return days


@click.command(
    "evaluate",
    cls=Command,
    examples=(
        "glucotwin forecast evaluate my-timelines --horizons 30,60,120 --split chronological:0.8 --json",
        "glucotwin forecast evaluate AZT1D.zip --twins twins --log looks.jsonl",
    ),
)
@click.argument("sources", metavar="DIR|FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--horizons", type=Horizons(), default="30,60,120", show_default=True, help="Minutes ahead to judge at.")
@click.option(
    "--split",
    type=Split(),
    default="chronological:0.8",
    show_default=True,
    help="Share of each record, from its beginning, that is learned from; the rest is judged.",
)
@click.option("--announced", is_flag=True, help="Tell every forecaster the meals and doses after the origin too.")
@click.option(
    "--leave-one-person-out", "new_people", is_flag=True, help="Also judge on people of whom nothing is known."
)
@click.option(
    "--leave-out-groups",
    "groups",
    type=click.IntRange(min=2),
    help="Leave people out in so many groups instead of one at a time: cheaper, and a little harder.",
)
@click.option("--nights", is_flag=True, help="Also judge forecasts of lows in the coming night.")
@click.option("--learning-curve", type=Days(), help="Also judge after so many days of history, e.g. 3,7,14,28.")
@click.option("--twins", type=click.Path(path_type=Path), help="Folder to keep fitted twins in and find them again.")
@click.option("--log", type=click.Path(path_type=Path), help="File to which every look at the judged days is added.")
@person_options
@click.pass_obj
def command(
    console: Console,
    sources: tuple[Path, ...],
    horizons: tuple[int, ...],
    split: float,
    announced: bool,
    new_people: bool,
    groups: int | None,
    nights: bool,
    learning_curve: tuple[int, ...] | None,
    twins: Path | None,
    log: Path | None,
    **person: Unpack[PersonArguments],
) -> None:
    """Judge forecasts for everybody in DIR|FILE on days that nothing was learned from, beside what they must beat.

    Each person's twin is fitted to the first part of their record, learners are taught on top of it, and the twin, the
    last reading, a trend, ridge regression and boosted trees are scored on the same later readings.
    """
    from glucotwin.core.message import message
    from glucotwin.core.progress import part_of
    from glucotwin.ingest.people import read_people
    from glucotwin.workflows.forecast_case import CaseOptions
    from glucotwin.workflows.forecast_evaluate import EvaluateOptions, evaluate_people

    options = EvaluateOptions(
        horizons=horizons,
        cases=CaseOptions(train_fraction=split, twins=twins, announced=announced),
        new_people=new_people or groups is not None,
        new_people_groups=groups,
        nights=nights,
        learning_days=learning_curve or (),
        log=log,
    )
    with console.progress(message("evaluation-progress")) as progress:
        people = read_people(sources, import_options(**person), progress=part_of(progress, start=0.0, end=0.1))
        answer = evaluate_people(
            people.timelines,
            options,
            left_out=people.left_out,
            authority=local_authority(),
            progress=part_of(progress, start=0.1, end=1.0),
        )
    if console.as_json:
        console.write_json(answer.to_json())
    else:
        console.write(_page(answer))


def _page(answer: "EvaluateAnswer") -> str:
    from glucotwin.core.message import message

    comparison = answer.comparison
    blocks = [message("forecast-evaluate-title", people=len(comparison.people)), _table(comparison), _gains(comparison)]
    if answer.new_people is not None:
        blocks += [message("forecast-evaluate-new-people"), _table(answer.new_people)]
    for one in answer.nights:
        blocks += [_nights_title(one), _nights_table(one)]
    if answer.learning:
        blocks += [message("forecast-evaluate-learning"), _curve(answer)]
    blocks += [
        message("forecast-evaluate-left-out", person=one.person_id, reason=one.reason) for one in answer.left_out
    ]
    blocks += [
        message("forecast-evaluate-without-twin", person=one.person_id, reason=one.reason)
        for one in answer.without_twin
    ]
    if answer.looks is not None:
        blocks.append(message("forecast-evaluate-looks", looks=answer.looks))
    return "\n\n".join([*blocks, message("forecast-evaluate-protocol")])


def _table(comparison: "Comparison") -> str:
    from glucotwin.core.message import message
    from glucotwin.forecast.score import number_at

    columns = ("rmse", "mae", "mard", "time_gain_min", "crps", "coverage_50", "coverage_90")
    rows = [tuple(message(f"forecast-evaluate-column-{name.replace('_', '-')}") for name in ("min", "who", *columns))]
    for horizon in comparison.horizons:
        for name, tree in comparison.means(horizon).items():
            cells = (_cell(number_at(tree, column), column) for column in columns)
            rows.append((str(horizon), message(f"forecast-evaluate-{name}"), *cells))
    return aligned(rows, right=frozenset({0, *range(2, len(rows[0]))}))


def _cell(value: float, column: str) -> str:
    if value != value:
        return "-"
    return f"{100.0 * value:.1f}" if column.startswith("coverage") else f"{value:.2f}"


def _gains(comparison: "Comparison") -> str:
    from glucotwin.core.message import message

    return "\n".join(
        message(
            "forecast-evaluate-gain",
            minutes=horizon,
            other=message(f"forecast-evaluate-{name}"),
            gain=f"{gain['gain_pct']:.1f}",
            low=f"{gain['low_pct']:.1f}",
            high=f"{gain['high_pct']:.1f}",
            better=f"{gain['people_better']:.0f}",
            people=f"{gain['people']:.0f}",
        )
        for horizon in comparison.horizons
        for name, gain in comparison.gains(horizon).items()
    )


def _nights_title(nights: "NightComparison") -> str:
    from glucotwin.core.message import message
    from glucotwin.workflows.forecast_evaluate import clock_time

    origin = clock_time(nights.origin_min)
    return message("forecast-evaluate-nights", nights=nights.nights, lows=nights.lows, origin=origin)


def _nights_table(nights: "NightComparison") -> str:
    from glucotwin.core.message import message

    columns = ("auc", "average-precision", "brier-skill", "calibration-slope", "auc-gain")
    rows = [tuple(message(f"forecast-evaluate-column-{name}") for name in ("who", *columns))]
    for name, score in nights.scores.items():
        figures = (score.auc, score.average_precision, score.brier_skill, score.calibration_slope)
        gain, low, high = nights.gains[name]["auc"] if name in nights.gains else (float("nan"),) * 3
        gained = f"{gain:+.3f} ({low:+.3f} to {high:+.3f})" if gain == gain else "-"
        rows.append((message(f"forecast-evaluate-night-{name}"), *(_cell(one, "") for one in figures), gained))
    return aligned(rows, right=frozenset(range(1, len(rows[0]))))


def _curve(answer: "EvaluateAnswer") -> str:
    from glucotwin.core.message import message

    horizons = answer.comparison.horizons
    names = tuple(next(iter(answer.learning.values()))[horizons[0]])
    head = [message("forecast-evaluate-column-days"), message("forecast-evaluate-column-min")]
    rows = [(*head, *(message(f"forecast-evaluate-{name}") for name in names))]
    for days, by_horizon in answer.learning.items():
        rows += [
            (str(days), str(horizon), *(f"{by_horizon[horizon][name]:.2f}" for name in names)) for horizon in horizons
        ]
    return aligned(rows, right=frozenset(range(len(rows[0]))))
