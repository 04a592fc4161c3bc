"""Indapamide, a thiazide-like diuretic."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.blood_pressure import pressure_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.person import MonthsPerson


def _effect(person: MonthsPerson, dose: float) -> Effect:
    return pressure_effect(person, dose / 1.5)


INDAPAMIDE = Medicine(unit="mg/day", kind="diuretic", largest_dose=2.5, onset=onset_of("indapamide"), effect=_effect)
