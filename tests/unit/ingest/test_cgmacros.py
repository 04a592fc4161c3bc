"""CGMacros and its traps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.activity import Activity, HeartRate
from glucotwin.domain.glucose import Censoring, GlucoseReading
from glucotwin.domain.meal import Meal
from glucotwin.ingest.dataset.cgmacros import CgMacrosFormat
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from research_archive import count

Write = Callable[..., Path]

HEADER = (
    "Timestamp,Libre GL,Dexcom GL,HR,Calories (Activity),METs,Meal Type,Calories,Carbs,Protein,Fat,Fiber,"
    "Amount Consumed,Image path"
)
ROWS = (
    "2020-05-01 10:30:00,94.1,,60,1.05,10,,,,,,,,",
    "2020-05-01 10:31:00,95.0,99.3,61,1.05,11,Breakfast,450,55,20,15,6,100,photos/1.jpg",
    "2020-05-01 10:32:00,,99.0,,,,,,,,,,,photos/2.jpg",
)
ZONED = ImportOptions(zone="America/Los_Angeles")


def imported(write: Write, *rows: str, header: str = HEADER) -> ImportResult:
    return import_path(write(header, *rows), ZONED)


def test_two_sensors_are_two_sources_and_their_common_time_counts_once(write: Write) -> None:
    result = imported(write, *(f"2020-05-01 10:{minute}:00,100,110,,,,,,,,,,," for minute in range(30, 40)), *ROWS[2:])
    assert {one.source for one in result.timeline.records(GlucoseReading)} == {"cgmacros Dexcom G6 Pro"}
    assert count(result, FindingCode.SOURCES_OVERLAP, "glucose") == 10


def test_meal_with_its_nutrients_and_heart_rate(write: Write) -> None:
    result = imported(write, *ROWS)
    (meal,) = result.timeline.records(Meal)
    assert meal.time == datetime(2020, 5, 1, 17, 31, tzinfo=UTC)
    assert (meal.carbs_g, meal.protein_g, meal.fat_g, meal.fibre_g, meal.note) == (55.0, 20.0, 15.0, 6.0, "breakfast")
    assert [one.heart_rate_bpm for one in result.timeline.records(HeartRate)] == [60.0, 61.0]
    assert count(result, FindingCode.PASSED_OVER) == 2


def test_meal_of_which_a_part_was_left_counts_with_what_was_eaten(write: Write) -> None:
    result = imported(write, *ROWS, "2020-05-01 12:31:00,95.0,99.3,61,1,11,lunch,700,80,36,24,8,75,")
    meal = list(result.timeline.records(Meal))[1]
    assert (meal.carbs_g, meal.protein_g, meal.fat_g, meal.fibre_g) == (60.0, 27.0, 18.0, 6.0)
    assert count(result, FindingCode.UNITS_CONVERTED) == 1
    assert result.timeline.streams["correction"].select("original", "corrected").row(0) == (80.0, 60.0)


@pytest.mark.parametrize(
    "header",
    [
        "Unnamed: 0,Timestamp,Dexcom GL,Libre GL,Carbs,Amount Consumed ,Steps,RecordIndex",
        ",Timestamp,Dexcom GL,Libre GL,Carbs,Sugar,Steps,Intensity",
    ],
)
def test_other_headers_are_the_same_format(write: Write, header: str) -> None:
    result = imported(write, "0,2020-05-01 10:30:00,110,100,30,100,12,5", header=header)
    assert [one.carbs_g for one in result.timeline.records(Meal)] == [30.0]
    assert [one.steps for one in result.timeline.records(Activity)] == [12.0]


def test_american_times_are_read(write: Write) -> None:
    result = imported(write, "5/31/2020 10:30,94.1,,60,,,,,,,,,,")
    assert result.timeline.frame(GlucoseReading)["time"].to_list() == [datetime(2020, 5, 31, 17, 30, tzinfo=UTC)]


def test_top_of_each_sensor_is_a_bound(write: Write) -> None:
    result = imported(write, "2020-05-01 10:30:00,400,,,,,,,,,,,,", "2020-05-01 10:50:00,,400,,,,,,,,,,,")
    assert [one.censoring for one in result.timeline.records(GlucoseReading)] == [Censoring.NONE, Censoring.HIGH]


def test_zone_must_be_said(write: Write) -> None:
    with pytest.raises(DataError) as caught:
        import_path(write(HEADER, *ROWS))
    assert caught.value.code is ErrorCode.NAIVE_TIME


def test_cell_that_is_no_number_is_told(write: Write) -> None:
    assert count(imported(write, *ROWS, "2020-05-01 10:40:00,n,100,x,,,,,,,,,,"), FindingCode.UNREADABLE_ROWS) == 2


def test_damage_is_never_anything_but_a_refusal(tmp_path: Path) -> None:
    for data in damaged("\n".join((HEADER, *ROWS)).encode()):
        outcome(CgMacrosFormat(), data, tmp_path / "damaged.csv", zone="America/Los_Angeles")


def test_other_files_are_not_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(CgMacrosFormat(), samples / "exports", own="") == []
