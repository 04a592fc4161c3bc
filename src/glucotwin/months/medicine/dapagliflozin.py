"""Dapagliflozin: exposure by weight, sex, age and kidney function (van der Walt 2013)."""

import numpy as np

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.medicine.renal_glucose import renal_glucose_effect
from glucotwin.months.people import Amount, MonthsPeople

MG_PER_MMOL, AVAILABLE, HALF_NMOL_H_PER_L = 408.87, 0.858, 350.0


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    size = (people.weight_kg / 70.0) ** 0.75
    clearance = 0.0031 * people.egfr + size * (7.54 + 5.35 * np.maximum(0.2, 1.0 - 0.0204 * (people.age_y - 53.5)))
    clearance = clearance * np.where(people.female, 0.833, 1.0)
    exposure = dose * AVAILABLE * 1e6 / MG_PER_MMOL / clearance
    return renal_glucose_effect(people, exposure / (HALF_NMOL_H_PER_L + exposure))


DAPAGLIFLOZIN = Medicine(
    unit="mg/day", kind="sglt2_inhibitor", largest_dose=10.0, onset=onset_of("dapagliflozin"), effect=_effect
)
