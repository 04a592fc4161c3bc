from collections.abc import Sequence

import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import DataError, NotFoundError
from glucotwin.trial.chance import person_uniforms
from glucotwin.trial.conduct import adherence_of, leaving_week, observed
from glucotwin.trial.design import Design
from glucotwin.trial.experiment import Unit, checked_outcomes, checked_people
from glucotwin.trial.part import Adherence, Dropout, Missingness
from glucotwin.workflows.trial.design_file import find_design, shipped_designs
from glucotwin.workflows.trial.experiment.known_effect import KnownEffect
from glucotwin.workflows.trial.registry import EXPERIMENTS, experiment_place

DESIGN = find_design("known-effect")


def with_parts(**parts: object) -> Design:
    return DESIGN.model_copy(update=parts)


def lives(design: Design, arm: str, numbers: Sequence[int]) -> pl.DataFrame:
    experiment = KnownEffect()
    people = experiment.recruit(design, numbers)
    unit = Unit(arm=arm, people=tuple(numbers))
    return checked_outcomes(experiment.live(design, unit, people), design, unit, experiment="known-effect")


def test_every_registered_experiment_is_there_under_its_name():
    for name, place in EXPERIMENTS.items():
        assert place.load().name == name


@pytest.mark.parametrize("name", shipped_designs())
def test_every_shipped_design_is_named_as_its_file_and_possible(name: str):
    design = find_design(name)
    assert design.name == name
    assert design.made_quick().people <= design.people


def test_an_unknown_trial_or_experiment_is_told():
    with pytest.raises(NotFoundError, match="known-effect"):
        find_design("no-such-trial")
    with pytest.raises(NotFoundError, match="known-effect"):
        experiment_place("no-such-experiment")


def test_options_are_checked():
    with pytest.raises(DataError, match=r"population\.noise_pct"):
        KnownEffect().check(with_parts(population={"noise_pct": -1.0}))


def test_a_person_is_the_same_in_any_company():
    experiment = KnownEffect()
    together = checked_people(experiment.recruit(DESIGN, range(30)), range(30), experiment="known-effect")
    alone = experiment.recruit(DESIGN, [17])
    assert together.row(17) == alone.row(0)
    assert lives(DESIGN, "guided", range(30)).filter(pl.col("person") == 17).equals(lives(DESIGN, "guided", [17]))


def test_chance_differs_by_stream_and_seed():
    one = person_uniforms(3, range(8), stream="one")
    assert np.all(np.abs(one - person_uniforms(3, range(8), stream="other")) > 1e-6)
    assert np.all(np.abs(one - person_uniforms(4, range(8), stream="one")) > 1e-6)


def test_the_effect_that_was_put_in_comes_out():
    numbers = range(4000)
    usual, guided = (
        lives(DESIGN, arm, numbers).filter(pl.col("visit") == 26.0)["value"] for arm in ("usual", "guided")
    )
    assert float((guided - usual).mean()) == pytest.approx(-0.4 * 0.9, abs=0.005)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("change", [{"arm": "usual"}, {"endpoint": "weight_kg"}, {"person": 99}, {"period": 1}])
def test_rows_that_nobody_asked_for_are_refused(change: dict[str, object]):
    unit = Unit(arm="guided", people=(1, 2))
    rows = lives(DESIGN, "guided", [1, 2]).with_columns(pl.lit(value).alias(name) for name, value in change.items())
    with pytest.raises(DataError, match="nobody asked for"):
        checked_outcomes(rows, DESIGN, unit, experiment="known-effect")


def test_adherence_follows_its_distribution():
    drawn = adherence_of(with_parts(adherence=Adherence(mean=0.8, sd=0.1)), range(4000))
    assert drawn.mean() == pytest.approx(0.8, abs=0.01)
    assert drawn.std() == pytest.approx(0.1, abs=0.01)
    assert np.all(adherence_of(with_parts(adherence=Adherence()), range(5)) == 1.0)


def test_as_many_leave_as_designed_and_more_from_an_arm_with_a_factor():
    design = with_parts(dropout=Dropout(share=0.2, factor_by_arm={"guided": 2.0}))
    weeks = {arm: leaving_week(design, range(4000), [arm] * 4000) for arm in ("usual", "guided")}
    gone = {arm: float((week <= 26.0).mean()) for arm, week in weeks.items()}
    assert gone["usual"] == pytest.approx(0.2, abs=0.02)
    assert gone["guided"] == pytest.approx(1.0 - 0.8**2, abs=0.02)


def test_nobody_leaves_or_misses_without_being_asked_to():
    design = with_parts(dropout=Dropout(), missingness=Missingness())
    people = KnownEffect().recruit(design, range(50)).with_columns(arm=pl.lit("usual"))
    rows = lives(design, "usual", range(50))
    assert observed(design, rows, people).equals(rows)


def test_visits_are_missed_as_designed_more_by_those_worse_off():
    design = with_parts(dropout=Dropout(), missingness=Missingness(share=0.2, worse_odds=3.0))
    people = KnownEffect().recruit(design, range(4000)).with_columns(arm=pl.lit("usual"))
    seen = observed(design, lives(design, "usual", range(4000)), people)
    assert seen.height / 8000 == pytest.approx(0.8, abs=0.01)
    worse = people.filter(pl.col("baseline_hba1c_pct") > pl.col("baseline_hba1c_pct").median())["person"]
    kept = seen.filter(pl.col("person").is_in(worse.to_list())).height / 4000
    others = (seen.height - kept * 4000) / 4000
    assert (1.0 - kept) / kept / ((1.0 - others) / others) == pytest.approx(3.0, rel=0.15)
