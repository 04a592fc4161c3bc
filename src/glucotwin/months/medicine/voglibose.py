"""Voglibose, an alpha-glucosidase inhibitor: 0.2 to 0.3 mg with each of three meals.

HbA1c falls by 0.5 % where acarbose lowers it by 0.8 (Van de Laar 2005, from memory): 0.6 of its strength.
"""

from glucotwin.months.medicine.glucosidase_effect import glucosidase_effect
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.onset import onset_of

VOGLIBOSE = Medicine(
    unit="mg/day",
    kind="alpha_glucosidase_inhibitor",
    largest_dose=0.9,
    onset=onset_of("voglibose"),
    effect=glucosidase_effect(0.3, strength=0.6),
)
