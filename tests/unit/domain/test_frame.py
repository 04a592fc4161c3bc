"""Records as columns."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.frame import (
    STREAMS,
    TIME_TYPE,
    conform_frame,
    empty_frame,
    frame_from_records,
    in_one_order,
    is_repeat,
    records_from_frame,
    schema_of,
    stream_of,
)
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.meal import Meal
from glucotwin.domain.record import Record

START = datetime(2024, 3, 1, tzinfo=UTC)
READINGS = [
    GlucoseReading(time=START + timedelta(minutes=5 * index), glucose_mgdl=100.0 + index, kind=GlucoseKind.SCAN)
    for index in (2, 0, 1)
]


@pytest.mark.parametrize("kind", STREAMS.values())
def test_schema_has_the_fields_of_the_record(kind: type[Record]) -> None:
    schema = schema_of(kind)
    assert schema["time"] == TIME_TYPE
    assert schema["source"] == pl.String
    assert empty_frame(kind).schema == schema
    assert STREAMS[stream_of(kind)] is kind


def test_records_come_back_in_time_order() -> None:
    frame = frame_from_records(GlucoseReading, READINGS)
    assert list(records_from_frame(GlucoseReading, frame)) == sorted(READINGS, key=lambda reading: reading.time)


def test_missing_optional_columns_get_their_defaults() -> None:
    frame = conform_frame(GlucoseReading, pl.DataFrame({"time": [START], "glucose_mgdl": [100]}))
    assert frame.schema == schema_of(GlucoseReading)
    assert frame.row(0, named=True) == {
        "time": START,
        "source": "",
        "glucose_mgdl": 100.0,
        "kind": "cgm",
        "censoring": "none",
        "original_mgdl": None,
    }


def refused(kind: type[Record], columns: dict[str, list[object]]) -> DataError:
    with pytest.raises(DataError) as caught:
        conform_frame(kind, pl.DataFrame(columns))
    return caught.value


def test_missing_required_column_is_named() -> None:
    error = refused(Meal, {"time": [START]})
    assert error.code is ErrorCode.MISSING_COLUMN
    assert "carbs_g" in error.message


def test_unknown_column_is_named() -> None:
    assert "sugar" in refused(Meal, {"time": [START], "carbs_g": [1.0], "sugar": [1.0]}).message


def test_value_of_another_type_is_refused() -> None:
    assert refused(Meal, {"time": [START], "carbs_g": ["many"]}).code is ErrorCode.INVALID_VALUE


def test_blank_in_a_required_column_is_refused() -> None:
    assert "carbs_g" in refused(Meal, {"time": [START, START], "carbs_g": [1.0, None]}).message
    assert "time" in refused(Meal, {"time": [START, None], "carbs_g": [1.0, 2.0]}).message


def test_unknown_word_is_refused() -> None:
    error = refused(GlucoseReading, {"time": [START], "glucose_mgdl": [100.0], "kind": ["guess"]})
    assert "guess" in error.message


def test_rows_of_the_same_time_keep_their_order() -> None:
    frame = conform_frame(Meal, pl.DataFrame({"time": [START, START], "carbs_g": [2.0, 1.0]}))
    assert frame["carbs_g"].to_list() == [2.0, 1.0]


def test_one_order_is_the_order_by_all_columns() -> None:
    start = datetime(2024, 3, 1, tzinfo=UTC)
    rows = [
        (start + timedelta(minutes=number * 7 % 5), [None, 2.0, 1.0][number % 3], "ab"[number % 2])
        for number in range(30)
    ]
    frame = pl.DataFrame(rows, schema=["time", "value", "source"], orient="row")
    assert in_one_order(frame).equals(frame.sort(["time", "value", "source"], nulls_last=True))
    alone = frame.unique("time", maintain_order=True)
    assert in_one_order(alone).equals(alone.sort("time"))


def test_repeats_are_rows_that_equal_another_wholly() -> None:
    start = datetime(2024, 3, 1, tzinfo=UTC)
    rows = [(start, None, "a"), (start, 1.0, "a"), (start, None, "a"), (start, 1.0, "b"), (start, 1.0, "a")]
    frame = in_one_order(pl.DataFrame(rows, schema=["time", "value", "source"], orient="row"))
    assert is_repeat(frame).to_list() == frame.select(~pl.struct(pl.all()).is_first_distinct()).to_series().to_list()
    assert is_repeat(frame).sum() == 2
