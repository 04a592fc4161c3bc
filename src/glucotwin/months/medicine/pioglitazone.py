"""Pioglitazone: sensitivity over months (rate of Stringer 2015), less liver fat, fluid; beta cells tire more slowly."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

HALF_MG = 15.0


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    share = dose / (HALF_MG + dose)
    return Effect(
        sensitivity=1.0 + 1.0 * share,
        liver_fat=1.0 - 0.72 * share,
        decline=0.5**share,
        fluid_kg=2.0 * share,
        intake_kcal=120.0 * share,
        sbp_mmhg=-2.0 * share,
    )


PIOGLITAZONE = Medicine(
    unit="mg/day", kind="thiazolidinedione", largest_dose=45.0, onset=onset_of("pioglitazone"), effect=_effect
)
