"""``glucotwin loop run``: a dosing algorithm on virtual people."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click

from glucotwin.cli.authority import local_authority
from glucotwin.cli.command import Command
from glucotwin.cli.console import Console
from glucotwin.cli.life import days_named
from glucotwin.cli.loop_live import live_start, run_by_clock
from glucotwin.cli.table import aligned
from glucotwin.control.catalogue import controller_names
from glucotwin.core.unit import GlucoseUnit
from glucotwin.devices.catalogue import DEVICES, KETONE, PUMPS, SENSORS, TRACKER

if TYPE_CHECKING:
    from glucotwin.workflows.loop.arm import ArmResult, PreparedRun
    from glucotwin.workflows.loop.run import LoopRequest


OWN_DAYS = 7
SPEED = "With --real-time: seconds of life per second."
TELL = "With --real-time: tell proposals against lows there, e.g. webhook:https://example.org/low; may be repeated."


class OwnTwinOptions(TypedDict):
    """Options of a run around a twin, by the names of ``OwnTwinRequest``."""

    algorithm: str
    days: int
    draws: int
    carb_ratio_g_per_u: float | None
    correction_factor_mgdl_per_u: float | None
    sensor: str
    pump: str
    automatic: bool
    seed: int


@click.command(
    "run",
    cls=Command,
    examples=(
        "glucotwin loop run --algorithm loop --scenario typical --days 3 --automatic --plot loop.png",
        "glucotwin loop run --algorithm loop --sensor dexcom-g6 --pump omnipod --fault occlusion:30-36 "
        "--scenario typical --days 3 --automatic",
        "glucotwin loop run --algorithm basal-bolus --subject adult --scenario typical --days 7 --json",
        "glucotwin loop run --algorithm zone-mpc --twin me.twin.json --record my-timeline --days 7 --automatic",
        "glucotwin loop run --algorithm loop --scenario typical --days 1 --real-time --speed 60 --folder live",
    ),
)
@click.option("--algorithm", type=click.Choice(controller_names()), required=True, help="Whose decisions.")
@click.option("--automatic", is_flag=True, help="Give doses as decided; without it they are only proposed.")
@click.option("--body", default="padova-t1d", show_default=True, help="Name of the body.")
@click.option("--subject", default="", help="A subject, a group such as adult, or all; default: the body's first.")
@click.option("--sensor", type=click.Choice(tuple(SENSORS)), default="ideal", show_default=True, help="The sensor.")
@click.option("--pump", type=click.Choice(tuple(PUMPS)), default="ideal", show_default=True, help="The pump.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="KIND:FROM-TO[:SIZE]|typical",
    help="What goes wrong, in hours from the start, e.g. occlusion:30-36; or drawn by published rates for each person: "
    "typical; may be repeated. See glucotwin devices.",
)
@click.option("--ketone-monitor", "ketone", type=click.Choice(DEVICES[KETONE]), help="Ketone monitor that is worn too.")
@click.option("--tracker", type=click.Choice(DEVICES[TRACKER]), help="Watch that is worn too.")
@click.option("--scenario", help="A behaviour: adherent, typical, careless, still; or a YAML file.")
@click.option("--variant", default="", help="Take this variant of the scenario file.")
@click.option("--days", type=click.IntRange(1, 366), help="How many local days of a behaviour, or of the record.")
@click.option("--twin", "twin_file", type=click.Path(path_type=Path), help="A fitted twin to run instead of a subject.")
@click.option("--record", type=click.Path(path_type=Path), help="With --twin: the person's timeline or file.")
@click.option("--draws", type=click.IntRange(1, 512), default=8, show_default=True, help="Versions of the twin.")
@click.option("--carb-ratio", type=click.FloatRange(min=0.1), help="With --twin: grams per unit.")
@click.option("--correction-factor", type=click.FloatRange(min=0.1), help="With --twin: mg/dL per unit.")
@click.option(
    "--start",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]),
    default="2024-01-01",
    show_default=True,
    help="Local time at which a behaviour begins.",
)
@click.option("--zone", default="UTC", show_default=True, help="Time zone of a behaviour, e.g. Europe/Berlin.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of behaviour and devices.")
@click.option("--real-time", is_flag=True, help="Live one person by the clock, a line per decision; needs --folder.")
@click.option("--speed", type=click.FloatRange(min=0.0, min_open=True), default=1.0, show_default=True, help=SPEED)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --real-time: for the journal of doses. Repeat the same command to go on where it ends.",
)
@click.option("--tell", multiple=True, metavar="KIND:ADDRESS", help=TELL)
@click.option("--out", type=click.Path(path_type=Path), help="CSV file for every decision.")
@click.option("--plot", type=click.Path(path_type=Path), help="PNG or SVG file to draw to.")
@click.option(
    "--units",
    type=click.Choice([str(unit) for unit in GlucoseUnit]),
    default=str(GlucoseUnit.MGDL),
    show_default=True,
    help="Unit of glucose in tables and plots; JSON is always in mg/dL.",
)
@click.pass_obj
def command(
    console: Console,
    algorithm: str,
    automatic: bool,
    body: str,
    subject: str,
    sensor: str,
    pump: str,
    faults: tuple[str, ...],
    ketone: str | None,
    tracker: str | None,
    scenario: str | None,
    variant: str,
    days: int | None,
    twin_file: Path | None,
    record: Path | None,
    draws: int,
    carb_ratio: float | None,
    correction_factor: float | None,
    start: datetime,
    zone: str,
    seed: int,
    real_time: bool,
    speed: float,
    folder: Path | None,
    tell: tuple[str, ...],
    out: Path | None,
    plot: Path | None,
    units: str,
) -> None:
    """Run a dosing algorithm on virtual people, with a sensor, limits outside it and a pump.

    Without --automatic nothing is given by itself: the scheduled basal rate runs, people take a bolus when they have
    announced a meal or look at their glucose, and everything else stays a proposal. It is no advice to a person.

    With --twin and --record a person's own fitted twin is run through the last days of the record: the meals are those
    recorded, all insulin is the algorithm's, and each of several draws of the twin is one row.

    With --real-time one person (of a twin the first draw) is lived by the clock: every dose is in the journal before
    the pump gets it, so a run can be ended at any moment and gone on with by the same command. Proposals against lows
    are told as they come. Without --start it begins now.
    """
    from glucotwin.core.message import message
    from glucotwin.core.zone import find_zone
    from glucotwin.workflows.loop.run import LoopRequest, live_loop, loop_run_to_json, write_decisions

    by_clock, local = _by_clock(folder, out, plot) if real_time else None, find_zone(zone)
    if by_clock is not None and (ketone or tracker):
        raise click.UsageError(message("loop-live-devices"))
    if twin_file is not None:
        if faults or ketone or tracker:
            raise click.UsageError(message("loop-twin-devices"))
        own: OwnTwinOptions = {
            "algorithm": algorithm,
            "days": days or OWN_DAYS,
            "draws": draws if by_clock is None else 1,
            "carb_ratio_g_per_u": carb_ratio,
            "correction_factor_mgdl_per_u": correction_factor,
            "sensor": sensor,
            "pump": pump,
            "automatic": automatic,
            "seed": seed,
        }
        prepared, document = _prepared_twin(twin_file, record, own)
    elif scenario is None:
        raise click.UsageError("Say what the people do: --scenario, or --twin with --record.")
    else:
        if by_clock is not None and _is_default("start"):
            start = live_start(by_clock, local)
        request = LoopRequest(
            algorithm=algorithm,
            days=days_named(scenario, days=days, local_start=start, zone=zone, seed=seed, variant=variant),
            body=body,
            subject=subject,
            sensor=sensor,
            pump=pump,
            faults=faults,
            automatic=automatic,
            seed=seed,
            ketone=ketone or "",
            tracker=tracker or "",
        )
        prepared, document = _prepared_people(request)
    unit = GlucoseUnit(units)
    if by_clock is not None:
        run_by_clock(console, prepared, document, folder=by_clock, speed=speed, tell=tell, zone=local, unit=unit)
        return
    result = live_loop(prepared)
    if out is not None:
        write_decisions(result, out, unit=unit)
    if plot is not None:
        from glucotwin.workflows.loop.figure import draw_loop

        draw_loop(result, plot, unit=unit)
    if console.as_json:
        console.write_json(loop_run_to_json(result))
    else:
        _show(console, result, unit)


def _by_clock(folder: Path | None, out: Path | None, plot: Path | None) -> Path:
    """The folder of a run in real time.

    Raises:
        UsageError: it is missing, or what such a run does not write is asked for.
    """
    if folder is None:
        raise click.UsageError("--real-time needs a place for the journal of doses: --folder.")
    if out is not None or plot is not None:
        raise click.UsageError("--real-time takes no --out or --plot; the journal in --folder holds every decision.")
    return folder


def _is_default(name: str) -> bool:
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.DEFAULT


def _prepared_people(request: "LoopRequest") -> "tuple[PreparedRun, Mapping[str, Any]]":
    from glucotwin.workflows.loop.run import loop_request_to_json, prepare_loop

    return prepare_loop(request, authority=local_authority()), loop_request_to_json(request)


def _prepared_twin(
    twin_file: Path, record: Path | None, own: OwnTwinOptions
) -> "tuple[PreparedRun, Mapping[str, Any]]":
    from glucotwin.twin.archive import load_twin
    from glucotwin.workflows.loop.own_twin import OwnTwinRequest, own_request_to_json, prepare_own_twin
    from glucotwin.workflows.metrics import open_timeline

    if record is None:
        raise click.UsageError("--twin needs the person's days: --record.")
    request, twin, timeline = OwnTwinRequest(**own), load_twin(twin_file), open_timeline(record)
    prepared = prepare_own_twin(request, twin, timeline, authority=local_authority())
    return prepared, own_request_to_json(request, twin, prepared)


def _show(console: Console, result: "ArmResult", unit: GlucoseUnit) -> None:
    from glucotwin.core.message import message
    from glucotwin.workflows.loop.run import proposals_of_arm
    from glucotwin.workflows.loop.table import people_rows

    rows = people_rows(result, unit)
    console.write(aligned(rows, right=frozenset(range(1, len(rows[0])))))
    counts = {name: str(count) for name, count in proposals_of_arm(result).items()}
    if not result.arm.automatic and result.arm.controller.automated:
        console.say(message("loop-proposals", **counts))
    console.say(message("loop-clamped", clamped=counts["clamped"], decisions=str(result.decisions["clamps"].size)))
