"""Stuck sensors, new sensors, jumps, and the grid on which they are looked at."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from glucotwin.domain.glucose import Censoring, GlucoseReading
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind
from glucotwin.domain.record import Record
from glucotwin.ingest.detect.sensor_grid import best_apart, sensor_grid
from glucotwin.ingest.detect.sensor_start import find_sensor_jumps, find_sensor_warm_up
from glucotwin.ingest.detect.stuck_sensor import find_stuck_sensor
from made_up_sensor import at, level, readings, timeline


def started(minutes: float) -> Record:
    return DeviceEvent(time=at(minutes), kind=DeviceEventKind.SENSOR_START)


def test_same_value_for_two_hours_is_stuck() -> None:
    values = level(1)
    values[100:125] = 151.0
    (stuck,) = find_stuck_sensor(timeline(*readings(values)))
    assert (stuck.start, stuck.end) == (at(500), at(620))
    assert stuck.score == pytest.approx(2 / 3)
    assert "151 mg/dL in 25 readings" in stuck.text


@pytest.mark.parametrize("steps", [6, 12])
def test_an_hour_less_a_reading_is_not_stuck(steps: int) -> None:
    values = level(1)
    values[100 : 100 + steps] = 151.0
    assert find_stuck_sensor(timeline(*readings(values))) == ()


def test_bounds_and_gaps_are_not_stuck() -> None:
    low = [GlucoseReading(time=at(5 * k), glucose_mgdl=40.0, censoring=Censoring.LOW) for k in range(40)]
    apart = [GlucoseReading(time=at(1000 + 30 * k), glucose_mgdl=100.0) for k in range(40)]
    assert find_stuck_sensor(timeline(*low, *apart)) == ()


def test_every_start_of_a_sensor_counts_once() -> None:
    found = find_sensor_warm_up(timeline(started(0), started(5), started(10), started(14400), *readings(level(1))))
    assert [one.start for one in found] == [at(0), at(14400)]
    assert found[0].end - found[0].start == timedelta(hours=12)


def test_step_that_stays_is_a_jump_and_surer_after_a_calibration() -> None:
    values = level(1)
    values[150:] += 50.0
    calibration = DeviceEvent(time=at(740), kind=DeviceEventKind.SENSOR_CALIBRATION)
    (jump,) = find_sensor_jumps(timeline(*readings(values)))
    (explained,) = find_sensor_jumps(timeline(calibration, *readings(values)))
    assert (jump.start, jump.end) == (at(745), at(750))
    assert explained.score > jump.score
    assert "jumped by +" in jump.text


def test_spike_and_fast_rise_are_no_jumps() -> None:
    spike, rise = level(1), level(1)
    spike[150:154] += 60.0
    rise[150:] += np.minimum(15.0 * np.arange(1, rise.size - 149), 90.0)
    assert find_sensor_jumps(timeline(*readings(spike))) == ()
    assert find_sensor_jumps(timeline(*readings(rise))) == ()


def test_grid_connects_near_readings_and_knows_what_is_missing() -> None:
    times = [0, 5, 20, 60, 65]
    record = [GlucoseReading(time=at(t), glucose_mgdl=100.0 + t) for t in times]
    grid = sensor_grid(timeline(*record))
    assert grid is not None
    assert grid.glucose_mgdl.tolist() == [100.0 + 5 * k for k in range(14)]
    assert np.flatnonzero(~grid.known).tolist() == list(range(5, 12))
    assert grid.known_between(1, 1).tolist() == [1 <= k <= 3 for k in range(14)]
    assert grid.time(3) == at(15)


def test_grid_averages_readings_of_one_step_and_places_amounts() -> None:
    record = [GlucoseReading(time=at(t), glucose_mgdl=value) for t, value in ((0, 100), (1, 110), (5, 120), (9, 140))]
    grid = sensor_grid(timeline(*record))
    assert grid is not None
    assert grid.glucose_mgdl.tolist() == [105.0, 120.0, 140.0]
    times = pl.Series([at(-1), at(4), at(10), at(99)])
    assert grid.summed(times, np.array([1.0, 2.0, 4.0, 8.0])).tolist() == [2.0, 0.0, 4.0]


def test_grid_needs_two_readings() -> None:
    assert sensor_grid(timeline(*readings([100.0]))) is None


def test_best_steps_are_apart() -> None:
    score = np.array([0.1, 0.9, 0.8, 0.2, 0.7, 0.0])
    assert best_apart(score, at_least=0.15, steps=2) == [1, 4]
