"""Use case: simulate virtual subjects from an input table or a scenario, and write what became of their glucose."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import equinox as eqx
import jax
import numpy as np
import polars as pl

from glucotwin.core.error import DataError, ErrorCode, ModelError
from glucotwin.core.file import replace_file
from glucotwin.core.unit import MINUTES_PER_DAY, GlucoseUnit, glucose_in, threshold_in
from glucotwin.domain.inputs import Inputs, time_from_minute_utc
from glucotwin.physiology.body import Body, stack_bodies
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import body_entry, body_of, changed, find_subject
from glucotwin.physiology.sbml.hang import read_organ, with_organ
from glucotwin.physiology.subject import Subject
from glucotwin.scenario.input_table import read_input_table
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs
from glucotwin.simulate.reaction import (
    CORRECTION,
    PUMP_CHANGE,
    REACTION_SENSOR,
    RESCUE_CARBS,
    SelfCare,
    with_added,
)
from glucotwin.simulate.trajectory import DEFAULT_OUTPUTS, Trajectory, check_finite, simulate
from glucotwin.workflows.day_plan import AbstractDays, LivedDays, PlannedDays, chosen_variants
from glucotwin.workflows.simulate_device import NO_DEVICES, DeviceChoice, WornDays, device_summary

TARGET_LOW_MGDL, TARGET_HIGH_MGDL = 70.0, 180.0
UNIT_SUFFIX = {GlucoseUnit.MGDL: "mgdl", GlucoseUnit.MMOLL: "mmoll"}
DEFAULT_BODY = "padova-t1d"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationRequest:
    """What to simulate: exactly one of ``table``, ``scenario`` and ``life``.

    Attributes:
        body: name of the body.
        subject: a subject's name, a group's (``adult``), or ``all``; default the body's first subject.
        table: per-minute input table (CSV).
        scenario: scenario file (YAML).
        variant: name of the only variant of the scenario to simulate; default all.
        life: days drawn from a behaviour profile.
        changes: what is different about the subjects, by name; a scenario's own changes come on top.
        without: modules that the body lacks, besides those that a scenario names.
        outputs: signals or states to keep besides plasma and interstitial glucose.
        devices: what they wear; by default nothing, and they see the truth.
        organs: mapping files of models in SBML that are hung into the body.
    """

    body: str = DEFAULT_BODY
    subject: str = ""
    table: Path | None = None
    scenario: Path | None = None
    variant: str = ""
    life: LivedDays | None = None
    changes: Mapping[str, float] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    outputs: tuple[str, ...] = ()
    devices: DeviceChoice = NO_DEVICES
    organs: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What was simulated.

    Attributes:
        body: name of the body.
        variant: name of the scenario's variant; empty when there is only one.
        subjects: who, in the order of the rows of the outputs.
        inputs: what each of them got, what they did about their glucose included.
        t_min: minutes from the start, shape ``(points,)``.
        outputs: by name, each ``(subjects, points)``; plasma and interstitial glucose first, and what devices showed
            last, which is not a number where nothing was shown.
    """

    body: str
    variant: str
    subjects: tuple[Subject, ...]
    inputs: tuple[Inputs, ...]
    t_min: np.ndarray
    outputs: Mapping[str, np.ndarray]

    @property
    def glucose_mgdl(self) -> np.ndarray:
        """Plasma glucose, ``(subjects, points)``."""
        return self.outputs["glucose_mgdl"]

    @property
    def interstitial_mgdl(self) -> np.ndarray:
        """Interstitial glucose, ``(subjects, points)``."""
        return self.outputs["interstitial_mgdl"]

    def to_json(self) -> dict[str, object]:
        """A summary per subject as JSON values; glucose in mg/dL."""
        return {
            "body": self.body,
            "variant": self.variant,
            "minutes": float(self.t_min[-1]),
            "subjects": [
                {
                    "subject": subject.name,
                    **_summary(self.glucose_mgdl[row], self.inputs[row]),
                    **device_summary({name: values[row] for name, values in self.outputs.items()}),
                }
                for row, subject in enumerate(self.subjects)
            ],
        }


def simulate_variants(request: SimulationRequest) -> tuple[Simulation, ...]:
    """Simulates one subject, a group or all of a body; once for every variant of the scenario.

    Raises:
        NotFoundError: there is no such body, subject or insulin product.
        DataError: a file is not what it should be, or none or both are given.
        ModelError: a change, module, medicine or output does not fit the body.
        SolverError: a result is not finite.
    """
    given = [one for one in (request.table, request.scenario, request.life) if one is not None]
    if len(given) != 1:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            "A simulation needs an input table or a scenario, and not both.",
            hint="Give --inputs FILE.csv, --scenario FILE.yaml or --scenario with a behaviour such as typical.",
        )
    if request.table is not None:
        return (_simulate_table(request, request.table),)
    if request.life is not None:
        return (_simulate_days(request, request.life, ""),)
    variants = chosen_variants(request.scenario if request.scenario is not None else Path(), request.variant)
    named = len(variants) > 1
    return tuple(_simulate_days(request, PlannedDays(scenario=plan), name if named else "") for name, plan in variants)


