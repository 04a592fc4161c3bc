"""A weight loss programme: liquid diet for 20 weeks, then food again with support (DiRECT, Lean 2018).

The dose is the deficit in the first weeks; afterwards 30 % of it is kept to, and appetite wins back a part.
"""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

LIQUID_D, KEPT = 140, 0.30


def _phase(day: int) -> float:
    return 1.0 if day < LIQUID_D else KEPT


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    return Effect(diet_kcal=-dose)


PROGRAMME = Medicine(
    unit="kcal/day less at first",
    kind="lifestyle",
    largest_dose=1800.0,
    onset=onset_of("programme"),
    effect=_effect,
    phase=_phase,
)
