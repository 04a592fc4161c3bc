"""One arm of a closed-loop comparison: people, an algorithm and devices, over days, in one compiled run."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import jax
import numpy as np

from glucotwin.control.controller import DECISION_MIN, AnyController
from glucotwin.control.python_controller import AbstractPythonController, AnyPythonController
from glucotwin.control.relayed import in_program
from glucotwin.control.setting import TherapySetting
from glucotwin.core.array import AnyArray
from glucotwin.core.random import stream_keys
from glucotwin.devices.device import AnyPump, AnySensor
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, stack_bodies
from glucotwin.physiology.insulin_product import REFERENCE, find_insulin_product
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import body_of
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.closed_loop import ClosedLoop
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.simulate.trajectory import REACTION, Trajectory, check_finite
from glucotwin.simulate.wear import for_everyone
from glucotwin.workflows.day_plan import AbstractDays
from glucotwin.workflows.loop.person import (
    FITTING,
    SettingFactors,
    care_in_loop,
    limits_of_setting,
    setting_of_subject,
    stacked,
)
from glucotwin.workflows.loop.pilot import Pilot, run_stepped
from glucotwin.workflows.own_fault import OwnFaults
from glucotwin.workflows.simulate_device import WornDays

TYPICAL: Final = "typical"

DECISION_OUTPUTS: Final = (
    "sensor_mgdl",
    "rate_u_per_h",
    "bolus_u",
    "safe_rate_u_per_h",
    "safe_bolus_u",
    "wanted_rate_u_per_h",
    "wanted_bolus_u",
    "proposed_carbs_g",
    "on_board_u",
    "clamps",
    "reason",
)
"""What is kept of every decision."""

TOTALS: Final = (
    "basal_u_total",
    "bolus_u_total",
    "long_acting_u_total",
    "glucagon_mg_total",
    "rescue_carbs_g_total",
)
"""What is added up over the run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """An algorithm with its devices.

    Attributes:
        name: for tables.
        controller: the algorithm; one in plain Python is stepped, 5 min at a time.
        sensor, pump: the devices.
        automatic: whether doses are given by themselves, or only proposed; see ``ClosedLoop``.
        eats_proposed: whether people eat what the algorithm proposes.
        settings: how far the pump's settings are from those that fit; one for all, or one for each person.
        own_faults: each person's own faults of the devices; None when they are the same for all.
        rapid: insulin product in the pump, or of injections for meals.
        long_acting: insulin product of the long-acting injections in place of the algorithm's usual one; empty for
            that. An algorithm that injects none ignores it.
        day_to_day: whether its injections differ from day to day as published.
    """

    name: str
    controller: AnyController | AnyPythonController
    sensor: AnySensor
    pump: AnyPump
    automatic: bool = True
    eats_proposed: bool = True
    settings: SettingFactors | tuple[SettingFactors, ...] = FITTING
    own_faults: OwnFaults | None = None
    rapid: str = REFERENCE
    long_acting: str = ""
    day_to_day: bool = False

    @property
    def injected(self) -> str:
        """Product of the long-acting injections; empty when there are none."""
        usual = self.controller.long_acting
        return self.long_acting or usual if usual else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmResult:
    """What became of the people of an arm.

    Attributes:
        arm: which.
        subjects: who, in the order of rows.
        minute_utc: minute of every decision, shape ``(decisions,)``.
        glucose_mgdl: plasma glucose at every decision and at the end, ``(people, decisions + 1)``.
        decisions: what was seen and decided, by name, each ``(people, decisions)``; see ``ClosedLoopState``.
        totals: what was given since the start, by name, each ``(people, decisions + 1)``.
        signals: of the body, by name, that were asked for, likewise.
        shown: what other devices showed at every decision, by name, each ``(people, decisions)``.
    """

    arm: Arm
    subjects: tuple[Subject, ...]
    minute_utc: np.ndarray
    glucose_mgdl: np.ndarray
    decisions: Mapping[str, np.ndarray]
    totals: Mapping[str, np.ndarray]
    signals: Mapping[str, np.ndarray] = field(default_factory=dict)
    shown: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def days(self) -> float:
        """Length in days of 24 h."""
        return self.minute_utc.size * DECISION_MIN / 1440.0

    def per_day(self, total: str) -> np.ndarray:
        """A total per day, ``(people,)``."""
        return self.totals[total][:, -1] / self.days


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyArm:
    """People, devices and days, ready to be lived.

    Attributes:
        bodies: of the people, stacked.
        loop: theirs; a ``Relayed`` stands for an algorithm in Python.
        inputs: of all minutes.
        settings: of each person.
    """

    bodies: Body
    loop: ClosedLoop
    inputs: Inputs
    settings: tuple[TherapySetting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRun:
    """An algorithm with its people, ready to be lived by ``live_arm``, or by the clock.

    Attributes:
        arm: algorithm and devices.
        subjects: who, in the order of rows.
        ready: their bodies, loop and days.
        watched: devices that only watch; None without.
    """

    arm: Arm
    subjects: tuple[Subject, ...]
    ready: ReadyArm
    watched: WornDays | None = None


def run_arm(
    arm: Arm,
    subjects: tuple[Subject, ...],
    days: AbstractDays,
    *,
    body: str,
    seed: int,
    care_profile: str = TYPICAL,
    without: frozenset[str] = frozenset(),
) -> ArmResult:
    """Simulates an arm; arms with the same days and seed share every chance event (common random numbers).

    Args:
        arm: which.
        subjects: who, as ``days.who`` has them.
        days: what they do.
        body: name of their body.
        seed: of the devices.
        care_profile: behaviour profile by whose habits lows are treated.
        without: modules that the bodies lack.

    Raises:
        ModelError: the body does not take what the days or the algorithm need.
        SolverError: a result is not finite.
    """
    ready = prepare(arm, subjects, days, body=body, seed=seed, care_profile=care_profile, without=without)
    return live_arm(arm, subjects, ready)


def live_arm(arm: Arm, subjects: tuple[Subject, ...], ready: ReadyArm, *, signals: tuple[str, ...] = ()) -> ArmResult:
    """Simulates an arm that is ready.

    Args:
        arm: which.
        subjects: who, in the order of its people.
        ready: their bodies, loop and days.
        signals: of the body to keep besides plasma glucose.

    Raises:
        ModelError: the body has no such signal.
        SolverError: a result is not finite.
    """
    names = tuple(f"{REACTION}.{name}" for name in (*DECISION_OUTPUTS, *TOTALS))
    kept = _lived(arm, ready, ("glucose_mgdl", *signals, *names))
    outputs = {name.removeprefix(f"{REACTION}."): np.asarray(values) for name, values in kept.items()}
    _check_glucose(outputs["glucose_mgdl"])
    return ArmResult(
        arm=arm,
        subjects=subjects,
        minute_utc=np.asarray(ready.inputs.minute_utc)[::DECISION_MIN],
        glucose_mgdl=outputs["glucose_mgdl"],
        # The state at a point is that of the decision before it.
        decisions={name: outputs[name][:, 1:] for name in DECISION_OUTPUTS},
        totals={name: outputs[name] for name in TOTALS},
        signals={name: outputs[name] for name in signals},
    )


def prepare(
    arm: Arm,
    subjects: tuple[Subject, ...],
    days: AbstractDays,
    *,
    body: str,
    seed: int,
    care_profile: str = TYPICAL,
    without: frozenset[str] = frozenset(),
) -> ReadyArm:
    """All that an arm needs to be lived; arguments as for ``run_arm``.

    Raises:
        ModelError: the body does not take what the days or the algorithm need.
    """
    options = _options(days.options(without), arm)
    ((inputs, events),) = days.blocks(subjects, options)
    loop = closed_loop_of(arm, subjects, seed=seed, care_profile=care_profile)
    people = range(len(subjects))
    return ReadyArm(
        bodies=stack_bodies([body_of(body, one, options=options) for one in subjects]),
        loop=loop,
        inputs=days.announced(inputs, events, subjects),
        settings=tuple(jax.tree.map(lambda leaf, row=row: leaf[row], loop.setting) for row in people),
    )


def closed_loop_of(arm: Arm, subjects: tuple[Subject, ...], *, seed: int, care_profile: str) -> ClosedLoop:
    """The loop of several people, with a leading people axis.

    Args:
        arm: algorithm and devices.
        subjects: who.
        seed: of the devices.
        care_profile: by whose habits lows are treated.
    """
    factors = arm.settings if isinstance(arm.settings, tuple) else (arm.settings,) * len(subjects)
    settings = tuple(setting_of_subject(one, factors=own) for one, own in zip(subjects, factors, strict=True))
    return closed_loop_with(arm, subjects, settings, seed=seed, care_profile=care_profile)


def closed_loop_with(
    arm: Arm, subjects: tuple[Subject, ...], settings: tuple[TherapySetting, ...], *, seed: int, care_profile: str
) -> ClosedLoop:
    """The loop of several people with settings of their own; other arguments as for ``closed_loop_of``."""
    people, names, steps = len(subjects), [one.name for one in subjects], arm.pump.steps
    sensor, pump = for_everyone(arm.sensor, people), for_everyone(arm.pump, people)
    if arm.own_faults is not None:
        sensor, pump = arm.own_faults.put_on(sensor, pump)
    limits = [limits_of_setting(one, steps, automated=arm.controller.automated) for one in settings]
    return ClosedLoop(
        controller=for_everyone(in_program(arm.controller), people),
        setting=stacked(settings),
        limits=stacked(limits),
        sensor=sensor,
        pump=pump,
        care=care_in_loop(care_profile, subjects),
        automatic=np.full(people, arm.automatic or not arm.controller.automated),
        eats_proposed=np.full(people, float(arm.eats_proposed)),
        sensor_key=stream_keys(seed, names, stream="sensor"),
        pump_key=stream_keys(seed, names, stream="pump"),
        long_acting=arm.injected,
        rapid=arm.rapid,
        injection_sd=find_insulin_product(arm.injected).day_to_day_sd if arm.day_to_day and arm.injected else 0.0,
    )


def _lived(arm: Arm, ready: ReadyArm, outputs: tuple[str, ...]) -> Mapping[str, AnyArray]:
    """The outputs at every decision and at the end, from one program or step by step."""
    if isinstance(arm.controller, AbstractPythonController):
        pilot = Pilot(arm.controller, ready.settings)
        return run_stepped(pilot, ready.bodies, ready.loop, ready.inputs, outputs=outputs)
    lived = simulate_cohort(ready.bodies, ready.inputs, reaction=ready.loop, outputs=outputs, stride=DECISION_MIN)
    return lived.outputs


def _check_glucose(glucose_mgdl: np.ndarray) -> None:
    """Glucose is finite; readings and what follows from them need not be, when a sensor shows nothing."""
    t_min = np.arange(glucose_mgdl.shape[1], dtype=np.float64) * DECISION_MIN
    check_finite(Trajectory(t_min=t_min, outputs={"glucose_mgdl": glucose_mgdl}, final_state={}))


def _options(options: BodyOptions, arm: Arm) -> BodyOptions:
    """The depots that the algorithm doses into, whatever insulin the days name; habits of care dose the reference."""
    injected = arm.injected
    products = tuple(sorted({REFERENCE, arm.rapid, injected} - {""}))
    return replace(options, products=products, basal_product=injected or arm.rapid)
