"""What doses do: insulin on board, and their effect on glucose."""

import numpy as np
from jaxtyping import Float

from glucotwin.control.loop.dose import NetDose
from glucotwin.control.loop.series import Series, grid_between
from glucotwin.control.loop.timeline import Timeline


def insulin_on_board(doses: tuple[NetDose, ...], moment_s: float) -> float:
    """Insulin that has been given by a time and has not acted yet, U."""
    return float(sum(dose.net_u * _fraction_on_board(dose, moment_s - dose.start_s) for dose in doses))


def _fraction_on_board(dose: NetDose, elapsed_s: float) -> float:
    if elapsed_s < 0:
        return 0.0
    if dose.is_momentary:
        return float(dose.model.fraction_left(np.array(elapsed_s)))
    starts, ends = dose.pieces()
    ends = np.maximum(np.minimum(ends, elapsed_s), starts)
    left = dose.model.fraction_left(elapsed_s - (starts + ends) / 2)
    return float(np.sum((ends - starts) / dose.duration_s * left))


def fraction_acted(dose: NetDose, time_s: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
    """Share of a dose that has acted at times."""
    starts, ends = dose.pieces()
    share = np.ones(1) if dose.is_momentary else (ends - starts) / dose.duration_s
    elapsed = (time_s - dose.start_s)[:, None] - starts[None, :]
    return (1 - dose.model.fraction_left(elapsed)) @ share


def insulin_effect(
    doses: tuple[NetDose, ...],
    sensitivity_mgdl_per_u: Timeline,
    *,
    start_s: float,
    end_s: float,
    by_time_of_action: bool,
) -> Series:
    """Cumulative effect of doses on glucose, mg/dL.

    Args:
        doses: with the schedule taken off.
        sensitivity_mgdl_per_u: the sensitivity over time.
        start_s: first time that has to be covered.
        end_s: last time that has to be covered; the effect of the doses is followed to its end anyway.
        by_time_of_action: whether the sensitivity of the time of action counts, not that of the dose's start.
    """
    start = min([dose.start_s for dose in doses] + [start_s])
    end = max([dose.end_s + dose.model.effect_duration_s for dose in doses] + [end_s])
    time_s = grid_between(start, end)
    value = np.zeros(time_s.size)
    for dose in doses:
        scaled = (
            _effect_by_time_of_action(dose, sensitivity_mgdl_per_u, time_s)
            if by_time_of_action
            else fraction_acted(dose, time_s) * sensitivity_mgdl_per_u.at_moment(dose.start_s)
        )
        value -= dose.net_u * scaled
    return Series(time_s=time_s, value=value)


def _effect_by_time_of_action(
    dose: NetDose, sensitivity: Timeline, time_s: Float[np.ndarray, " time"]
) -> Float[np.ndarray, " time"]:
    total = np.zeros(time_s.size)
    for start_s, end_s, value in zip(sensitivity.start_s, sensitivity.end_s, sensitivity.value, strict=True):
        bounds = np.clip(np.concatenate([[time_s[0]], time_s]), start_s, end_s)
        acted = fraction_acted(dose, bounds)
        total += value * (acted[1:] - acted[0])
    return total
