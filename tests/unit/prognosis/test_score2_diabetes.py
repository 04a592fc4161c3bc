"""SCORE2-Diabetes against the examples of its paper."""

import pytest

from glucotwin.core.unit import hba1c_pct_from_mmol_per_mol
from glucotwin.prognosis.answer import Question, Reason
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.score2_diabetes import score2_diabetes
from made_up_patient import described

REGIONS = ("low", "moderate", "high", "very_high")
ABSTRACT_PCT = {
    # The graphical abstract: diagnosed at 60, HbA1c 50 mmol/mol, eGFR 90; then diagnosed at 50, 70 mmol/mol, eGFR 60.
    ("male", 60, 50, 90): (8.4, 11.0, 12.5, 20.3),
    ("female", 60, 50, 90): (6.1, 7.6, 11.1, 20.6),
    ("male", 50, 70, 60): (12.9, 17.2, 21.0, 31.2),
    ("female", 50, 70, 60): (9.8, 12.7, 20.4, 34.0),
}


def of_the_abstract(
    sex: str, age_at_diagnosis: int, hba1c_mmol_per_mol: float, egfr: float, region: str, *, smoker: bool = False
) -> DescribedPerson:
    return described(
        age=60,
        sex=sex,
        age_at_diagnosis=age_at_diagnosis,
        hba1c_pct=hba1c_pct_from_mmol_per_mol(float(hba1c_mmol_per_mol)),
        egfr=egfr,
        region=region,
        smoker=smoker,
        sbp_mmhg=140,
        total_cholesterol_mmoll=5.5,
        hdl_mmoll=1.3,
    )


def risk_pct(person: DescribedPerson) -> float:
    risk = score2_diabetes(person, Question()).outcomes[0].risks["risk_10y"]
    assert isinstance(risk, float)
    return 100.0 * risk


@pytest.mark.parametrize("profile", ABSTRACT_PCT)
def test_examples_of_the_paper_are_reproduced(profile: tuple[str, int, int, int]) -> None:
    found = [round(risk_pct(of_the_abstract(*profile, region)), 1) for region in REGIONS]
    assert found == list(ABSTRACT_PCT[profile])


@pytest.mark.parametrize(("sex", "expected_pct"), [("male", 11.8), ("female", 9.2)])
def test_smokers_are_as_the_public_calculator_says(sex: str, expected_pct: float) -> None:
    assert round(risk_pct(of_the_abstract(sex, 60, 50, 90, "low", smoker=True)), 1) == expected_pct


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"age": 39, "age_at_diagnosis": 35}, Reason.OUT_OF_RANGE),
        ({"age": 70}, Reason.OUT_OF_RANGE),
        ({"diabetes_type": "type1"}, Reason.TYPE_1),
        ({"history_mi": True}, Reason.PRIOR_CARDIOVASCULAR_DISEASE),
        ({"peripheral_vascular_disease": True}, Reason.PRIOR_CARDIOVASCULAR_DISEASE),
        ({"history_renal_failure": True}, Reason.KIDNEY_REPLACEMENT),
        ({"egfr": 44}, Reason.SEVERE_ORGAN_DAMAGE),
        ({"egfr": 55, "acr_mg_g": 40}, Reason.SEVERE_ORGAN_DAMAGE),
        ({"acr_mg_g": 400}, Reason.SEVERE_ORGAN_DAMAGE),
        ({"retinopathy": True, "neuropathy": True, "acr_mg_g": 40}, Reason.SEVERE_ORGAN_DAMAGE),
        ({"region": "north_america"}, Reason.REGION),
        ({"hba1c_pct": None}, Reason.NOT_MEASURED),
    ],
)
def test_people_whom_it_was_not_made_for_are_refused_by_name(changes: dict[str, object], reason: Reason) -> None:
    answer = score2_diabetes(described(**changes), Question())
    assert not answer.outcomes
    assert [one.reason for one in answer.refusals] == [reason]
    assert answer.refusals[0].text


def test_category_follows_the_risk() -> None:
    measures = score2_diabetes(of_the_abstract("male", 60, 50, 90, "very_high"), Question()).measures
    assert measures["category"] == "very_high"
