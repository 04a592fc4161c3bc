"""Empagliflozin: exposure by age, weight and kidney function (Baron 2016)."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.medicine.renal_glucose import renal_glucose_effect
from glucotwin.months.people import Amount, MonthsPeople

MG_PER_MMOL, HALF_NMOL_H_PER_L = 450.91, 703.0


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    clearance = 10.6 * (people.age_y / 50.0) ** -0.241 * (people.bmi / 25.0) ** 0.32 * (people.egfr / 100.0) ** 0.333
    exposure = dose * 1e6 / MG_PER_MMOL / clearance
    return renal_glucose_effect(people, exposure / (HALF_NMOL_H_PER_L + exposure))


EMPAGLIFLOZIN = Medicine(
    unit="mg/day", kind="sglt2_inhibitor", largest_dose=25.0, onset=onset_of("empagliflozin"), effect=_effect
)
