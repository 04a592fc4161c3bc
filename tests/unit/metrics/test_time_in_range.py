from collections.abc import Callable

import numpy as np
import pytest

from glucotwin.core.error import DataError, NotFoundError
from glucotwin.metrics.series import GlucoseSeries
from glucotwin.metrics.time_in_range import (
    GESTATIONAL_TARGET,
    OLDER_TARGET,
    PREGNANCY_TARGET,
    STANDARD_TARGET,
    TARGET_PRESETS,
    GlucoseTarget,
    Weighting,
    check_goals,
    is_clock_between,
    share_between_pct,
    target_named,
    time_in_range,
)

Builder = Callable[..., GlucoseSeries]


def test_both_bounds_of_the_range_are_inside(build: Builder) -> None:
    shares = time_in_range(build([53.9, 54, 69.9, 70, 140, 140.1, 180, 180.1, 250, 250.1]))
    assert shares.reading_count == 10
    assert shares.tbr_level2_pct == pytest.approx(10)
    assert shares.tbr_level1_pct == pytest.approx(20)
    assert shares.tbr_pct == pytest.approx(30)
    assert shares.tir_pct == pytest.approx(40)
    assert shares.titr_pct == pytest.approx(20)
    assert shares.tar_pct == pytest.approx(30)
    assert shares.tar_level1_pct == pytest.approx(20)
    assert shares.tar_level2_pct == pytest.approx(10)


def test_low_and_high_of_a_sensor_count_in_the_outermost_levels_whatever_their_bound(build: Builder) -> None:
    shares = time_in_range(build([60, 100, 220, 100], censoring=[-1, 0, 1, 0]))
    assert shares.tbr_level2_pct == 25.0
    assert shares.tar_level2_pct == 25.0
    assert shares.tir_pct == 50.0


def test_pregnancy_has_its_own_range_and_no_second_level_above(build: Builder) -> None:
    shares = time_in_range(build([50, 63, 140, 300]), target=PREGNANCY_TARGET)
    assert shares.tir_pct == 50.0
    assert shares.tar_level2_pct is None
    assert shares.tar_level1_pct == shares.tar_pct == 25.0


def test_presets_are_those_of_the_consensus() -> None:
    assert set(TARGET_PRESETS) == {"standard", "older", "pregnancy-type-1", "gestational"}
    assert (STANDARD_TARGET.tir_goal_pct, STANDARD_TARGET.tbr_goal_pct, STANDARD_TARGET.tbr_level2_goal_pct) == (
        70,
        4,
        1,
    )
    assert (OLDER_TARGET.tir_goal_pct, OLDER_TARGET.tbr_goal_pct, OLDER_TARGET.tar_level2_goal_pct) == (50, 1, 10)
    assert (GESTATIONAL_TARGET.low_mgdl, GESTATIONAL_TARGET.high_mgdl) == (63, 140)
    assert GESTATIONAL_TARGET.tir_goal_pct is None


def test_target_with_crossed_thresholds_is_refused() -> None:
    with pytest.raises(DataError, match="mine"):
        GlucoseTarget(name="mine", low_mgdl=180, high_mgdl=70)
    with pytest.raises(DataError):
        GlucoseTarget(name="mine", low_mgdl=70, high_mgdl=300)


def test_goals_are_strict_and_absent_goals_stay_open(build: Builder) -> None:
    exactly_70 = time_in_range(build([100] * 7 + [200] * 3))
    check = check_goals(exactly_70, STANDARD_TARGET)
    assert check.tir is False
    assert check.tbr is True
    assert check.tar is False
    assert check.tar_level2 is True
    open_goals = check_goals(exactly_70, GESTATIONAL_TARGET)
    assert (open_goals.tir, open_goals.tbr, open_goals.tar, open_goals.tar_level2) == (None, None, None, None)


def test_minutely_readings_do_not_outvote_five_minute_ones() -> None:
    """An hour of highs at one minute and an hour in range at five minutes are half and half."""
    coarse = np.datetime64("2024-01-01", "us") + np.arange(12) * np.timedelta64(5, "m")
    fine = coarse[-1] + np.timedelta64(5, "m") + np.arange(60) * np.timedelta64(1, "m")
    series = GlucoseSeries.from_local(np.concatenate([coarse, fine]), [100.0] * 12 + [200.0] * 60)
    assert time_in_range(series).tir_pct == pytest.approx(100 * 12 / 72)
    assert time_in_range(series, weighting=Weighting.INTERVAL).tir_pct == pytest.approx(50.0)


def test_night_and_day_part_at_six_of_the_local_clock(build: Builder) -> None:
    series = build([60] * 72 + [100] * 216, start="2024-01-01T00:00")
    is_night = is_clock_between(series, 0.0, 6.0)
    assert is_night.sum() == 72
    assert time_in_range(series, include=is_night).tbr_pct == 100.0
    assert time_in_range(series, include=~is_night).tbr_pct == 0.0


def test_night_follows_the_clock_through_summer_time() -> None:
    utc = np.datetime64("2024-03-30T23:00", "us") + np.arange(288) * np.timedelta64(5, "m")
    series = GlucoseSeries.from_utc(utc, [100] * 288, zone="Europe/Madrid")
    # The night of 00:00-06:00 lasts five hours; the last hour of these 24 is the next night's first.
    assert is_clock_between(series, 0.0, 6.0).sum() == 12 * 5 + 12


def test_no_reading_in_the_block_leaves_the_shares_undefined(build: Builder) -> None:
    shares = time_in_range(build([100, 100]), include=np.zeros(2, bool))
    assert shares.reading_count == 0
    assert np.isnan(shares.tir_pct)


def test_share_between_includes_both_bounds(build: Builder) -> None:
    assert share_between_pct(build([62.9, 63, 140, 140.1]), 63, 140) == 50.0


@pytest.mark.parametrize("name", TARGET_PRESETS)
def test_a_preset_is_found_by_its_name(name: str) -> None:
    assert target_named(name) is TARGET_PRESETS[name]


def test_a_range_of_ones_own_has_its_bounds_and_no_goals() -> None:
    target = target_named("80-160.5")
    assert (target.low_mgdl, target.high_mgdl, target.very_low_mgdl, target.very_high_mgdl) == (
        80.0,
        160.5,
        54.0,
        250.0,
    )
    assert target.tir_goal_pct is None
    assert target_named("80-260").very_high_mgdl is None


@pytest.mark.parametrize("name", ["160-80", "40-160", "80-400", "80-80"])
def test_a_range_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(DataError, match=name):
        target_named(name)


@pytest.mark.parametrize("name", ["mine", "80", "80 - 160", "-80-160", "4.4-8.9", ""])
def test_another_name_is_unknown(name: str) -> None:
    with pytest.raises(NotFoundError, match="no target range") as raised:
        target_named(name)
    assert "80-160" in raised.value.hint
