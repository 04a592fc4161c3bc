"""Glimepiride, a sulfonylurea."""

from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.medicine.sulfonylurea import sulfonylurea_effect

GLIMEPIRIDE = Medicine(
    unit="mg/day",
    kind="sulfonylurea",
    largest_dose=8.0,
    onset=onset_of("glimepiride"),
    effect=sulfonylurea_effect(1.0, "sulfonylurea-clearance"),
    escalation=(1.0, 2.0, 4.0),
    step_d=14,
    lows_per_y=2.0,
)
