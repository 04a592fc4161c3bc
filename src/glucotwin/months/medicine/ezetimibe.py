"""Ezetimibe: less cholesterol taken up; LDL falls by a fifth."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    return Effect(ldl=1.0 - 0.4 * dose / (10.0 + dose))


EZETIMIBE = Medicine(
    unit="mg/day",
    kind="cholesterol_absorption_inhibitor",
    largest_dose=10.0,
    onset=onset_of("ezetimibe"),
    effect=_effect,
)
