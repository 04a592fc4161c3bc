"""Ramipril, an ACE inhibitor."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.blood_pressure import pressure_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    return pressure_effect(people, dose / 5.0, albuminuria=0.7, dip=-2.0)


RAMIPRIL = Medicine(
    unit="mg/day", kind="renin_angiotensin_blocker", largest_dose=10.0, onset=onset_of("ramipril"), effect=_effect
)
