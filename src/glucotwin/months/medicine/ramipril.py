"""Ramipril, an ACE inhibitor."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.blood_pressure import pressure_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.person import MonthsPerson


def _effect(person: MonthsPerson, dose: float) -> Effect:
    return pressure_effect(person, dose / 5.0, albuminuria=0.7, dip=-2.0)


RAMIPRIL = Medicine(
    unit="mg/day", kind="renin_angiotensin_blocker", largest_dose=10.0, onset=onset_of("ramipril"), effect=_effect
)
