"""Low glucose: felt lows by medicine and by the low tail of simulated glucose, and how many are severe.

Rates of the medicines hold at an HbA1c of 7 %; at another one they go with the share of glucose that would be below
3.9 mmol/L. People differ widely: their rates are taken as gamma distributed, so that a rate of 2 a year leaves two of
three people without any. How many are severe depends on who counts: diaries of people in care tell twenty times as many
as the judged events of trials, which leave out who had one before.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from glucotwin.months.medicine.glargine import GLARGINE
from glucotwin.months.person import MonthsPerson, mean_from_hba1c_mmoll
from glucotwin.months.treatment import Treatment

USUAL_LOWS_PER_Y = 0.35
"""Felt lows without a medicine that causes them: between GRADE (0.15 by the spread below) and the diaries of Dunkley
2019 (0.56 to 0.76, unfelt ones too)."""

LOW_MMOLL, VERY_LOW_MMOLL, REFERENCE_HBA1C_PCT = 3.9, 3.0, 7.0
TAIL_SPREAD = 0.45
"""Standard deviation of the logarithm of glucose over hours, days and people on one regimen (chosen for ACCORD)."""

DISPERSION = 0.26
"""Shape of the gamma distribution of people's rates: 51 % with a felt low within 9 to 12 months at 4 a year (UK
Hypoglycaemia Study Group 2007)."""

SEVERE_IN_DIARIES, SEVERE_IN_TRIALS = 0.06, 0.0025
"""Severe ones among felt lows: 0.32 of 4.39 and 0.09 of 2.34 a year (Dunkley 2019), and GRADE."""

OLD_Y, OLD, WEAK_EGFR, WEAK = 75.0, 1.5, 60.0, 1.5
"""Half as many again from 75 years on and below an eGFR of 60 (hazard ratios of 1.5 to 2 in cohorts)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LowGlucose:
    """What low glucose is to be expected.

    Attributes:
        felt_per_y: mean rate of felt lows.
        below_3_per_y: of these, down to less than 3.0 mmol/L (54 mg/dL).
        any_in_a_year_pct: people in a hundred with at least one felt low within a year.
        severe_per_y: mean rate of lows that need somebody else's help, as people in care tell them.
        severe_10y_pct: people in a hundred with such a low within ten years, as judged in trials.
    """

    felt_per_y: float
    below_3_per_y: float
    any_in_a_year_pct: float
    severe_per_y: float
    severe_10y_pct: float


def low_glucose(person: MonthsPerson, treatments: Sequence[Treatment], *, hba1c_pct: float) -> LowGlucose:
    """Low glucose under medicines at an HbA1c.

    Args:
        person: today.
        treatments: taken together; insulin of today counts as glargine, unless it is stopped.
        hba1c_pct: at which they are taken; read by the person's own glycation gap.
    """
    felt = felt_lows_per_y(person, treatments, hba1c_pct=hba1c_pct)
    mean = _mean_mmoll(person, hba1c_pct)
    return LowGlucose(
        felt_per_y=felt,
        below_3_per_y=felt * _share_below(VERY_LOW_MMOLL, mean) / _share_below(LOW_MMOLL, mean),
        any_in_a_year_pct=people_with_lows_pct(felt, years=1.0),
        severe_per_y=SEVERE_IN_DIARIES * felt,
        severe_10y_pct=severe_lows_pct(felt, years=10.0),
    )


def felt_lows_per_y(person: MonthsPerson, treatments: Sequence[Treatment], *, hba1c_pct: float) -> float:
    """Mean yearly rate of felt lows; arguments as in ``low_glucose``."""
    added = sum(one.medicine.lows_per_y * one.adherence for one in treatments if not one.stopped)
    stopped_u_per_d = sum(one.insulin_u_per_d(one.dose) for one in treatments if one.stopped)
    added += GLARGINE.lows_per_y if person.insulin_u_per_d + stopped_u_per_d > 0.0 else 0.0
    frail = (OLD if person.age_y >= OLD_Y else 1.0) * (WEAK if person.egfr < WEAK_EGFR else 1.0)
    usual = _share_below(LOW_MMOLL, mean_from_hba1c_mmoll(REFERENCE_HBA1C_PCT))
    return USUAL_LOWS_PER_Y + added * frail * _share_below(LOW_MMOLL, _mean_mmoll(person, hba1c_pct)) / usual


def people_with_lows_pct(felt_per_y: float, *, years: float) -> float:
    """People in a hundred with at least one felt low within some years.

    Args:
        felt_per_y: mean rate.
        years: how long.
    """
    return 100.0 * (1.0 - (1.0 + felt_per_y * years / DISPERSION) ** -DISPERSION)


def severe_lows_pct(felt_per_y: float, *, years: float) -> float:
    """People in a hundred with a severe low within some years, as judged in trials.

    Args:
        felt_per_y: mean rate of felt lows.
        years: how long.
    """
    return people_with_lows_pct(SEVERE_IN_TRIALS * felt_per_y, years=years)


def _mean_mmoll(person: MonthsPerson, hba1c_pct: float) -> float:
    return max(LOW_MMOLL, mean_from_hba1c_mmoll(hba1c_pct - person.glycation_gap_pct))


def _share_below(limit_mmoll: float, mean_mmoll: float) -> float:
    middle = math.log(mean_mmoll) - TAIL_SPREAD**2 / 2.0
    return 0.5 * (1.0 + math.erf((math.log(limit_mmoll) - middle) / TAIL_SPREAD / math.sqrt(2.0)))
