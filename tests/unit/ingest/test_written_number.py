"""Numbers and glucose as vendors write them, and rates that hold until the next."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from glucotwin.core.error import ErrorCode, UnitError
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.ingest.parse.glucose_column import ANY_SENSOR_RANGE, SENSOR_RANGE, glucose_readings, unit_in_header
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.pump.rate_change import segments_until_next

MIDNIGHT = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("27,5", 27.5),
        ("27.5", 27.5),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        (" 3 ", 3.0),
        ("-0,8", -0.8),
        ("1,2,3", None),
        ("inf", None),
        ("abc", None),
        ("", None),
        (None, None),
    ],
)
def test_last_mark_of_a_number_is_its_decimal_mark(text: str | None, number: float | None) -> None:
    assert written_numbers(pl.Series([text], dtype=pl.String)).to_list() == [number]


def test_unit_is_in_the_header() -> None:
    assert unit_in_header("Sensor Glucose (mmol/L)") is GlucoseUnit.MMOLL
    assert unit_in_header("CGM-Glukosewert (mg/dl)") is GlucoseUnit.MGDL
    for column, code in (("Glucose", ErrorCode.MISSING_UNIT), ("Glucose (g)", ErrorCode.UNKNOWN_UNIT)):
        with pytest.raises(UnitError) as caught:
            unit_in_header(column)
        assert caught.value.code is code


def test_sensor_of_unknown_make_may_stop_at_400_or_at_500() -> None:
    texts = ["400", "450", "500", "520", "2001", "39", "<40", "?"]
    rows = pl.DataFrame({"time": [MIDNIGHT] * len(texts), "value": texts})
    read, unread = glucose_readings(
        rows, "value", unit=GlucoseUnit.MGDL, kind=GlucoseKind.CGM, measuring=ANY_SENSOR_RANGE
    )
    assert read.select("glucose_mgdl", "censoring", "original_mgdl").rows() == [
        (400.0, "high", None),
        (450.0, "none", None),
        (500.0, "high", None),
        (500.0, "high", 520.0),
        (2001.0, "none", None),
        (40.0, "low", None),
        (40.0, "low", None),
    ]
    assert unread == 1


def test_bounds_in_mmol_are_those_that_a_display_rounds() -> None:
    rows = pl.DataFrame({"time": [MIDNIGHT] * 3, "value": ["2,2", "2,3", "22,2"]})
    read, _ = glucose_readings(rows, "value", unit=GlucoseUnit.MMOLL, kind=GlucoseKind.CGM, measuring=SENSOR_RANGE)
    assert read["censoring"].to_list() == ["low", "none", "high"]


def test_last_change_of_a_rate_and_of_a_time_count() -> None:
    minutes = (0, 30, 30, 3000, 3060)
    changes = pl.DataFrame(
        {"time": [MIDNIGHT + timedelta(minutes=one) for one in minutes], "rate_u_per_h": [0.1, 0.2, 0.3, 0.4, 0.5]}
    )
    segments = segments_until_next(changes)
    assert segments.select("duration_min", "rate_u_per_h").rows() == [(30.0, 0.1), (1440.0, 0.3), (60.0, 0.4)]
