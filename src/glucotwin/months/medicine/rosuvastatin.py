"""Rosuvastatin: LDL cholesterol by the rule of 6 % for each doubling (Law 2003)."""

import math

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.person import MonthsPerson


def _effect(person: MonthsPerson, dose: float) -> Effect:
    return Effect(ldl=0.57 * 0.94 ** math.log2(max(dose, 0.1) / 10.0) if dose > 0.1 else 1.0)


ROSUVASTATIN = Medicine(unit="mg/day", kind="statin", largest_dose=40.0, onset=onset_of("rosuvastatin"), effect=_effect)
