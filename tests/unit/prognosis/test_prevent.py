"""PREVENT against the example of its paper and the names of its published tables."""

import pytest

from glucotwin.prognosis.answer import Question, Reason
from glucotwin.prognosis.prevent import TRIALS, _terms, prevent
from glucotwin.prognosis.table import coefficients
from made_up_patient import described

TABLE_S25 = {
    # A woman of 50 with diabetes: total cholesterol 200, HDL 45 mg/dL, treated SBP 160, BMI 35, eGFR 90.
    "total_cvd": (0.147, 0.530),
    "ascvd": (0.092, 0.354),
    "heart_failure": (0.081, 0.390),
    "chd": (0.044, 0.198),
    "stroke": (0.054, 0.221),
}
MMOLL_PER_MGDL = 0.02586
ABSENT = {
    "HbA1c no DM, per 1%",
    "Missing HbA1c",
    "Missing ACR/PCR/Dipstick",
    "SDI decile categories 4-6 vs. 1-3",
    "SDI decile categories 7-10 vs. 1-3",
}
"""Terms of people without diabetes or whose measurements are missing, and of American neighbourhoods."""


@pytest.mark.parametrize("event", TABLE_S25)
def test_example_of_the_paper_is_reproduced(event: str) -> None:
    person = described(
        age=50,
        sex="female",
        age_at_diagnosis=45,
        sbp_mmhg=160,
        blood_pressure_treated=True,
        total_cholesterol_mmoll=200 * MMOLL_PER_MGDL,
        hdl_mmoll=45 * MMOLL_PER_MGDL,
        egfr=90,
        bmi=35,
        hba1c_pct=None,
        acr_mg_g=None,
    )
    outcomes = {one.event: one.risks for one in prevent(person, Question()).outcomes}
    assert (outcomes[event]["risk_10y"], outcomes[event]["risk_30y"]) == pytest.approx(TABLE_S25[event], abs=0.0005)


@pytest.mark.parametrize("years", [10, 30])
@pytest.mark.parametrize("equation", ["base", "hba1c", "uacr", "full"])
def test_every_published_term_is_known(equation: str, years: int) -> None:
    terms = _terms(described(), 80.0)
    for column in coefficients(f"prevent_{equation}_{years}yr.csv").values():
        assert set(column) - set(terms) <= ABSENT


@pytest.mark.parametrize(
    ("changes", "equation"),
    [
        ({}, "full"),
        ({"acr_mg_g": None}, "hba1c"),
        ({"hba1c_pct": None}, "uacr"),
        ({"hba1c_pct": None, "acr_mg_g": None}, "base"),
    ],
)
def test_equation_is_the_longest_that_the_measurements_allow(changes: dict[str, object], equation: str) -> None:
    answer = prevent(described(**changes), Question())
    assert answer.measures["equation"] == equation
    assert {one.event for one in answer.outcomes} >= set(TRIALS)


def test_thirty_years_are_told_up_to_59_only() -> None:
    assert "risk_30y" in prevent(described(age=59), Question()).outcomes[0].risks
    answer = prevent(described(age=60), Question())
    assert "risk_30y" not in answer.outcomes[0].risks
    assert answer.cautions == ("prognosis-caution-30-years",)


@pytest.mark.parametrize(
    ("changes", "reason", "key"),
    [
        ({"age": 81}, Reason.OUT_OF_RANGE, "age"),
        ({"bmi": 41}, Reason.OUT_OF_RANGE, "bmi"),
        ({"egfr": 12}, Reason.OUT_OF_RANGE, "egfr"),
        ({"total_cholesterol_mmoll": 9}, Reason.OUT_OF_RANGE, "total_cholesterol_mmoll"),
        ({"history_stroke": True}, Reason.PRIOR_CARDIOVASCULAR_DISEASE, "history_stroke"),
        ({"history_heart_failure": True}, Reason.PRIOR_HEART_FAILURE, "history_heart_failure"),
    ],
)
def test_people_whom_it_was_not_made_for_are_refused(changes: dict[str, object], reason: Reason, key: str) -> None:
    refusals = prevent(described(**changes), Question()).refusals
    assert [(one.reason, one.key) for one in refusals] == [(reason, key)]


def test_type_1_diabetes_is_taken_as_diabetes() -> None:
    assert prevent(described(diabetes_type="type1"), Question()).valid
