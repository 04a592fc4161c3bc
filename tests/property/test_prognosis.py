"""Laws that every score of the years ahead obeys."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.prognosis.answer import Question
from glucotwin.prognosis.registry import SCORES
from made_up_patient import described

QUICK = Question(samples=0)
people = st.fixed_dictionaries(
    {
        "age": st.floats(18.0, 100.0),
        "sex": st.sampled_from(["female", "male"]),
        "hba1c_pct": st.none() | st.floats(3.0, 20.0),
        "sbp_mmhg": st.none() | st.floats(60.0, 260.0),
        "total_cholesterol_mmoll": st.floats(5.1, 20.0),
        "hdl_mmoll": st.none() | st.floats(0.2, 5.0),
        "ldl_mmoll": st.none() | st.floats(0.2, 15.0),
        "egfr": st.none() | st.floats(2.0, 200.0),
        "acr_mg_g": st.none() | st.floats(0.1, 30000.0),
        "bmi": st.none() | st.floats(10.0, 90.0),
        "smoker": st.booleans(),
        "history_mi": st.booleans(),
        "history_ulcer": st.booleans(),
        "diabetes_type": st.sampled_from(["type1", "type2"]),
        "drugs": st.lists(st.sampled_from(["sglt2_inhibitor", "glp1_agonist", "finerenone"]), max_size=3),
        "region": st.sampled_from(["low", "very_high", "north_america"]),
    }
)


@pytest.mark.parametrize("name", SCORES)
@settings(max_examples=60)
@given(facts=people, diagnosed=st.floats(0.0, 1.0))
def test_everybody_gets_probabilities_or_reasons(name: str, facts: dict[str, object], diagnosed: float) -> None:
    person = described(**facts, age_at_diagnosis=diagnosed * float(str(facts["age"])))
    answer = SCORES[name].answer(person, QUICK)
    assert answer.to_json()["valid"] is (not answer.refusals)
    assert answer.refusals or answer.outcomes or answer.measures
    for outcome in answer.outcomes:
        for risk in outcome.risks.values():
            assert all(0.0 <= one <= 1.0 for one in (risk if isinstance(risk, tuple) else (risk,)))


@pytest.mark.parametrize(
    ("name", "event", "risk"),
    [
        ("score2_diabetes", "cardiovascular_event", "risk_10y"),
        ("prevent", "total_cvd", "risk_10y"),
        ("recode", "mi_or_stroke", "risk_10y"),
        ("ukpds_om2", "mi", "risk_by_year_alone"),
    ],
)
@settings(max_examples=30)
@given(hba1c=st.floats(6.0, 10.0), more=st.floats(0.1, 1.0), age=st.floats(45.0, 64.0))
def test_higher_hba1c_never_lowers_cardiovascular_risk(
    name: str, event: str, risk: str, hba1c: float, more: float, age: float
) -> None:
    def at(value: float) -> float:
        person = described(age=age, age_at_diagnosis=44, hba1c_pct=value)
        told = {one.event: one.risks[risk] for one in SCORES[name].answer(person, QUICK).outcomes}[event]
        return told[-1] if isinstance(told, tuple) else told

    assert at(hba1c + more) >= at(hba1c)
