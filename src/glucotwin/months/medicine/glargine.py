"""Insulin glargine U100, once a day."""

from glucotwin.months.medicine.long_insulin import insulin_effect
from glucotwin.months.medicine.medicine import Medicine, Titration
from glucotwin.months.medicine.onset import onset_of

GLARGINE = Medicine(
    unit="U/day",
    kind="basal_insulin",
    largest_dose=200.0,
    onset=onset_of("glargine"),
    effect=insulin_effect(),
    titration=Titration(),
    lows_per_y=1.0,
)
