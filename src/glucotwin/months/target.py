"""Combined targets: HbA1c, blood pressure and LDL cholesterol together."""

import math
from dataclasses import dataclass

from glucotwin.months.course import SlowDay

SBP_SPREAD_MMHG, LDL_SPREAD = 8.0, 0.15
"""Spread of people's answer to medicines against pressure (mmHg) and of LDL cholesterol (logarithm); chosen."""

TENTH_PERCENTILE = 1.2816


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """Values to be below: HbA1c in %, systolic pressure in mmHg, LDL cholesterol in mmol/L."""

    hba1c_pct: float = 7.0
    sbp_mmhg: float = 130.0
    ldl_mmoll: float = 1.8


DEFAULT_TARGETS = Targets()
"""ADA Standards of Care 2024: HbA1c 7 %, 130 mmHg, 1.8 mmol/L (70 mg/dL)."""


def targets_met(targets: Targets, end: SlowDay, hba1c: tuple[float, float, float]) -> dict[str, float]:
    """Probability from 0 to 1 of each target and of all together, taken as independent.

    Args:
        targets: values to be below.
        end: day at which they are asked.
        hba1c: median of that day, and its 10th and 90th percentile in either order.
    """
    sd = max(0.15, abs(hba1c[2] - hba1c[1]) / 2.0 / TENTH_PERCENTILE)
    told = {
        "hba1c": _below((targets.hba1c_pct - hba1c[0]) / sd),
        "sbp": _below((targets.sbp_mmhg - end.sbp_mmhg) / SBP_SPREAD_MMHG),
        "ldl": _below(math.log(targets.ldl_mmoll / end.ldl_mmoll) / LDL_SPREAD),
    }
    return told | {"all": math.prod(told.values())}


def _below(score: float) -> float:
    return 0.5 * (1.0 + math.erf(score / math.sqrt(2.0)))
