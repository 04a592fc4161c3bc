"""``glucotwin simulate``: virtual subjects, or a cohort, from an input table, a scenario or a behaviour."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.life import life_named
from glucotwin.cli.pair import NamedNumber
from glucotwin.cli.simulate_list import LISTS, show_list
from glucotwin.cli.table import aligned
from glucotwin.core.unit import GlucoseUnit
from glucotwin.devices.catalogue import DEVICES, KETONE, PUMPS, SENSORS, TRACKER

if TYPE_CHECKING:
    from glucotwin.workflows.day_plan import AbstractDays, LivedDays
    from glucotwin.workflows.simulate import Simulation

SHOWN_ROWS = 40
DEFAULT_BODY = "padova-t1d"


@click.command(
    "simulate",
    cls=Command,
    examples=(
        "glucotwin simulate --scenario examples/one-day.yaml --subject adult --out day.csv --plot day.png",
        "glucotwin simulate --scenario typical --days 3 --plot life.png",
        "glucotwin simulate --scenario typical --days 3 --sensor dexcom-g7 --pump omnipod --plot worn.png",
        "glucotwin simulate --body padova-t1d-2008 --subject adult#001 --inputs inputs.csv --out glucose.csv",
        "glucotwin simulate --cohort cohort.parquet --days 14 --scenario typical --out run --plot run.png",
    ),
)
@click.option("--body", default=DEFAULT_BODY, show_default=True, help="Name of the body.")
@click.option("--subject", default="", help="A subject, a group such as adult, or all; default: the body's first.")
@click.option(
    "--cohort", type=click.Path(path_type=Path), help="File of `glucotwin cohort create` to simulate instead."
)
@click.option(
    "--inputs",
    "table",
    type=click.Path(path_type=Path),
    help="CSV with t_min,insulin_u_per_min,carbs_g_per_min: one row per minute, rates held over it.",
)
@click.option("--scenario", help="YAML file of what happens, or a behaviour: adherent, typical, careless, still.")
@click.option("--variant", default="", help="Take only this variant of the scenario.")
@click.option("--days", type=click.IntRange(1, 3660), help="How many local days of a behaviour.")
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    default="2024-01-01",
    show_default=True,
    help="Local time at which a behaviour begins.",
)
@click.option("--zone", default="UTC", show_default=True, help="Time zone of a behaviour, e.g. Europe/Berlin.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of behaviour and devices.")
@click.option(
    "--self-care/--no-self-care", default=True, show_default=True, help="Whether people of a behaviour treat lows."
)
@click.option("--set", "changes", type=NamedNumber(), multiple=True, help="Change the subjects, e.g. weight_kg=90.")
@click.option("--without", multiple=True, metavar="MODULE", help="Leave a module of the body out.")
@click.option(
    "--organ",
    "organs",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Mapping file of a model in SBML to hang into the body. Repeatable.",
)
@click.option("--output", "outputs", multiple=True, metavar="NAME", help="Keep another signal, e.g. ketone_mmoll.")
@click.option("--sensor", type=click.Choice(tuple(SENSORS)), help="Sensor that people go by; default the truth.")
@click.option("--pump", type=click.Choice(tuple(PUMPS)), help="Pump that gives rapid insulin; default as planned.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND:FROM-TO[:SIZE]|typical",
    help="What goes wrong with them, as in glucotwin loop run; may be repeated.",
)
@click.option("--ketone-monitor", "ketone", type=click.Choice(DEVICES[KETONE]), help="Ketone monitor that is worn.")
@click.option("--tracker", type=click.Choice(DEVICES[TRACKER]), help="Watch that is worn.")
@click.option("--out", type=click.Path(path_type=Path), help="CSV file, or a cohort's folder, to write glucose to.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG or SVG file to draw to.")
@click.option(
    "--units",
    type=click.Choice([str(unit) for unit in GlucoseUnit]),
    default=str(GlucoseUnit.MGDL),
    show_default=True,
    help="Unit of glucose in tables and plots; JSON and Parquet are always in mg/dL.",
)
@click.option("--list", "listed", type=click.Choice(list(LISTS)), help="List what there is to choose, and end.")
@click.option("--list-subjects", is_flag=True, help="The same as --list subjects.")
@click.pass_obj
def command(console: Console, **options: object) -> None:
    """Simulate virtual subjects, minute by minute: what their glucose does with food, insulin and life."""
    asked, subjects = options.pop("listed"), options.pop("list_subjects")
    listed = "subjects" if subjects else asked
    chosen = _Options(**options)  # pyright: ignore[reportArgumentType]  # click has checked them
    if listed is not None:
        show_list(console, str(listed), body=chosen.body)
    elif chosen.cohort is not None:
        _simulate_cohort(console, chosen, chosen.cohort)
    else:
        _simulate_subjects(console, chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Options:
    """The options as they were typed."""

    body: str
    subject: str
    cohort: Path | None
    table: Path | None
    scenario: str | None
    variant: str
    days: int | None
    start: datetime
    zone: str
    seed: int
    self_care: bool
    changes: tuple[tuple[str, float], ...]
    without: tuple[str, ...]
    organs: tuple[Path, ...]
    outputs: tuple[str, ...]
    sensor: str | None
    pump: str | None
    faults: tuple[str, ...]
    ketone: str | None
    tracker: str | None
    out: Path | None
    plot: Path | None
    units: str

    def life(self) -> "LivedDays | None":
        """The days of the behaviour that --scenario names; None when it is a file."""
        return life_named(
            self.scenario,
            days=self.days,
            local_start=self.start,
            zone=self.zone,
            seed=self.seed,
            self_care=self.self_care,
        )


def _simulate_subjects(console: Console, options: _Options) -> None:
    from glucotwin.workflows.simulate import SimulationRequest, simulate_variants, write_simulations
    from glucotwin.workflows.simulate_device import DeviceChoice

    life = options.life()
    request = SimulationRequest(
        body=options.body,
        subject=options.subject,
        table=options.table,
        scenario=Path(options.scenario) if options.scenario is not None and life is None else None,
        variant=options.variant,
        life=life,
        changes=dict(options.changes),
        without=frozenset(options.without),
        organs=options.organs,
        outputs=options.outputs,
        devices=DeviceChoice(
            sensor=options.sensor or "",
            pump=options.pump or "",
            faults=options.faults,
            ketone=options.ketone or "",
            tracker=options.tracker or "",
            seed=options.seed,
        ),
    )
    simulations = simulate_variants(request)
    unit = GlucoseUnit(options.units)
    if options.out is not None:
        write_simulations(simulations, options.out, unit=unit)
    if options.plot is not None:
        from glucotwin.workflows.simulation_figure import draw_simulations

        draw_simulations(simulations, options.plot, unit=unit)
    if console.as_json:
        answers = [one.to_json() for one in simulations]
        console.write_json(answers[0] if len(answers) == 1 else {"variants": answers})
    else:
        console.write(_page(simulations, unit))


def _page(simulations: "tuple[Simulation, ...]", unit: GlucoseUnit) -> str:
    """The summary as a table."""
    from glucotwin.workflows.simulate import summary_rows

    rows = summary_rows(simulations, unit)
    left = len(rows) - 1 - SHOWN_ROWS
    texts = 1 if len(simulations) == 1 else 2
    table = aligned(rows[: SHOWN_ROWS + 1], right=frozenset(range(texts, len(rows[0]))))
    return table if left <= 0 else f"{table}\n… {left} more (see --out or --json)"


def _simulate_cohort(console: Console, options: _Options, cohort: Path) -> None:
    from glucotwin.core.message import message
    from glucotwin.workflows.cohort_run import CohortRunRequest, cohort_run_rows, run_cohort

    taken = {"--inputs": options.table, "--subject": options.subject, "--set": options.changes}
    taken |= {"--sensor": options.sensor, "--pump": options.pump, "--fault": options.faults}
    taken |= {"--ketone-monitor": options.ketone, "--tracker": options.tracker}
    for option, value in (taken | {"--output": options.outputs, "--organ": options.organs}).items():
        if value:
            raise click.UsageError(message("cohort-run-conflict", option=option))
    days = _cohort_days(options)
    if days is None or options.out is None:
        raise click.UsageError(f"{message('cohort-run-needs')} {message('cohort-run-needs-hint')}")
    request = CohortRunRequest(cohort=cohort, days=days, out=options.out, without=frozenset(options.without))
    with console.progress(message("cohort-run-progress")) as progress:
        run = run_cohort(request, progress=progress)
    if options.plot is not None:
        from glucotwin.workflows.cohort_figure import draw_cohort_run

        draw_cohort_run(run, options.plot, unit=GlucoseUnit(options.units))
    if console.as_json:
        console.write_json(run.to_json())
        return
    rows = cohort_run_rows(run, GlucoseUnit(options.units))
    console.write(aligned(rows, right=frozenset(range(1, len(rows[0])))))
    told = message("cohort-run-people", people=len(run.people), days=run.days, folder=str(run.folder))
    again = message("cohort-run-resumed", people=run.resumed) if run.resumed else ""
    console.say(f"{told} {again}".strip())


def _cohort_days(options: _Options) -> "AbstractDays | None":
    """What a cohort does: a behaviour, or one variant of a scenario file."""
    if options.scenario is None:
        return None
    life = options.life()
    if life is not None:
        return life
    from glucotwin.workflows.day_plan import PlannedDays, chosen_variants

    return PlannedDays(scenario=chosen_variants(Path(options.scenario), options.variant)[0][1])
