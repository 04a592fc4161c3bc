"""Weekly semaglutide and tirzepatide: exposure at steady state, then secretion, meals and appetite."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.person import MonthsPerson

HOURS_PER_WEEK = 168.0


def _semaglutide(person: MonthsPerson, dose: float) -> Effect:
    clearance = 0.0348 * 1.12 * (person.weight_kg / 85.0) ** 1.01  # L/h, Overgaard 2019
    level = dose * 0.847 / clearance / HOURS_PER_WEEK / 4113.6 * 1e6  # nmol/L
    share = level / (15.0 + level)
    return Effect(secretion=1.0 + 1.15 * share, prandial=1.0 - 0.75 * share, intake_kcal=-800.0 * share)


def _tirzepatide(person: MonthsPerson, dose: float) -> Effect:
    clearance = 0.0329 * (person.weight_kg / 70.0) ** 0.8  # L/h, Schneck 2024
    level = dose * 0.8 / clearance / HOURS_PER_WEEK / 4813.5 * 1e6  # nmol/L
    share = level / (60.0 + level)
    return Effect(secretion=1.0 + 1.4 * share, prandial=1.0 - 0.75 * share, intake_kcal=-1250.0 * share)


def _cautions(person: MonthsPerson, dose: float) -> tuple[str, ...]:
    return ("regimen-caution-nausea", "regimen-caution-pancreatitis")


SEMAGLUTIDE = Medicine(unit="mg/week", largest_dose=2.0, onset_d=35.0, effect=_semaglutide, cautions=_cautions)
TIRZEPATIDE = Medicine(unit="mg/week", largest_dose=15.0, onset_d=45.0, effect=_tirzepatide, cautions=_cautions)
