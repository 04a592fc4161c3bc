"""Weekly tirzepatide: exposure at steady state (Schneck 2024), then secretion, meals and appetite."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.incretin_effect import receptor_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

G_PER_MOL, HOURS_PER_WEEK, HALF_NMOLL = 4813.5, 168.0, 50.0


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    clearance = 0.0329 * (people.weight_kg / 70.0) ** 0.8  # L/h
    level = dose * 0.8 / clearance / HOURS_PER_WEEK / G_PER_MOL * 1e6
    return receptor_effect(people, level / (HALF_NMOLL + level), secretion=1.66, prandial=0.6, intake_kcal=1200.0)


TIRZEPATIDE = Medicine(
    unit="mg/week",
    kind="gip_glp1_agonist",
    largest_dose=15.0,
    onset=onset_of("tirzepatide"),
    effect=_effect,
    escalation=(2.5, 5.0, 7.5, 10.0, 12.5),
)
