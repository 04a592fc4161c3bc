"""Glibenclamide (glyburide), a sulfonylurea."""

from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.medicine.sulfonylurea import sulfonylurea_effect

GLIBENCLAMIDE = Medicine(
    unit="mg/day",
    kind="sulfonylurea",
    largest_dose=15.0,
    onset=onset_of("glibenclamide"),
    effect=sulfonylurea_effect(2.0, "sulfonylurea-clearance"),
    escalation=(2.5, 5.0),
    step_d=14,
    lows_per_y=2.8,
)
