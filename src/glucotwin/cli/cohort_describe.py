"""``glucotwin cohort describe``: a cohort beside the published populations."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.cohort import CohortReport, GroupStatistics


@click.command(
    "describe",
    cls=Command,
    examples=("glucotwin cohort describe cohort.parquet --plot cohort.png",),
)
@click.argument("cohort", type=click.Path(path_type=Path))
@click.option("--plot", type=click.Path(path_type=Path), help="PNG or SVG file to draw the comparison to.")
@click.pass_obj
def command(console: Console, cohort: Path, plot: Path | None) -> None:
    """Compare the people in COHORT with the published populations."""
    from glucotwin.core.message import message
    from glucotwin.workflows.cohort import describe_cohort

    with console.progress(message("cohort-comparing")) as progress:
        report = describe_cohort(cohort, progress=progress)
    show_cohort(console, report, plot)


def show_cohort(console: Console, report: "CohortReport", plot: Path | None) -> None:
    """Writes a cohort's statistics, and draws them when there is a file to draw them to."""
    if plot is not None:
        from glucotwin.workflows.cohort_figure import draw_cohort

        draw_cohort(report, plot)
    if console.as_json:
        console.write_json(report.to_json())
    else:
        console.write(_page(report))


def _page(report: "CohortReport") -> str:
    from glucotwin.core.message import message

    parts: list[str] = []
    for group in report.statistics:
        rejected = dict(report.refused.get(group.group, {}))
        drawn = rejected.pop("drawn", 0)
        which = "cohort-group" if group.published_count else "cohort-group-studies"
        parts += [message(which, group=group.group, people=group.count, published=group.published_count)]
        if drawn:
            why = ", ".join(f"{rule} {number}" for rule, number in rejected.items() if number)
            parts += [message("cohort-refused", drawn=drawn, why=why or "-")]
        parts += ["", aligned(_rows(group), right=frozenset({1, 2, 3})), ""]
    if report.excursions:
        parts += [message("cohort-meals"), "", aligned(_meal_rows(report), right=frozenset({3, 4}))]
    return "\n".join(parts)


def _rows(group: "GroupStatistics") -> list[tuple[str, ...]]:
    from glucotwin.core.message import message

    header = ("", *(message(f"cohort-column-{name}") for name in ("own", "published")))
    rows = [
        (
            message(f"cohort-quantity-{name.replace('_', '-')}"),
            _spread(mean, sd if group.count > 1 else math.nan),
            _spread(published, published_sd),
        )
        for name, (mean, sd, published, published_sd) in group.values.items()
    ]
    return [header, *rows]


def _meal_rows(report: "CohortReport") -> list[tuple[str, ...]]:
    from glucotwin.core.message import message

    names = ("group", "signal", "meal", "own", "published")
    header = tuple(message(f"cohort-column-{name}") for name in names)
    signals = {name: message(f"cohort-signal-{name.replace('_', '-')}") for name in ("glucose_mgdl", "insulin_pmoll")}
    rows = [
        (
            one.group,
            signals[one.signal],
            one.meal,
            _spread(one.mean, one.sd),
            _spread(one.published_mean, one.published_sd),
        )
        for one in report.excursions
    ]
    return [header, *rows]


def _spread(mean: float, sd: float) -> str:
    if math.isnan(mean):
        return "–"
    decimals = 0 if mean >= 20.0 else 1 if mean >= 2.0 else 2
    return f"{mean:.{decimals}f}" + ("" if math.isnan(sd) else f" ± {sd:.{decimals}f}")
