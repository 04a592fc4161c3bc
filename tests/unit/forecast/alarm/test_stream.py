"""Moments of a person's stream: what was known then, and nothing that came later."""

import itertools
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from glucotwin.domain.insulin import Bolus, DosePurpose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import KetoneReading
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.alarm.moment import Moment
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.forecast.alarm.stream import moments, outlook_steps
from glucotwin.forecast.predict import forecast_glucose
from made_up_person import DINNER, made_up_timeline, made_up_twin

SETTINGS = AlarmSettings()
WINDOW = Window(start=DINNER - timedelta(hours=1), end=DINNER + timedelta(hours=1))


def seen(timeline: Timeline, window: Window = WINDOW) -> list[Moment]:
    """The moments of a window."""
    return list(moments(made_up_twin(timeline), timeline, window=window, settings=SETTINGS))


@pytest.fixture(scope="module")
def evening() -> list[Moment]:
    """Two hours about dinner."""
    return seen(made_up_timeline())


def test_there_is_a_moment_every_five_minutes(evening: list[Moment]) -> None:
    assert len(evening) == 24
    assert {later.time - before.time for before, later in itertools.pairwise(evening)} == {timedelta(minutes=5)}
    assert evening[0].time == WINDOW.start + timedelta(minutes=1)
    assert [one.reading_age_min for one in evening] == [1.0] * 24


def test_meal_and_bolus_are_known_at_the_next_step(evening: list[Moment]) -> None:
    at_dinner, after = evening[12], evening[13]
    assert at_dinner.time == DINNER + timedelta(minutes=1)
    assert (at_dinner.carbs_g[-1], at_dinner.bolus_u[-1]) == (0.0, 0.0)
    assert (after.carbs_g[-1], after.bolus_u[-1]) == (pytest.approx(60.0), pytest.approx(6.0))
    assert after.automated_u.max() == pytest.approx(0.0, abs=1e-9)


def test_outlook_is_the_forecast_s(evening: list[Moment]) -> None:
    timeline = made_up_timeline()
    now = evening[8]
    issued = forecast_glucose(
        made_up_twin(timeline),
        timeline,
        origin=now.time - timedelta(minutes=1),
        horizon_min=5 * outlook_steps(SETTINGS),
    )
    assert now.outlook is not None
    assert now.outlook.t_min.tolist() == issued.t_min.tolist()
    assert np.abs(now.outlook.paths_mgdl - issued.trajectories_mgdl).max() < 0.5


def test_nothing_later_is_known(evening: list[Moment]) -> None:
    timeline = made_up_timeline()
    now, moved = evening[8], pl.col("time") > evening[8].time
    soon = now.time + timedelta(minutes=2)
    other = timeline.merged(
        Timeline.from_records(timeline.person, [Meal(time=soon, carbs_g=80.0), Bolus(time=soon, insulin_u=9.0)])
    )
    glucose = pl.when(moved).then(2.0 * pl.col("glucose_mgdl")).otherwise(pl.col("glucose_mgdl")).alias("glucose_mgdl")
    other = replace(other, streams={**other.streams, "glucose": other.streams["glucose"].with_columns(glucose)})
    again = list(moments(made_up_twin(timeline), other, window=WINDOW, settings=SETTINGS))[8]
    assert now.outlook is not None
    assert again.outlook is not None
    np.testing.assert_array_equal(again.glucose_mgdl, now.glucose_mgdl)
    np.testing.assert_allclose(again.outlook.paths_mgdl, now.outlook.paths_mgdl, atol=1e-6)
    np.testing.assert_array_equal(again.carbs_g, now.carbs_g)


def test_without_readings_data_grow_stale_and_nothing_is_forecast() -> None:
    timeline = made_up_timeline()
    gap = timeline.streams["glucose"].filter(pl.col("time") <= WINDOW.start)
    late = seen(replace(timeline, streams={**timeline.streams, "glucose": gap}))
    assert late[6].reading_age_min == 31.0
    assert (late[5].outlook is None, late[6].outlook is None, late[6].push is None) == (False, True, True)


def test_what_a_pump_gives_by_itself_is_told_apart() -> None:
    timeline = made_up_timeline()
    extra = Bolus(time=DINNER + timedelta(minutes=10), insulin_u=0.5, purpose=DosePurpose.AUTOMATED)
    merged = timeline.merged(Timeline.from_records(timeline.person, [extra]))
    now = seen(merged)[15]
    assert (now.bolus_u[-1], now.automated_u[-1]) == (0.0, pytest.approx(0.5))


def test_ketones_are_known_for_four_hours() -> None:
    timeline = made_up_timeline()
    measured = KetoneReading(time=DINNER - timedelta(hours=3, minutes=30), ketone_mmoll=0.9)
    merged = timeline.merged(Timeline.from_records(timeline.person, [measured]))
    assert [one.ketone_mmoll for one in seen(merged)] == [0.9] * 18 + [None] * 6


def test_how_meals_are_dosed_is_said_from_ten_meals_on() -> None:
    start = made_up_timeline()
    assert seen(start)[0].dosed_fraction == 1.0
    few = replace(start, streams={**start.streams, "meal": start.frame(Meal).head(5)})
    assert seen(few)[0].dosed_fraction is None
