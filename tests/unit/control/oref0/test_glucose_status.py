"""Glucose now and how fast it changes."""

import pytest

from glucotwin.control.oref0.glucose_status import GlucoseEntry, Reading, find_glucose_status, readings_from_entries
from glucotwin.control.oref0.local_clock import LocalClock
from glucotwin.core.error import DataError
from made_up_oref import MINUTE_MS, NOW_MS


def falling(*, count: int = 9, device: str | None = None) -> list[Reading]:
    return [
        Reading(moment_ms=NOW_MS - 5 * place * MINUTE_MS, glucose_mgdl=150.0 + 4 * place, device=device)
        for place in range(count)
    ]


def test_steady_fall_has_one_slope_everywhere() -> None:
    status = find_glucose_status(falling())
    assert (status.delta, status.short_mean_delta, status.long_mean_delta) == (-4, -4, -4)
    assert status.glucose_mgdl == 150


def test_calibration_ends_the_look_back() -> None:
    readings = falling()
    readings[2] = Reading(moment_ms=readings[2].moment_ms, glucose_mgdl=0.0, is_calibration=True)
    status = find_glucose_status(readings)
    assert status.readings_since_calibration == 2
    assert (status.delta, status.long_mean_delta) == (-4, 0)


def test_other_devices_and_error_codes_do_not_count() -> None:
    readings = [*falling(count=1, device="a"), *falling(device="b")[1:]]
    assert find_glucose_status(readings).delta == 0
    low = Reading(moment_ms=NOW_MS - 5 * MINUTE_MS, glucose_mgdl=38.0)
    assert find_glucose_status([*falling(count=1), low]).delta == 0


def test_no_readings_are_refused() -> None:
    with pytest.raises(DataError, match="no glucose reading"):
        find_glucose_status([])


def test_reading_without_a_time_is_refused() -> None:
    with pytest.raises(DataError, match="has no time"):
        readings_from_entries([GlucoseEntry.model_validate({"sgv": 100})], LocalClock())
