"""Dapagliflozin: exposure by weight, sex, age and kidney function (van der Walt 2013)."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.medicine.renal_glucose import renal_glucose_effect
from glucotwin.months.person import MonthsPerson

MG_PER_MMOL, AVAILABLE, HALF_NMOL_H_PER_L = 408.87, 0.858, 350.0


def _effect(person: MonthsPerson, dose: float) -> Effect:
    size = (person.weight_kg / 70.0) ** 0.75
    clearance = 0.0031 * person.egfr + size * (7.54 + 5.35 * max(0.2, 1.0 - 0.0204 * (person.age_y - 53.5)))
    clearance *= 0.833 if person.female else 1.0
    exposure = dose * AVAILABLE * 1e6 / MG_PER_MMOL / clearance
    return renal_glucose_effect(person, exposure / (HALF_NMOL_H_PER_L + exposure))


DAPAGLIFLOZIN = Medicine(
    unit="mg/day", kind="sglt2_inhibitor", largest_dose=10.0, onset=onset_of("dapagliflozin"), effect=_effect
)
