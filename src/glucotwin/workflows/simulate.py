"""Use case: simulate virtual subjects from an input table or a scenario, and write what became of their glucose."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import jax
import numpy as np
import polars as pl

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.unit import GlucoseUnit, glucose_in, threshold_in
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.registry import body_entry, body_of, find_subject
from glucotwin.physiology.subject import Subject
from glucotwin.scenario.event import Dosing, inputs_from_scenario
from glucotwin.scenario.input_table import read_input_table
from glucotwin.scenario.reader import read_scenario
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs
from glucotwin.simulate.trajectory import Trajectory, check_finite, simulate

TARGET_LOW_MGDL, TARGET_HIGH_MGDL = 70.0, 180.0
UNIT_SUFFIX = {GlucoseUnit.MGDL: "mgdl", GlucoseUnit.MMOLL: "mmoll"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """What was simulated.

    Attributes:
        body: name of the body.
        subjects: who, in the order of the rows of the outputs.
        inputs: what each of them got.
        t_min: minutes from the start, shape ``(points,)``.
        glucose_mgdl, interstitial_mgdl: shape ``(subjects, points)``.
    """

    body: str
    subjects: tuple[Subject, ...]
    inputs: tuple[Inputs, ...]
    t_min: np.ndarray
    glucose_mgdl: np.ndarray
    interstitial_mgdl: np.ndarray

    def to_json(self) -> dict[str, object]:
        """A summary per subject as JSON values; glucose in mg/dL."""
        return {
            "body": self.body,
            "minutes": float(self.t_min[-1]),
            "subjects": [
                {"subject": subject.name, **_summary(self.glucose_mgdl[row], self.inputs[row])}
                for row, subject in enumerate(self.subjects)
            ],
        }


def simulate_subjects(
    *, body: str, subject: str = "", table: Path | None = None, scenario: Path | None = None
) -> Simulation:
    """Simulates one subject, a group or all of a body.

    Args:
        body: name of the body.
        subject: a subject's name, a group's (``adult``), or ``all``; default the body's first subject.
        table: per-minute input table (CSV).
        scenario: scenario file (YAML); exactly one of both must be given.

    Raises:
        NotFoundError: there is no such body or subject.
        DataError: a file is not what it should be, or none or both are given.
        SolverError: a result is not finite.
    """
    subjects = subjects_named(body, subject)
    inputs = _inputs_by_subject(subjects, table, scenario)
    result = check_finite(_run(body, subjects, inputs))
    return Simulation(
        body=body,
        subjects=subjects,
        inputs=inputs,
        t_min=np.asarray(result.t_min),
        glucose_mgdl=np.atleast_2d(np.asarray(result.outputs["glucose_mgdl"])),
        interstitial_mgdl=np.atleast_2d(np.asarray(result.outputs["interstitial_mgdl"])),
    )


def subjects_named(body: str, name: str = "") -> tuple[Subject, ...]:
    """The subjects of a body that a name stands for: one, a group, or ``all``.

    Raises:
        NotFoundError: there is no such body, group or subject.
    """
    everyone = body_entry(body).subjects()
    group = everyone if name == "all" else tuple(one for one in everyone if one.group == name)
    return group or (find_subject(body, name),)


def write_simulation(simulation: Simulation, path: Path, *, unit: GlucoseUnit = GlucoseUnit.MGDL) -> None:
    """Writes the glucose as CSV; several subjects get a ``subject`` column. An earlier file is replaced at once or not.

    Raises:
        NotFoundError: the folder does not exist.
    """
    suffix = UNIT_SUFFIX[unit]
    many, points = len(simulation.subjects) > 1, simulation.t_min.size
    names = {"subject": np.repeat([one.name for one in simulation.subjects], points)} if many else {}
    frame = pl.DataFrame(
        {
            **names,
            "t_min": np.tile(simulation.t_min.astype(np.int64), len(simulation.subjects)),
            f"glucose_{suffix}": glucose_in(simulation.glucose_mgdl.ravel(), unit),
            f"interstitial_{suffix}": glucose_in(simulation.interstitial_mgdl.ravel(), unit),
        }
    )
    replace_file(path, frame.write_csv)


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Writes a file beside its place and moves it there, so that nobody ever finds half of one.

    Args:
        path: where the file belongs.
        write: writes it to the path it is given, which has the same ending.

    Raises:
        NotFoundError: the folder does not exist.
    """
    if not path.parent.is_dir():
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no folder {path.parent}.", hint="Make it first.")
    sibling = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        write(sibling)
        sibling.replace(path)
    finally:
        sibling.unlink(missing_ok=True)


def _inputs_by_subject(subjects: tuple[Subject, ...], table: Path | None, scenario: Path | None) -> tuple[Inputs, ...]:
    if (table is None) == (scenario is None):
        raise DataError(
            ErrorCode.INVALID_VALUE,
            "A simulation needs an input table or a scenario, and not both.",
            hint="Give --inputs FILE.csv or --scenario FILE.yaml.",
        )
    if table is not None:
        return (read_input_table(table),) * len(subjects)
    definition = read_scenario(scenario if scenario is not None else Path())
    return tuple(inputs_from_scenario(definition, _dosing(subject)) for subject in subjects)


def _dosing(subject: Subject) -> Dosing:
    return Dosing(
        subject=subject.name,
        basal_u_per_min=subject.basal_u_per_min,
        carb_ratio_g_per_u=subject.carb_ratio_g_per_u,
    )


def _run(body: str, subjects: tuple[Subject, ...], inputs: tuple[Inputs, ...]) -> Trajectory:
    bodies = [body_of(body, subject) for subject in subjects]
    if len(bodies) == 1:
        return simulate(bodies[0], jax.tree.map(np.asarray, inputs[0]))
    return simulate_cohort(stack_bodies(bodies), stack_inputs(inputs))


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


def summary_rows(simulation: Simulation, unit: GlucoseUnit) -> list[tuple[str, ...]]:
    """The summary as rows of text, the first one naming the columns."""
    decimals = 0 if unit is GlucoseUnit.MGDL else 1
    low, high = (f"{threshold_in(value, unit):.{decimals}f}" for value in (TARGET_LOW_MGDL, TARGET_HIGH_MGDL))
    levels = ("mean_mgdl", "min_mgdl", "max_mgdl")
    shares = ("time_in_range_pct", "time_below_range_pct", "time_above_range_pct")
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
    rows: list[tuple[str, ...]] = [names]
    for row, subject in enumerate(simulation.subjects):
        summary = _summary(simulation.glucose_mgdl[row], simulation.inputs[row])
        rows.append(
            (
                subject.name,
                *(f"{glucose_in(summary[name], unit):.{decimals}f}" for name in levels),
                *(f"{summary[name]:.1f}" for name in (*shares, "insulin_u")),
                f"{summary['carbs_g']:.0f}",
            )
        )
    return rows
