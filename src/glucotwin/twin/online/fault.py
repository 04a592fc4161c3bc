"""Faults of a sensor as its readings come in, and what the filter does about each.

A reading that is surely wrong is not used. A dip that looks like pressure on the sensor is believed until it turns out
to be one: a true low must never be explained away. When it has passed, the belief goes on as if it had not been read.
"""

from enum import IntEnum
from typing import NamedTuple

import jax.numpy as jnp

from glucotwin.core.array import Array, Bool, Float, Int
from glucotwin.ingest.detect.sensor_grid import NIGHT_END_MIN, NIGHT_START_MIN
from glucotwin.ingest.detect.stuck_sensor import FEWEST_READINGS, STUCK_MIN
from glucotwin.twin.filter import NO_READING, VALUE, Readings
from glucotwin.twin.state_space import STEP_MIN

JUMP_SCORE = 6.0
JUMP_MGDL = 40.0
"""From both on, a reading has to be confirmed by the next one: a standardised residual, and a size that glucose does
not reach in 5 min, for a twin may be too sure of itself."""

DIP_SCORE = -3.0
"""Standardised residual of a fall with which a dip by pressure may begin."""

DIP_DEPTH_MGDL = 20.0
DIP_STEPS = 16
"""Dips by pressure are at least so deep, and over within 80 min (Facchinetti 2016)."""

BACK_SCORE = 2.0
"""After a dip by pressure, readings are as near as this to where they would be without it."""

BACK_FRACTION = 0.5
"""Share of the depth that is made up within 15 min at its end."""

SILENT_STEPS = 6
"""Half an hour without a reading."""


class Fault(IntEnum):
    """What is wrong with a reading."""

    NONE = 0
    STUCK = 1
    JUMP = 2
    COMPRESSION_LOW = 3
    RECOVERY = 4


class FaultMemory(NamedTuple):
    """What of earlier readings tells whether the next one is at fault.

    Attributes:
        recent_mgdl: the last three readings, newest last.
        same_count: how many readings in a row had the last value.
        same_steps: steps since the first of them.
        silent_steps: steps since the last reading.
        held_back: whether the last reading waits for the next one to confirm it.
        dip_steps: steps since a dip began that may be pressure; 0 when there is none.
        dip_depth_mgdl: how far the dip went below what was expected without it.
    """

    recent_mgdl: Float[Array, "*person three"]
    same_count: Int[Array, "*person"]
    same_steps: Int[Array, "*person"]
    silent_steps: Int[Array, "*person"]
    held_back: Bool[Array, "*person"]
    dip_steps: Int[Array, "*person"]
    dip_depth_mgdl: Float[Array, "*person"]


class Judgement(NamedTuple):
    """What a reading is taken for.

    Attributes:
        fault: a value of ``Fault``.
        use: whether it moves the belief.
        go_back: whether the belief goes on from the one without the readings in doubt.
        in_doubt: whether the belief without the readings in doubt stays as it is.
    """

    fault: Int[Array, "*person"]
    use: Bool[Array, "*person"]
    go_back: Bool[Array, "*person"]
    in_doubt: Bool[Array, "*person"]


def no_memory(readings: Readings) -> FaultMemory:
    """Before anything but one reading was seen."""
    whole = jnp.zeros((), dtype=jnp.int64)
    value = jnp.asarray(readings.glucose_mgdl, dtype=jnp.float64)
    return FaultMemory(
        recent_mgdl=jnp.stack([value, value, value]),
        same_count=jnp.where(readings.kind == VALUE, 1, 0).astype(jnp.int64),
        same_steps=whole,
        silent_steps=whole,
        held_back=jnp.asarray(False),
        dip_steps=whole,
        dip_depth_mgdl=jnp.zeros(()),
    )


