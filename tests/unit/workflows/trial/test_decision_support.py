from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import DataError
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import Unit, checked_outcomes, checked_people
from glucotwin.trial.part import PeriodKind
from glucotwin.workflows.trial.design_file import find_design
from glucotwin.workflows.trial.experiment.decision_support import DecisionSupport
from glucotwin.workflows.trial.t1d.cohort import cohort_numbers

DESIGN = find_design("decision-support-t1d").made_quick()


def lives(design: Design, arm: str, numbers: Sequence[int]) -> pl.DataFrame:
    unit = Unit(arm=arm, people=tuple(numbers))
    found = DecisionSupport().live(design, unit, pl.DataFrame())
    return checked_outcomes(found, design, unit, experiment="decision-support")


def mean_of(rows: pl.DataFrame, endpoint: str) -> float:
    value = rows.filter(pl.col("endpoint") == endpoint)["value"].mean()
    assert isinstance(value, float)
    return value


def test_the_design_asks_for_whole_fortnights():
    wrong = DESIGN.model_copy(update={"period": DESIGN.period.model_copy(update={"weeks": 5.0})})
    with pytest.raises(DataError, match="fortnights"):
        DecisionSupport().check(wrong)


def test_an_unknown_policy_is_refused():
    arm = DESIGN.arms[1].model_copy(update={"options": {"policy": "oracle"}})
    with pytest.raises(DataError, match="policy"):
        DecisionSupport().check(DESIGN.model_copy(update={"arms": (DESIGN.arms[0], arm, *DESIGN.arms[2:])}))


def test_every_number_of_the_cohort_has_a_source():
    assert len(cohort_numbers()) > 10


@pytest.mark.slow
def test_people_are_the_same_in_any_company():
    experiment = DecisionSupport()
    both = checked_people(experiment.recruit(DESIGN, [3, 8, 9]), [3, 8, 9], experiment="decision-support")
    alone = experiment.recruit(DESIGN, [8])
    assert both.filter(pl.col("person") == 8).equals(alone.select(both.columns))


@pytest.mark.slow
def test_an_arm_gives_every_endpoint_of_everybody():
    rows = lives(DESIGN, "usual", [0, 2])
    assert sorted(rows["endpoint"].unique()) == sorted(one.name for one in DESIGN.endpoints)
    assert rows.height == 2 * len(DESIGN.endpoints)
    assert np.all(np.isfinite(rows["value"].to_numpy()))


@pytest.mark.slow
def test_only_reviews_change_settings_and_the_twin_advises_within_the_envelope():
    usual, twin, sham = (lives(DESIGN, arm, [0, 2]) for arm in ("usual", "twin", "sham"))
    assert mean_of(twin, "changes") > 0.0
    assert mean_of(sham, "changes") > 0.0
    assert mean_of(usual, "changes") <= 9.0


@pytest.mark.parametrize("name", ["decision-support-t1d", "decision-support-t1d-live"])
def test_the_paired_contrast_has_the_arms_of_the_trial_and_the_same_chance_for_all(name: str):
    paired, trial = find_design(f"{name}-paired"), find_design(name)
    assert paired.period.kind is PeriodKind.PAIRED
    assert paired.exploratory
    assert paired.population == trial.population
    assert all(trial.arm(one.name).options == one.options for one in paired.arms)
    assert paired.endpoints == trial.endpoints


def test_support_within_the_hour_is_judged_as_the_reviews_were():
    live, reviews = find_design("decision-support-t1d-live"), find_design("decision-support-t1d")
    assert live.population == reviews.population
    assert live.endpoints[:2] == reviews.endpoints[:2]
    assert [one.at_least for one in live.claims] == [one.at_least for one in reviews.claims]


@pytest.mark.slow
def test_warnings_of_the_twin_are_eaten_upon_and_spare_lows():
    design = find_design("decision-support-t1d-live").made_quick()
    usual, warned, late = (lives(design, arm, [0, 2, 6]) for arm in ("usual", "warned", "sham"))
    assert mean_of(usual, "warned_per_day_late") == 0.0
    assert mean_of(warned, "warned_per_day_late") > 0.5
    assert mean_of(late, "warned_per_day_late") > 0.5
    assert mean_of(warned, "tbr70_pct_late") < 0.6 * mean_of(usual, "tbr70_pct_late")
