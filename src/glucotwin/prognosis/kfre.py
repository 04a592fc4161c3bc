"""KFRE: kidney failure within two and five years in chronic kidney disease (Tangri 2011, 2016, JAMA 315:164)."""

import math

from glucotwin.prognosis.answer import Outcome, Question, ScoreAnswer
from glucotwin.prognosis.ckd_epi import egfr_of
from glucotwin.prognosis.drug_effect import TrialOutcome, with_drugs
from glucotwin.prognosis.person import DescribedPerson, Region
from glucotwin.prognosis.table import coefficients, read_rows
from glucotwin.prognosis.validity import missing, on_kidney_replacement, outside

RANGES = {"age": (18.0, 100.0), "egfr": (5.0, 59.99)}
"""Stages 3 to 5 before dialysis."""
FOUR, EIGHT = "four_variables", "eight_variables"
LABS = {
    "albumin": "albumin_g_dl",
    "phosphate": "phosphate_mg_dl",
    "bicarbonate": "bicarbonate_mmoll",
    "calcium": "calcium_mg_dl",
}
"""What the longer equation adds, by term."""


def kfre(person: DescribedPerson, question: Question) -> ScoreAnswer:
    """Risk of dialysis or transplantation; with eight variables where all of them are known."""
    egfr = egfr_of(person)
    refusals = on_kidney_replacement(person) + outside({"age": person.age, "egfr": egfr}, RANGES)
    refusals += missing(person, ("acr_mg_g",) if egfr is not None else ("egfr", "acr_mg_g"))
    if refusals or egfr is None or person.acr_mg_g is None:
        return ScoreAnswer(refusals=tuple(refusals))
    labs = {term: value for term, key in LABS.items() if (value := getattr(person, key)) is not None}
    terms = {
        "age_10y": person.age / 10.0,
        "male": 0.0 if person.is_female else 1.0,
        "egfr_5": egfr / 5.0,
        "ln_acr": math.log(person.acr_mg_g),
    }
    outcomes = [_outcome("kidney_failure", person, FOUR, terms)]
    if len(labs) == len(LABS):
        outcomes.append(_outcome("kidney_failure_eight_variables", person, EIGHT, terms | labs))
    return ScoreAnswer(outcomes=tuple(outcomes))


def _outcome(event: str, person: DescribedPerson, equation: str, terms: dict[str, float]) -> Outcome:
    table = coefficients("kfre.csv")
    predictor = sum(table[equation][term] * (value - table["mean"][term]) for term, value in terms.items())
    region = "north_america" if person.region is Region.NORTH_AMERICA else "other"
    risks = {
        f"risk_{row['years']}y": 1.0 - float(row[equation]) ** math.exp(predictor)
        for row in read_rows("kfre_baseline.csv")
        if row["region"] == region
    }
    return Outcome(event=event, risks=with_drugs(risks, TrialOutcome.KIDNEY, person.drugs))
