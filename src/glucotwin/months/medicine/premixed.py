"""Premixed insulin (30 % rapid), twice a day: part of it for meals, more lows and weight.

Energy eaten and lows are chosen for the biphasic arm of 4-T (Holman 2007).
"""

from glucotwin.months.medicine.long_insulin import insulin_effect
from glucotwin.months.medicine.medicine import Medicine, Titration
from glucotwin.months.medicine.onset import onset_of

PREMIXED = Medicine(
    unit="U/day",
    kind="premixed_insulin",
    largest_dose=250.0,
    onset=onset_of("premixed"),
    effect=insulin_effect(basal=0.75, meals=0.35, eaten_kcal=850.0),
    titration=Titration(start_u_per_kg=0.15, by_mean=True),
    lows_per_y=4.6,
)
