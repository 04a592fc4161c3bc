"""Time in range by mean glucose: glucose of a day taken as log-normal."""

import math

from glucotwin.months.person import MGDL_PER_MMOLL

LOW_MGDL, HIGH_MGDL = 70.0, 180.0
SPREAD, SPREAD_ON_INSULIN = 0.27, 0.33
"""Coefficient of variation within a person, without and with insulin (chosen near published means of type 2)."""


def time_in_range_pct(mean_mmoll: float, *, insulin: bool = False) -> float:
    """Percent of time at 70 to 180 mg/dL; without insulin nothing is taken to be below 70.

    Args:
        mean_mmoll: mean glucose.
        insulin: whether insulin is injected, which spreads glucose.
    """
    spread = SPREAD_ON_INSULIN if insulin else SPREAD
    sigma = math.sqrt(math.log(1.0 + spread**2))
    middle = math.log(mean_mmoll * MGDL_PER_MMOLL) - sigma**2 / 2.0
    below = [0.5 * (1.0 + math.erf((math.log(one) - middle) / sigma / math.sqrt(2.0))) for one in (LOW_MGDL, HIGH_MGDL)]
    return 100.0 * (below[1] - (below[0] if insulin else 0.0))
