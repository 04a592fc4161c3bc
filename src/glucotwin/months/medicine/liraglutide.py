"""Daily liraglutide: exposure at steady state (Overgaard 2016), then secretion, meals and appetite."""

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.incretin_effect import receptor_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

G_PER_MOL, HALF_NMOLL = 3751.0, 20.0


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    clearance = 0.86 * 1.197 * (people.weight_kg / 100.0) ** 0.68 * np.where(people.female, 1.0, 1.31)  # L/h
    level = dose / 24.0 / clearance / G_PER_MOL * 1e6
    return receptor_effect(people, level / (HALF_NMOLL + level), secretion=2.8, prandial=0.6, intake_kcal=700.0)


LIRAGLUTIDE = Medicine(
    unit="mg/day",
    kind="glp1_agonist",
    largest_dose=1.8,
    onset=onset_of("liraglutide"),
    effect=_effect,
    escalation=(0.6, 1.2),
    step_d=7,
)
