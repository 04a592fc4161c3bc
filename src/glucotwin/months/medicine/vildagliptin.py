"""Vildagliptin: twice a day; as strong as sitagliptin (chosen)."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.incretin_effect import protease_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    return protease_effect(people, 2.0 * dose / (100.0 + dose))


VILDAGLIPTIN = Medicine(
    unit="mg/day", kind="dpp4_inhibitor", largest_dose=100.0, onset=onset_of("vildagliptin"), effect=_effect
)
