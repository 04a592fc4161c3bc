"""Acarbose: starch is taken up more slowly, so that less glucose rises after meals, and fasting glucose with it."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.person import MonthsPerson

HALF_MG = 100.0


def _effect(person: MonthsPerson, dose: float) -> Effect:
    share = dose / (HALF_MG + dose)
    return Effect(prandial=1.0 - 0.45 * share, secretion=1.0 + 0.3 * share, intake_kcal=-50.0 * share)


ACARBOSE = Medicine(
    unit="mg/day",
    kind="alpha_glucosidase_inhibitor",
    largest_dose=600.0,
    onset_d=7.0,
    effect=_effect,
    escalation=(50.0, 150.0),
    step_d=14,
)
