"""Time-restricted eating: the dose is the hours by which the eating window is shorter than usual (about 14)."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

KCAL_PER_H = 50.0


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    return Effect(intake_kcal=-KCAL_PER_H * dose)


TIME_RESTRICTED = Medicine(
    unit="h/day less", kind="lifestyle", largest_dose=10.0, onset=onset_of("time-restricted"), effect=_effect
)
