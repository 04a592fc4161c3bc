"""Glucose-ML and its traps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.glucose import Censoring, GlucoseReading
from glucotwin.ingest.dataset.glucose_ml import GlucoseMlFormat
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import import_path
from research_archive import count, member

Write = Callable[..., Path]

HEADER = "timestamp,glucose_value_mg_dl"
ROWS = ("2023-06-01 00:01:00,167.4", "2023-06-01 00:06:00,Low", "2023-06-01 00:11:00,High")
BRISTOL = ImportOptions(zone="Europe/London")


def test_readings_and_words(write: Write) -> None:
    readings = list(import_path(write(HEADER, *ROWS), BRISTOL).timeline.records(GlucoseReading))
    assert [(one.time.minute, one.glucose_mgdl, one.censoring) for one in readings] == [
        (1, 167.4, Censoring.NONE),
        (6, 40.0, Censoring.LOW),
        (11, 400.0, Censoring.HIGH),
    ]
    assert readings[0].time == datetime(2023, 5, 31, 23, 1, tzinfo=UTC)


def test_zone_must_be_said(write: Write) -> None:
    with pytest.raises(DataError) as caught:
        import_path(write(HEADER, *ROWS))
    assert caught.value.code is ErrorCode.NAIVE_TIME
    assert "--zone" in caught.value.hint


def test_times_without_dates_are_refused(write: Write) -> None:
    with pytest.raises(DataError, match="without a date") as caught:
        import_path(write(HEADER, "00:02:43,83", "00:07:43,84"), BRISTOL)
    assert caught.value.code is ErrorCode.INVALID_VALUE


def test_readings_that_share_a_time_count_once(write: Write) -> None:
    rows = ("2023-10-29 01:05:00,192.6", "2023-10-29 01:05:00,178.2", "2023-10-29 01:20:00,171.0")
    result = import_path(write(HEADER, *rows), BRISTOL)
    assert result.timeline.frame(GlucoseReading)["glucose_mgdl"].to_list() == [192.6, 171.0]
    assert count(result, FindingCode.REPEATED_GLUCOSE_TIMES) == 1
    assert count(result, FindingCode.AMBIGUOUS_TIMES) == 3


def test_cell_that_is_no_number_is_told(write: Write) -> None:
    result = import_path(write(HEADER, *ROWS, "2023-06-01 00:16:00,n/a"), BRISTOL)
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_damage_is_never_anything_but_a_refusal(tmp_path: Path) -> None:
    for data in damaged("\n".join((HEADER, *ROWS)).encode()):
        outcome(GlucoseMlFormat(), data, tmp_path / "damaged.csv", zone="Europe/London")


def test_other_files_are_not_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(GlucoseMlFormat(), samples / "exports", own="") == []


def test_real_file_is_read(samples: Path, tmp_path: Path) -> None:
    archive = samples / "datasets" / "cgm_only" / "PhysioCGM.zip"
    result = import_path(member(archive, "c1s04.csv", tmp_path), ImportOptions(zone="America/Chicago"))
    assert len(result.timeline.frame(GlucoseReading)) == 4634
