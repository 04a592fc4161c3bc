"""Metformin: exposure by kidney function and weight (Li 2020), fasting balance by exposure (form of Chae 2012).

What it does to the balance of fasting glucose is more than production: glucose produced falls by a quarter (Hundal
2000, tracers), while fasting insulin stays what it was at a lower glucose (DeFronzo 1995), so that more is secreted at
a glucose than before. The second part goes by the person's own beta cells: where insulin is injected it counts by their
share.
"""

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

HALF_MG_PER_L, SHAPE, LARGEST = 3.68, 0.55, 1.13
"""Chae 2012, with the largest effect raised to the fall of HbA1c in Goldstein 2007."""

PRODUCED = 0.43
"""Part of the effect, by its logarithm, that is production: 24 % less of it at 2550 mg a day (Hundal 2000); the rest is
own secretion at a glucose."""


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    clearance = 53.0 * (people.weight_kg / 75.0) ** 0.688 * (people.egfr / 102.5) ** 0.914
    driven = (dose / 24.0 / clearance) ** SHAPE
    share = driven / (HALF_MG_PER_L**SHAPE + driven) * people.factor("metformin-response")
    balance = np.maximum(0.3, 1.0 - LARGEST * share)
    return Effect(
        production=balance**PRODUCED,
        secretion=balance ** (PRODUCED - 1.0),
        intake_kcal=-90.0 * dose / (1000.0 + dose),
    )


METFORMIN = Medicine(
    unit="mg/day",
    kind="biguanide",
    largest_dose=2550.0,
    onset=onset_of("metformin"),
    effect=_effect,
    escalation=(500.0, 1000.0, 1500.0),
    step_d=7,
)
