"""``glucotwin regimen cohort``: candidate regimens on every person of a type 2 cohort."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.option import candidate_list
from glucotwin.cli.table import aligned

if TYPE_CHECKING:
    from glucotwin.workflows.regimen_cohort import CohortArm, RegimenCohort, Spread


class Limits(click.ParamType):
    """``LOW-HIGH``."""

    name = "low-high"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Both limits, the lower first."""
        if isinstance(value, tuple):
            return value
        low, _, high = str(value).partition("-")
        try:
            limits = float(low), float(high)
        except ValueError:
            self.fail(f"{value!r} is not LOW-HIGH.", param, ctx)
        return limits if limits[0] < limits[1] else self.fail(f"{value!r} has its limits turned round.", param, ctx)


@click.command(
    "cohort",
    cls=Command,
    examples=(
        "glucotwin regimen cohort type2.parquet --candidates metformin:2000,semaglutide:1 --hba1c 7-10.5",
        "glucotwin regimen cohort type2.parquet --candidates glargine:titrated --months 12 --draws 50 --plot arms.png",
        "glucotwin regimen cohort type2.parquet --candidates empagliflozin:10 --out people.csv --json",
    ),
)
@click.argument("cohort", type=click.Path(path_type=Path))
@click.option("--candidates", required=True, help="NAME:DOSE, combined by +, separated by commas.")
@click.option("--months", type=click.IntRange(1, 60), default=6, show_default=True, help="Horizon.")
@click.option("--hba1c", type=Limits(), default=(6.0, 12.0), show_default="6-12", help="HbA1c of who takes part, in %.")
@click.option("--adherence-pct", type=click.FloatRange(5, 100), default=100, show_default=True, help="Doses taken.")
@click.option("--hba1c-target", type=click.FloatRange(5, 10), default=7.0, show_default=True, help="In %.")
@click.option("--draws", type=click.IntRange(10, 500), help="Draws of the model, for the interval of the mean change.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Of how people answer.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="CSV or Parquet file: a row for each person and candidate."
)
@click.option("--plot", type=click.Path(path_type=Path), help="PNG, SVG or PDF file to draw into.")
@click.pass_obj
def command(
    console: Console,
    cohort: Path,
    candidates: str,
    months: int,
    hba1c: tuple[float, float],
    adherence_pct: float,
    hba1c_target: float,
    draws: int | None,
    seed: int,
    out: Path | None,
    plot: Path | None,
) -> None:
    """Let every person of COHORT take each candidate, and tell how people differ in what comes of it.

    COHORT is a file of `glucotwin cohort create --body padova-t2d`. Candidates are written as for `glucotwin regimen
    compare` and are added to the insulin that people inject already. The same people take every candidate and answer
    to each class of medicines in their own way; `--draws` tells how sure the mean is (about 0.1 s each for 300 people).
    """
    from glucotwin.core.message import message
    from glucotwin.workflows.regimen_cohort import run_regimen_cohort, write_regimen_cohort

    asked = candidate_list(candidates)
    if plot is not None:
        from glucotwin.reports.figure.standalone import check_suffix

        check_suffix(plot)
    with console.progress(message("regimen-progress")) as progress:
        answer = run_regimen_cohort(
            cohort,
            asked,
            months=months,
            hba1c_pct=hba1c,
            adherence=adherence_pct / 100.0,
            target_pct=hba1c_target,
            draws=draws or 0,
            seed=seed,
            progress=progress,
        )
    if out is not None:
        write_regimen_cohort(answer, out)
    if plot is not None:
        _draw(answer, plot)
    if console.as_json:
        console.write_json(answer.to_json())
        return
    console.write(_page(answer))
    console.say(message("regimen-not-advice"))


def _draw(answer: "RegimenCohort", path: Path) -> None:
    from glucotwin.reports.figure.regimen_cohort import CohortLine
    from glucotwin.reports.plot import plot_regimen_cohort

    lines = [
        CohortLine(
            label=_label(one),
            course_pct=one.course_pct,
            hba1c_change_pct=one.people["hba1c_change_pct"].to_numpy(),
            weight_change_kg=one.people["weight_change_kg"].to_numpy(),
            below_target_pct=one.below_target_pct,
        )
        for one in answer.arms
    ]
    plot_regimen_cohort(lines, path, months=answer.months, people=answer.people, target_pct=answer.target_pct)


def _page(answer: "RegimenCohort") -> str:
    from glucotwin.core.message import message

    start = answer.start_pct
    heading = message(
        "regimen-cohort-people",
        people=answer.people,
        mean=f"{start.mean:.1f}",
        sd=f"{start.sd:.1f}",
        months=answer.months,
    )
    left_out = [
        message(f"regimen-cohort-left-{reason.replace('_', '-')}", people=count)
        for reason, count in answer.left_out.items()
    ]
    names = ("hba1c", "beyond", "weight", "target", "lost", "lows", "severe", "gut", "contraindicated")
    header = [message("regimen-column-candidate")]
    header += [message(f"regimen-cohort-column-{name}", target=f"{answer.target_pct:g}") for name in names]
    table = aligned([tuple(header), *[_row(one) for one in answer.arms]])
    bands = [
        message(
            "regimen-cohort-band",
            candidate=_label(one),
            low=f"{one.mean_change_band_pct[0]:+.2f}",
            high=f"{one.mean_change_band_pct[1]:+.2f}",
        )
        for one in answer.arms
        if one.mean_change_band_pct is not None
    ]
    return "\n".join([" ".join([heading, *left_out]), "", table, "", message("regimen-cohort-legend"), *bands])


def _row(arm: "CohortArm") -> tuple[str, ...]:
    return (
        _label(arm),
        _spread(arm.hba1c_change_pct),
        "" if not arm.name else f"{arm.beyond_unchanged_pct.mean:+.2f}",
        _spread(arm.weight_change_kg, decimals=1),
        f"{arm.below_target_pct:.0f}",
        f"{arm.much_lost_pct:.0f}",
        f"{arm.felt_lows_per_y:.1f}",
        f"{arm.severe_low_pct:.1f}",
        f"{arm.gut_pct:.0f}" if arm.gut_pct else "",
        f"{arm.contraindicated_pct:.0f}" if arm.name else "",
    )


def _label(arm: "CohortArm") -> str:
    from glucotwin.core.message import message

    return arm.name or message("regimen-unchanged")


def _spread(spread: "Spread", *, decimals: int = 2) -> str:
    return f"{spread.mean:+.{decimals}f} ({spread.low:+.1f} to {spread.high:+.1f})"
