"""Metformin: exposure by kidney function and weight (Li 2020), glucose production by exposure (form of Chae 2012)."""

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

HALF_MG_PER_L, SHAPE, LARGEST = 3.68, 0.55, 1.13
"""Chae 2012, with the largest effect raised to the fall of HbA1c in Goldstein 2007."""


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    clearance = 53.0 * (people.weight_kg / 75.0) ** 0.688 * (people.egfr / 102.5) ** 0.914
    driven = (dose / 24.0 / clearance) ** SHAPE
    share = driven / (HALF_MG_PER_L**SHAPE + driven) * people.factor("metformin-response")
    return Effect(production=np.maximum(0.3, 1.0 - LARGEST * share), intake_kcal=-90.0 * dose / (1000.0 + dose))


METFORMIN = Medicine(
    unit="mg/day",
    kind="biguanide",
    largest_dose=2550.0,
    onset=onset_of("metformin"),
    effect=_effect,
    escalation=(500.0, 1000.0, 1500.0),
    step_d=7,
)
