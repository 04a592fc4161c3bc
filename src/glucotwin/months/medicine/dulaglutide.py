"""Weekly dulaglutide: clearance 0.107 L/h (label), then secretion, meals and appetite."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.incretin_effect import receptor_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

G_PER_MOL, CLEARANCE_L_PER_H, HOURS_PER_WEEK, HALF_NMOLL = 63_000.0, 0.107, 168.0, 0.7


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    level = dose / CLEARANCE_L_PER_H / HOURS_PER_WEEK / G_PER_MOL * 1e6
    return receptor_effect(people, level / (HALF_NMOLL + level), secretion=1.5, prandial=0.55, intake_kcal=380.0)


DULAGLUTIDE = Medicine(
    unit="mg/week",
    kind="glp1_agonist",
    largest_dose=4.5,
    onset=onset_of("dulaglutide"),
    effect=_effect,
    escalation=(0.75, 1.5, 3.0),
)
