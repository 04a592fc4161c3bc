import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.metrics.alarm_score import score_alarms


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
