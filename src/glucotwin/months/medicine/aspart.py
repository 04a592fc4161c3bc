"""Insulin aspart at three meals a day: takes most of the rise after meals, and part of it acts until the next one.

Strength, energy eaten and lows are chosen for the prandial arm of 4-T (Holman 2007).
"""

from glucotwin.months.medicine.long_insulin import insulin_effect
from glucotwin.months.medicine.medicine import Medicine, Titration
from glucotwin.months.medicine.onset import onset_of

ASPART = Medicine(
    unit="U/day",
    kind="prandial_insulin",
    largest_dose=200.0,
    onset=onset_of("aspart"),
    effect=insulin_effect(basal=0.6, meals=0.9, eaten_kcal=950.0),
    titration=Titration(start_u_per_kg=0.2, by_mean=True),
    lows_per_y=11.4,
)
