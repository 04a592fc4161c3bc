"""PREVENT: cardiovascular disease within 10 and 30 years, without race (Khan 2024, Circulation 149:430)."""

import math

from glucotwin.prognosis.answer import Outcome, Question, ScoreAnswer
from glucotwin.prognosis.ckd_epi import egfr_of
from glucotwin.prognosis.drug_effect import TrialOutcome, with_drugs
from glucotwin.prognosis.hba1c import hba1c_cautions
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.table import coefficients, linear_predictor
from glucotwin.prognosis.validity import (
    measured,
    missing,
    on_kidney_replacement,
    outside,
    with_atherosclerosis,
    with_heart_failure,
)

KEYS = ("sbp_mmhg", "total_cholesterol_mmoll", "hdl_mmoll", "bmi")
RANGES = {
    "age": (30.0, 79.0),
    "total_cholesterol_mmoll": (3.36, 8.28),
    "hdl_mmoll": (0.52, 2.59),
    "sbp_mmhg": (90.0, 200.0),
    "bmi": (18.5, 39.99),
    "egfr": (15.0, 140.0),
}
OLDEST_FOR_30_YEARS = 59.0
HBA1C_RANGE_PCT = (3.0, 15.0)
HORIZONS_Y = (10, 30)
TRIALS = {
    "total_cvd": None,
    "ascvd": TrialOutcome.MAJOR_CARDIOVASCULAR,
    "heart_failure": TrialOutcome.HEART_FAILURE,
    "chd": TrialOutcome.MI,
    "stroke": TrialOutcome.STROKE,
}
"""Events, and what trials counted that comes nearest; none counted heart failure together with the others."""


def prevent(person: DescribedPerson, question: Question) -> ScoreAnswer:
    """Risks of five events by the longest of the published equations that the person's measurements allow."""
    egfr = egfr_of(person)
    refusals = [
        *outside(person.model_dump(include=set(RANGES)) | {"egfr": egfr}, RANGES),
        *missing(person, KEYS if egfr is not None else (*KEYS, "egfr")),
        *with_atherosclerosis(person),
        *with_heart_failure(person),
        *on_kidney_replacement(person),
    ]
    if refusals or egfr is None:
        return ScoreAnswer(refusals=tuple(refusals))
    chosen = _equation(person)
    events = [_outcome(event, event, person, egfr, chosen) for event in TRIALS]
    if chosen != "base":
        events += [_outcome(f"{event}_base_equation", event, person, egfr, "base") for event in TRIALS]
    cautions = () if person.age <= OLDEST_FOR_30_YEARS else ("prognosis-caution-30-years",)
    cautions += hba1c_cautions(person)
    return ScoreAnswer(outcomes=tuple(events), measures={"equation": chosen}, cautions=cautions)


def _equation(person: DescribedPerson) -> str:
    """The base, the one with what is known beside it, or the full one where two things are known."""
    known = {"hba1c": _hba1c_pct(person), "uacr": person.acr_mg_g, "sdi": person.deprivation_decile}
    there = [name for name, value in known.items() if value is not None]
    if len(there) > 1:
        return "full"
    return there[0] if there else "base"


def _hba1c_pct(person: DescribedPerson) -> float | None:
    """HbA1c within the equations' range."""
    low, high = HBA1C_RANGE_PCT
    return person.hba1c_pct if person.hba1c_pct is not None and low <= person.hba1c_pct <= high else None


def _outcome(name: str, event: str, person: DescribedPerson, egfr: float, equation: str) -> Outcome:
    horizons = [years for years in HORIZONS_Y if years == HORIZONS_Y[0] or person.age <= OLDEST_FOR_30_YEARS]
    terms = _terms(person, egfr)
    risks = {f"risk_{years}y": _risk(terms, person, event, equation, years) for years in horizons}
    return Outcome(event=name, risks=with_drugs(risks, TRIALS[event], person.drugs))


def _risk(terms: dict[str, float], person: DescribedPerson, event: str, equation: str, years: int) -> float:
    column = coefficients(f"prevent_{equation}_{years}yr.csv")[f"{person.sex}_{event}"]
    return 1.0 / (1.0 + math.exp(-linear_predictor(column, terms)))


def _terms(person: DescribedPerson, egfr: float) -> dict[str, float]:
    """Every term of the equations under the name that it has in the published tables."""
    lab = measured(person, KEYS)
    age = (person.age - 55.0) / 10.0
    sbp = (max(lab["sbp_mmhg"], 110.0) - 130.0) / 20.0
    non_hdl = lab["total_cholesterol_mmoll"] - lab["hdl_mmoll"] - 3.5
    main = {
        "non-HDL-C per 1 mmol/L": non_hdl,
        "HDL-C per 0.3 mmol/L": (lab["hdl_mmoll"] - 1.3) / 0.3,
        "SBP ≥110 mm Hg per 20 mmHg": sbp,
        "diabetes": 1.0,
        "current smoking": float(person.smoker),
        "BMI 30+ per 5 kg/m2": (max(lab["bmi"], 30.0) - 30.0) / 5.0,
        "eGFR <60, per -15 ml": (min(egfr, 60.0) - 60.0) / -15.0,
    }
    return (
        main
        | {f"Age per 10yr * {term}": age * value for term, value in main.items()}
        | {
            "Age, per 10 years": age,
            "Age, 10 years": age,
            "Age squared": age**2,
            "SBP <110 per 20 mmHg": (min(lab["sbp_mmhg"], 110.0) - 110.0) / 20.0,
            "SBP ≥110 per 20 mmHg": sbp,
            "Diabetes": 1.0,
            "Current smoking": float(person.smoker),
            "BMI <30, per 5 kg/m2": (min(lab["bmi"], 30.0) - 25.0) / 5.0,
            "BMI 30+, per 5 kg/m2": main["BMI 30+ per 5 kg/m2"],
            "eGFR 60+, per -15 ml": (max(egfr, 60.0) - 90.0) / -15.0,
            "Anti-hypertensive use": float(person.blood_pressure_treated),
            "Statin use": float(person.statin),
            "Treated SBP ≥110 mm Hg per 20 mm Hg": float(person.blood_pressure_treated) * sbp,
            "Treated non-HDL-C": float(person.statin) * non_hdl,
            "Constant": 1.0,
        }
        | _more_terms(person)
    )


def _more_terms(person: DescribedPerson) -> dict[str, float]:
    """Terms of what not every equation knows, and of its absence."""
    hba1c, decile = _hba1c_pct(person), person.deprivation_decile
    return {
        "HbA1c in DM, per 1%": 0.0 if hba1c is None else hba1c - 5.3,
        "Missing HbA1c": float(hba1c is None),
        "ln-ACR, mg/g, per 1 ln unit": 0.0 if person.acr_mg_g is None else math.log(person.acr_mg_g),
        "Missing ACR/PCR/Dipstick": float(person.acr_mg_g is None),
        "SDI decile categories 4-6 vs. 1-3": float(decile is not None and 4 <= decile <= 6),
        "SDI decile categories 7-10 vs. 1-3": float(decile is not None and decile >= 7),
        "Missing SDI": float(decile is None),
    }
