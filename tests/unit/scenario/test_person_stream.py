"""Streams of many people: each is the stream that the core gives that person."""

import jax
import numpy as np
import pytest

from glucotwin.core.random import root_key, stream_key
from glucotwin.scenario.person_stream import NUMBERS, PersonStreams, log_normal, log_normal_about, normal

STREAMS = PersonStreams(seed=7, names=("anna", "ben", "chris"))
EVEN = (np.arange(200_000) + 0.5) / 200_000


def test_draws_are_those_of_the_named_stream_and_day() -> None:
    drawn = STREAMS.uniform("behaviour-dinner", np.array([19_000, 19_001]))
    key = jax.random.fold_in(stream_key(root_key(7), subject="ben", stream="behaviour-dinner"), 19_001)
    np.testing.assert_array_equal(drawn[1, 1], jax.random.uniform(key, (NUMBERS,), dtype=np.float64))


def test_draws_do_not_depend_on_the_others_or_on_other_days() -> None:
    alone = PersonStreams(seed=7, names=("chris",)).uniform("s", np.array([5]))
    together = STREAMS.uniform("s", np.arange(10))
    np.testing.assert_array_equal(alone[0, 0], together[2, 5])


def test_people_may_have_numbers_of_their_own() -> None:
    own = STREAMS.uniform("s", np.array([[1, 2], [3, 4], [5, 6]]))
    np.testing.assert_array_equal(own[1], STREAMS.uniform("s", np.array([3, 4]))[1])


def test_days_before_1970_are_days_too() -> None:
    assert not np.array_equal(STREAMS.uniform("s", np.array([-1])), STREAMS.uniform("s", np.array([0])))


def test_normal_variates_are_cut_and_standard() -> None:
    drawn = normal(EVEN)
    assert np.abs(drawn).max() <= 2.5
    assert np.mean(drawn) == pytest.approx(0.0, abs=1e-6)
    assert np.std(drawn) == pytest.approx(0.95, abs=0.02)
    assert np.all(np.isfinite(normal(np.array([0.0, 1.0 - 1e-16]))))


def test_log_normal_factors_have_mean_one() -> None:
    assert np.mean(log_normal(EVEN, 0.3)) == pytest.approx(1.0, abs=0.01)
    assert np.all(log_normal(EVEN, 0.0) == 1.0)


def test_amounts_about_a_median_stay_below_the_highest() -> None:
    drawn = log_normal_about(EVEN, median=45.0, log_sd=0.6, highest=120.0)
    assert drawn.max() <= 120.0
    # Log-normal with median 45 and spread 0.6, cut at 120 (its 94.9 % point): 60 min and more are 27.9 %.
    assert np.mean(drawn >= 60.0) == pytest.approx(0.279, abs=0.003)
    assert np.all(log_normal_about(EVEN[:3], median=45.0, log_sd=0.0, highest=120.0) == 45.0)
