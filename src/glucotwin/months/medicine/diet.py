"""Eating less, as kilocalories a day that are kept to."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    return Effect(diet_kcal=-dose)


DIET = Medicine(unit="kcal/day less", kind="lifestyle", largest_dose=1500.0, onset=onset_of("diet"), effect=_effect)
