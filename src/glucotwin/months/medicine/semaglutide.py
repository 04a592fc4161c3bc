"""Weekly semaglutide: exposure at steady state (Overgaard 2019), then secretion, meals and appetite."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.incretin_effect import receptor_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

G_PER_MOL, HOURS_PER_WEEK, HALF_NMOLL = 4113.6, 168.0, 15.0


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    clearance = 0.0348 * 1.12 * (people.weight_kg / 85.0) ** 1.01  # L/h
    level = dose * 0.847 / clearance / HOURS_PER_WEEK / G_PER_MOL * 1e6
    return receptor_effect(people, level / (HALF_NMOLL + level), secretion=2.0, prandial=0.6, intake_kcal=800.0)


SEMAGLUTIDE = Medicine(
    unit="mg/week",
    kind="glp1_agonist",
    largest_dose=2.0,
    onset=onset_of("semaglutide"),
    effect=_effect,
    escalation=(0.25, 0.5, 1.0),
)
