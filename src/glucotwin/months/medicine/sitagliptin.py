"""Sitagliptin: more secretion after meals and a little at rest; strength chosen for Goldstein 2007."""

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.incretin_effect import protease_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    # The usual dose is halved with kidney function (label), so exposure goes up by as much.
    exposure = dose / 100.0 * np.where(people.egfr < 45.0, 2.0, 1.0)
    return protease_effect(people, 2.0 * exposure / (1.0 + exposure))


SITAGLIPTIN = Medicine(
    unit="mg/day", kind="dpp4_inhibitor", largest_dose=100.0, onset=onset_of("sitagliptin"), effect=_effect
)
