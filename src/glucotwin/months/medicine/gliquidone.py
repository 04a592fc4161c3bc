"""Gliquidone, a short-lived sulfonylurea that leaves by the bile; 30 mg taken as 5 mg of glipizide (from memory)."""

from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.medicine.sulfonylurea import sulfonylurea_effect

GLIQUIDONE = Medicine(
    unit="mg/day",
    kind="sulfonylurea",
    largest_dose=180.0,
    onset=onset_of("gliquidone"),
    effect=sulfonylurea_effect(24.0, "sulfonylurea-clearance"),
    escalation=(30.0, 60.0),
    step_d=14,
    lows_per_y=1.0,
)
