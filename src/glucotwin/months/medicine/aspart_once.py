"""Insulin aspart at the largest meal of the day, beside a basal insulin (basal-plus).

A third of the effect, energy and lows of three meals (chosen; Owens 2013 tells few lows and little weight).
"""

from glucotwin.months.medicine.long_insulin import insulin_effect
from glucotwin.months.medicine.medicine import Medicine, Titration
from glucotwin.months.medicine.onset import onset_of

ASPART_ONCE = Medicine(
    unit="U/day",
    kind="prandial_insulin",
    largest_dose=60.0,
    onset=onset_of("aspart-once"),
    effect=insulin_effect(basal=0.6, meals=0.9, eaten_kcal=650.0),
    titration=Titration(start_u_per_kg=0.05, largest_u_per_kg=0.25, by_mean=True),
    lows_per_y=3.8,
)
