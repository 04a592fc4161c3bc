"""Cronometer and its traps; all files made up, because no real file was at hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.condition import AlcoholIntake
from glucotwin.domain.meal import Meal
from glucotwin.ingest.diary.cronometer import CronometerFormat
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import read_head

HEADER = (
    "Day,Time,Group,Food Name,Amount,Energy (kcal),Alcohol (g),Protein (g),Carbs (g),Net Carbs (g),Fat (g),Fiber (g),"
    "Category"
)
FREE = "Day,Group,Food Name,Amount,Energy (kcal),Protein (g),Carbs (g),Fat (g),Fiber (g)"
OATS = '2026-06-10,08:14 AM,Breakfast,"Oats, Rolled",80.00 g,311,0,10.7,54.8,46,5.3,8.0,Cereal'
MILK = "2026-06-10,08:14 AM,Breakfast,Milk,200.00 g,100,,6.5,9.6,9.6,3.0,,Dairy"
BANANA = "2026-06-10,,Snacks,Banana,1.00 medium,105,,1.3,27,24,0.4,3.1,Fruits"
BERLIN = ImportOptions(zone="Europe/Berlin")
Write = Callable[..., Path]


def imported(write: Write, *rows: str, header: str = HEADER) -> ImportResult:
    return import_path(write(header, *rows), BERLIN)


def test_foods_of_one_group_and_time_are_one_meal(write: Write) -> None:
    (meal,) = imported(write, OATS, MILK).timeline.records(Meal)
    assert (meal.time.hour, meal.time.minute, meal.note) == (6, 14, "breakfast")
    assert (meal.carbs_g, meal.protein_g) == pytest.approx((64.4, 17.2))
    assert (meal.fat_g, meal.fibre_g) == pytest.approx((8.3, 8.0))


def test_the_same_food_twice_counts_twice(write: Write) -> None:
    result = imported(write, BANANA, BANANA)
    (meal,) = result.timeline.records(Meal)
    assert (meal.carbs_g, meal.time.hour, meal.time.minute) == (54.0, 13, 30)
    (finding,) = result.quality.having(FindingCode.MEAL_TIMES_ASSUMED)
    assert (finding.count, finding.values["hours"]) == (1, "snack 15:30 ± 6 h")


def test_times_by_the_day_of_24_hours_are_read(write: Write) -> None:
    (meal,) = imported(write, OATS.replace("08:14 AM", "20:14")).timeline.records(Meal)
    assert (meal.time.hour, meal.time.minute) == (18, 14)


def test_files_without_a_column_of_times_go_by_the_group(write: Write) -> None:
    rows = [
        "2026-06-10,Lunch,Burger,1.00 full recipe,1204,53.9,80,60,5",
        "2026-06-10,Uncategorized,Fries,150 g,293,3,40,15,4",
    ]
    result = imported(write, *rows, header=FREE)
    assert [(meal.note, meal.carbs_g) for meal in result.timeline.records(Meal)] == [("lunch", 80.0)]
    (finding,) = result.quality.having(FindingCode.PASSED_OVER)
    assert "whose name does not tell it" in finding.text


def test_alcohol_becomes_a_drink_and_water_no_meal(write: Write) -> None:
    beer = "2026-06-10,9:30 PM,Dinner,Beer,500 ml,210,20,1.3,16,16,0,0,Drinks"
    water = "2026-06-10,10:00 PM,Dinner,Water,500 ml,0,,,,,,,Drinks"
    result = imported(write, beer, water)
    assert [one.alcohol_g for one in result.timeline.records(AlcoholIntake)] == [20.0]
    assert [one.carbs_g for one in result.timeline.records(Meal)] == [16.0]
    (finding,) = result.quality.having(FindingCode.PASSED_OVER)
    assert finding.values["kinds"] == "meals without carbohydrate, protein and fat"


def test_carbohydrate_that_is_nowhere_given_is_not_none(write: Write) -> None:
    egg = "2026-06-10,7:00 AM,Breakfast,Egg,1 large,78,,6.3,,,5.3,,Eggs"
    result = imported(write, OATS, egg)
    assert len(result.timeline.frame(Meal)) == 1
    assert result.quality.having(FindingCode.PASSED_OVER)[0].values["kinds"] == "meals whose carbohydrate is not known"


def test_rows_that_cannot_be_read_are_counted(write: Write) -> None:
    result = imported(write, OATS, BANANA, MILK.replace("9.6,9.6", "some,9.6"), BANANA.replace("2026-06-10", "today"))
    assert [one.count for one in result.quality.having(FindingCode.UNREADABLE_ROWS)] == [2]


def test_a_nutrient_that_is_no_mass_is_refused(write: Write) -> None:
    with pytest.raises(UnitError, match="Carbs"):
        imported(write, OATS, header=HEADER.replace(",Carbs (g)", ",Carbs (cups)"))
    with pytest.raises(DataError) as error:
        imported(write, OATS, header=HEADER.replace(",Carbs (g)", ",Carbohydrate"))
    assert error.value.code is ErrorCode.MISSING_COLUMN


def test_other_tables_of_cronometer_are_not_taken(write: Write) -> None:
    for header in ("Day,Group,Metric,Unit,Amount", "Date,Energy (kcal),Protein (g),Carbs (g),Completed"):
        assert CronometerFormat().recognise(read_head(write(header, "2026-06-10,a,b,c,d"))) == 0.0


def test_damage_is_refused_or_survived(tmp_path: Path) -> None:
    rows = [HEADER, *(line.replace("06-10", f"06-{day:02d}") for day in range(1, 5) for line in (OATS, MILK, BANANA))]
    for data in damaged("\n".join(rows).encode()):
        outcome(CronometerFormat(), data, tmp_path / "damaged", zone="Europe/Berlin")


def test_no_other_export_is_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(CronometerFormat(), samples / "exports", own="") == []
