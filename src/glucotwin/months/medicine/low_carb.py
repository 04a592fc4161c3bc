"""Fewer carbohydrates: the dose is grams a day that are left out of about 230."""

from glucotwin.months.effect import Effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.people import Amount, MonthsPeople

USUAL_G, KCAL_PER_G_SAVED = 230.0, 1.6
"""Most of the energy is eaten as something else."""


def _effect(people: MonthsPeople, dose: Amount) -> Effect:
    return Effect(
        prandial=1.0 - 0.7 * dose / USUAL_G, intake_kcal=-KCAL_PER_G_SAVED * dose, liver_fat=1.0 - 0.3 * dose / USUAL_G
    )


LOW_CARB = Medicine(
    unit="g/day less", kind="low_carbohydrate", largest_dose=200.0, onset=onset_of("low-carb"), effect=_effect
)
