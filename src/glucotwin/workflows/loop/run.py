"""Use case: one or a few virtual people in a closed loop, step by step, with every decision."""

from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import polars as pl

from glucotwin.control.controller import DECISION_MIN, DecisionReason
from glucotwin.control.registry import find_any_controller
from glucotwin.control.safety_array import reasons_of
from glucotwin.core.file import replace_file
from glucotwin.core.profile import RESEARCHER, Authority, Capability
from glucotwin.core.unit import GlucoseUnit, glucose_in
from glucotwin.domain.inputs import minute_utc_from
from glucotwin.metrics.tally import GlucoseTally
from glucotwin.physiology.subject import Subject
from glucotwin.workflows.day_plan import AbstractDays
from glucotwin.workflows.loop.arm import TYPICAL, Arm, ArmResult, PreparedRun, ReadyArm, live_arm, prepare
from glucotwin.workflows.own_fault import devices_with_faults, faults_of_people
from glucotwin.workflows.simulate import DEFAULT_BODY, subjects_named
from glucotwin.workflows.simulate_device import DeviceChoice, WornDays, device_summary, is_scanned

SCHEDULE_TOUCH_U_PER_H = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopRequest:
    """What to run.

    Attributes:
        algorithm: name of the dosing algorithm.
        days: what the people do.
        body: name of the body.
        subject: a subject's name, a group's, or ``all``; default the body's first subject.
        sensor, pump: names of the devices.
        faults: what goes wrong with them, each as ``KIND:FROM-TO[:SIZE]`` with hours from the start, or the name of
            rates by which it is drawn (``typical``), for each person their own.
        automatic: whether doses are given by themselves; else they are proposals, and the schedule runs.
        seed: of the devices.
        ketone, tracker: names of a ketone monitor and a watch that are worn too; empty for none.
    """

    algorithm: str
    days: AbstractDays
    body: str = DEFAULT_BODY
    subject: str = ""
    sensor: str = "ideal"
    pump: str = "ideal"
    faults: tuple[str, ...] = ()
    automatic: bool = False
    seed: int = 1
    ketone: str = ""
    tracker: str = ""

    @property
    def watched(self) -> DeviceChoice:
        """Devices that only watch, the memory of a scanned sensor among them."""
        scanned = self.sensor if is_scanned(self.sensor) else ""
        return DeviceChoice(
            sensor=scanned,
            faults=self.faults if scanned else (),
            ketone=self.ketone,
            tracker=self.tracker,
            seed=self.seed,
        )


def run_loop(request: LoopRequest, *, authority: Authority = RESEARCHER) -> ArmResult:
    """Runs an algorithm on virtual people.

    Args:
        request: what.
        authority: on whose behalf.

    Raises:
        NotFoundError: there is no such algorithm, device, body or subject.
        NotAllowedError: the authority may not simulate.
        DataError: a fault is none, nor the name of rates.
        ModelError: the body does not take what the days or the algorithm need.
        SolverError: a result is not finite.
    """
    return live_loop(prepare_loop(request, authority=authority))


def prepare_loop(request: LoopRequest, *, authority: Authority = RESEARCHER) -> PreparedRun:
    """All that a run needs to be lived; arguments and errors as for ``run_loop``."""
    authority.require(Capability.SIMULATE_VIRTUAL)
    subjects = request.days.who(request.body, subjects_named(request.body, request.subject))
    faults = faults_of_people(
        request.faults,
        [one.name for one in subjects],
        start=request.days.start,
        days=request.days.length_days,
        seed=request.seed,
        sensor=request.sensor,
    )
    start_minute = minute_utc_from(request.days.start)
    sensor, pump, own = devices_with_faults(request.sensor, request.pump, faults, start_minute=start_minute)
    arm = Arm(
        name=request.algorithm,
        controller=find_any_controller(request.algorithm),
        sensor=sensor,
        pump=pump,
        automatic=request.automatic,
        own_faults=own,
    )
    ready = prepare(arm, subjects, request.days, body=request.body, seed=request.seed, care_profile=TYPICAL)
    return PreparedRun(arm=arm, subjects=subjects, ready=ready, watched=_watched(request, subjects, ready))


def _watched(request: LoopRequest, subjects: tuple[Subject, ...], ready: ReadyArm) -> WornDays | None:
    """Devices that only watch; None when there are none."""
    choice, days = request.watched, request.days
    if not choice.is_any:
        return None
    return WornDays(choice, [one.name for one in subjects], ready.inputs, start=days.start, days=days.length_days)


def live_loop(run: PreparedRun) -> ArmResult:
    """Simulates a prepared run, and tells what devices that only watch showed.

    Args:
        run: algorithm, people and devices.

    Raises:
        ModelError: the body has no signal that a device measures.
        SolverError: a result is not finite.
    """
    if run.watched is None:
        return live_arm(run.arm, run.subjects, run.ready)
    signals = ("interstitial_mgdl", *run.watched.choice.outputs)
    lived = live_arm(run.arm, run.subjects, run.ready, signals=signals)
    return replace(lived, shown=_shown(run.watched, lived, run.ready.inputs.minutes))


