"""Rosuvastatin: LDL cholesterol by the rule of 6 % for each doubling (Law 2003)."""

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

LEAST_MG = 0.1


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    doublings = np.log2(np.maximum(dose, LEAST_MG) / 10.0)
    return Effect(ldl=np.where(np.asarray(dose) > LEAST_MG, 0.57 * 0.94**doublings, 1.0))


ROSUVASTATIN = Medicine(unit="mg/day", kind="statin", largest_dose=40.0, onset=onset_of("rosuvastatin"), effect=_effect)
