"""Finerenone: less albuminuria and slower loss of kidney function (FIDELIO-DKD)."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    share = 1.5 * dose / (10.0 + dose)
    return Effect(albuminuria=0.69**share, egfr_loss=0.8**share, egfr_dip=-2.0 * share, sbp_mmhg=-3.0 * share)


FINERENONE = Medicine(unit="mg/day", kind="finerenone", largest_dose=20.0, onset=onset_of("finerenone"), effect=_effect)
