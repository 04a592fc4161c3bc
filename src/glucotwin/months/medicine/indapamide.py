"""Indapamide, a thiazide-like diuretic."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.blood_pressure import pressure_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    return pressure_effect(people, dose / 1.5)


INDAPAMIDE = Medicine(unit="mg/day", kind="diuretic", largest_dose=2.5, onset=onset_of("indapamide"), effect=_effect)
