"""Open mHealth data points of blood glucose and their traps."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from damaged_export import damaged, outcome, recognised_elsewhere
from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.ingest.format import Imported, ImportOptions
from glucotwin.ingest.open_mhealth import OpenMHealthFormat
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path

Point = dict[str, Any]
NAMES = ("blood-glucose-3.0", "blood-glucose-4.0")


def body(value: object = 95, unit: str = "mg/dL", *, at: str | None = "2013-02-05T07:25:00Z", **more: object) -> Point:
    frame: Point = {} if at is None else {"effective_time_frame": {"date_time": at}}
    return {"blood_glucose": {"unit": unit, "value": value}, **frame, **more}


def point(content: Point, *, source: str = "a meter") -> Point:
    schema = {"namespace": "omh", "name": "blood-glucose", "version": "4.0"}
    provenance = {"source_name": source, "modality": "sensed"}
    return {"header": {"id": "1", "schema_id": schema, "acquisition_provenance": provenance}, "body": content}


def interval(**more: object) -> Point:
    return {"effective_time_frame": {"time_interval": {"start_date_time": "2013-02-05T07:25:00Z", **more}}}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "points.json"


def imported(place: Path, content: object, **options: Any) -> ImportResult:
    place.write_text(json.dumps(content))
    return import_path(place, ImportOptions(**options))


def read_only(path: Path) -> Imported:
    return OpenMHealthFormat().read(path, options=ImportOptions(), progress=lambda _stage, _fraction: None)


def glucose(result: ImportResult) -> list[GlucoseReading]:
    return list(result.timeline.records(GlucoseReading))


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def test_body_data_point_list_lines_and_servers_answer_are_the_same(place: Path) -> None:
    one, two = body(), body(100, at="2013-02-05T08:25:00Z")
    for content in ([one, two], [point(one), point(two)], {"shim": "x", "body": [point(one), point(two)]}):
        assert [record.glucose_mgdl for record in glucose(imported(place, content))] == [95.0, 100.0]
    place.write_text(f"{json.dumps(point(one))}\n{json.dumps(point(two))}\n")
    assert [record.glucose_mgdl for record in glucose(import_path(place))] == [95.0, 100.0]


def test_mmol_is_converted_and_told(place: Path) -> None:
    result = imported(place, body(5.5, "mmol/L"))
    assert glucose(result)[0].glucose_mgdl == pytest.approx(5.5 * 18.01559)
    assert count(result, FindingCode.UNITS_CONVERTED) == 1


@pytest.mark.parametrize(("unit", "code"), [("g/L", ErrorCode.UNKNOWN_UNIT), ("", ErrorCode.MISSING_UNIT)])
def test_other_units_are_errors(place: Path, unit: str, code: ErrorCode) -> None:
    with pytest.raises(UnitError) as caught:
        imported(place, [body(), body(1.0, unit)])
    assert caught.value.code is code


@pytest.mark.parametrize(
    ("specimen", "kind"),
    [
        ("interstitial fluid", GlucoseKind.CGM),
        ("capillary blood", GlucoseKind.FINGERSTICK),
        ("plasma", GlucoseKind.LAB),
    ],
)
def test_specimen_tells_how_it_was_measured(place: Path, specimen: str, kind: GlucoseKind) -> None:
    assert glucose(imported(place, body(specimen_source=specimen)))[0].kind is kind


def test_without_a_specimen_the_source_or_the_interval_tells(place: Path) -> None:
    assert glucose(imported(place, point(body(), source="Dexcom")))[0].kind is GlucoseKind.CGM
    assert glucose(imported(place, body()))[0].kind is GlucoseKind.FINGERSTICK
    close = [body(100 + n, at=f"2013-02-05T07:{5 * n:02d}:00Z") for n in range(5)]
    assert {record.kind for record in glucose(imported(place, close))} == {GlucoseKind.CGM}


def test_statistics_long_intervals_other_specimens_and_measures_are_passed_over(place: Path) -> None:
    value = {"blood_glucose": {"unit": "mg/dL", "value": 95}}
    result = imported(
        place,
        [
            body(descriptive_statistic="average"),
            {**value, **interval(end_date_time="2013-02-06T07:25:00Z")},
            {**value, **interval(duration={"value": 2, "unit": "wk"})},
            body(specimen_source="tears"),
            {"heart_rate": {"unit": "beats/min", "value": 60}},
            {**value, **interval(end_date_time="2013-02-05T07:26:00Z")},
        ],
    )
    assert [record.time for record in glucose(result)] == [datetime(2013, 2, 5, 7, 25, tzinfo=UTC)]
    (finding,) = result.quality.having(FindingCode.PASSED_OVER)
    assert finding.count == 5
    words = ("descriptive statistic", "value over an interval", "glucose of tears", "heart rate")
    assert all(word in finding.values["kinds"] for word in words)


def test_points_that_break_their_schema_are_left_out_and_counted(place: Path) -> None:
    broken = [body("high"), body(at=None), body(specimen_source="fluid"), body(at="yesterday"), body(at="2013-02-05")]
    result = imported(place, [body(), *broken])
    assert len(glucose(result)) == 1
    assert count(result, FindingCode.UNREADABLE_ROWS) == 5


def test_local_times_need_the_zone(place: Path) -> None:
    local = body(at="2013-02-05T07:25:00")
    with pytest.raises(DataError) as caught:
        imported(place, local)
    assert caught.value.code is ErrorCode.NAIVE_TIME
    (record,) = glucose(imported(place, local, zone="Europe/Berlin"))
    assert record.time == datetime(2013, 2, 5, 6, 25, tzinfo=UTC)


@pytest.mark.parametrize("name", NAMES)
def test_samples_that_must_fail_are_refused(samples: Path, name: str) -> None:
    folder = samples / "exports" / "openmhealth"
    with pytest.raises(DataError, match="specimen source"):
        import_path(folder / f"{name}-FAIL-invalid-specimen-source.json")
    with pytest.raises(DataError, match="effective time frame"):
        import_path(folder / f"{name}-FAIL-missing-time-frame.json")


@pytest.mark.parametrize("name", NAMES)
def test_samples_that_must_pass_are_accepted(samples: Path, name: str) -> None:
    folder = samples / "exports" / "openmhealth"
    (record,) = glucose(import_path(folder / f"{name}-with-date-time-time-frame.json"))
    assert (record.time, record.glucose_mgdl) == (datetime(2013, 2, 5, 7, 25, tzinfo=UTC), 95.0)
    # Valid, but the minimum over four months: accepted, and no reading.
    minimum = read_only(folder / f"{name}-with-everything.json")
    assert minimum.streams == {}
    assert [one.code for one in minimum.findings] == [FindingCode.PASSED_OVER]


def test_only_open_mhealth_is_recognised(samples: Path) -> None:
    assert recognised_elsewhere(OpenMHealthFormat(), samples / "exports", own="openmhealth") == []


def test_damage_is_never_anything_but_a_refusal(place: Path) -> None:
    text = json.dumps([point(body()), body(5.5, "mmol/L"), body(specimen_source="plasma")], indent=1)
    for data in (*damaged(text.encode()), text.encode("utf-16"), b"[" * 100_000):
        outcome(OpenMHealthFormat(), data, place, zone="UTC")


@pytest.mark.parametrize("strange", [None, 7, True, "x", [], [7], {}, {"value": "7"}, 1e999, 10**400])
def test_fields_of_any_type_are_survived(place: Path, strange: object) -> None:
    whole = body(specimen_source="plasma", descriptive_statistic=None)
    for name in whole:
        outcome(OpenMHealthFormat(), json.dumps([{**whole, name: strange}, body()]).encode(), place, zone="UTC")
    for name in ("header", "body"):
        outcome(OpenMHealthFormat(), json.dumps({**point(body()), name: strange}).encode(), place, zone="UTC")
