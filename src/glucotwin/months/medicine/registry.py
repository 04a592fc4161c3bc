"""Every medicine by name: one line each."""

from collections.abc import Mapping
from types import MappingProxyType

from glucotwin.months.medicine.acarbose import ACARBOSE
from glucotwin.months.medicine.amlodipine import AMLODIPINE
from glucotwin.months.medicine.aspart import ASPART
from glucotwin.months.medicine.aspart_once import ASPART_ONCE
from glucotwin.months.medicine.atorvastatin import ATORVASTATIN
from glucotwin.months.medicine.canagliflozin import CANAGLIFLOZIN
from glucotwin.months.medicine.dapagliflozin import DAPAGLIFLOZIN
from glucotwin.months.medicine.degludec import DEGLUDEC
from glucotwin.months.medicine.diet import DIET
from glucotwin.months.medicine.dulaglutide import DULAGLUTIDE
from glucotwin.months.medicine.empagliflozin import EMPAGLIFLOZIN
from glucotwin.months.medicine.exenatide import EXENATIDE
from glucotwin.months.medicine.ezetimibe import EZETIMIBE
from glucotwin.months.medicine.finerenone import FINERENONE
from glucotwin.months.medicine.glargine import GLARGINE
from glucotwin.months.medicine.glibenclamide import GLIBENCLAMIDE
from glucotwin.months.medicine.gliclazide import GLICLAZIDE
from glucotwin.months.medicine.glimepiride import GLIMEPIRIDE
from glucotwin.months.medicine.glipizide import GLIPIZIDE
from glucotwin.months.medicine.gliquidone import GLIQUIDONE
from glucotwin.months.medicine.icodec import ICODEC
from glucotwin.months.medicine.indapamide import INDAPAMIDE
from glucotwin.months.medicine.linagliptin import LINAGLIPTIN
from glucotwin.months.medicine.liraglutide import LIRAGLUTIDE
from glucotwin.months.medicine.losartan import LOSARTAN
from glucotwin.months.medicine.low_carb import LOW_CARB
from glucotwin.months.medicine.medicine import Medicine
from glucotwin.months.medicine.metformin import METFORMIN
from glucotwin.months.medicine.nateglinide import NATEGLINIDE
from glucotwin.months.medicine.pioglitazone import PIOGLITAZONE
from glucotwin.months.medicine.premixed import PREMIXED
from glucotwin.months.medicine.programme import PROGRAMME
from glucotwin.months.medicine.ramipril import RAMIPRIL
from glucotwin.months.medicine.repaglinide import REPAGLINIDE
from glucotwin.months.medicine.rosuvastatin import ROSUVASTATIN
from glucotwin.months.medicine.semaglutide import SEMAGLUTIDE
from glucotwin.months.medicine.sitagliptin import SITAGLIPTIN
from glucotwin.months.medicine.time_restricted import TIME_RESTRICTED
from glucotwin.months.medicine.tirzepatide import TIRZEPATIDE
from glucotwin.months.medicine.training import TRAINING
from glucotwin.months.medicine.vildagliptin import VILDAGLIPTIN
from glucotwin.months.medicine.voglibose import VOGLIBOSE

MEDICINES: Mapping[str, Medicine] = MappingProxyType(
    {
        "metformin": METFORMIN,
        "glimepiride": GLIMEPIRIDE,
        "gliclazide": GLICLAZIDE,
        "glipizide": GLIPIZIDE,
        "glibenclamide": GLIBENCLAMIDE,
        "gliquidone": GLIQUIDONE,
        "repaglinide": REPAGLINIDE,
        "nateglinide": NATEGLINIDE,
        "pioglitazone": PIOGLITAZONE,
        "acarbose": ACARBOSE,
        "voglibose": VOGLIBOSE,
        "sitagliptin": SITAGLIPTIN,
        "linagliptin": LINAGLIPTIN,
        "vildagliptin": VILDAGLIPTIN,
        "empagliflozin": EMPAGLIFLOZIN,
        "dapagliflozin": DAPAGLIFLOZIN,
        "canagliflozin": CANAGLIFLOZIN,
        "liraglutide": LIRAGLUTIDE,
        "dulaglutide": DULAGLUTIDE,
        "exenatide": EXENATIDE,
        "semaglutide": SEMAGLUTIDE,
        "tirzepatide": TIRZEPATIDE,
        "glargine": GLARGINE,
        "degludec": DEGLUDEC,
        "icodec": ICODEC,
        "premixed": PREMIXED,
        "aspart": ASPART,
        "aspart-once": ASPART_ONCE,
        "diet": DIET,
        "programme": PROGRAMME,
        "training": TRAINING,
        "low-carb": LOW_CARB,
        "time-restricted": TIME_RESTRICTED,
        "atorvastatin": ATORVASTATIN,
        "rosuvastatin": ROSUVASTATIN,
        "ezetimibe": EZETIMIBE,
        "ramipril": RAMIPRIL,
        "losartan": LOSARTAN,
        "amlodipine": AMLODIPINE,
        "indapamide": INDAPAMIDE,
        "finerenone": FINERENONE,
    }
)
"""In the order of the questions people ask; the dose's unit stands with each."""


def name_of(medicine: Medicine) -> str:
    """The name under which a medicine is asked for.

    Raises:
        KeyError: it is none of the registry.
    """
    for name, one in MEDICINES.items():
        if one is medicine:
            return name
    raise KeyError(medicine.kind)
