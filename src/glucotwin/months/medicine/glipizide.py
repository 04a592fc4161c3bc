"""Glipizide, a sulfonylurea."""

from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.medicine.sulfonylurea import sulfonylurea_effect

GLIPIZIDE = Medicine(
    unit="mg/day",
    kind="sulfonylurea",
    largest_dose=20.0,
    onset=onset_of("glipizide"),
    effect=sulfonylurea_effect(4.0, "sulfonylurea-clearance"),
    escalation=(5.0, 10.0),
    step_d=14,
    lows_per_y=1.75,
)
