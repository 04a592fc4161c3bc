from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from glucotwin.advise.situation import SUDDEN, Situation, situation_of
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind
from glucotwin.domain.person import Person
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def known(*more: Record, slope: float = 1.0, age: float = 2.0, last: float = 0.0) -> Situation:
    readings = [
        GlucoseReading(time=AT - timedelta(minutes=age + 5.0 * back), glucose_mgdl=150.0 - 5.0 * slope * back)
        for back in range(24)
    ]
    readings[0] = GlucoseReading(time=readings[0].time, glucose_mgdl=150.0 + last)
    later = GlucoseReading(time=AT + timedelta(minutes=1), glucose_mgdl=40.0)
    timeline = Timeline.from_records(Person(person_id="me", zone="UTC"), [*readings, later, *more])
    return situation_of(timeline, at=AT, duration_min=240.0, peak_min=75.0)


def test_newest_reading_its_age_and_trend_and_nothing_later() -> None:
    now = known()
    assert now.glucose_mgdl == 150.0
    assert now.age_min == pytest.approx(2.0)
    assert now.trend_mgdl_per_min == pytest.approx(1.0)
    assert now.artefacts == ()
    assert np.isinf(now.sensor_age_min)


def test_sensor_start_and_insulin_on_board_are_known() -> None:
    start = DeviceEvent(time=AT - timedelta(minutes=50), kind=DeviceEventKind.SENSOR_START)
    doses = [
        Bolus(time=AT - timedelta(minutes=90), insulin_u=4.0),
        Bolus(time=AT + timedelta(minutes=1), insulin_u=9.0),
    ]
    now = known(start, *doses)
    assert now.sensor_age_min == pytest.approx(50.0)
    assert 0.5 < now.on_board_u < 3.9


def test_a_sudden_change_is_suspected() -> None:
    assert SUDDEN in known(last=-60.0).artefacts


def test_without_readings_nothing_is_known() -> None:
    now = situation_of(Timeline(person=Person(person_id="me", zone="UTC")), at=AT, duration_min=240.0, peak_min=75.0)
    assert np.isnan(now.glucose_mgdl)
    assert np.isinf(now.age_min)
    assert np.isnan(now.trend_mgdl_per_min)
