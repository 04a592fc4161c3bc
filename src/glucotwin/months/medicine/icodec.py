"""Insulin icodec, once a week; half-life 196 h."""

from glucotwin.months.medicine.long_insulin import insulin_effect
from glucotwin.months.medicine.medicine import Medicine, Titration
from glucotwin.months.medicine.onset import onset_of

ICODEC = Medicine(
    unit="U/week",
    kind="basal_insulin",
    largest_dose=1400.0,
    onset=onset_of("icodec"),
    effect=insulin_effect(days=7.0),
    titration=Titration(),
    lows_per_y=1.25,
)
