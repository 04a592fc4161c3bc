"""Acarbose, an alpha-glucosidase inhibitor."""

from glucotwin.months.medicine.glucosidase_effect import glucosidase_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of

ACARBOSE = Medicine(
    unit="mg/day",
    kind="alpha_glucosidase_inhibitor",
    largest_dose=600.0,
    onset=onset_of("acarbose"),
    effect=glucosidase_effect(100.0),
    escalation=(50.0, 150.0),
    step_d=14,
)
