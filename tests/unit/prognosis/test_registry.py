"""What every score promises."""

import pytest

from glucotwin.core.message import message
from glucotwin.prognosis.answer import Question, Reason
from glucotwin.prognosis.registry import SCORES
from made_up_patient import described

QUICK = Question(samples=50)
FULL = {
    "egfr": 57,
    "ast_u_l": 30,
    "alt_u_l": 30,
    "platelets_1e9_l": 220,
    "albumin_g_dl": 4.0,
    "phosphate_mg_dl": 3.5,
    "bicarbonate_mmoll": 25,
    "calcium_mg_dl": 9.3,
}


@pytest.mark.parametrize("name", SCORES)
def test_every_score_answers_a_fully_described_person(name: str) -> None:
    answer = SCORES[name].answer(described(**FULL), QUICK)
    assert answer.valid
    assert answer.outcomes or answer.measures
    for outcome in answer.outcomes:
        assert outcome.text
        for risk in outcome.risks.values():
            assert all(0.0 <= one <= 1.0 for one in (risk if isinstance(risk, tuple) else (risk,)))


@pytest.mark.parametrize("name", SCORES)
def test_no_score_guesses_what_was_not_measured(name: str) -> None:
    person = described(
        hba1c_pct=None,
        sbp_mmhg=None,
        total_cholesterol_mmoll=None,
        hdl_mmoll=None,
        ldl_mmoll=None,
        egfr=None,
        acr_mg_g=None,
        bmi=None,
    )
    answer = SCORES[name].answer(person, QUICK)
    assert not answer.outcomes
    assert {one.reason for one in answer.refusals} == {Reason.NOT_MEASURED}
    assert answer.to_json()["valid"] is False


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_told_in_both_languages(reason: Reason) -> None:
    values = {"key": "age", "value": "20", "low": "40", "high": "69"}
    texts = {message(f"prognosis-refusal-{reason}", locale=locale, **values) for locale in ("en", "de")}
    assert len(texts) == 2
