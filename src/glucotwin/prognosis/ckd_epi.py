"""CKD-EPI 2021: glomerular filtration from creatinine without race (Inker 2021, N Engl J Med 385:1737)."""

from dataclasses import dataclass

from glucotwin.prognosis.answer import Question, ScoreAnswer
from glucotwin.prognosis.person import DescribedPerson, Sex
from glucotwin.prognosis.validity import missing

SCALE = 142.0
HIGH_EXPONENT = -1.200
PER_YEAR = 0.9938
FEMALE_FACTOR = 1.012
STAGES = ((90.0, "G1"), (60.0, "G2"), (45.0, "G3a"), (30.0, "G3b"), (15.0, "G4"), (0.0, "G5"))
"""Lowest eGFR of each stage (KDIGO 2024)."""
ALBUMINURIA = ((300.0, "A3"), (30.0, "A2"), (0.0, "A1"))
"""Lowest ACR in mg/g of each stage (KDIGO 2024; A3 begins above 300)."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """The paper's κ (knee, mg/dL) and α (exponent below it)."""

    knee_mgdl: float
    low_exponent: float


SHAPES = {Sex.FEMALE: _Shape(0.7, -0.241), Sex.MALE: _Shape(0.9, -0.302)}


def egfr_from_creatinine(creatinine_mgdl: float, *, age: float, sex: Sex) -> float:
    """EGFR in mL/min/1.73 m² from serum creatinine in mg/dL; for adults."""
    shape = SHAPES[sex]
    ratio = creatinine_mgdl / shape.knee_mgdl
    return _at_knee(age, sex) * min(ratio, 1.0) ** shape.low_exponent * max(ratio, 1.0) ** HIGH_EXPONENT


def creatinine_from_egfr(egfr: float, *, age: float, sex: Sex) -> float:
    """Serum creatinine in mg/dL that an eGFR implies: the equation solved for it, which is unique."""
    shape = SHAPES[sex]
    share = egfr / _at_knee(age, sex)
    exponent = shape.low_exponent if share > 1.0 else HIGH_EXPONENT
    return shape.knee_mgdl * share ** (1.0 / exponent)


def creatinine_of(person: DescribedPerson) -> float | None:
    """Serum creatinine in mg/dL, measured or implied by the eGFR; None when neither is known."""
    if person.creatinine_mgdl is not None or person.egfr is None:
        return person.creatinine_mgdl
    return creatinine_from_egfr(person.egfr, age=person.age, sex=person.sex)


def egfr_of(person: DescribedPerson) -> float | None:
    """EGFR as told, or from creatinine; None when neither is known."""
    if person.egfr is not None or person.creatinine_mgdl is None:
        return person.egfr
    return egfr_from_creatinine(person.creatinine_mgdl, age=person.age, sex=person.sex)


def kidney_stage(person: DescribedPerson, question: Question) -> ScoreAnswer:
    """The eGFR and the stages of kidney function and albuminuria."""
    egfr = egfr_of(person)
    if egfr is None:
        return ScoreAnswer(refusals=tuple(missing(person, ("egfr", "creatinine_mgdl"))))
    measures: dict[str, object] = {"egfr": egfr, "stage": _stage(STAGES, egfr)}
    if person.acr_mg_g is not None:
        measures["albuminuria"] = _stage(ALBUMINURIA, person.acr_mg_g)
    if person.creatinine_mgdl is not None:
        by_creatinine = egfr_from_creatinine(person.creatinine_mgdl, age=person.age, sex=person.sex)
        measures["egfr_from_creatinine"] = by_creatinine
    return ScoreAnswer(measures=measures)


def _stage(stages: tuple[tuple[float, str], ...], value: float) -> str:
    return next(name for lowest, name in stages if value >= lowest)


def _at_knee(age: float, sex: Sex) -> float:
    return SCALE * PER_YEAR**age * (FEMALE_FACTOR if sex is Sex.FEMALE else 1.0)
