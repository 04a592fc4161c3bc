"""Repaglinide: secretion for the hours after meals, with some left until morning; SLCO1B1 changes its clearance."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

HALF_MG = 2.0


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    exposure = dose / people.factor("repaglinide-clearance")
    share = exposure / (HALF_MG + exposure)
    return Effect(secretion=1.0 + 0.75 * share, prandial=1.0 - 0.35 * share, fluid_kg=1.2 * share, decline=1.3**share)


REPAGLINIDE = Medicine(
    unit="mg/day",
    kind="glinide",
    largest_dose=16.0,
    onset=onset_of("repaglinide"),
    effect=_effect,
    escalation=(1.5, 3.0, 6.0),
    step_d=7,
    lows_per_y=1.25,
)