def judge(
    memory: FaultMemory,
    readings: Readings,
    minute_of_day: Float[Array, ""],
    score: Float[Array, ""],
    without: tuple[Float[Array, ""], Float[Array, ""]],
) -> tuple[Judgement, FaultMemory]:
    """What the next reading is taken for, and what to remember.

    Args:
        memory: of the readings before.
        readings: the reading, or none.
        minute_of_day: local time.
        score: standardised residual against the belief.
        without: residual in mg/dL and standardised residual against the belief without the readings in doubt.
    """
    present, is_value = readings.kind != NO_READING, readings.kind == VALUE
    value = jnp.asarray(readings.glucose_mgdl, dtype=jnp.float64)
    silent = memory.silent_steps + 1
    count, steps = _repeats(memory, value, is_value, present, silent)
    stuck = is_value & (count >= FEWEST_READINGS) & (steps * STEP_MIN >= STUCK_MIN)
    far = is_value & (jnp.abs(score) > JUMP_SCORE) & (jnp.abs(without[0]) > JUMP_MGDL) & (silent < SILENT_STEPS)
    dip, depth, passed = _dip(memory, readings, _is_night(minute_of_day), score, without)
    jump = far & ~memory.held_back & ~stuck & ~passed
    fault = jnp.where(present & (silent >= SILENT_STEPS), Fault.RECOVERY, Fault.NONE)
    for kind, applies in ((Fault.COMPRESSION_LOW, passed), (Fault.JUMP, jump), (Fault.STUCK, stuck)):
        fault = jnp.where(applies, kind, fault)
    judgement = Judgement(
        fault=fault,
        use=present & ~stuck & ~jump,
        go_back=stuck | passed,
        in_doubt=(count > 1) | jump | (dip > 0),
    )
    recent = jnp.where(present, jnp.append(memory.recent_mgdl[1:], value), memory.recent_mgdl)
    return judgement, FaultMemory(
        recent_mgdl=recent,
        same_count=count,
        same_steps=steps,
        silent_steps=jnp.where(present, 0, silent),
        held_back=jnp.where(present, jump, memory.held_back),
        dip_steps=jnp.where(passed, 0, dip),
        dip_depth_mgdl=jnp.where(passed | (dip == 0), 0.0, depth),
    )


def _is_night(minute_of_day: Float[Array, ""]) -> Bool[Array, ""]:
    return (minute_of_day >= NIGHT_START_MIN) | (minute_of_day < NIGHT_END_MIN)


def _repeats(
    memory: FaultMemory,
    value: Float[Array, ""],
    is_value: Bool[Array, ""],
    present: Bool[Array, ""],
    silent: Int[Array, ""],
) -> tuple[Int[Array, ""], Int[Array, ""]]:
    """How many readings in a row had this value, and how many steps ago the first came."""
    same = is_value & (value == memory.recent_mgdl[-1]) & (memory.same_count > 0) & (silent < SILENT_STEPS)
    first = jnp.where(is_value, 1, 0)
    count = jnp.where(present, jnp.where(same, memory.same_count + 1, first), memory.same_count)
    steps = jnp.where(same | ~present, memory.same_steps + 1, 0)
    return count, steps


def _dip(
    memory: FaultMemory,
    readings: Readings,
    night: Bool[Array, ""],
    score: Float[Array, ""],
    without: tuple[Float[Array, ""], Float[Array, ""]],
) -> tuple[Int[Array, ""], Float[Array, ""], Bool[Array, ""]]:
    """Steps since a suspected dip began, its depth, and whether it has just turned out to be pressure."""
    present = readings.kind != NO_READING
    value = jnp.asarray(readings.glucose_mgdl, dtype=jnp.float64)
    going = memory.dip_steps > 0
    begins = ~going & present & night & (score < DIP_SCORE)
    steps = jnp.where(going, memory.dip_steps + 1, jnp.where(begins, 1, 0))
    depth = jnp.where(present & (steps > 0), jnp.maximum(memory.dip_depth_mgdl, -without[0]), memory.dip_depth_mgdl)
    made_up = value - jnp.min(memory.recent_mgdl) >= BACK_FRACTION * depth
    passed = going & present & (depth >= DIP_DEPTH_MGDL) & (jnp.abs(without[1]) <= BACK_SCORE) & made_up
    over = (steps > DIP_STEPS) | ((steps >= 4) & (depth < DIP_DEPTH_MGDL))
    return jnp.where(over, 0, steps), depth, passed & ~over
