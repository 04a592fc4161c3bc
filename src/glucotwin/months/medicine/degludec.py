"""Insulin degludec, once a day; fewer lows than glargine (ratio 0.8, BEGIN programme)."""

from glucotwin.months.medicine.long_insulin import insulin_effect
from glucotwin.months.medicine.medicine import Medicine, Titration
from glucotwin.months.medicine.onset import onset_of

DEGLUDEC = Medicine(
    unit="U/day",
    kind="basal_insulin",
    largest_dose=200.0,
    onset=onset_of("degludec"),
    effect=insulin_effect(),
    titration=Titration(),
    lows_per_y=0.8,
)
