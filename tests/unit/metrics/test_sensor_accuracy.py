"""Accuracy of readings beside reference glucose."""

import jax
import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.core.random import root_key
from glucotwin.metrics.sensor_accuracy import accuracy_by_range, error_memory, sensor_accuracy, shown_delay_min

REFERENCE = np.array([50.0, 80.0, 100.0, 200.0])
SHOWN = np.array([65.0, 96.0, 115.0, 160.0])


def test_accuracy_is_what_studies_report() -> None:
    found = sensor_accuracy(REFERENCE, SHOWN, limit_mgdl=100.0)
    assert found.mard_pct == pytest.approx(100.0 * np.mean([15 / 50, 16 / 80, 15 / 100, 40 / 200]))
    assert found.bias_mgdl == pytest.approx((15 + 16 + 15 - 40) / 4)
    assert (found.within_15_pct, found.within_20_pct, found.within_40_pct) == (50.0, 100.0, 100.0)


def test_the_limit_of_a_study_decides_where_bands_become_percent() -> None:
    assert sensor_accuracy(REFERENCE, SHOWN, limit_mgdl=80.0).within_15_pct == 50.0
    assert sensor_accuracy([90.0], [104.0], limit_mgdl=80.0).within_15_pct == 0.0
    assert sensor_accuracy([90.0], [104.0], limit_mgdl=100.0).within_15_pct == 100.0


def test_ranges_without_readings_are_left_out() -> None:
    found = accuracy_by_range(REFERENCE[:3], SHOWN[:3])
    assert {name: one.pairs for name, one in found.items()} == {"low": 1, "target": 2}


def test_no_reading_is_an_error() -> None:
    with pytest.raises(DataError):
        sensor_accuracy([], [])


def test_memory_of_an_error_is_found_whatever_the_wearers_bias() -> None:
    shocks = np.asarray(jax.random.normal(root_key(3), (20, 4000)))
    error = np.zeros_like(shocks)
    for step in range(1, error.shape[1]):
        error[:, step] = 0.8 * error[:, step - 1] + shocks[:, step]
    error += 10.0 * np.arange(20)[:, None]
    error[:, ::7] = np.nan
    assert error_memory(error, 1) == pytest.approx(0.8, abs=0.02)
    assert error_memory(error, 3) == pytest.approx(0.8**3, abs=0.03)
    assert np.isnan(error_memory(np.full((2, 5), np.nan), 1))


def test_delay_of_readings_is_found_through_gaps() -> None:
    minutes = np.arange(3000)
    glucose = np.stack([150.0 + 60.0 * np.sin(2.0 * np.pi * minutes / period) for period in (240.0, 400.0)])
    shown = np.full_like(glucose, np.nan)
    shown[:, 12:] = glucose[:, :-12]
    shown[:, minutes % 5 != 0] = np.nan
    assert shown_delay_min(glucose, shown) == 12
