"""``glucotwin simulate``: virtual subjects from an input table or a scenario."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.table import aligned
from glucotwin.core.unit import GlucoseUnit

if TYPE_CHECKING:
    from glucotwin.workflows.simulate import Simulation

SHOWN_SUBJECTS = 40


@click.command(
    "simulate",
    cls=Command,
    examples=(
        "glucotwin simulate --scenario examples/one-day.yaml --subject adult --out day.csv --plot day.png",
        "glucotwin simulate --body padova-t1d-2008 --subject adult#001 --inputs inputs.csv --out glucose.csv",
    ),
)
@click.option("--body", default="padova-t1d-2008", show_default=True, help="Name of the body.")
@click.option("--subject", default="", help="A subject, a group such as adult, or all; default: the body's first.")
@click.option(
    "--inputs",
    "table",
    type=click.Path(path_type=Path),
    help="CSV with t_min,insulin_u_per_min,carbs_g_per_min: one row per minute, rates held over it.",
)
@click.option("--scenario", type=click.Path(path_type=Path), help="YAML file with days, meals, boluses and basal.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV file to write glucose to.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG or SVG file to draw glucose to.")
@click.option(
    "--units",
    type=click.Choice([str(unit) for unit in GlucoseUnit]),
    default=str(GlucoseUnit.MGDL),
    show_default=True,
    help="Unit of glucose in the file and the plot; JSON is always in mg/dL.",
)
@click.option("--list-subjects", is_flag=True, help="List the body's subjects and do nothing else.")
@click.pass_obj
def command(
    console: Console,
    body: str,
    subject: str,
    table: Path | None,
    scenario: Path | None,
    out: Path | None,
    plot: Path | None,
    units: str,
    list_subjects: bool,
) -> None:
    """Simulate virtual subjects, minute by minute."""
    if list_subjects:
        _list_subjects(console, body)
        return
    from glucotwin.workflows.simulate import simulate_subjects, write_simulation

    simulation = simulate_subjects(body=body, subject=subject, table=table, scenario=scenario)
    unit = GlucoseUnit(units)
    if out is not None:
        write_simulation(simulation, out, unit=unit)
    if plot is not None:
        from glucotwin.workflows.simulation_figure import draw_simulation

        draw_simulation(simulation, plot, unit=unit)
    if console.as_json:
        console.write_json(simulation.to_json())
    else:
        console.write(_page(simulation, unit))


def _list_subjects(console: Console, body: str) -> None:
    from glucotwin.workflows.simulate import subjects_named

    subjects = subjects_named(body, "all")
    if console.as_json:
        console.write_json(
            [
                {
                    "subject": one.name,
                    "age_years": one.age_years,
                    "weight_kg": one.weight_kg,
                    "basal_u_per_h": one.basal_u_per_min * 60.0,
                    "carb_ratio_g_per_u": one.carb_ratio_g_per_u,
                    "correction_factor_mgdl_per_u": one.correction_factor_mgdl_per_u,
                    "total_daily_insulin_u": one.total_daily_insulin_u,
                }
                for one in subjects
            ]
        )
        return
    rows = [
        (
            one.name,
            _number(one.age_years, 0),
            _number(one.weight_kg, 1),
            _number(one.basal_u_per_min * 60.0, 2),
            _number(one.carb_ratio_g_per_u, 0),
            _number(one.correction_factor_mgdl_per_u, 0),
        )
        for one in subjects
    ]
    names = ("subject", "age", "kg", "basal U/h", "g/U", "mg/dL per U")
    console.write(aligned([names, *rows], right=frozenset(range(1, len(names)))))


def _number(value: float | None, decimals: int) -> str:
    return "-" if value is None else f"{value:.{decimals}f}"


def _page(simulation: "Simulation", unit: GlucoseUnit) -> str:
    """The summary as a table."""
    from glucotwin.workflows.simulate import summary_rows

    rows = summary_rows(simulation, unit)
    left = len(rows) - 1 - SHOWN_SUBJECTS
    shown = rows[: SHOWN_SUBJECTS + 1]
    table = aligned(shown, right=frozenset(range(1, len(rows[0]))))
    return table if left <= 0 else f"{table}\n… {left} more (see --out or --json)"
