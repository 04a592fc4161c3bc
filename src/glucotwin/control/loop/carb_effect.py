"""What meals do: their effect on glucose, and carbs on board."""

import numpy as np
from jaxtyping import Float

from glucotwin.control.loop.absorption_model import AbsorptionModel
from glucotwin.control.loop.carb_status import CarbRule, CarbStatus, Observed
from glucotwin.control.loop.series import STEP_S, Series, grid_between, no_series


def carb_effect(statuses: tuple[CarbStatus, ...], rule: CarbRule, *, start_s: float) -> Series:
    """Cumulative effect of meals on glucose from a start to the last meal's end, mg/dL."""
    if not statuses:
        return no_series()
    end_s = max(status.entry.start_s + status.duration_s + rule.delay_s for status in statuses)
    if end_s < start_s:
        return no_series()
    time_s = grid_between(start_s, end_s)
    value = np.zeros(time_s.size)
    for status in statuses:
        value += status.entry.rise_mgdl_per_g * absorbed_carbs(status, rule, time_s)
    return Series(time_s=time_s, value=value)


def absorbed_carbs(
    status: CarbStatus, rule: CarbRule, time_s: Float[np.ndarray, " time"]
) -> Float[np.ndarray, " time"]:
    """What of a meal is absorbed at times, g: as seen while it was, expected after."""
    entry = status.entry
    since = time_s - entry.start_s
    if status.observed is None or not status.observed.end_s.size:
        return entry.carbs_g * _share(rule.model, since - rule.delay_s, status.duration_s)
    seen_end_s = float(status.observed.end_s[-1])
    ahead = entry.carbs_g * _share(
        rule.model,
        time_s - seen_end_s + status.time_to_absorb_s,
        status.time_to_absorb_s + status.time_remaining_s,
    )
    within = np.where(since < 0, 0.0, _seen_carbs(status.observed, time_s))
    return np.where(time_s > seen_end_s, ahead, within)


def _seen_carbs(seen: Observed, time_s: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
    counts = seen.start_s[None, :] + STEP_S <= time_s[:, None]
    length = seen.end_s - seen.start_s
    part = np.clip((time_s[:, None] - seen.start_s[None, :]) / length[None, :], 0.0, 1.0)
    return np.sum(np.where(counts, part * seen.carbs_g[None, :], 0.0), axis=1)


def carbs_on_board(status: CarbStatus, rule: CarbRule, moment_s: float) -> float:
    """What of a meal is still to be absorbed at a time, g; 0 more than five minutes before it."""
    entry = status.entry
    if moment_s < entry.start_s - STEP_S:
        return 0.0
    seen = status.observed
    if seen is not None and seen.end_s.size and moment_s <= seen.end_s[-1]:
        return max(entry.carbs_g - float(np.sum(seen.carbs_g[seen.end_s <= moment_s])), 0.0)
    return entry.carbs_g - float(absorbed_carbs(status, rule, np.array([moment_s]))[0])


def _share(model: AbsorptionModel, time_s: Float[np.ndarray, " time"], duration_s: float) -> Float[np.ndarray, " time"]:
    if duration_s <= 0:
        return np.where(time_s > 0, 1.0, 0.0)
    return model.absorbed(time_s / duration_s)
