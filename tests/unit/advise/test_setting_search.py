from dataclasses import replace

import numpy as np

from glucotwin.advise.setting_limit import setting_limits
from glucotwin.advise.setting_search import LEVELS, Surrogate, keeps_limits, search, shares_of

LIMITS = setting_limits()
DRAWS, STEPS = 10, 400


def surrogate(level_mgdl: float, effect_mgdl: float, *, spread: float = 0.0) -> Surrogate:
    """A day that lies about a level, and two settings of which the first moves it."""
    wave = 25.0 * np.sin(np.linspace(0.0, 12.0, STEPS))
    today = np.tile(level_mgdl + wave, (DRAWS, 1))
    strength = effect_mgdl * (1.0 + spread * np.linspace(-1.0, 1.0, DRAWS))[:, None]
    moved = np.stack([np.tile(strength, STEPS), np.zeros((DRAWS, STEPS))])
    return Surrogate(today=today, down=moved, up=-moved)


def free(*coordinates: bool) -> np.ndarray:
    return np.repeat(np.array(coordinates)[:, None], len(LEVELS), axis=1)


def test_high_glucose_is_lowered_by_what_lowers_it() -> None:
    levels = search(surrogate(185.0, 15.0), free(True, True), LIMITS, low_weight=1.0)
    assert levels.tolist() == [2, 0]


def test_low_glucose_is_raised() -> None:
    assert search(surrogate(85.0, 15.0), free(True, True), LIMITS, low_weight=1.0)[0] < 0


def test_what_may_not_be_moved_stays() -> None:
    assert not search(surrogate(185.0, 15.0), free(False, True), LIMITS, low_weight=1.0).any()


def test_glucose_in_range_is_left_alone() -> None:
    assert not search(surrogate(120.0, 15.0), free(True, True), LIMITS, low_weight=1.0).any()


def test_plan_that_makes_lows_in_too_many_draws_does_not_keep_the_limits() -> None:
    today = surrogate(100.0, 0.0).today
    low = today.copy()
    low[:2, :60] = 60.0
    assert not keeps_limits(shares_of(low), shares_of(today), LIMITS)
    assert keeps_limits(shares_of(today), shares_of(today), LIMITS)


def test_lows_that_are_there_already_do_not_forbid_a_plan_that_has_fewer() -> None:
    today = np.full((DRAWS, STEPS), 110.0)
    today[:, :60] = 50.0
    fewer = np.where(np.arange(STEPS) < 40, today, 110.0)
    assert keeps_limits(shares_of(fewer), shares_of(today), LIMITS)
    assert not keeps_limits(shares_of(np.minimum(today, fewer) - 60.0), shares_of(today), LIMITS)


def test_very_low_glucose_is_limited_as_expected_over_draws() -> None:
    today = np.full((DRAWS, STEPS), 110.0)
    one_draw = today.copy()
    one_draw[0, :60] = 50.0
    assert not keeps_limits(shares_of(one_draw), shares_of(today), LIMITS)
    assert keeps_limits(shares_of(one_draw), shares_of(today), replace(LIMITS, below_54_pct=2.0))
