"""Structured training: sensitivity by minutes a week, energy that appetite partly wins back (Umpierre 2011)."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

KCAL_PER_MIN = 5.0


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    share = dose / (150.0 + dose)
    return Effect(
        sensitivity=1.0 + 0.8 * share,
        intake_kcal=-KCAL_PER_MIN * dose / 7.0,
        sbp_mmhg=-3.0 * share,
        liver_fat=0.75**share,
    )


TRAINING = Medicine(unit="min/week", kind="lifestyle", largest_dose=420.0, onset=onset_of("training"), effect=_effect)
