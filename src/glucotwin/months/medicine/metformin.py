"""Metformin: exposure by kidney function and weight (Li 2020), glucose production by exposure (form of Chae 2012)."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.person import MonthsPerson

HALF_MG_PER_L, SHAPE, LARGEST = 3.68, 0.55, 1.07
"""Chae 2012, with the largest effect raised to the fall of HbA1c in Goldstein 2007."""


def _effect(person: MonthsPerson, dose: float) -> Effect:
    clearance = 53.0 * (person.weight_kg / 75.0) ** 0.688 * (person.egfr / 102.5) ** 0.914
    driven = (dose / 24.0 / clearance) ** SHAPE
    share = driven / (HALF_MG_PER_L**SHAPE + driven)
    return Effect(production=max(0.3, 1.0 - LARGEST * share), prandial=0.9 if dose else 1.0)


def _cautions(person: MonthsPerson, dose: float) -> tuple[str, ...]:
    if person.egfr < 30.0:
        return ("regimen-caution-metformin-contraindicated",)
    return ("regimen-caution-metformin-dose",) if person.egfr < 45.0 and dose > 1000.0 else ()


METFORMIN = Medicine(unit="mg/day", largest_dose=2550.0, onset_d=5.0, effect=_effect, cautions=_cautions)
