"""A closed loop along a course of glucose that no body made: sensor, algorithm, limits and pump, and nothing else."""

import io
import itertools
from dataclasses import dataclass, replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import strategies as st

from glucotwin.control.controller import AbstractController, AnyController, Decision, Seen, decide
from glucotwin.control.python_controller import AnyPythonController
from glucotwin.control.safety_array import SafetyLimits
from glucotwin.control.setting import TherapySetting
from glucotwin.core.array import Array, Float, Int
from glucotwin.devices.fault import fault_from_text
from glucotwin.devices.registry import with_faults
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.physiology.registry import find_subject
from glucotwin.scenario.announcement import with_announcements
from glucotwin.simulate.closed_loop import ClosedLoop, ClosedLoopState
from glucotwin.simulate.reaction import no_self_care
from glucotwin.testing.controller import probing_setting
from glucotwin.workflows.loop.arm import Arm, closed_loop_with

STEPS, STEP_MIN = 48, 5
MINUTES = STEPS * STEP_MIN
SCHEDULED_U_PER_H = 1.0
PULSE_U = 0.05  # of a pump with steps; one whose pulses scatter gives more or less than it is told, which is no breach
START_MINUTE = int(np.asarray(constant_inputs(1).minute_utc)[0])
NOBODY = "adult#001"


class ScriptState(eqx.Module):
    """What remains to be decided."""

    rate_u_per_h: Float[Array, " step"]
    bolus_u: Float[Array, " step"]
    step: Int[Array, ""]


class Scripted(AbstractController[ScriptState]):
    """Decides what it is told to, however mad."""

    rate_u_per_h: Float[Array, " step"]
    bolus_u: Float[Array, " step"]

    def initial_state(self, setting: TherapySetting) -> ScriptState:
        return ScriptState(jnp.asarray(self.rate_u_per_h), jnp.asarray(self.bolus_u), jnp.zeros((), jnp.int32))

    def step(self, state: ScriptState, seen: Seen) -> tuple[ScriptState, Decision]:
        made = decide(state.rate_u_per_h[state.step], bolus_u=state.bolus_u[state.step])
        return eqx.tree_at(lambda one: one.step, state, state.step + 1), made


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What happens to the loop.

    Attributes:
        glucose_mgdl: at each decision; not a number where the sensor shows nothing.
        announced_g: at each decision.
        suspended: first and last minute of a suspension by the person.
        max_basal_u_per_h, max_bolus_u, max_on_board_u: the limits.
    """

    glucose_mgdl: tuple[float, ...]
    announced_g: tuple[float, ...]
    suspended: tuple[int, int]
    max_basal_u_per_h: float
    max_bolus_u: float
    max_on_board_u: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it: per minute what reached the body, per decision what was told to the pump."""

    given_u: np.ndarray
    rate_u_per_h: np.ndarray
    bolus_u: np.ndarray
    on_board_u: np.ndarray


def _course(glucose: list[float], meals: dict[int, float], suspended: tuple[int, int], limits: list[float]) -> Course:
    begin, lasts = suspended
    return Course(
        glucose_mgdl=tuple(glucose),
        announced_g=tuple(meals.get(step, 0.0) for step in range(STEPS)),
        suspended=(begin, min(begin + lasts, MINUTES)),
        max_basal_u_per_h=limits[0],
        max_bolus_u=limits[1],
        max_on_board_u=limits[2],
    )


READING = st.one_of(st.floats(40, 400), st.floats(60, 90), st.just(float("nan")))
COURSES = st.builds(
    _course,
    st.lists(READING, min_size=STEPS, max_size=STEPS),
    st.dictionaries(st.integers(0, STEPS - 1), st.floats(1, 150), max_size=4),
    st.tuples(st.integers(0, MINUTES - 60), st.integers(1, 120)),
    st.lists(st.floats(0.2, 8.0), min_size=3, max_size=3),
)


def loop_of(controller: AnyController | AnyPythonController, pump: str) -> ClosedLoop:
    """The loop of one person who treats no lows, with a pump that can be suspended."""
    faults = (fault_from_text("suspended:0-1"),)
    sensor, faulty = with_faults("ideal", pump, faults, start_minute=0)
    arm = Arm(name="one", controller=controller, sensor=sensor, pump=faulty)
    plain: TherapySetting = jax.tree.map(np.asarray, probing_setting(SCHEDULED_U_PER_H))
    person = (find_subject("padova-t1d-2008", NOBODY),)
    loop = closed_loop_with(arm, person, (plain,), seed=1, care_profile="typical")
    one: ClosedLoop = jax.tree.map(lambda leaf: jnp.asarray(leaf[0]), loop)
    return replace(one, care=no_self_care())