def _shown(worn: WornDays, lived: ArmResult, minutes: int) -> dict[str, np.ndarray]:
    """What devices that only watch showed at every decision; between decisions the truth runs straight."""
    points, known = np.arange(minutes + 1), np.arange(0, minutes + 1, DECISION_MIN)
    truth = {
        name: np.stack([np.interp(points, known, row) for row in values])
        for name, values in {"glucose_mgdl": lived.glucose_mgdl, **lived.signals}.items()
    }
    return {name: values[:, :-1:DECISION_MIN] for name, values in worn.shown(truth).items()}


def loop_request_to_json(request: LoopRequest) -> dict[str, object]:
    """All that decides what happens in a run, as JSON values."""
    plain = {one.name: getattr(request, one.name) for one in fields(request)}
    return {**plain, "days": request.days.settings(), "faults": list(request.faults)}


def people_of_arm(result: ArmResult) -> pl.DataFrame:
    """One row per person: glucose (see ``GlucoseTally``), insulin, glucagon and rescue carbohydrate per day."""
    tally = GlucoseTally(len(result.subjects))
    tally.add(result.glucose_mgdl[:, :-1])
    given = {name.replace("_total", "_per_day"): result.per_day(name) for name in result.totals}
    names = {"name": [one.name for one in result.subjects], "group": [one.group for one in result.subjects]}
    return pl.DataFrame({**names, **tally.summary(), **given, "clamped_decisions": _clamped(result)})


def proposals_of_arm(result: ArmResult) -> dict[str, int]:
    """How many decisions of all people would give less or more than ran, a bolus, or carbohydrate; and were clamped."""
    made = result.decisions
    change = made["safe_rate_u_per_h"] - made["rate_u_per_h"]
    counts = {
        "less_basal": change < -SCHEDULE_TOUCH_U_PER_H,
        "more_basal": change > SCHEDULE_TOUCH_U_PER_H,
        "bolus": made["safe_bolus_u"] > made["bolus_u"],
        "carbs": made["proposed_carbs_g"] > 0.0,
        "clamped": made["clamps"] > 0.0,
    }
    return {name: int(np.sum(where)) for name, where in counts.items()}


def decision_table(result: ArmResult, *, unit: GlucoseUnit = GlucoseUnit.MGDL) -> pl.DataFrame:
    """One row per person and decision: true and shown glucose, what was wanted, what was given, and why."""
    people, steps = len(result.subjects), result.minute_utc.size
    suffix = "mgdl" if unit is GlucoseUnit.MGDL else "mmoll"
    made = {name: values.ravel() for name, values in result.decisions.items()}
    columns: dict[str, object] = {
        "subject": np.repeat([one.name for one in result.subjects], steps),
        "time_utc": pl.Series(np.tile(result.minute_utc * 60_000_000, people)).cast(pl.Datetime("us", "UTC")),
        f"glucose_{suffix}": glucose_in(result.glucose_mgdl[:, :-1].ravel(), unit),
        f"sensor_{suffix}": glucose_in(made.pop("sensor_mgdl"), unit),
        "reason": [DecisionReason(int(code)).word for code in made.pop("reason")],
        "clamps": [" ".join(reasons_of(int(bits))) for bits in made.pop("clamps")],
    }
    watched = {
        name.replace("mgdl", suffix): glucose_in(values.ravel(), unit) if name.endswith("mgdl") else values.ravel()
        for name, values in result.shown.items()
    }
    return pl.DataFrame({**columns, **made, **watched}).with_columns(
        pl.col(f"sensor_{suffix}", *watched).fill_nan(None)  # where nothing was shown
    )


def write_decisions(result: ArmResult, path: Path, *, unit: GlucoseUnit = GlucoseUnit.MGDL) -> None:
    """Writes ``decision_table`` as CSV; an earlier file is replaced at once.

    Raises:
        NotFoundError: the folder does not exist.
    """
    replace_file(path, decision_table(result, unit=unit).write_csv)


def loop_run_to_json(result: ArmResult) -> dict[str, object]:
    """The run's summary as JSON values."""
    return {
        "algorithm": result.arm.name,
        "automatic": result.arm.automatic,
        "days": result.days,
        "decisions": proposals_of_arm(result),
        "subjects": [
            {**row, **device_summary({name: values[place] for name, values in result.shown.items()})}
            for place, row in enumerate(people_of_arm(result).to_dicts())
        ],
    }


def _clamped(result: ArmResult) -> np.ndarray:
    return np.sum(result.decisions["clamps"] > 0.0, axis=1)
