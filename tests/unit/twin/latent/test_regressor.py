from datetime import timedelta

import numpy as np
import pytest

from glucotwin.domain.activity import Activity, ActivityType, Sleep
from glucotwin.domain.condition import Condition, ConditionKind
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.grid import grid_data
from glucotwin.twin.latent.estimate import LatentKind
from glucotwin.twin.latent.regressor import Regressor, lagged_level, population_log_action, regressors
from synthetic_person import START, synthetic_person

DAYS = 8


def series_of(*records: Record, exercise: bool = False) -> tuple[Regressor, ...]:
    readings = [GlucoseReading(time=START + timedelta(hours=hour), glucose_mgdl=150.0) for hour in range(24 * DAYS)]
    timeline = Timeline.from_records(synthetic_person(), [*readings, *records])
    window = Window(start=START, end=START + timedelta(days=DAYS))
    return regressors(grid_data(timeline, window, usual_basal_u_per_min=0.0), timeline, exercise=exercise)


def test_quiet_days_have_no_effects() -> None:
    assert series_of() == ()


def test_illness_sets_in_slowly_and_is_less_action() -> None:
    (sick,) = series_of(Condition(time=START + timedelta(days=2), kind=ConditionKind.ILLNESS, duration_min=2880.0))
    assert sick.kind is LatentKind.ILLNESS
    assert sick.prior_mean == pytest.approx(population_log_action(ConditionKind.ILLNESS))
    assert sick.prior_mean < -0.3
    assert not np.any(sick.log_action[:576])
    assert 0.5 < sick.log_action[2 * 288 + 144] < sick.log_action[4 * 288 - 1] < 1.0
    assert not np.any(sick.flux_mgdl_per_min)


def test_condition_that_lasts_has_set_in_when_the_window_begins() -> None:
    assert np.allclose(lagged_level(np.ones(10), ConditionKind.LUTEAL_PHASE), 1.0)


def test_short_night_counts_against_the_persons_usual_one() -> None:
    minutes = [480.0] * DAYS
    minutes[4] = 240.0
    nights = [
        Sleep(time=START + timedelta(days=day, hours=23), duration_min=length)
        for day, length in enumerate(minutes[:-1])
    ]
    (short,) = series_of(*nights)
    assert short.kind is LatentKind.SLEEP_LOSS
    woken = (4 * 24 + 27) * 12
    assert not np.any(short.log_action[: woken - 1])
    assert short.log_action[woken + 96] > 0.8


def test_exercise_takes_up_glucose_and_leaves_insulin_stronger() -> None:
    bout = Activity(
        time=START + timedelta(days=3),
        duration_min=60.0,
        activity_type=ActivityType.AEROBIC,
        intensity_fraction=0.6,
    )
    assert series_of(bout) == ()
    (moving,) = series_of(bout, exercise=True)
    assert (moving.kind, moving.prior_mean) == (LatentKind.EXERCISE, 1.0)
    assert np.allclose(moving.flux_mgdl_per_min[: 3 * 288], 0.0, atol=1e-12)
    assert moving.flux_mgdl_per_min[3 * 288 + 10] < -0.1
    assert moving.log_action[3 * 288 + 36] > 0.01