def subjects_named(body: str, name: str = "") -> tuple[Subject, ...]:
    """The subjects of a body that a name stands for: one, a group, or ``all``.

    Raises:
        NotFoundError: there is no such body, group or subject.
    """
    everyone = body_entry(body).subjects()
    group = everyone if name == "all" else tuple(one for one in everyone if one.group == name)
    return group or (find_subject(body, name),)


def write_simulations(simulations: tuple[Simulation, ...], path: Path, *, unit: GlucoseUnit = GlucoseUnit.MGDL) -> None:
    """Writes all outputs as CSV; variants and several subjects get a column each. An earlier file is replaced at once.

    Raises:
        NotFoundError: the folder does not exist.
    """
    frame = pl.concat([_frame(one, unit) for one in simulations])
    replace_file(path, frame.write_csv)


def _frame(simulation: Simulation, unit: GlucoseUnit) -> pl.DataFrame:
    """One variant's outputs as a table."""
    points, people = simulation.t_min.size, len(simulation.subjects)
    names: dict[str, object] = {}
    if simulation.variant:
        names["variant"] = [simulation.variant] * (points * people)
    if people > 1:
        names["subject"] = np.repeat([one.name for one in simulation.subjects], points)
    columns = dict(_in_unit(name, values.ravel(), unit) for name, values in simulation.outputs.items())
    table = pl.DataFrame({**names, "t_min": np.tile(simulation.t_min.astype(np.int64), people), **columns})
    return table.fill_nan(None)  # where a device shows nothing


def _in_unit(name: str, values: np.ndarray, unit: GlucoseUnit) -> tuple[str, np.ndarray]:
    """An output's column name and values; glucose in the unit asked for."""
    if not name.endswith("_mgdl"):
        return name, values
    return f"{name.removesuffix('mgdl')}{UNIT_SUFFIX[unit]}", glucose_in(values, unit)


def _simulate_table(request: SimulationRequest, table: Path) -> Simulation:
    subjects = _subjects(request)
    inputs = (read_input_table(table),) * len(subjects)
    options = BodyOptions(without=request.without)
    bodies = _bodies(request, subjects, options)
    planned = stack_inputs(inputs)
    start = time_from_minute_utc(int(planned.minute_utc[0]))
    worn = _worn(request, subjects, planned, start, planned.minutes / MINUTES_PER_DAY)
    result = _run(bodies, planned, request, None, worn)
    return _simulation(request, subjects, result, _with_reaction(list(inputs), result), worn, variant="")


def _simulate_days(request: SimulationRequest, days: AbstractDays, variant: str) -> Simulation:
    subjects = days.who(request.body, _subjects(request))
    options = days.options(request.without)
    bodies = _bodies(request, subjects, options)
    ((inputs, _),) = days.blocks(subjects, options)
    check_medicines(bodies[0], inputs)
    worn = _worn(request, subjects, inputs, days.start, days.length_days)
    result = _run(bodies, inputs, request, days.care(subjects), worn)
    given = [_of_subject(inputs, row) for row in range(len(subjects))]
    return _simulation(request, subjects, result, _with_reaction(given, result), worn, variant=variant)


def _bodies(request: SimulationRequest, subjects: tuple[Subject, ...], options: BodyOptions) -> list[Body]:
    """A body for each subject, with the models that are hung into it."""
    bodies = [body_of(request.body, one, options=options) for one in subjects]
    for path in request.organs:
        hung = read_organ(path)
        bodies = [with_organ(body, hung) for body in bodies]
    return bodies


def _worn(
    request: SimulationRequest, subjects: tuple[Subject, ...], inputs: Inputs, start: datetime, days: float
) -> WornDays | None:
    """Their devices; None when they wear none."""
    choice = request.devices
    if not choice.is_any:
        return None
    return WornDays(choice, [one.name for one in subjects], inputs, start=start, days=days)


def _subjects(request: SimulationRequest) -> tuple[Subject, ...]:
    return tuple(changed(request.body, one, request.changes) for one in subjects_named(request.body, request.subject))


def _simulation(
    request: SimulationRequest,
    subjects: tuple[Subject, ...],
    result: Trajectory,
    inputs: tuple[Inputs, ...],
    worn: WornDays | None,
    *,
    variant: str,
) -> Simulation:
    kept = {name: np.asarray(values) for name, values in result.outputs.items()}
    return Simulation(
        body=request.body,
        variant=variant,
        subjects=subjects,
        inputs=inputs,
        t_min=np.asarray(result.t_min),
        outputs={name: kept[name] for name in _outputs(request)} | ({} if worn is None else worn.shown(kept)),
    )


def _outputs(request: SimulationRequest) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*DEFAULT_OUTPUTS, *request.outputs, *request.devices.outputs)))


def _of_subject(inputs: Inputs, row: int) -> Inputs:
    """One subject's inputs out of stacked ones, in which what all share stands once."""
    return inputs.map(lambda values: values[row] if values.ndim > 1 else values)


