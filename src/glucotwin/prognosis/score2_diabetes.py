"""SCORE2-Diabetes: cardiovascular events within ten years in type 2 diabetes in Europe (Eur Heart J 2023 44:2544)."""

import math

from glucotwin.core.unit import hba1c_mmol_per_mol_from_pct
from glucotwin.prognosis.answer import Outcome, Question, Reason, Refusal, ScoreAnswer
from glucotwin.prognosis.ckd_epi import egfr_of
from glucotwin.prognosis.drug_effect import TrialOutcome, with_drugs
from glucotwin.prognosis.hba1c import hba1c_cautions
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.table import coefficients, linear_predictor, read_rows
from glucotwin.prognosis.validity import (
    measured,
    missing,
    not_type_2,
    on_kidney_replacement,
    outside,
    with_atherosclerosis,
)

KEYS = ("hba1c_pct", "sbp_mmhg", "total_cholesterol_mmoll", "hdl_mmoll")
RANGES = {"age": (40.0, 69.99)}
SEVERE_EGFR, MILD_EGFR, SEVERE_ACR_MG_G, RAISED_ACR_MG_G = 45.0, 60.0, 300.0, 30.0
"""Severe target-organ damage (ESC 2023): eGFR below 45; or below 60 with ACR from 30; or ACR above 300; or three
microvascular sites. Such people are at very high risk without a score."""
CATEGORIES = ((0.20, "very_high"), (0.10, "high"), (0.05, "moderate"), (0.0, "low"))
"""Lowest ten-year risk of each category (ESC 2023)."""


def score2_diabetes(person: DescribedPerson, question: Question) -> ScoreAnswer:
    """Ten-year risk of fatal and non-fatal cardiovascular events, calibrated to the region."""
    egfr = egfr_of(person)
    refusals = [
        *not_type_2(person),
        *outside({"age": person.age}, RANGES),
        *missing(person, KEYS if egfr is not None else (*KEYS, "egfr")),
        *with_atherosclerosis(person),
        *on_kidney_replacement(person),
        *_severe_damage(person, egfr),
        *_region(person),
    ]
    if refusals or egfr is None:
        return ScoreAnswer(refusals=tuple(refusals))
    risk = _risk(person, egfr)
    risks = with_drugs({"risk_10y": risk}, TrialOutcome.MAJOR_CARDIOVASCULAR, person.drugs)
    category = next(name for lowest, name in CATEGORIES if risk >= lowest)
    return ScoreAnswer(
        outcomes=(Outcome(event="cardiovascular_event", risks=risks),),
        measures={"category": category},
        cautions=hba1c_cautions(person),
    )


def _risk(person: DescribedPerson, egfr: float) -> float:
    column = coefficients("score2_diabetes.csv")[person.sex]
    predictor = linear_predictor(column, _terms(person, egfr))
    uncalibrated = 1.0 - column["baseline_survival"] ** math.exp(predictor)
    regions = {row["region"]: row for row in read_rows("score2_diabetes_regions.csv")}
    first, second = (float(regions[person.region][f"{person.sex}_scale_{number}"]) for number in (1, 2))
    return 1.0 - math.exp(-math.exp(first + second * math.log(-math.log(1.0 - uncalibrated))))


def _terms(person: DescribedPerson, egfr: float) -> dict[str, float]:
    lab = measured(person, KEYS)
    age = (person.age - 60.0) / 5.0
    main = {
        "smoking": float(person.smoker),
        "sbp": (lab["sbp_mmhg"] - 120.0) / 20.0,
        "diabetes": 1.0,
        "total_cholesterol": lab["total_cholesterol_mmoll"] - 6.0,
        "hdl": (lab["hdl_mmoll"] - 1.3) / 0.5,
        "hba1c": (hba1c_mmol_per_mol_from_pct(lab["hba1c_pct"]) - 31.0) / 9.34,
        "ln_egfr": (math.log(egfr) - 4.5) / 0.15,
    }
    others = {
        "age": age,
        "age_at_diagnosis": (person.diagnosed_at_y - 50.0) / 5.0,
        "ln_egfr_squared": main["ln_egfr"] ** 2,
    }
    return main | others | {f"age*{term}": age * value for term, value in main.items()}


def _severe_damage(person: DescribedPerson, egfr: float | None) -> list[Refusal]:
    acr = person.acr_mg_g or 0.0
    found = {
        "egfr": egfr is not None and (egfr < SEVERE_EGFR or (egfr < MILD_EGFR and acr >= RAISED_ACR_MG_G)),
        "acr_mg_g": acr > SEVERE_ACR_MG_G,
        "retinopathy": person.retinopathy and person.neuropathy and acr >= RAISED_ACR_MG_G,
    }
    return [Refusal(reason=Reason.SEVERE_ORGAN_DAMAGE, key=key) for key, there in found.items() if there]


def _region(person: DescribedPerson) -> list[Refusal]:
    known = {row["region"] for row in read_rows("score2_diabetes_regions.csv")}
    return [] if person.region in known else [Refusal(reason=Reason.REGION, key="region", value=str(person.region))]
