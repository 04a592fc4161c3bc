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
EVENTS = ("total_cvd", "ascvd", "heart_failure", "chd", "stroke")
LONGER = {
    # The same woman, and a man alike, by another implementation (preventr): HbA1c 9.2 %, ACR 92, least deprived.
    ("female", "hba1c", 10): (0.165, 0.103, 0.107, 0.055, 0.053),
    ("female", "hba1c", 30): (0.541, 0.356, 0.449, 0.219, 0.200),
    ("female", "uacr", 10): (0.181, 0.111, 0.105, 0.055, 0.065),
    ("female", "uacr", 30): (0.565, 0.381, 0.437, 0.220, 0.241),
    ("female", "sdi", 10): (0.127, 0.080, 0.070, 0.038, 0.047),
    ("female", "sdi", 30): (0.485, 0.322, 0.358, 0.179, 0.202),
    ("female", "full", 10): (0.174, 0.105, 0.114, 0.056, 0.056),
    ("female", "full", 30): (0.534, 0.348, 0.443, 0.213, 0.204),
    ("male", "base", 10): (0.163, 0.102, 0.106, 0.056, 0.052),
    ("male", "base", 30): (0.514, 0.349, 0.424, 0.216, 0.197),
    ("male", "hba1c", 10): (0.187, 0.112, 0.130, 0.063, 0.056),
    ("male", "hba1c", 30): (0.524, 0.340, 0.457, 0.211, 0.188),
    ("male", "uacr", 10): (0.195, 0.123, 0.130, 0.066, 0.063),
    ("male", "uacr", 30): (0.535, 0.368, 0.448, 0.227, 0.213),
    ("male", "sdi", 10): (0.143, 0.088, 0.089, 0.049, 0.043),
    ("male", "sdi", 30): (0.480, 0.317, 0.384, 0.199, 0.171),
    ("male", "full", 10): (0.191, 0.112, 0.131, 0.068, 0.052),
    ("male", "full", 30): (0.513, 0.326, 0.438, 0.216, 0.167),
}
KNOWN = {
    "base": {},
    "hba1c": {"hba1c_pct": 9.2},
    "uacr": {"acr_mg_g": 92},
    "sdi": {"deprivation_decile": 2},
    "full": {"hba1c_pct": 9.2, "acr_mg_g": 92, "deprivation_decile": 2},
}
OF_THE_PAPER: dict[str, object] = {
    "age": 50,
    "sex": "female",
    "age_at_diagnosis": 45,
    "sbp_mmhg": 160,
    "blood_pressure_treated": True,
    "total_cholesterol_mmoll": 200 * MMOLL_PER_MGDL,
    "hdl_mmoll": 45 * MMOLL_PER_MGDL,
    "egfr": 90,
    "bmi": 35,
    "hba1c_pct": None,
    "acr_mg_g": None,
}


@pytest.mark.parametrize(("sex", "equation", "years"), LONGER)
def test_every_equation_is_as_another_implementation_says(sex: str, equation: str, years: int) -> None:
    answer = prevent(described(**(OF_THE_PAPER | {"sex": sex} | KNOWN[equation])), Question())
    assert answer.measures["equation"] == equation
    outcomes = {one.event: one.risks[f"risk_{years}y"] for one in answer.outcomes}
    assert [outcomes[event] for event in EVENTS] == pytest.approx(LONGER[sex, equation, years], abs=0.00051)


@pytest.mark.parametrize("event", TABLE_S25)
def test_example_of_the_paper_is_reproduced(event: str) -> None:
    person = described(**OF_THE_PAPER)
    outcomes = {one.event: one.risks for one in prevent(person, Question()).outcomes}
    assert (outcomes[event]["risk_10y"], outcomes[event]["risk_30y"]) == pytest.approx(TABLE_S25[event], abs=0.0005)


@pytest.mark.parametrize("years", [10, 30])
@pytest.mark.parametrize("equation", ["base", "hba1c", "uacr", "sdi", "full"])
def test_every_published_term_is_known(equation: str, years: int) -> None:
    terms = _terms(described(), 80.0)
    for column in coefficients(f"prevent_{equation}_{years}yr.csv").values():
        assert set(column) - set(terms) <= {"HbA1c no DM, per 1%"}


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
