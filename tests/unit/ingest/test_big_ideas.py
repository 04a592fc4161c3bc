"""BIG IDEAs and its traps."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.activity import HeartRate
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import DiabetesType, TherapyKind
from glucotwin.ingest.dataset.big_ideas import BigIdeasFormat
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import import_path
from research_archive import count

Write = Callable[..., Path]

HEADER = (
    "date,time,time_begin,time_end,logged_food,amount,unit,searched_food,calorie,total_carb,dietary_fiber,sugar,protein,"
    "total_fat"
)
FOOD = (
    HEADER,
    "2020-02-13,18:00:00,2020-02-13 18:00:00,,Berry Smoothie,20.0,fluid ounce,Smoothie,456.0,85.0,1.7,83.0,16.0,3.3",
    "2020-02-13,20:30:00,2020-02-13 20:30:00,,Boost,1,,Boost,200,,,,,",
)
OTHER = (
    HEADER.replace(",time,", ",time_of_day,"),
    "2/14/2020,7:00,,,Boost,1,,,654.0,82.0,,,,",
    "2/14/2020,8:00,2020-02-14 08:15:00,,Toast,1,slice,,90.0,17.0,,,,",
)
HEADERLESS = ('2020-02-13,18:00:00,2020-02-13 18:00:00,Chicken Nuggets,6,piece,"Nuggets, chicken",393,19,0.1,20',)
HEART_RATE = ("datetime, hr", "2020-02-13 15:33:20,80.00", "2020-02-13 15:33:21,0.00", "2020-02-13 15:33:22,79.5")
KINDS = {"food": FOOD, "other food": OTHER, "headerless": HEADERLESS, "heart rate": HEART_RATE}


def test_food_has_its_nutrients_and_food_without_carbohydrate_is_told(write: Write) -> None:
    result = import_path(write(*FOOD))
    (meal,) = result.timeline.records(Meal)
    assert meal.time == datetime(2020, 2, 13, 23, 0, tzinfo=UTC)
    assert (meal.carbs_g, meal.fibre_g, meal.protein_g, meal.fat_g) == (85.0, 1.7, 16.0, 3.3)
    assert meal.note == "Berry Smoothie"
    person = result.timeline.person
    assert (person.diabetes_type, person.therapy) == (DiabetesType.NONE, TherapyKind.NO_INSULIN)
    assert count(result, FindingCode.PASSED_OVER) == 1


def test_other_name_of_the_time_and_a_missing_beginning(write: Write) -> None:
    times = import_path(write(*OTHER)).timeline.frame(Meal)["time"].to_list()
    assert times == [datetime(2020, 2, 14, 12, 0, tzinfo=UTC), datetime(2020, 2, 14, 13, 15, tzinfo=UTC)]


def test_food_log_without_a_header(write: Write) -> None:
    (meal,) = import_path(write(*HEADERLESS)).timeline.records(Meal)
    assert (meal.note, meal.carbs_g, meal.fibre_g, meal.protein_g) == ("Chicken Nuggets", 19.0, 0.1, 20.0)


@pytest.mark.parametrize(("later", "hour", "corrections"), [("22:00", 13, 1), ("12:30", 1, 0)])
def test_wrong_half_of_the_day_between_two_foods_is_put_right(
    write: Write, later: str, hour: int, corrections: int
) -> None:
    rows = [f"2020-02-18,{time}:00,2020-02-18 {time}:00,,Kale,1,,,50,10,,,," for time in ("11:45", "01:40", later)]
    result = import_path(write(HEADER, *rows))
    assert datetime(2020, 2, 18, hour + 5, 40, tzinfo=UTC) in result.timeline.frame(Meal)["time"].to_list()
    assert count(result, FindingCode.WRONG_CLOCK) == corrections


def test_heart_rate_is_read_and_zero_is_none(write: Write) -> None:
    result = import_path(write(*HEART_RATE))
    rates = list(result.timeline.records(HeartRate))
    assert [(one.time.second, one.heart_rate_bpm) for one in rates] == [(20, 80.0), (22, 79.5)]
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


@pytest.mark.parametrize(
    ("header", "row", "what"),
    [
        ("datetime, temp", "2020-02-13 15:33:20.000,30.2", "temperature"),
        ("datetime, acc_x, acc_y, acc_z", "2020-02-13 15:33:20.000,1.0,2.0,3.0", "acceleration"),
        ("datetime, ibi", "2020-02-13 15:33:20.000,0.8", "heart beats"),
    ],
)
def test_other_signals_are_refused_by_name(write: Write, header: str, row: str, what: str) -> None:
    with pytest.raises(DataError, match=what) as caught:
        import_path(write(header, row))
    assert caught.value.code is ErrorCode.UNRECOGNISED_FORMAT


@pytest.mark.parametrize("kind", KINDS)
def test_damage_is_never_anything_but_a_refusal(kind: str, tmp_path: Path) -> None:
    for data in damaged("\n".join(KINDS[kind]).encode()):
        outcome(BigIdeasFormat(), data, tmp_path / "damaged.csv", zone="America/New_York")


def test_other_files_are_not_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(BigIdeasFormat(), samples / "exports", own="bigideas_sample") == []


def test_real_excerpt(samples: Path) -> None:
    result = import_path(samples / "exports" / "bigideas_sample" / "Food_Log_001.csv")
    meals = list(result.timeline.records(Meal))
    assert len(meals) == 6
    assert (meals[0].carbs_g, meals[0].note) == (85.0, "Berry Smoothie")
    assert meals[-1].time == datetime(2020, 2, 22, 20, 10, tzinfo=UTC)
