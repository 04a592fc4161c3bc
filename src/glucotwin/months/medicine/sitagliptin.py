"""Sitagliptin: more secretion after meals and a little at rest; strength chosen for Goldstein 2007."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.incretin_effect import protease_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.person import MonthsPerson


def _effect(person: MonthsPerson, dose: float) -> Effect:
    # The usual dose is halved with kidney function (label), so exposure goes up by as much.
    exposure = dose / 100.0 * (2.0 if person.egfr < 45.0 else 1.0)
    return protease_effect(person, 2.0 * exposure / (1.0 + exposure))


SITAGLIPTIN = Medicine(
    unit="mg/day", kind="dpp4_inhibitor", largest_dose=100.0, onset=onset_of("sitagliptin"), effect=_effect
)
