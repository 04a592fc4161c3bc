"""RECODe and FIB-4."""

import math

import pytest

from glucotwin.prognosis.answer import Question, Reason
from glucotwin.prognosis.fib4 import fib4
from glucotwin.prognosis.recode import recode
from made_up_patient import described


def test_recode_is_as_worked_out_by_hand() -> None:
    person = described(
        age=60,
        hba1c_pct=8.0,
        sbp_mmhg=140,
        total_cholesterol_mmoll=190 / 38.67,
        hdl_mmoll=50 / 38.67,
        acr_mg_g=10,
        creatinine_mgdl=1.1,
        smoker=True,
        statin=True,
    )
    risks = {one.event: one.risks["risk_10y"] for one in recode(person, Question()).outcomes}
    stroke = 2.0526 + 0.151 + 0.01036 - 0.03361 + 0.47905 + 0.36651 - 0.4185 + 1.3728 + 0.00333 - 3.65
    death = 4.0218 + 0.5399 - 0.41832 - 0.2681 + 0.39567 - 0.180082 - 0.2189 + 1.3272 + 0.003889 - 4.66
    neuropathy = 1.8132 + 0.63854 + 0.66484 + 0.41515 - 0.26945 + 1.5096 - 4.746261
    assert risks["mi_or_stroke"] == pytest.approx(1 - 0.85 ** math.exp(stroke), rel=1e-9)
    assert risks["death"] == pytest.approx(1 - 0.93 ** math.exp(death), rel=1e-9)
    assert risks["neuropathy"] == pytest.approx(1 - 0.87 ** math.exp(neuropathy), rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"age": 39, "age_at_diagnosis": 35}, Reason.OUT_OF_RANGE),
        ({"hba1c_pct": 11.5}, Reason.OUT_OF_RANGE),
        ({"creatinine_mgdl": 1.6}, Reason.OUT_OF_RANGE),
        ({"diabetes_type": "type1"}, Reason.TYPE_1),
        ({"acr_mg_g": None}, Reason.NOT_MEASURED),
    ],
)
def test_recode_refuses_whom_its_trial_left_out(changes: dict[str, object], reason: Reason) -> None:
    assert [one.reason for one in recode(described(**changes), Question()).refusals] == [reason]


@pytest.mark.parametrize(
    ("age", "ast", "alt", "platelets", "index", "reading"),
    [
        (50, 40, 40, 250, 1.265, "unlikely"),
        (60, 60, 36, 200, 3.0, "likely"),
        (60, 40, 25, 240, 2.0, "unclear"),
        (70, 36, 36, 220, 1.909, "unlikely"),
    ],
)
def test_fib4_is_read_by_age(age: float, ast: float, alt: float, platelets: float, index: float, reading: str) -> None:
    person = described(age=age, age_at_diagnosis=45, ast_u_l=ast, alt_u_l=alt, platelets_1e9_l=platelets)
    measures = fib4(person, Question()).measures
    assert measures["index"] == pytest.approx(index, abs=0.001)
    assert measures["advanced_fibrosis"] == reading


def test_fib4_refuses_the_young_and_names_what_is_missing() -> None:
    young = described(age=30, age_at_diagnosis=28, ast_u_l=30, alt_u_l=30, platelets_1e9_l=200)
    assert [one.reason for one in fib4(young, Question()).refusals] == [Reason.OUT_OF_RANGE]
    assert [one.key for one in fib4(described(), Question()).refusals] == ["ast_u_l", "alt_u_l", "platelets_1e9_l"]
