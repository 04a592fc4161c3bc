"""What the equations see of many simulated lives of one person: risk factors that are alike, histories that differ."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from glucotwin.prognosis.person import DescribedPerson, Ethnicity
from glucotwin.prognosis.ukpds.risk_factor import RiskFactors

EVENTS = (
    "heart_failure",
    "ischaemic_heart_disease",
    "mi",
    "stroke",
    "blindness",
    "ulcer",
    "amputation",
    "renal_failure",
)
"""The eight complications; the equations of death know whether any of them happened."""

HISTORY_TERMS = {
    "heart_failure": "CHF",
    "ischaemic_heart_disease": "IHD",
    "mi": "MI",
    "stroke": "STROKE",
    "blindness": "BLIND",
    "ulcer": "ULCER",
    "amputation": "AMP",
    "renal_failure": "RENAL",
}
"""The paper's abbreviations."""

ALBUMINURIA_MG_G = 50.0
"""Albuminuria was 50 mg/L of urine, here taken as that many mg per g of creatinine."""

Terms = dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedTraits:
    """What does not change in a run: terms of the equations by their published names.

    Attributes:
        terms: values by name.
        age: at the start in years.
        duration_y: years since diagnosis at the start.
    """

    terms: Mapping[str, float]
    age: float
    duration_y: float


def fixed_traits(person: DescribedPerson) -> FixedTraits:
    """The traits of a person that the model holds."""
    terms = {
        "AFRO": float(person.ethnicity is Ethnicity.BLACK),
        "INDIAN": float(person.ethnicity is Ethnicity.SOUTH_ASIAN),
        "AGE.DIAG": person.diagnosed_at_y,
        "FEMALE": float(person.is_female),
        "ATFIB": float(person.atrial_fibrillation),
        "PVD": float(person.peripheral_vascular_disease),
        "SMOKER": float(person.smoker),
        "MMALB": float(person.acr_mg_g is not None and person.acr_mg_g >= ALBUMINURIA_MG_G),
    }
    return FixedTraits(terms=terms, age=person.age, duration_y=person.duration_y)


def yearly_terms(traits: FixedTraits, factors: RiskFactors, year: int) -> Terms:
    """Every term of a year that is alike in all lives, scaled as the paper does.

    Args:
        traits: what does not change.
        factors: risk factors of the year.
        year: from 0, the year that begins today.
    """
    below = min(factors.egfr, 60.0) / 10.0
    return {
        **traits.terms,
        "BMI": factors.bmi,
        "BMI1": float(factors.bmi < 18.5),
        "BMI3": float(factors.bmi >= 25.0),
        "eGFR": factors.egfr / 10.0,
        "eGFR60less": below,
        "eGFR60more": max(factors.egfr - 60.0, 0.0) / 10.0,
        "HbA1c": factors.hba1c,
        "HDL": factors.hdl * 10.0,
        "LDL": factors.ldl * 10.0,
        "LDL35more": max(factors.ldl - 3.5, 0.0) * 10.0,
        "SBP": factors.sbp / 10.0,
        "HEART.R": factors.heart_rate / 10.0,
        "WBC": factors.white_cells,
        "HAEM": factors.haemoglobin,
        "CURR.AGE": traits.age + year,
        "YEAR": traits.duration_y + year,
    }


def starting_history(person: DescribedPerson, lives: int) -> dict[str, np.ndarray]:
    """Which complications each life begins with, by event.

    Args:
        person: the person.
        lives: how many are simulated.
    """
    return {event: np.full(lives, bool(getattr(person, f"history_{event}"))) for event in EVENTS}
