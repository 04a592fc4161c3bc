"""Nateglinide: secretion after meals, hardly any left in the morning."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    share = dose / (180.0 + dose)
    return Effect(secretion=1.0 + 0.18 * share, prandial=1.0 - 0.5 * share, fluid_kg=0.8 * share)


NATEGLINIDE = Medicine(
    unit="mg/day", kind="glinide", largest_dose=360.0, onset=onset_of("nateglinide"), effect=_effect, lows_per_y=0.6
)
