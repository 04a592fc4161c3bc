"""MyFitnessPal and its traps; all files made up, because no real file was at hand."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.correction import Correction
from glucotwin.domain.meal import Meal
from glucotwin.ingest.diary.food_diary import grams_per_unit
from glucotwin.ingest.diary.meal_hour import usual_hour_of
from glucotwin.ingest.diary.myfitnesspal import MyFitnessPalFormat
from glucotwin.ingest.format import Imported, ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import read_head

HEADER = (
    "Date,Meal,Calories,Fat (g),Saturated Fat,Polyunsaturated Fat,Monounsaturated Fat,Trans Fat,Cholesterol,"
    "Sodium (mg),Potassium,Carbohydrates (g),Fiber,Sugar,Protein (g),Vitamin A,Vitamin C,Calcium,Iron,Note"
)
TIMED = "Date,Meal,Time,Calories,Fat (g),Carbohydrates (g),Fiber,Protein (g)"
EXERCISE = "Date,Exercise,Type,Exercise Calories,Exercise Minutes,Sets,Reps Per Set,Kilograms,Steps,Note"
BERLIN = ImportOptions(zone="Europe/Berlin")
Write = Callable[..., Path]


def row(day: str, meal: str, carbs: str = "60.0", note: str = "") -> str:
    return f"{day},{meal},550.0,15.5,4,1,2,0,30,400,300,{carbs},8,10,45.0,5,6,7,8,{note}"


def imported(write: Write, *rows: str, header: str = HEADER) -> ImportResult:
    return import_path(write(header, *rows), BERLIN)


def read(path: Path) -> Imported:
    return MyFitnessPalFormat().read(path, options=BERLIN, progress=lambda _stage, _fraction: None)


def kinds(result: ImportResult) -> list[str]:
    return [finding.values["kinds"] for finding in result.quality.having(FindingCode.PASSED_OVER)]


def test_a_meal_is_eaten_at_the_usual_hour_of_its_name(write: Write) -> None:
    days = [row("2026-09-28", "Breakfast"), row("2026-09-28", "Lunch"), row("2026-09-28", "Dinner", note="late")]
    result = imported(write, *days, row("2026-09-28", "Snacks", carbs="15"))
    meals = list(result.timeline.records(Meal))
    assert [(one.time.hour, one.time.minute, one.note, one.carbs_g) for one in meals] == [
        (5, 30, "breakfast", 60.0),
        (10, 30, "lunch", 60.0),
        (13, 30, "snack", 15.0),
        (16, 30, "dinner", 60.0),
    ]
    assert (meals[0].protein_g, meals[0].fat_g, meals[0].fibre_g) == (45.0, 15.5, 8.0)
    (finding,) = result.quality.having(FindingCode.MEAL_TIMES_ASSUMED)
    assert finding.count == 4
    assert "breakfast 07:30 ± 2.5 h" in finding.text
    assert "snack 15:30 ± 6 h" in finding.text
    steps = list(result.timeline.records(Correction))
    assert [(one.time, one.quantity, one.source) for one in steps] == [(one.time, "time", one.source) for one in meals]
    assert [one.sd for one in steps] == pytest.approx(
        [2.5 * 60 / 1.96, 2.5 * 60 / 1.96, 6 * 60 / 1.96, 2.5 * 60 / 1.96]
    )


def test_a_meal_whose_name_says_no_hour_is_passed_over(write: Write) -> None:
    result = imported(write, row("2026-09-28", "Lunch"), row("2026-09-28", "Post-Workout"))
    assert len(result.timeline.frame(Meal)) == 1
    assert kinds(result) == ["foods without a time of day, of a meal whose name does not tell it"]


def test_time_of_a_food_is_used_and_foods_of_a_moment_are_one_meal(write: Write) -> None:
    rows = [
        "2026-09-16,Dinner,8:25 PM,250,6.7,29.5,2.7,18.6",
        "2026-09-16,Dinner,8:25 PM,260,19.0,2.5,0.0,20.0",
        "2026-09-16,Dinner,9:25 PM,260,19.0,10,0.0,20.0",
        "2026-09-16,Lunch,,100,1,20,1,2",
    ]
    meals = list(imported(write, *rows, header=TIMED).timeline.records(Meal))
    assert [(one.time.hour, one.time.minute, one.carbs_g) for one in meals] == [
        (10, 30, 20.0),
        (18, 25, 32.0),
        (19, 25, 10.0),
    ]


def test_dates_of_both_kinds_and_thousands_are_read(write: Write) -> None:
    meals = list(
        imported(write, row("2026-09-28", "Lunch"), row("09/29/2026", "Lunch", '"1,000.5"')).timeline.records(Meal)
    )
    assert [one.time.day for one in meals] == [28]
    assert read(write(HEADER, row("09/29/2026", "Lunch", '"1,000.5"'))).streams["meal"]["carbs_g"].to_list() == [1000.5]


def test_american_order_is_assumed_when_nothing_tells(write: Write) -> None:
    result = imported(write, row("09/05/2026", "Lunch"))
    assert [one.time for one in result.timeline.records(Meal)] == [datetime(2026, 9, 5, 10, 30, tzinfo=UTC)]
    assert result.quality.having(FindingCode.DATE_ORDER_ASSUMED)


def test_totals_and_rows_that_cannot_be_read_are_counted(write: Write) -> None:
    rows = [row("2026-09-28", "Lunch"), row("2026-09-29", "Lunch"), row("Totals", "")]
    result = imported(write, *rows, row("2026-09-30", "Lunch", "many"), row("soon", "Lunch"))
    assert len(result.timeline.frame(Meal)) == 2
    assert kinds(result) == ["totals"]
    assert [one.count for one in result.quality.having(FindingCode.UNREADABLE_ROWS)] == [2]


def test_exercise_without_a_time_of_day_is_passed_over(write: Write) -> None:
    path = write(EXERCISE, '2026-09-28,"""Walking, brisk"""', "2026-09-29,Steps,Cardio,150,,,,,8000,")
    assert MyFitnessPalFormat().recognise(read_head(path)) == 1.0
    (finding,) = read(path).findings
    assert (finding.count, finding.values["kinds"]) == (2, "exercise without a time of day")


def test_weight_without_a_unit_is_refused(write: Write) -> None:
    path = write("Date,Weight", "2026-09-28,85.5")
    assert 0 < MyFitnessPalFormat().recognise(read_head(path)) < 0.5
    with pytest.raises(UnitError, match="kg or in lb"):
        read(path)


def test_carbohydrate_without_a_unit_is_refused(write: Write) -> None:
    path = write(HEADER.replace("Carbohydrates (g)", "Carbohydrates"), row("2026-09-28", "Lunch"))
    with pytest.raises(UnitError, match="Carbohydrates"):
        read(path)
    assert grams_per_unit("Fat (mg)") == 0.001


def test_the_zone_must_be_known(write: Write) -> None:
    with pytest.raises(DataError) as error:
        import_path(write(HEADER, row("2026-09-28", "Lunch")))
    assert error.value.code is ErrorCode.NAIVE_TIME


def test_byte_order_mark_and_windows_lines_do_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\r\n{row('2026-09-28', 'Lunch')}\r\n".encode())
    assert len(import_path(file, BERLIN).timeline.frame(Meal)) == 1


def test_overlapping_parts_are_the_whole(write: Write, tmp_path: Path) -> None:
    rows = [row(f"2026-09-{day:02d}", meal, str(day)) for day in range(1, 29) for meal in ("Lunch", "Dinner")]
    whole = imported(write, *rows).timeline.frame(Meal)
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "a.csv").write_text("\n".join([HEADER, *rows[:40]]), encoding="utf-8")
    (folder / "b.csv").write_text("\n".join([HEADER, *rows[30:]]), encoding="utf-8")
    assert import_path(folder, BERLIN).timeline.frame(Meal).equals(whole)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("BREAKFAST", "breakfast"),
        ("Frühstück", "breakfast"),
        ("petit-déjeuner", "breakfast"),
        ("Déjeuner", "lunch"),
        ("Mittagessen", "lunch"),
        ("Abendessen", "dinner"),
        ("Evening snack", "evening snack"),
        ("Snacks", "snack"),
        ("Meal 1", None),
    ],
)
def test_names_of_meals_in_several_languages(name: str, kind: str | None) -> None:
    hour = usual_hour_of(name)
    assert (hour.kind if hour else None) == kind


def test_damage_is_refused_or_survived(tmp_path: Path) -> None:
    rows = [HEADER, *(row(f"2026-09-{day:02d}", "Lunch") for day in range(1, 12))]
    for data in damaged("\n".join(rows).encode()):
        outcome(MyFitnessPalFormat(), data, tmp_path / "damaged", zone="Europe/Berlin")


def test_no_other_export_is_taken_for_it(samples: Path) -> None:
    assert recognised_elsewhere(MyFitnessPalFormat(), samples / "exports", own="myfitnesspal") == []
