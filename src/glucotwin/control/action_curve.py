"""How much of a dose of rapid insulin has not acted yet: the exponential curve, for numbers and for arrays."""

from typing import Any, TypeAlias

import numpy as np

Values: TypeAlias = Any
"""A number, or an array of the namespace."""

Namespace: TypeAlias = Any
"""``numpy``, or ``jax.numpy`` inside compiled code."""


def fraction_left(elapsed_min: Values, *, duration_min: Values, peak_min: Values, xp: Namespace = np) -> Values:
    """Share of a dose that has not acted yet: 1 before it, 0 after its action.

    With the duration t_d, the peak t_p and the elapsed time s: tau = t_p (1 - t_p/t_d) / (1 - 2 t_p/t_d),
    a = 2 tau/t_d, S = 1 / (1 - a + (1 + a) exp(-t_d/tau)); the share left is
    1 - S (1 - a) [(s^2/(tau t_d (1 - a)) - s/tau - 1) exp(-s/tau) + 1].

    Source: tidepool-org/LoopAlgorithm, exponential insulin model.

    Args:
        elapsed_min: time since the dose began to act.
        duration_min: how long it acts.
        peak_min: when it acts most; less than half of the duration.
        xp: what computes.
    """
    elapsed = xp.clip(elapsed_min, 0.0, duration_min)
    tau = peak_min * (1 - peak_min / duration_min) / (1 - 2 * peak_min / duration_min)
    rise = 2 * tau / duration_min
    scale = 1 / (1 - rise + (1 + rise) * xp.exp(-duration_min / tau))
    shape = elapsed**2 / (tau * duration_min * (1 - rise)) - elapsed / tau - 1
    left = 1 - scale * (1 - rise) * (shape * xp.exp(-elapsed / tau) + 1)
    return xp.where(elapsed >= duration_min, 0.0, xp.where(elapsed <= 0, 1.0, left))
