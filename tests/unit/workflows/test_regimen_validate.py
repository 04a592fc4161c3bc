"""Published trials simulated, with hits and misses."""

import hashlib
from pathlib import Path

import pytest

from glucotwin.core.error import NotFoundError
from glucotwin.months.trial import trial_targets, trials
from glucotwin.workflows.regimen_parse import parse_candidate
from glucotwin.workflows.regimen_rule import check_rules
from glucotwin.workflows.regimen_validate import MEASURES, markdown, score, validate_regimens

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "regimen-trials.md"


def test_every_figure_belongs_to_a_trial_and_can_be_counted() -> None:
    for one in trial_targets():
        assert one.study in trials()
        assert one.endpoint in MEASURES
        assert parse_candidate(one.arm)


def test_studies_scored_apart_are_those_that_were_drawn() -> None:
    drawn = {name for name in trials() if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 3 == 0}
    apart = {name for name, one in trials().items() if one.held_out}
    same_study = {"Hirst 2012 on insulin", "Hirst 2013 on insulin"}
    assert apart - same_study == drawn - same_study


def test_people_of_a_trial_are_spread_around_its_baseline() -> None:
    people = trials()["Goldstein 2007"].people
    hba1c = [one.person.hba1c_pct for one in people]
    assert sum(hba1c) / len(hba1c) == pytest.approx(8.8, abs=0.1)
    assert max(hba1c) - min(hba1c) > 2.0
    assert {one.person.female for one in people} == {True, False}


def test_hypoglycaemia_of_the_cohorts_is_counted_and_a_miss_is_told() -> None:
    results = validate_regimens(study="UK Hypo")
    assert [one.verdict for one in results] == ["hit", "miss"]
    assert score(results, held_out=True) == (1, 2)
    assert [one.measured_text for one in results] == ["0.13", "0.08"]


def test_a_study_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(NotFoundError, match="nobody") as refused:
        validate_regimens(study="nobody")
    assert "Goldstein 2007" in str(refused.value.hint)


@pytest.mark.slow
def test_the_page_is_what_the_trials_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == markdown(validate_regimens(), check_rules())


@pytest.mark.slow
def test_classes_keep_their_order_and_combinations_are_no_more_than_their_parts() -> None:
    assert [one for one in check_rules() if not one.kept] == []
