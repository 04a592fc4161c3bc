"""Times as vendors write them."""

from datetime import datetime

import polars as pl
import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.parse.written_time import DateOrder, WrittenTimes, local_times
from glucotwin.ingest.quality import FindingCode


def read(*texts: str | None, generated: str | None = None) -> WrittenTimes:
    series = pl.Series(list(texts), dtype=pl.String)
    return local_times(series, lines=pl.Series(range(2, 2 + len(texts))), generated=generated)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-31T08:05:07", datetime(2024, 3, 31, 8, 5, 7)),
        ("2024/3/31 8:05", datetime(2024, 3, 31, 8, 5)),
        ("31.03.2024 08:05", datetime(2024, 3, 31, 8, 5)),
        ("31-3-24 8:05", datetime(2024, 3, 31, 8, 5)),
        ("3/31/24 8:05 PM", datetime(2024, 3, 31, 20, 5)),
        ("31/3/2024, 8:05:07 p.m.", datetime(2024, 3, 31, 20, 5, 7)),
        ("2024-03-31 08:05:07.123", datetime(2024, 3, 31, 8, 5, 7)),
        ("03-31-2024 12:05 am", datetime(2024, 3, 31, 0, 5)),
        ("03-31-2024 12:05\u202fPM", datetime(2024, 3, 31, 12, 5)),
    ],
)
def test_time_is_read_however_it_is_written(text: str, expected: datetime) -> None:
    assert read(text).local.to_list() == [expected]


def test_one_row_tells_the_order_of_the_whole_file() -> None:
    times = read("6/2/20 8:02", "6/3/20 8:17", "6/13/20 8:17")
    assert (times.order, times.local[0], times.findings) == (DateOrder.MONTH_FIRST, datetime(2020, 6, 2, 8, 2), ())


def test_order_whose_times_lie_closer_together_wins() -> None:
    assert read("01-02-2024 10:00", "02-02-2024 10:00", "03-02-2024 10:00").order is DateOrder.DAY_FIRST
    assert read("02-01-2024 10:00", "02-02-2024 10:00", "02-03-2024 10:00").order is DateOrder.MONTH_FIRST


def test_order_that_ends_when_the_file_was_made_wins() -> None:
    assert read("02-01-2024 10:00", generated="02-03-2024 11:00").order is DateOrder.MONTH_FIRST
    assert read("01-02-2024 10:00", generated="03-02-2024 11:00").order is DateOrder.DAY_FIRST


def test_order_in_which_the_making_is_no_time_loses() -> None:
    assert read("01-02-2024 10:00", "01-02-2024 11:00", generated="01-13-2024 11:00").order is DateOrder.MONTH_FIRST


@pytest.mark.parametrize(
    ("text", "order"), [("01-02-2024 10:00", DateOrder.DAY_FIRST), ("01/02/2024 10:00 AM", DateOrder.MONTH_FIRST)]
)
def test_order_that_cannot_be_told_is_assumed_and_said(text: str, order: DateOrder) -> None:
    times = read(text)
    assert times.order is order
    assert [one.code for one in times.findings] == [FindingCode.DATE_ORDER_ASSUMED]


def test_what_is_no_time_is_left_out_and_counted() -> None:
    times = read("2024-03-01 08:00", None, "nonsense", "2024-03-01 08:05", "0019-03-01 08:00")
    assert times.local.null_count() == 3
    assert [(one.code, one.count) for one in times.findings] == [(FindingCode.UNREADABLE_ROWS, 2)]


def test_file_of_no_times_is_refused_with_a_line() -> None:
    with pytest.raises(DataError, match="'noon' in line 2") as caught:
        read("noon", "midnight", "2024-03-01 08:00")
    assert caught.value.code is ErrorCode.INVALID_VALUE


def test_no_rows_are_no_times() -> None:
    assert (read().local.len(), read(None).findings) == (0, ())
