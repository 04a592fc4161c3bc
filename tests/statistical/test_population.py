"""Do drawn people resemble the published thirty, and does a meal raise their glucose as in the 2017 population?"""

from functools import cache

import numpy as np
import pytest

from glucotwin.physiology.padova.t1d_2008 import padova_t1d_2008_subjects
from glucotwin.physiology.population import GROUPS
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.excursion import meal_excursions
from glucotwin.simulate.population import accepted_people

pytestmark = pytest.mark.statistical

COUNT = 60


@cache
def drawn(group: str) -> tuple[Subject, ...]:
    return tuple(accepted_people(group, COUNT, seed=3)[0])


def published(group: str) -> tuple[Subject, ...]:
    return tuple(one for one in padova_t1d_2008_subjects() if one.group == group)


def column(subjects: tuple[Subject, ...], name: str) -> np.ndarray:
    return np.array([getattr(one, name) for one in subjects])


@pytest.mark.parametrize("name", ["carb_ratio_g_per_u", "total_daily_insulin_u", "weight_kg"])
@pytest.mark.parametrize("group", GROUPS)
def test_means_lie_near_those_of_the_published_ten_and_spreads_are_of_their_size(group: str, name: str) -> None:
    ours, theirs = column(drawn(group), name), column(published(group), name)
    assert np.mean(ours) == pytest.approx(np.mean(theirs), rel=0.2)
    assert 0.5 < np.std(ours) / np.std(theirs) < 2.0


@pytest.mark.parametrize("name", ["carb_ratio_g_per_u", "total_daily_insulin_u", "weight_kg"])
def test_groups_differ_in_the_order_of_the_published_ones(name: str) -> None:
    ours, theirs = ([np.mean(column(of(group), name)) for group in GROUPS] for of in (drawn, published))
    np.testing.assert_array_equal(np.argsort(ours), np.argsort(theirs))


@pytest.mark.slow
def test_meals_raise_glucose_of_adults_by_about_as_much_as_published() -> None:
    glucose = [one for one in meal_excursions("padova-t1d", "adult", drawn("adult")) if one.signal == "glucose_mgdl"]
    assert [one.meal for one in glucose] == ["breakfast", "lunch", "dinner"]
    for one in glucose:
        assert abs(one.mean - one.published_mean) < 0.5 * one.published_sd, one
        assert 0.5 < one.sd / one.published_sd < 2.0, one
