"""RECODe: complications and death within ten years in type 2 diabetes (Basu 2017, Lancet Diabetes Endocrinol 5:788)."""

import math

from glucotwin.prognosis.answer import Outcome, Question, ScoreAnswer
from glucotwin.prognosis.ckd_epi import creatinine_of
from glucotwin.prognosis.drug_effect import TrialOutcome, with_drugs
from glucotwin.prognosis.hba1c import hba1c_cautions
from glucotwin.prognosis.person import DescribedPerson, Ethnicity
from glucotwin.prognosis.table import coefficients, linear_predictor
from glucotwin.prognosis.validity import measured, missing, not_type_2, on_kidney_replacement, outside

KEYS = ("hba1c_pct", "sbp_mmhg", "total_cholesterol_mmoll", "hdl_mmoll", "acr_mg_g")
RANGES = {"age": (40.0, 79.0), "hba1c_pct": (5.0, 11.0), "bmi": (15.0, 45.0), "creatinine_mgdl": (0.3, 1.5)}
"""ACCORD took in people of 40 to 79 years with creatinine to 1.5 mg/dL, HbA1c to 11 % and BMI to 45."""
MGDL_PER_MMOLL_CHOLESTEROL = 38.67
TRIALS = {
    "mi_or_stroke": TrialOutcome.MAJOR_CARDIOVASCULAR,
    "heart_failure": TrialOutcome.HEART_FAILURE,
    "death": TrialOutcome.DEATH,
    "nephropathy": TrialOutcome.KIDNEY,
    "severe_vision_loss": None,
    "neuropathy": None,
}
"""Events, and what trials counted that comes nearest."""


def recode(person: DescribedPerson, question: Question) -> ScoreAnswer:
    """Ten-year risks of six events."""
    creatinine = creatinine_of(person)
    judged = person.model_dump(include={"age", "hba1c_pct", "bmi"}) | {"creatinine_mgdl": creatinine}
    refusals = [
        *not_type_2(person),
        *outside(judged, RANGES),
        *missing(person, KEYS if creatinine is not None else (*KEYS, "egfr")),
        *on_kidney_replacement(person),
    ]
    if refusals or creatinine is None:
        return ScoreAnswer(refusals=tuple(refusals))
    terms = _terms(person, creatinine)
    outcomes = tuple(
        Outcome(event=event, risks=with_drugs({"risk_10y": _risk(event, terms)}, trial, person.drugs))
        for event, trial in TRIALS.items()
    )
    return ScoreAnswer(outcomes=outcomes, cautions=hba1c_cautions(person))


def _risk(event: str, terms: dict[str, float]) -> float:
    column = coefficients("recode.csv")[event]
    return 1.0 - column["baseline_survival"] ** math.exp(linear_predictor(column, terms))


def _terms(person: DescribedPerson, creatinine_mgdl: float) -> dict[str, float]:
    """The terms under their published names; cholesterol in mg/dL."""
    lab = measured(person, KEYS)
    return {
        "constant": 1.0,
        "age": person.age,
        "sex": float(person.is_female),
        "black": float(person.ethnicity is Ethnicity.BLACK),
        "hisp": float(person.ethnicity is Ethnicity.HISPANIC),
        "sysbp": lab["sbp_mmhg"],
        "bprx": float(person.blood_pressure_treated),
        "cursmoke": float(person.smoker),
        "cvdhist": float(person.history_mi or person.history_stroke),
        "oralrx": float(person.oral_diabetes_drug),
        "sercreat": creatinine_mgdl,
        "totchol": lab["total_cholesterol_mmoll"] * MGDL_PER_MMOLL_CHOLESTEROL,
        "hdlchol": lab["hdl_mmoll"] * MGDL_PER_MMOLL_CHOLESTEROL,
        "anticoag": float(person.anticoagulant),
        "hgba1c": lab["hba1c_pct"],
        "uralbcreat": lab["acr_mg_g"],
        "statin": float(person.statin),
    }
