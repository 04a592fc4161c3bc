"""Rounding as oref0 does it, so that decisions agree to the last digit.

The original runs in JavaScript, whose ``Math.round`` moves halves towards plus infinity and whose ``toFixed`` moves
them away from zero on the exact decimal expansion; Python's ``round`` moves them to the even neighbour.
"""

import math
from decimal import ROUND_HALF_UP, Decimal

_FINE_STEP_MODELS = ("54", "23")
_STEPS_PER_U = 20
_FINE_STEPS_PER_U = 40
_COARSE_STEPS_PER_U = 10
_FINE_BELOW_U_PER_H = 1
_COARSE_FROM_U_PER_H = 10


def round_half_up(value: float, digits: int = 0) -> float:
    """Round to ``digits`` decimals, halves towards plus infinity; what is not finite stays as it is."""
    if not math.isfinite(value):
        return value
    scale = 10.0**digits
    scaled = value * scale
    if not math.isfinite(scaled):
        return value
    below = math.floor(scaled)
    return (below + 1 if scaled - below >= 0.5 else below) / scale


def round_away_from_zero(value: float, digits: int) -> float:
    """Round to ``digits`` decimals, halves of the exact decimal expansion away from zero."""
    if not math.isfinite(value):
        return value
    return float(Decimal(value).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP))


def round_rate(rate_u_per_h: float, model: str | None = None) -> float:
    """Round a basal rate, in U/h, to what the pump delivers.

    Steps are 0.05 U/h, and 0.1 U/h from 10 U/h; pumps of the models x54 and x23 step 0.025 U/h below 1 U/h.
    """
    if rate_u_per_h < _FINE_BELOW_U_PER_H:
        steps_per_u = _FINE_STEPS_PER_U if model and model.endswith(_FINE_STEP_MODELS) else _STEPS_PER_U
    elif rate_u_per_h < _COARSE_FROM_U_PER_H:
        steps_per_u = _STEPS_PER_U
    else:
        steps_per_u = _COARSE_STEPS_PER_U
    return round_half_up(rate_u_per_h * steps_per_u) / steps_per_u


def percentile(ordered: list[float], fraction: float) -> float:
    """The value that a share of sorted values lies below, interpolated between neighbours; 0 for no values."""
    if not ordered:
        return 0.0
    if fraction <= 0:
        return ordered[0]
    if fraction >= 1:
        return ordered[-1]
    position = len(ordered) * fraction
    lower = math.floor(position)
    if lower + 1 >= len(ordered):
        return ordered[lower]
    weight = position % 1
    return ordered[lower] * (1 - weight) + ordered[lower + 1] * weight
