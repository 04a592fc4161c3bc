"""Amlodipine, a calcium channel blocker."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.blood_pressure import pressure_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    return pressure_effect(people, dose / 5.0)


AMLODIPINE = Medicine(
    unit="mg/day", kind="calcium_channel_blocker", largest_dose=10.0, onset=onset_of("amlodipine"), effect=_effect
)
