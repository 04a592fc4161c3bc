"""The canonical CSV: every column, every refusal."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from glucotwin.core.error import ErrorCode, GlucoTwinError, UnitError
from glucotwin.domain.activity import Activity, HeartRate, Sleep
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import KetoneReading, Note
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.canonical.column import COLUMNS
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import import_path

Write = Callable[..., Path]
BERLIN = ImportOptions(zone="Europe/Berlin", person_id="p1")


def timeline(file: Path, options: ImportOptions = BERLIN) -> Timeline:
    return import_path(file, options).timeline


def refusal(file: Path, options: ImportOptions = BERLIN) -> GlucoTwinError:
    with pytest.raises(GlucoTwinError) as caught:
        import_path(file, options)
    assert caught.value.hint
    return caught.value


def test_row_with_everything_fills_every_stream(write: Write) -> None:
    values = {
        "time": "2024-03-01T08:00:00+01:00",
        "glucose_mgdl": "120",
        "fingerstick_mgdl": "118",
        "bolus_u": "4",
        "extended_u": "2",
        "extended_min": "90",
        "basal_u_per_h": "0.8",
        "basal_duration_min": "30",
        "pen_u": "10",
        "pen_product": "Glargine",
        "carbs_g": "50",
        "protein_g": "20",
        "fat_g": "10",
        "fibre_g": "5",
        "meal_duration_min": "15",
        "activity_type": "Aerobic",
        "activity_min": "40",
        "activity_fraction": "0.5",
        "heart_rate_bpm": "130",
        "steps": "4000",
        "sleep_min": "60",
        "ketone_mmoll": "0.3",
        "note": "a, b",
    }
    assert set(values) | {"glucose_mmoll", "fingerstick_mmoll"} == set(COLUMNS)
    line = timeline(write(",".join(values), ",".join(f'"{value}"' for value in values.values())))
    eight = datetime(2024, 3, 1, 7, tzinfo=UTC)
    assert all(frame["time"].to_list() == [eight] * len(frame) for frame in line.streams.values())
    kinds = {reading.kind: reading.glucose_mgdl for reading in line.records(GlucoseReading)}
    assert kinds == {GlucoseKind.CGM: 120.0, GlucoseKind.FINGERSTICK: 118.0}
    (bolus,) = line.records(Bolus)
    assert (bolus.insulin_u, bolus.extended_u, bolus.extended_min) == (4.0, 2.0, 90.0)
    (basal,) = line.records(BasalSegment)
    assert (basal.rate_u_per_h, basal.duration_min) == (0.8, 30.0)
    (pen,) = line.records(PenDose)
    assert (pen.insulin_u, pen.product) == (10.0, "glargine")
    (meal,) = line.records(Meal)
    assert (meal.carbs_g, meal.protein_g, meal.fat_g, meal.fibre_g, meal.duration_min) == (50, 20, 10, 5, 15)
    (activity,) = line.records(Activity)
    assert (activity.duration_min, activity.intensity_fraction, activity.steps) == (40.0, 0.5, 4000.0)
    assert [line.frame(kind).height for kind in (HeartRate, Sleep, KetoneReading, Note)] == [0, 1, 1, 1]


def test_mmoll_becomes_mgdl_by_the_one_constant(write: Write) -> None:
    file = write("time;glucose_mmoll", "2024-03-01 08:00;10.0")
    assert timeline(file).frame(GlucoseReading)["glucose_mgdl"].to_list() == pytest.approx([180.1559])


@pytest.mark.parametrize(
    ("text", "bound", "censoring"),
    [
        ("LOW", 40.0, Censoring.LOW),
        ("Hi", 400.0, Censoring.HIGH),
        ("<54", 54.0, Censoring.LOW),
        ("> 500", 500.0, Censoring.HIGH),
        ("55", 55.0, Censoring.NONE),
    ],
)
def test_words_and_signs_are_bounds(write: Write, text: str, bound: float, censoring: Censoring) -> None:
    (reading,) = timeline(write("time,glucose_mgdl", f"2024-03-01 08:00,{text}")).records(GlucoseReading)
    assert (reading.glucose_mgdl, reading.censoring) == (bound, censoring)


def test_basal_rate_holds_until_the_next_or_the_end_of_the_file(write: Write) -> None:
    file = write("time,basal_u_per_h,carbs_g", "2024-03-01 08:00,0.8,", "2024-03-01 10:00,0,", "2024-03-01 11:30,,20")
    basal = [(one.rate_u_per_h, one.duration_min) for one in timeline(file).records(BasalSegment)]
    assert basal == [(0.8, 120.0), (0.0, 90.0)]


def test_unsorted_rows_are_sorted(write: Write) -> None:
    file = write("time,glucose_mgdl", "2024-03-01 08:05,105", "2024-03-01 08:00,100", "2024-03-01 08:10,110")
    assert timeline(file).frame(GlucoseReading)["glucose_mgdl"].to_list() == [100.0, 105.0, 110.0]


def test_repeated_rows_count_once_and_are_reported(write: Write) -> None:
    result = import_path(write("time,glucose_mgdl", "2024-03-01 08:05,105", "2024-03-01 08:05,105"), BERLIN)
    assert len(result.timeline.frame(GlucoseReading)) == 1
    assert result.quality.having(FindingCode.DUPLICATE_ROWS)[0].count == 1


def test_column_can_be_passed_over(write: Write) -> None:
    file = write("time,glucose_mgdl,Trend", "2024-03-01 08:05,105,up")
    result = import_path(file, ImportOptions(zone="UTC", ignore_columns=("Trend",)))
    assert result.quality.having(FindingCode.IGNORED_COLUMNS)[0].values == {"names": "trend"}


def test_offset_makes_the_zone_unnecessary(write: Write) -> None:
    result = import_path(write("time,glucose_mgdl", "2024-03-01T08:05:00Z,105"))
    assert result.timeline.person.zone == "UTC"
    assert result.quality.having(FindingCode.ZONE_ASSUMED)


def test_naive_time_without_a_zone_is_refused_with_its_line(write: Write) -> None:
    error = refusal(write("time,glucose_mgdl", "2024-03-01T08:05:00Z,105", "2024-03-01 08:10,105"), ImportOptions())
    assert error.code is ErrorCode.NAIVE_TIME
    assert "line 3" in error.message
    assert "--zone" in error.hint


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("time,glucose", ErrorCode.MISSING_UNIT),
        ("time,glucose (mg/dL)", ErrorCode.UNKNOWN_UNIT),
        ("time,glucose_gl", ErrorCode.UNKNOWN_UNIT),
        ("time,bolus", ErrorCode.MISSING_UNIT),
        ("time,carbs_exchanges", ErrorCode.UNKNOWN_UNIT),
    ],
)
def test_quantity_without_a_known_unit_is_a_unit_error(write: Write, header: str, code: ErrorCode) -> None:
    error = refusal(write(header, "2024-03-01 08:00,5"))
    assert isinstance(error, UnitError)
    assert error.code is code


@pytest.mark.parametrize(
    ("column", "value", "other"), [("glucose_mgdl", "5.5", "mmol/L"), ("glucose_mmoll", "120", "mg/dL")]
)
def test_values_that_contradict_their_unit_are_refused(write: Write, column: str, value: str, other: str) -> None:
    error = refusal(write(f"time,{column}", f"2024-03-01 08:00,{value}"))
    assert isinstance(error, UnitError)
    assert f"look like {other}" in error.message


@pytest.mark.parametrize(
    ("lines", "code", "word"),
    [
        (("glucose_mgdl,note", "100,a"), ErrorCode.MISSING_COLUMN, "'time'"),
        (("time,mood", "2024-03-01 08:00,good"), ErrorCode.UNKNOWN_NAME, "mood"),
        (("time,carbs_g", "2024-03-01 08:00,many"), ErrorCode.INVALID_VALUE, "line 2"),
        (("time,carbs_g", "2024-03-01 08:00,-1"), ErrorCode.INVALID_VALUE, "line 2"),
        (("time,carbs_g", "2024-03-01 08:00,nan"), ErrorCode.INVALID_VALUE, "line 2"),
        (("time,carbs_g", "03/01/2024 08:00,10"), ErrorCode.INVALID_VALUE, "line 2"),
        (("time,carbs_g", ",10"), ErrorCode.INVALID_VALUE, "line 2"),
        (("time,glucose_mgdl", "2024-03-01 08:00,5000"), ErrorCode.INVALID_VALUE, "line 2"),
        (("time,extended_u", "2024-03-01 08:00,2"), ErrorCode.INVALID_VALUE, "extended_min"),
        (("time,pen_u", "2024-03-01 08:00,2"), ErrorCode.INVALID_VALUE, "pen_product"),
        (("time,fat_g", "2024-03-01 08:00,2"), ErrorCode.INVALID_VALUE, "carbs_g"),
        (("time,steps", "2024-03-01 08:00,2"), ErrorCode.INVALID_VALUE, "activity_min"),
        (("time,activity_type,activity_min", "2024-03-01 08:00,chess,5"), ErrorCode.UNKNOWN_NAME, "chess"),
        (("time,glucose_mgdl", "2024-03-01 08:00,100", "2024-03-01 08:00,120"), ErrorCode.OVERLAPPING_TIMES, "2 and 3"),
        (("time,basal_u_per_h", "2024-03-01 08:00,1", "2024-03-01 08:00,2"), ErrorCode.OVERLAPPING_TIMES, "2 and 3"),
        (
            ("time,basal_u_per_h,basal_duration_min", "2024-03-01 08:00,1,90", "2024-03-01 09:00,2,30"),
            ErrorCode.INVALID_VALUE,
            "beyond the next",
        ),
        (("time,glucose_mgdl",), ErrorCode.EMPTY_FILE, "no rows"),
        (("time,carbs_g", "2024-03-01 08:00,1,2,3"), ErrorCode.UNREADABLE_FILE, "table"),
    ],
)
def test_what_does_not_fit_is_refused_with_code_and_place(
    write: Write, lines: tuple[str, ...], code: ErrorCode, word: str
) -> None:
    error = refusal(write(*lines))
    assert error.code is code
    assert word in error.message


def test_two_units_of_one_quantity_are_refused(write: Write) -> None:
    assert isinstance(refusal(write("time,glucose_mgdl,glucose_mmoll", "2024-03-01 08:00,90,5")), UnitError)


def test_column_names_may_be_quoted_and_in_any_case(write: Write) -> None:
    assert len(timeline(write('"Time","Glucose_MGDL"', "2024-03-01 08:00,90")).frame(GlucoseReading)) == 1


def test_text_of_an_old_spreadsheet_is_read_in_its_code_page(tmp_path: Path) -> None:
    file = tmp_path / "latin.csv"
    file.write_bytes("time,note\n2024-03-01 08:00,Frühstück\n".encode("latin-1"))
    notes = import_path(file, ImportOptions(zone="Europe/Berlin")).timeline.streams["note"]
    assert notes["text"].to_list() == ["Frühstück"]


def test_two_columns_of_one_meaning_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "twins.csv"
    file.write_text("time,carbs_g,Carbs_g \n2024-03-01T08:00:00Z,30,40\n")
    error = refusal(file)
    assert "'carbs_g' twice" in error.message
