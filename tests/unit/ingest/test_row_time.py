"""Times of rows as people write them."""

from datetime import UTC, datetime

import polars as pl
import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.parse.row_time import RowTimes, row_times, with_month_numbers
from glucotwin.ingest.quality import FindingCode


def read(*texts: str | None, zone: str | None = "Europe/Berlin", offsets: list[str] | None = None) -> RowTimes:
    return row_times(
        pl.Series(list(texts), dtype=pl.String),
        lines=pl.Series(range(2, 2 + len(texts))),
        zone=zone,
        title="a table",
        offsets=None if offsets is None else pl.Series(offsets, dtype=pl.String),
    )


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("2024-03-15T08:05:00+02:00", 6, 5),
        ("2024-03-15T08:05-0530", 13, 35),
        ("2024-03-15 08:05:30.25Z", 8, 5),
        ("15.03.2024 8:05 GMT+2", 6, 5),
        ("2024-03-15 08:05", 7, 5),
        ("15.03.2024 08:05", 7, 5),
        ("3/15/24 8:05 PM", 19, 5),
        ("3/15/2024 8:05 a.m.", 7, 5),
        ("Mar 15, 2024 8:05 PM", 19, 5),
        ("15. März 2024 08:05", 7, 5),
        ("15-Mar-2024 08:05", 7, 5),
        ("2024-03-15", 11, 0),
        ("15.03.2024", 11, 0),
    ],
)
def test_times_are_read_however_they_are_written(text: str, hour: int, minute: int) -> None:
    (time,) = read(text).time.to_list()
    assert (time.date(), time.hour, time.minute) == (datetime(2024, 3, 15, tzinfo=UTC).date(), hour, minute)


def test_a_date_alone_is_marked() -> None:
    assert read("2024-03-15", "2024-03-15 08:00").is_date.to_list() == [True, False]


def test_offset_of_a_column_needs_no_zone() -> None:
    times = read("2024-03-15 08:05", "2024-03-15 08:05", zone=None, offsets=["GMT+02:00", "UTC"])
    assert [time.hour for time in times.time.to_list()] == [6, 8]


def test_a_local_time_without_a_zone_is_refused_with_its_line() -> None:
    with pytest.raises(DataError, match="line 3") as error:
        read("2024-03-15T08:05Z", "2024-03-15 08:05", zone=None)
    assert error.value.code is ErrorCode.NAIVE_TIME


def test_a_column_may_hold_dates_of_both_kinds() -> None:
    times = read("2026-09-28 07:30", "09/29/2026 07:30", "2026-09-30 07:30")
    assert [time.day for time in times.time.to_list()] == [28, 29, 30]


def test_order_that_cannot_be_told_is_assumed_and_reported() -> None:
    times = read("05.03.2024 08:00")
    assert times.time.to_list() == [datetime(2024, 3, 5, 7, tzinfo=UTC)]
    assert [one.code for one in times.findings] == [FindingCode.DATE_ORDER_ASSUMED]


def test_what_is_no_time_is_counted_and_a_column_of_it_refused() -> None:
    times = read("2024-03-15 08:05", "soon", None, "2024-03-15 08:10", "9024-03-15 08:10")
    assert (times.unreadable, times.time.null_count()) == (2, 3)
    with pytest.raises(DataError, match="line 2"):
        read("soon", "later", "2024-03-15 08:05")


def test_words_that_are_no_months_stay() -> None:
    assert with_month_numbers(pl.Series(["Foo 15, 2024", None, "x"])).to_list() == ["Foo 15, 2024", None, "x"]