def set_to(loop: ClosedLoop, course: Course) -> ClosedLoop:
    """The loop with a course's limits and suspension."""
    limits: SafetyLimits = loop.limits
    changed = replace(
        limits,
        max_basal_u_per_h=jnp.asarray(course.max_basal_u_per_h),
        max_bolus_u=jnp.asarray(course.max_bolus_u),
        max_insulin_on_board_u=jnp.asarray(course.max_on_board_u),
    )
    first, last = (jnp.asarray([START_MINUTE + minute], dtype=jnp.int64) for minute in course.suspended)
    pump = eqx.tree_at(lambda one: (one.faults.first_minute, one.faults.last_minute), loop.pump, (first, last))
    return replace(loop, limits=changed, pump=pump)


def _inputs(course: Course) -> Inputs:
    told = np.zeros(MINUTES)
    told[::STEP_MIN] = course.announced_g
    plain = with_announcements(constant_inputs(MINUTES), told, np.zeros(MINUTES))
    return plain.map(jnp.asarray)


@eqx.filter_jit
def _minutes(
    loop: ClosedLoop, state: ClosedLoopState, inputs: Inputs, glucose_mgdl: Float[Array, " minute"]
) -> tuple[ClosedLoopState, tuple[Array, ...]]:
    def one(now: ClosedLoopState, given: tuple[Inputs, Array]) -> tuple[ClosedLoopState, tuple[Array, ...]]:
        after, acted = loop.react(now, given[1], given[0])
        reached = acted.insulin_u_per_min[REFERENCE]
        return after, (jnp.asarray(reached), after.rate_u_per_h, after.bolus_u, after.on_board_u)

    return jax.lax.scan(one, state, (inputs, glucose_mgdl))


def lived(loop: ClosedLoop, course: Course, *, restart_at: int = 0) -> Outcome:
    """The whole course; at a step other than 0 all that is remembered goes through a file."""
    inputs, glucose = _inputs(course), jnp.repeat(jnp.asarray(course.glucose_mgdl), STEP_MIN)
    state, parts = loop.initial_state(), []
    cuts = [0, restart_at * STEP_MIN, MINUTES] if restart_at else [0, MINUTES]
    for first, last in itertools.pairwise(cuts):
        state, kept = _minutes(loop, state, inputs.cut(first, last), glucose[first:last])
        state = through_file(state)
        parts.append(kept)
    return _outcome([np.concatenate([np.asarray(one[row]) for one in parts]) for row in range(4)])


def through_file(state: ClosedLoopState) -> ClosedLoopState:
    """The state after its numbers were written and read."""
    leaves, structure = jax.tree.flatten(state)
    file = io.BytesIO()
    np.savez(file, *[np.asarray(leaf) for leaf in leaves])
    file.seek(0)
    with np.load(file) as read:
        again = [jnp.asarray(read[f"arr_{number}"]) for number in range(len(leaves))]
    return jax.tree.unflatten(structure, again)


def _outcome(rows: list[np.ndarray]) -> Outcome:
    given, *decided = rows
    rate, bolus, on_board = (values[::STEP_MIN] for values in decided)
    return Outcome(given_u=given, rate_u_per_h=rate, bolus_u=bolus, on_board_u=on_board)


def check_invariants(outcome: Outcome, course: Course, *, automated: bool) -> None:
    """Passes when limits and suspension held throughout."""
    rate, bolus, given = outcome.rate_u_per_h, outcome.bolus_u, outcome.given_u
    assert np.all(np.isfinite(given))
    assert np.all(given >= 0.0)
    assert np.all((rate >= 0.0) & (rate <= course.max_basal_u_per_h + 1e-9))
    assert np.all((bolus >= 0.0) & (bolus <= course.max_bolus_u + 1e-9))
    asked = np.cumsum(
        np.repeat(rate, STEP_MIN) / 60.0 + np.repeat(bolus, STEP_MIN) * (np.arange(MINUTES) % STEP_MIN == 0)
    )
    assert np.all(np.cumsum(given) <= asked + 1e-9)
    for first in range(STEPS - 24):
        if not np.any(bolus[first : first + 24]):  # no bolus in this hour, nor one from before that is still coming
            hour_u = given[STEP_MIN * (first + 12) : STEP_MIN * (first + 24)].sum()
            assert hour_u <= course.max_basal_u_per_h + PULSE_U + 1e-9
    assert np.all(given[course.suspended[0] : course.suspended[1]] == 0.0)
    if not automated:
        return
    more = (bolus > 0.0) | (rate > SCHEDULED_U_PER_H + 1e-9)
    beyond = outcome.on_board_u + bolus + (rate - SCHEDULED_U_PER_H) * STEP_MIN / 60.0
    assert np.all(beyond[more] <= course.max_on_board_u + 1e-9)
    shown = np.asarray(course.glucose_mgdl)
    assert np.all((rate[shown < 70.0] == 0.0) & (bolus[shown < 70.0] == 0.0))
    assert np.all(bolus[np.isnan(shown)] == 0.0)
