"""From a described person, a genotype and sensor readings to the person of the slow body."""

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.ingest.format import ImportOptions
from glucotwin.months.person import MGDL_PER_MMOLL, MonthsPerson
from glucotwin.prognosis.person import HINT, DescribedPerson, DiabetesKind
from glucotwin.workflows.genotype import genotype_of
from glucotwin.workflows.metrics import glucose_series, open_timeline

USUAL_HEIGHT_M = {True: 1.62, False: 1.76}
FASTING_MIN = (240, 420)
"""Minutes after midnight between which the median reading counts as fasting glucose."""

FIBROSIS_INDEX = 1.3
FACTS: Mapping[str, str] = MappingProxyType(
    {
        "heart_failure": "history_heart_failure",
        "pancreatitis": "history_pancreatitis",
        "ketoacidosis": "history_ketoacidosis",
        "retinopathy": "retinopathy",
        "statin": "statin",
        "blood_pressure_treated": "blood_pressure_treated",
    }
)
"""Facts of cautions and guidelines by the key of a description."""


def months_person(described: DescribedPerson, *, height_m: float | None = None) -> MonthsPerson:
    """What the slow body needs of a described person.

    Args:
        described: the person.
        height_m: default by sex.

    Raises:
        DataError: the person does not have type 2 diabetes, or HbA1c, BMI or eGFR were not measured.
    """
    hba1c, bmi, egfr = described.hba1c_pct, described.bmi, described.egfr
    if described.diabetes_type is not DiabetesKind.TYPE2 or described.pregnant:
        raise DataError(ErrorCode.INVALID_VALUE, message("regimen-only-type2"), hint=HINT)
    if hba1c is None or bmi is None or egfr is None or not 6.0 <= hba1c <= 12.0:
        raise DataError(ErrorCode.INVALID_VALUE, message("regimen-needs"), hint=HINT)
    height = height_m or USUAL_HEIGHT_M[described.is_female]
    measured = {
        "sbp_mmhg": described.sbp_mmhg,
        "ldl_mmoll": described.ldl_mmoll,
        "acr_mg_g": described.acr_mg_g,
        "fasting_mmoll": described.fasting_glucose_mmoll,
    }
    mean = described.mean_glucose_mgdl
    person = MonthsPerson(
        age_y=described.age,
        female=described.is_female,
        weight_kg=bmi * height**2,
        height_m=height,
        hba1c_pct=hba1c,
        egfr=egfr,
        mean_mmoll=None if mean is None else mean / MGDL_PER_MMOLL,
        duration_y=described.duration_y,
        insulin_u_per_d=described.basal_insulin_u_per_d,
        facts=_facts(described),
    )
    return replace(person, **{name: value for name, value in measured.items() if value is not None})


def with_genotype(person: MonthsPerson, path: Path) -> MonthsPerson:
    """The person with what a genotype file says of medicines.

    Args:
        person: the person.
        path: a genotype file.

    Raises:
        DataError: the file is no genotype.
    """
    factors = genotype_of(path).prior.factors
    return replace(person, genotype=MappingProxyType({str(name): one.factor for name, one in factors.items()}))


def with_readings(
    described: DescribedPerson,
    path: Path,
    options: ImportOptions | None = None,
    *,
    progress: ProgressCallback = silent,
) -> DescribedPerson:
    """The person with mean and fasting glucose of sensor readings, where they were not told.

    Fasting glucose is the median of readings from four to seven in the morning.

    Args:
        described: the person.
        path: an importable file, or a timeline's folder.
        options: for a file: what it may not say.
        progress: told how far the work has come.

    Raises:
        DataError: the file cannot be read, or has less than a day of readings.
    """
    timeline = open_timeline(path, options, progress=progress)
    series = glucose_series(timeline)
    if series.glucose_mgdl.size * series.interval_min < MINUTES_PER_DAY:
        raise DataError(ErrorCode.TOO_LITTLE_DATA, message("regimen-few-readings"), hint=message("regimen-few-hint"))
    minute = series.clock_min % MINUTES_PER_DAY
    early = series.glucose_mgdl[(minute >= FASTING_MIN[0]) & (minute < FASTING_MIN[1])]
    fasting = float(np.median(early)) / MGDL_PER_MMOLL if early.size else None
    return described.model_copy(
        update={
            "mean_glucose_mgdl": described.mean_glucose_mgdl or float(np.mean(series.glucose_mgdl)),
            "fasting_glucose_mmoll": described.fasting_glucose_mmoll or fasting,
        }
    )


def _facts(described: DescribedPerson) -> frozenset[str]:
    facts = {name for name, key in FACTS.items() if getattr(described, key)}
    disease = ("history_mi", "history_ischaemic_heart_disease", "history_stroke", "peripheral_vascular_disease")
    if any(getattr(described, key) for key in disease):
        facts.add("atherosclerosis")
    facts |= {"no_statin"} if not described.statin else set()
    facts |= {"no_pressure_drug"} if not described.blood_pressure_treated else set()
    facts |= {"no_tablets"} if not described.oral_diabetes_drug else set()
    facts |= {"no_insulin"} if described.basal_insulin_u_per_d == 0.0 else set()
    ast, alt, platelets = described.ast_u_l, described.alt_u_l, described.platelets_1e9_l
    if ast and alt and platelets and described.age * ast / (platelets * math.sqrt(alt)) >= FIBROSIS_INDEX:
        facts.add("fibrosis_risk")
    return frozenset(facts)
