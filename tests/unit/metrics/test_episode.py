from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from glucotwin.metrics.episode import episode_date, find_all_episodes, find_episodes
from glucotwin.metrics.grid import build_grid
from glucotwin.metrics.series import GlucoseSeries

Builder = Callable[..., GlucoseSeries]


def test_episode_tells_when_how_long_and_how_deep(build: Builder) -> None:
    grid = build_grid(build([100] * 12 + [65, 60, 55, 62] + [100] * 12))
    found = find_episodes(grid, below_mgdl=70.0)
    (episode,) = found.episodes
    assert (episode.start_min, episode.end_min) == (65.0, 80.0)
    assert episode.duration_min == 20.0
    assert episode.mean_mgdl == pytest.approx(60.5)
    assert episode.extreme_mgdl == 55.0
    assert episode_date(episode, date(2024, 1, 1)) == date(2024, 1, 1)
    assert found.per_day == pytest.approx(1.0 / (28 * 5 / 1440))
    assert found.per_week == pytest.approx(7.0 * found.per_day)


def test_hyperglycaemia_reports_its_highest_value(build: Builder) -> None:
    found = find_episodes(build_grid(build([100] * 4 + [190, 260, 240] + [100] * 4)), above_mgdl=180.0)
    assert [episode.extreme_mgdl for episode in found.episodes] == [260.0]


def test_recovery_of_14_minutes_is_part_of_the_episode_and_of_15_ends_it(build: Builder) -> None:
    low, fine = [60] * 15, [100]
    assert find_episodes(build_grid(build(low + fine * 14 + low + fine * 30, step_min=1)), below_mgdl=70.0).count == 1
    assert find_episodes(build_grid(build(low + fine * 15 + low + fine * 30, step_min=1)), below_mgdl=70.0).count == 2


def test_fifteen_minutes_of_one_minute_readings_make_an_episode_and_14_do_not(build: Builder) -> None:
    for minutes, count in ((14, 0), (15, 1)):
        glucose = [100] * 30 + [60] * minutes + [100] * 30
        assert find_episodes(build_grid(build(glucose, step_min=1)), below_mgdl=70.0).count == count


def test_exclusive_level_1_leaves_out_what_reached_level_2(build: Builder) -> None:
    mild, deep = [65] * 4, [65] * 4 + [50] * 4
    panel = find_all_episodes(build_grid(build([100] * 6 + mild + [100] * 6 + deep + [100] * 6)))
    assert panel.hypo_level1.count == 2
    assert panel.hypo_level2.count == 1
    assert panel.hypo_level1_exclusive.count == 1
    assert panel.hypo_level1_exclusive.episodes[0].extreme_mgdl == 65.0


def test_dip_below_54_too_short_for_level_2_keeps_the_episode_exclusive(build: Builder) -> None:
    panel = find_all_episodes(build_grid(build([100] * 6 + [65, 65, 50, 50, 65, 65] + [100] * 6)))
    assert panel.hypo_level2.count == 0
    assert panel.hypo_level1_exclusive.count == 1


def test_extended_hyper_needs_90_minutes_above_250_within_two_hours(build: Builder) -> None:
    """18 points of 5 minutes, with six at 240 scattered among them: no run of 120 min, yet 90 cumulative."""
    scattered = ([260] * 3 + [240]) * 6
    assert find_all_episodes(build_grid(build([100] * 6 + scattered + [100] * 6))).hyper_extended.count == 1
    assert find_all_episodes(build_grid(build([100] * 6 + [260] * 17 + [100] * 6))).hyper_extended.count == 0
    assert find_all_episodes(build_grid(build([100] * 6 + [260] * 18 + [100] * 6))).hyper_extended.count == 1


def test_extended_hyper_lasts_until_a_quarter_of_an_hour_at_most_180(build: Builder) -> None:
    glucose = [100] * 6 + [260] * 20 + [200] * 10 + [170] * 2 + [200] * 5 + [150] * 6
    (episode,) = find_all_episodes(build_grid(build(glucose))).hyper_extended.episodes
    assert episode.duration_min == 5.0 * (20 + 10 + 2 + 5)


def test_extended_hyper_does_not_reach_across_a_long_gap() -> None:
    minutes = np.concatenate([np.arange(60, 105, 5), np.arange(165, 210, 5)]) * np.timedelta64(1, "m")
    series = GlucoseSeries.from_local(np.datetime64("2024-01-01", "us") + minutes, [300.0] * 18)
    assert find_all_episodes(build_grid(series)).hyper_extended.count == 0


def test_summer_time_does_not_lengthen_a_night_low() -> None:
    utc = np.datetime64("2024-03-31T00:30", "us") + np.arange(24) * np.timedelta64(5, "m")
    glucose = [100] * 4 + [60] * 6 + [100] * 14
    series = GlucoseSeries.from_utc(utc, glucose, zone="Europe/Madrid")
    (episode,) = find_episodes(build_grid(series), below_mgdl=70.0).episodes
    assert episode.duration_min == pytest.approx(30.0)


def test_no_episode_leaves_means_undefined_and_counts_zero(build: Builder) -> None:
    found = find_episodes(build_grid(build([100] * 20)), below_mgdl=70.0)
    assert (found.count, found.per_day, found.episodes) == (0, 0.0, ())
    assert np.isnan(found.mean_duration_min)


def test_grid_without_any_point_has_no_episode(build: Builder) -> None:
    """One reading between two grid points leaves the grid empty."""
    panel = find_all_episodes(build_grid(build([100], start="2024-01-01T00:02")))
    assert panel.hyper_extended.count == panel.hypo_level1.count == 0
    assert np.isnan(panel.hypo_level1.per_day)