def _with_reaction(given: list[Inputs], result: Trajectory) -> tuple[Inputs, ...]:
    """The inputs with the carbohydrate and insulin that people took because of their glucose."""
    if RESCUE_CARBS not in result.outputs:
        return tuple(given)
    carbs = np.diff(np.asarray(result.outputs[RESCUE_CARBS]), axis=1)
    insulin = np.diff(np.asarray(result.outputs[CORRECTION]), axis=1)
    if PUMP_CHANGE in result.outputs:
        insulin = insulin + np.diff(np.asarray(result.outputs[PUMP_CHANGE]), axis=1)
    return tuple(with_added(one, carbs[row], insulin[row]) for row, one in enumerate(given))


def check_medicines(body: Body, inputs: Inputs) -> None:
    """Passes when the body answers every medicine; a misspelt one would do nothing.

    Raises:
        ModelError: it does not.
    """
    unknown = sorted(set(inputs.medication_mg_per_min) - body.medications)
    if unknown:
        known = ", ".join(sorted(body.medications)) or "none"
        raise ModelError(
            ErrorCode.UNKNOWN_NAME,
            f"The body {body.name} does not answer the medicine {unknown[0]!r}.",
            hint=f"It answers: {known}.",
        )


def _run(
    bodies: list[Body], inputs: Inputs, request: SimulationRequest, care: SelfCare | None, worn: WornDays | None
) -> Trajectory:
    """The outputs with a leading subject axis; one subject alone does not pay for a chunk of a cohort."""
    reaction, extra = care, () if care is None else (RESCUE_CARBS, CORRECTION)
    if worn is not None and request.devices.changes_days:
        reaction, extra = worn.reaction(care), (RESCUE_CARBS, CORRECTION, PUMP_CHANGE, REACTION_SENSOR)
    outputs = (*_outputs(request), *extra)
    if len(bodies) > 1:
        return _checked(simulate_cohort(stack_bodies(bodies), inputs, reaction=reaction, outputs=outputs))
    own = jax.tree.map(lambda leaf: leaf[0], reaction)
    alone = _checked(simulate(bodies[0], _of_subject(inputs, 0), reaction=own, outputs=outputs))
    return eqx.tree_at(lambda one: one.outputs, alone, {name: values[None] for name, values in alone.outputs.items()})


def _checked(result: Trajectory) -> Trajectory:
    """The result, all of which is finite but what a sensor does not show."""
    finite = {name: values for name, values in result.outputs.items() if name != REACTION_SENSOR}
    check_finite(eqx.tree_at(lambda one: one.outputs, result, finite))
    return result


def _summary(glucose_mgdl: np.ndarray, inputs: Inputs) -> dict[str, float]:
    """Shares of time over the minutes (the end is no minute), extremes, and what was given."""
    minutes = glucose_mgdl[:-1]
    insulin = sum((np.sum(rate) for rate in inputs.insulin_u_per_min.values()), start=np.float64(0.0))
    return {
        "mean_mgdl": float(np.mean(minutes)),
        "min_mgdl": float(np.min(glucose_mgdl)),
        "max_mgdl": float(np.max(glucose_mgdl)),
        "time_in_range_pct": 100.0 * float(np.mean((minutes >= TARGET_LOW_MGDL) & (minutes <= TARGET_HIGH_MGDL))),
        "time_below_range_pct": 100.0 * float(np.mean(minutes < TARGET_LOW_MGDL)),
        "time_above_range_pct": 100.0 * float(np.mean(minutes > TARGET_HIGH_MGDL)),
        "insulin_u": float(insulin),
        "carbs_g": float(np.sum(inputs.carbs_g_per_min)),
    }


def summary_rows(simulations: tuple[Simulation, ...], unit: GlucoseUnit) -> list[tuple[str, ...]]:
    """The summaries as rows of text, the first one naming the columns."""
    low, high = (f"{threshold_in(value, unit):.{unit.decimals}f}" for value in (TARGET_LOW_MGDL, TARGET_HIGH_MGDL))
    names = (
        "subject",
        f"mean {unit}",
        "lowest",
        "highest",
        f"in {low}-{high} %",
        "below %",
        "above %",
        "insulin U",
        "carbs g",
    )
    many = len(simulations) > 1
    rows: list[tuple[str, ...]] = [("variant", *names) if many else names]
    for simulation in simulations:
        for row, subject in enumerate(simulation.subjects):
            summary = _summary(simulation.glucose_mgdl[row], simulation.inputs[row])
            cells = (subject.name, *_cells(summary, unit))
            rows.append((simulation.variant, *cells) if many else cells)
    return rows


def _cells(summary: Mapping[str, float], unit: GlucoseUnit) -> tuple[str, ...]:
    levels = ("mean_mgdl", "min_mgdl", "max_mgdl")
    shares = ("time_in_range_pct", "time_below_range_pct", "time_above_range_pct")
    return (
        *(f"{glucose_in(summary[name], unit):.{unit.decimals}f}" for name in levels),
        *(f"{summary[name]:.1f}" for name in (*shares, "insulin_u")),
        f"{summary['carbs_g']:.0f}",
    )
