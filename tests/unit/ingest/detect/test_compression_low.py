"""Pressure on the sensor."""

import numpy as np
import pytest

from glucotwin.domain.person import Person
from glucotwin.ingest.detect.compression_low import find_compression_lows, without_compression
from glucotwin.ingest.detect.sensor_grid import sensor_grid
from made_up_sensor import at, level, readings, timeline

DEEP = np.array([15.0, 40.0, 42.0, 41.0, 43.0, 40.0, 41.0, 42.0, 20.0])
"""Five-minute values of a dip of 40 mg/dL and 45 min."""
AT_TWO = (1440 + 120) // 5


def with_dip(dip: np.ndarray, step: int) -> np.ndarray:
    values = level(3)
    values[step : step + dip.size] -= dip
    return values


def test_dip_at_night_with_steep_flanks_is_found_where_it_is() -> None:
    (low,) = find_compression_lows(timeline(*readings(with_dip(DEEP, AT_TWO))))
    assert abs((low.start - at(5 * AT_TWO)).total_seconds()) <= 600
    assert abs((low.end - at(5 * (AT_TWO + DEEP.size))).total_seconds()) <= 600
    assert low.score > 0.6
    assert low.text.startswith("The sensor read about 4")


def test_same_dip_by_day_is_none() -> None:
    assert find_compression_lows(timeline(*readings(with_dip(DEEP, (1440 + 900) // 5)))) == ()


def test_night_is_the_persons_own() -> None:
    record = readings(with_dip(DEEP, (1440 + 900) // 5))
    assert len(find_compression_lows(timeline(*record, person=Person(person_id="p", zone="Asia/Tokyo")))) == 1


def test_low_that_comes_and_goes_slowly_is_none() -> None:
    slow = 60.0 * np.sin(np.linspace(0.0, np.pi, 36))
    assert find_compression_lows(timeline(*readings(with_dip(slow, AT_TWO)))) == ()


def test_fast_fall_to_another_level_is_none() -> None:
    values = level(3)
    values[AT_TWO:] -= 40.0
    assert find_compression_lows(timeline(*readings(values))) == ()


def test_dip_with_a_gap_inside_is_not_judged() -> None:
    record = readings(with_dip(DEEP, AT_TWO))
    del record[AT_TWO + 1 : AT_TWO + 7]
    assert find_compression_lows(timeline(*record)) == ()


@pytest.mark.parametrize("step_min", [15.0])
def test_sensor_that_reports_rarely_is_not_judged(step_min: float) -> None:
    assert find_compression_lows(timeline(*readings(with_dip(DEEP, AT_TWO), step_min=step_min))) == ()


def test_glucose_without_compression_has_a_line_in_its_place() -> None:
    line = timeline(*readings(with_dip(DEEP, AT_TWO)))
    grid = sensor_grid(line)
    assert grid is not None
    mended = without_compression(grid, find_compression_lows(line))
    undisturbed = level(3)
    assert np.abs(mended - undisturbed).max() < 12.0
    assert np.array_equal(mended[: AT_TWO - 20], grid.glucose_mgdl[: AT_TWO - 20])
