"""Shapes of what scores answer as JSON.

Names of risks hold the years that were asked for (``risk_10y``, ``risk_by_year``, ``risk_10y_on_drugs_low``), so that
they are described together: every key that is not named is a probability, or one per year.
"""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from glucotwin.prognosis.answer import Reason
from glucotwin.prognosis.person import CardiorenalDrug

Risk = float | list[float]
"""A probability from 0 to 1, or one for each year."""


class RefusalJson(TypedDict):
    """Why a score is not meant for a person."""

    reason: Reason
    key: str
    message: str


class ScorePart(TypedDict):
    """What every score says besides risks: its own event, those of all its events, or why it refuses."""

    valid: bool
    refused_because: NotRequired[list[RefusalJson]]
    event: NotRequired[str]
    events: NotRequired[dict[str, dict[str, Risk]]]
    cautions: NotRequired[list[str]]
    assumed: NotRequired[list[str]]


class ScoreJson(ScorePart, extra_items=Risk):
    """What one score says: risks of its own event stand at the top."""


class KidneyStageJson(ScorePart, extra_items=Risk):
    """CKD-EPI 2021 and KDIGO; the eGFR in mL/min/1.73 m²."""

    egfr: NotRequired[float]
    stage: NotRequired[str]
    albuminuria: NotRequired[str]
    egfr_from_creatinine: NotRequired[float]


class CategoryJson(ScorePart, extra_items=Risk):
    """SCORE2-Diabetes."""

    category: NotRequired[str]


class PreventJson(ScorePart, extra_items=Risk):
    """PREVENT, and which of its equations was used."""

    equation: NotRequired[str]


class LiverJson(ScorePart, extra_items=Risk):
    """FIB-4."""

    index: NotRequired[float]
    advanced_fibrosis: NotRequired[str]
    lower_cut_off: NotRequired[float]


class DoubtJson(TypedDict):
    """Why an HbA1c may mislead: the condition, the direction in which it errs, and who says so."""

    name: str
    key: str
    direction: str
    source: str


class Hba1cJson(ScorePart, extra_items=Risk):
    """An HbA1c in other units, and what speaks against it."""

    hba1c_mmol_per_mol: NotRequired[float]
    estimated_mean_glucose_mgdl: NotRequired[float]
    estimated_mean_glucose_mmoll: NotRequired[float]
    reliable: NotRequired[bool]
    doubts: NotRequired[list[DoubtJson]]
    expected_hba1c_pct: NotRequired[float]
    glycation_gap_pct: NotRequired[float]
    glycation_ratio: NotRequired[float]
    gap_is_large: NotRequired[bool]


class LifeYearsJson(TypedDict):
    """Years with the error of the simulation and the range of lives."""

    mean: float
    standard_error: float
    low: float
    high: float


class GainJson(TypedDict):
    """Years gained on drugs, by the drugs' effect and its 95 % interval."""

    mean: float
    low: float
    high: float


class OutcomesModelJson(ScorePart, extra_items=Risk):
    """UKPDS Outcomes Model 2: courses by year, life-years and quality-adjusted ones, risk factors year by year."""

    samples: NotRequired[int]
    seed: NotRequired[int]
    risk_factors: NotRequired[dict[str, list[float]]]
    life_years: NotRequired[LifeYearsJson]
    qalys: NotRequired[LifeYearsJson]
    life_years_gained_on_drugs: NotRequired[GainJson]
    qalys_gained_on_drugs: NotRequired[GainJson]


class ComplicationsJson(TypedDict, extra_items=ScoreJson):
    """What every score says of one person; another score is described as any score is."""

    years: int
    drugs: list[CardiorenalDrug]
    ckd_epi_2021: KidneyStageJson
    kfre: ScoreJson
    score2_diabetes: CategoryJson
    prevent: PreventJson
    recode: ScoreJson
    ukpds_om2: OutcomesModelJson
    fib4: LiverJson
    hba1c: Hba1cJson


class PersonKeyJson(TypedDict):
    """One key of a described person; ``default`` is there where one is taken."""

    key: str
    meaning: str | None
    kind: Literal["flag", "number", "list", "choice"]
    unit: str | None
    choices: list[str] | None
    lowest: float | None
    highest: float | None
    required: bool
    may_be_null: bool
    default: NotRequired[bool | float | str | list[str] | None]
