"""Linagliptin: leaves by the bile, so that the kidney does not matter."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.incretin_effect import protease_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    return protease_effect(people, 1.8 * dose / (5.0 + dose))


LINAGLIPTIN = Medicine(
    unit="mg/day", kind="dpp4_inhibitor", largest_dose=5.0, onset=onset_of("linagliptin"), effect=_effect
)
