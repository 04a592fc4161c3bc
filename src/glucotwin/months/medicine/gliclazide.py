"""Gliclazide (modified release), a sulfonylurea."""

from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.medicine.sulfonylurea import sulfonylurea_effect

GLICLAZIDE = Medicine(
    unit="mg/day",
    kind="sulfonylurea",
    largest_dose=120.0,
    onset=onset_of("gliclazide"),
    effect=sulfonylurea_effect(20.0, "gliclazide-clearance"),
    escalation=(30.0, 60.0),
    step_d=14,
    lows_per_y=1.0,
)
