"""Glimepiride: more secretion whatever the glucose, hence lows; strength chosen for LEAD-3."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.person import MonthsPerson

HALF_MG = 1.0


def _effect(person: MonthsPerson, dose: float) -> Effect:
    share = dose / (HALF_MG + dose)
    return Effect(secretion=1.0 + 0.5 * share, fluid_kg=1.5 * share)


def _cautions(person: MonthsPerson, dose: float) -> tuple[str, ...]:
    frail = person.age_y >= 75.0 or person.egfr < 60.0
    return ("regimen-caution-lows-frail",) if frail else ("regimen-caution-lows",)


GLIMEPIRIDE = Medicine(
    unit="mg/day", largest_dose=8.0, onset_d=7.0, effect=_effect, cautions=_cautions, low_glucose_per_y=0.23
)
