"""One forecast from all effects."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from glucotwin.control.loop.series import Series


def predict(start_s: float, start_mgdl: float, effects: Sequence[Series], momentum: Series) -> Series:
    """Add up the changes of effects from a reading on, with the momentum blended in.

    Args:
        start_s: time of the last reading, s since 1970.
        start_mgdl: the last reading.
        effects: cumulative effects.
        momentum: the trend's effect; it counts fully at first and fades out at its end.
    """
    time_s = np.unique(np.concatenate([one.time_s for one in (*effects, momentum)]))
    change = np.zeros(time_s.size)
    for effect in effects:
        change[np.searchsorted(time_s, effect.time_s)] += effect.increment
    if len(momentum) > 1:
        at = np.searchsorted(time_s, momentum.time_s)
        step_s = momentum.time_s[1] - momentum.time_s[0]
        share = momentum_share(len(momentum), (start_s - momentum.time_s[0]) / step_s)
        change[at] = (1 - share) * change[at] + share * momentum.increment
    ahead = time_s > start_s
    return Series(
        time_s=np.concatenate([[start_s], time_s[ahead]]),
        value=np.concatenate([[start_mgdl], start_mgdl + np.cumsum(change[ahead])]),
    )


def momentum_share(count: int, offset_steps: float) -> Float[np.ndarray, " time"]:
    """How much the trend counts at each of its points.

    Args:
        count: how many points it has.
        offset_steps: how many steps of the grid the reading is after the first of them.
    """
    fading = max(count - 2, 1)
    return np.clip((count - np.arange(count)) / fading - 1 / fading + offset_steps / fading, 0.0, 1.0)


def extend(forecast: Series, end_s: float) -> Series:
    """Hold the last value until an end if the forecast is shorter."""
    if forecast.time_s[-1] >= end_s:
        return forecast
    return Series(
        time_s=np.append(forecast.time_s, end_s),
        value=np.append(forecast.value, forecast.value[-1]),
    )
