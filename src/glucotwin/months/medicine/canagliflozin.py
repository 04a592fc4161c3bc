"""Canagliflozin: as the other SGLT2 inhibitors, and in the gut at the larger dose.

Clearance 13 L/h and half of the effect at 5000 nmol h/L: chosen, so that 100 mg gives most of what 300 mg gives.
"""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.medicine.renal_glucose import renal_glucose_effect
from glucotwin.months.people import Amount, MonthsPeople

MG_PER_MMOL, CLEARANCE_L_PER_H, HALF_NMOL_H_PER_L = 444.5, 13.0, 5000.0


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    exposure = dose * 1e6 / MG_PER_MMOL / CLEARANCE_L_PER_H
    share = exposure / (HALF_NMOL_H_PER_L + exposure)
    return renal_glucose_effect(people, share, prandial=1.0 - 0.1 * dose / 300.0)


CANAGLIFLOZIN = Medicine(
    unit="mg/day", kind="sglt2_inhibitor", largest_dose=300.0, onset=onset_of("canagliflozin"), effect=_effect
)
