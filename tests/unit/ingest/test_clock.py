"""Local times become instants, across clock changes."""

from datetime import UTC, datetime

import polars as pl
import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.parse.clock import utc_from_iso, utc_from_local
from glucotwin.ingest.quality import FindingCode


def local(*times: tuple[int, int, int, int]) -> pl.Series:
    return pl.Series([datetime(2024, *time) for time in times])


def hours(series: pl.Series, midnight: datetime) -> list[float]:
    return [(time - midnight).total_seconds() / 3600.0 for time in series]


AUTUMN = ((10, 27, 1, 30), (10, 27, 2, 0), (10, 27, 2, 30), (10, 27, 2, 0), (10, 27, 2, 30), (10, 27, 3, 0))
AUTUMN_START = datetime(2024, 10, 26, 22, tzinfo=UTC)


def test_repeated_hour_is_told_apart_by_the_order_of_rows() -> None:
    resolved = utc_from_local(local(*AUTUMN), "Europe/Berlin")
    assert hours(resolved.time, AUTUMN_START) == [1.5, 2.0, 2.5, 3.0, 3.5, 4.0]
    assert [(finding.code, finding.count) for finding in resolved.findings] == [(FindingCode.AMBIGUOUS_TIMES, 4)]


def test_files_that_run_backwards_are_told_apart_too() -> None:
    resolved = utc_from_local(local(*reversed(AUTUMN)), "Europe/Berlin")
    assert hours(resolved.time, AUTUMN_START) == [4.0, 3.5, 3.0, 2.5, 2.0, 1.5]


def test_skipped_hour_is_read_by_the_clock_before() -> None:
    resolved = utc_from_local(local((3, 31, 1, 55), (3, 31, 2, 5), (3, 31, 3, 5)), "Europe/Berlin")
    assert hours(resolved.time, datetime(2024, 3, 31, tzinfo=UTC)) == pytest.approx([55 / 60, 65 / 60, 65 / 60])
    assert [finding.code for finding in resolved.findings] == [FindingCode.SKIPPED_TIMES]


def test_half_hour_change_of_lord_howe_is_known() -> None:
    resolved = utc_from_local(local((4, 7, 1, 45), (4, 7, 1, 45), (4, 7, 1, 30), (4, 7, 2, 0)), "Australia/Lord_Howe")
    assert hours(resolved.time, datetime(2024, 4, 6, 14, tzinfo=UTC)) == [0.75, 0.75, 1.0, 1.5]


def test_ordinary_times_raise_no_finding() -> None:
    resolved = utc_from_local(local((6, 1, 12, 0)), "Asia/Kathmandu")
    assert (resolved.time[0], resolved.findings) == (datetime(2024, 6, 1, 6, 15, tzinfo=UTC), ())


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2024-03-01T08:00:00-07:00", datetime(2024, 3, 1, 15, tzinfo=UTC)),
        ("2024-03-01T08:00:00+0545", datetime(2024, 3, 1, 2, 15, tzinfo=UTC)),
        ("2024-03-01T08:00Z", datetime(2024, 3, 1, 8, tzinfo=UTC)),
        ("2024-03-01 08:00:00.250z", datetime(2024, 3, 1, 8, 0, 0, 250_000, tzinfo=UTC)),
        (" 2024-03-01 8:00 ", datetime(2024, 3, 1, 7, tzinfo=UTC)),
    ],
)
def test_iso_times_of_all_shapes_are_read(text: str, time: datetime) -> None:
    resolved = utc_from_iso(pl.Series([text, "2024-03-01T00:00Z"]), "Europe/Berlin", lines=pl.Series([2, 3]))
    assert resolved.time[0] == time


@pytest.mark.parametrize(
    "text", ["01.03.2024 08:00", "2024-03-01", "2024-02-30 08:00", "08:00", "2024-03-01T25:00Z", ""]
)
def test_what_is_no_time_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(DataError) as caught:
        utc_from_iso(pl.Series(["2024-03-01T00:00Z", text]), "UTC", lines=pl.Series([2, 9]))
    assert caught.value.code is ErrorCode.INVALID_VALUE
    assert "line 9" in caught.value.message
