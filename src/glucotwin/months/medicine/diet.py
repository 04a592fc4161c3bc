"""Eating less, as kilocalories a day that are kept to."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.person import MonthsPerson


def _effect(person: MonthsPerson, dose: float) -> Effect:
    return Effect(diet_kcal=-dose)


DIET = Medicine(unit="kcal/day less", kind="lifestyle", largest_dose=1500.0, onset=onset_of("diet"), effect=_effect)
