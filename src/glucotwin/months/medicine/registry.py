"""Every medicine by name: one line each."""

from collections.abc import Mapping
from types import MappingProxyType

from glucotwin.months.medicine.empagliflozin import EMPAGLIFLOZIN
from glucotwin.months.medicine.glimepiride import GLIMEPIRIDE
from glucotwin.months.medicine.incretin import SEMAGLUTIDE, TIRZEPATIDE
from glucotwin.months.medicine.lifestyle import DIET
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.metformin import METFORMIN
from glucotwin.months.medicine.sitagliptin import SITAGLIPTIN

MEDICINES: Mapping[str, Medicine] = MappingProxyType(
    {
        "metformin": METFORMIN,
        "glimepiride": GLIMEPIRIDE,
        "sitagliptin": SITAGLIPTIN,
        "empagliflozin": EMPAGLIFLOZIN,
        "semaglutide": SEMAGLUTIDE,
        "tirzepatide": TIRZEPATIDE,
        "diet": DIET,
    }
)
"""In the order of the questions people ask; the dose's unit stands with each."""
