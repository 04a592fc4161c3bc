import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.metrics.alarm_score import alarm_times, best_within_rate, score_alarms


def test_alarms_are_sorted_into_true_false_and_during() -> None:
    """Episodes at 100-130 and 500-520: alarms at 80 (true), 110 (during), 300 (false)."""
    score = score_alarms([80.0, 110.0, 300.0], [100.0, 500.0], [130.0, 520.0], horizon_min=30.0, observed_day=2.0)
    assert (score.alarm_count, score.event_count) == (2, 2)
    assert (score.true_alarm_count, score.detected_count) == (1, 1)
    assert (score.precision, score.recall, score.f1) == (0.5, 0.5, 0.5)
    assert score.false_alarms_per_day == 0.5
    assert score.median_lead_min == 20.0


def test_repeated_alarms_detect_an_episode_once_with_the_earliest_lead() -> None:
    score = score_alarms([70.0, 75.0, 90.0], [100.0], [120.0], horizon_min=30.0, observed_day=1.0)
    assert score.true_alarm_count == 3
    assert score.detected_count == 1
    assert score.median_lead_min == 30.0


def test_alarm_earlier_than_the_horizon_is_false() -> None:
    score = score_alarms([69.0], [100.0], [120.0], horizon_min=30.0, observed_day=1.0)
    assert (score.precision, score.recall, score.f1) == (0.0, 0.0, pytest.approx(np.nan, nan_ok=True))


def test_alarm_at_the_very_start_warns_of_nothing() -> None:
    score = score_alarms([100.0], [100.0], [120.0], horizon_min=30.0, observed_day=1.0)
    assert (score.alarm_count, score.detected_count) == (0, 0)


def test_silence_without_episodes_is_undefined_not_perfect() -> None:
    nothing = np.array([])
    score = score_alarms(nothing, nothing, nothing, horizon_min=30.0, observed_day=1.0)
    assert np.isnan([score.precision, score.recall, score.f1, score.median_lead_min]).all()
    assert score.false_alarms_per_day == 0.0


def test_unsorted_times_and_empty_horizons_are_refused() -> None:
    with pytest.raises(DataError):
        score_alarms([50.0, 40.0], [100.0], [110.0], horizon_min=30.0, observed_day=1.0)
    with pytest.raises(DataError):
        score_alarms([50.0], [100.0], [110.0], horizon_min=0.0, observed_day=1.0)
    with pytest.raises(DataError):
        score_alarms([50.0], [100.0], [110.0, 120.0], horizon_min=30.0, observed_day=1.0)


def test_what_was_already_treated_is_counted_apart() -> None:
    """Episodes at 100 (treated at 90) and 500; alarms at 85 (true, but its episode had been treated), 480 and 900."""
    score = score_alarms(
        [85.0, 480.0, 900.0, 1500.0],
        [100.0, 500.0],
        [130.0, 520.0],
        horizon_min=30.0,
        observed_day=1.0,
        treatment_min=[90.0, 910.0],
    )
    assert (score.event_count, score.treated_event_count) == (1, 1)
    assert (score.detected_count, score.recall) == (1, 1.0)
    assert (score.alarm_count, score.treated_alarm_count, score.true_alarm_count) == (3, 1, 2)
    assert score.false_alarms_per_day == 1.0


def test_treatment_long_before_or_after_the_start_is_none() -> None:
    score = score_alarms(np.zeros(0), [100.0], [130.0], horizon_min=30.0, observed_day=1.0, treatment_min=[60.0, 101.0])
    assert (score.event_count, score.treated_event_count) == (1, 0)


def test_alarm_that_leaves_no_time_is_true_and_detects_nothing() -> None:
    score = score_alarms([95.0], [100.0], [130.0], horizon_min=30.0, observed_day=1.0, least_lead_min=15.0)
    assert (score.true_alarm_count, score.detected_count, score.recall) == (1, 0, 0.0)
    early = score_alarms([85.0, 95.0], [100.0], [130.0], horizon_min=30.0, observed_day=1.0, least_lead_min=15.0)
    assert (early.detected_count, early.median_lead_min) == (1, 15.0)


def test_alarm_comes_at_the_crossing_and_is_ready_again_after_a_calm_time() -> None:
    times = 5.0 * np.arange(10)
    level = [0.0, 0.6, 0.4, 0.7, 0.1, 0.1, 0.1, 0.1, 0.9, np.nan]
    assert alarm_times(times, level, raise_at=0.5).tolist() == [5.0, 40.0]
    assert alarm_times(times, level, raise_at=0.5, rearm_after_min=5.0).tolist() == [5.0, 15.0, 40.0]
    assert alarm_times(times, level, raise_at=0.95).tolist() == []
    assert alarm_times(times, np.ones(10), raise_at=0.5, repeat_min=20.0).tolist() == [0.0, 20.0, 40.0]


def test_alarms_are_compared_at_the_same_rate_of_false_ones() -> None:
    starts, ends = [100.0, 500.0], [120.0, 520.0]
    settings = [[90.0], [90.0, 480.0, 700.0], [90.0, 470.0, 700.0, 800.0]]
    scores = [score_alarms(one, starts, ends, horizon_min=30.0, observed_day=1.0) for one in settings]
    assert [best_within_rate(scores, rate) for rate in (0.0, 1.0, 2.0)] == [0, 1, 2]
    assert best_within_rate(scores[1:], 0.5) is None
