"""Tidepool JSON, in the shape of the API and of the export."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.domain.activity import Activity
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind, Note, NoteKind
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path

Fields = Mapping[str, object]
HOUR = {"value": 1, "units": "hours"}
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def document(kind: str, **fields: object) -> dict[str, object]:
    return {"type": kind, "time": "2024-03-01T12:00:00.000Z", "deviceId": "pump-1", **fields}


def imported(folder: Path, documents: Iterable[Fields], options: ImportOptions | None = None) -> ImportResult:
    file = folder / "tidepool.json"
    file.write_text(json.dumps(list(documents)))
    return import_path(file, options)


def test_glucose_in_mmoll_becomes_mgdl_without_tails(tmp_path: Path) -> None:
    result = imported(
        tmp_path, [document("cbg", value=6.71641, units="mmol/L"), document("smbg", value=120, units="mg/dL")]
    )
    readings = {one.kind: one.glucose_mgdl for one in result.timeline.records(GlucoseReading)}
    assert readings == {GlucoseKind.CGM: 121.0, GlucoseKind.FINGERSTICK: 120.0}


@pytest.mark.parametrize(
    ("word", "threshold", "bound", "censoring"),
    [
        ("low", 40, 40.0, Censoring.LOW),
        ("low", 2.2, 39.63, Censoring.LOW),
        ("low", None, 38.0, Censoring.LOW),
        ("high", 30, 30.0, Censoring.HIGH),
    ],
)
def test_annotation_out_of_range_makes_a_bound(
    tmp_path: Path, word: str, threshold: float | None, bound: float, censoring: Censoring
) -> None:
    annotation = {"code": "bg/out-of-range", "value": word, "threshold": threshold}
    result = imported(tmp_path, [document("cbg", value=38, units="mg/dL", annotations=[annotation])])
    (reading,) = result.timeline.records(GlucoseReading)
    assert (reading.glucose_mgdl, reading.censoring) == (bound, censoring)


def test_glucose_without_a_unit_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(UnitError) as caught:
        imported(tmp_path, [document("bolus", normal=1), document("cbg", value=6.0)])
    assert caught.value.code is ErrorCode.MISSING_UNIT
    assert "Document 2" in caught.value.message


@pytest.mark.parametrize(("shape", "duration"), [({}, 1_800_000), ({"localTime": "2024-03-01T05:00:00.000Z"}, 30)])
def test_duration_is_ms_in_the_api_and_minutes_in_the_export(tmp_path: Path, shape: Fields, duration: int) -> None:
    fields = {"deliveryType": "temp", "rate": 0.4, "duration": duration, **shape}
    (basal,) = imported(tmp_path, [document("basal", **fields)]).timeline.records(BasalSegment)
    assert (basal.duration_min, basal.rate_u_per_h, basal.kind) == (30.0, 0.4, BasalKind.TEMPORARY)


def test_suspension_runs_at_zero_and_blank_automated_rate_is_zero(tmp_path: Path) -> None:
    documents = [
        document("basal", deliveryType="suspend", duration=60000),
        document("basal", deliveryType="automated", duration=60000),
        document("basal", deliveryType="scheduled", duration=60000),
    ]
    basal = list(imported(tmp_path, documents).timeline.records(BasalSegment))
    assert [(one.rate_u_per_h, one.kind) for one in basal] == [(0.0, BasalKind.AUTOMATED), (0.0, BasalKind.SUSPENDED)]


def test_boluses_of_all_shapes_give_what_was_delivered(tmp_path: Path) -> None:
    documents = [
        document("bolus", subType="normal", normal=4.5, expectedNormal=5.0),
        document("bolus", subType="square", extended=2.5, duration=5_400_000),
        document("bolus", subType="dual/square", normal=2.0, extended=1.5, duration=3_600_000),
        document("bolus", subType="automated", normal=0.35),
        document("bolus", subType="normal", normal=0.0),
    ]
    result = imported(tmp_path, documents)
    parts = {(one.insulin_u, one.extended_u, one.extended_min) for one in result.timeline.records(Bolus)}
    assert parts == {(4.5, 0.0, 0.0), (0.0, 2.5, 90.0), (2.0, 1.5, 60.0), (0.35, 0.0, 0.0)}
    assert result.timeline.person.therapy is TherapyKind.CLOSED_LOOP


def test_wizard_gives_carbohydrate_and_the_purpose_of_its_bolus(tmp_path: Path) -> None:
    documents = [
        document("bolus", id="a", normal=4.5),
        document("bolus", id="b", normal=1.0),
        document("bolus", id="c", normal=2.0),
        document("wizard", id="d", carbInput=45, bolus="a", units="mmol/L"),
        document("wizard", id="e", carbInput=0, bolus="b", units="mmol/L"),
    ]
    result = imported(tmp_path, documents)
    purposes = {one.insulin_u: one.purpose for one in result.timeline.records(Bolus)}
    assert purposes == {4.5: DosePurpose.MEAL, 1.0: DosePurpose.CORRECTION, 2.0: DosePurpose.UNKNOWN}
    assert [meal.carbs_g for meal in result.timeline.records(Meal)] == [45.0]


def test_exchanges_of_the_wizard_become_grams(tmp_path: Path) -> None:
    result = imported(tmp_path, [document("wizard", carbInput=3, carbUnits="exchanges")])
    assert [meal.carbs_g for meal in result.timeline.records(Meal)] == [45.0]


@pytest.mark.parametrize(("minute", "meals"), [(10, 1), (20, 2)])
def test_food_and_wizard_of_one_meal_count_once(tmp_path: Path, minute: int, meals: int) -> None:
    nutrition = {
        "carbohydrate": {"net": 45, "units": "grams"},
        "fat": {"total": 9},
        "protein": {"total": 12},
        "estimatedAbsorptionDuration": 10800,
    }
    documents = [
        document("food", name="oatmeal", nutrition=nutrition),
        document("wizard", carbInput=45, bolus="a") | {"time": f"2024-03-01T12:{minute}:00Z"},
    ]
    result = imported(tmp_path, documents)
    first, *rest = result.timeline.records(Meal)
    assert (first.fat_g, first.protein_g, first.absorption, first.note) == (9.0, 12.0, Absorption.MEDIUM, "oatmeal")
    assert len(rest) == meals - 1
    assert len(result.quality.having(FindingCode.MEALS_LOGGED_TWICE)) == 2 - meals


def test_pen_activity_state_and_device_events_are_kept(tmp_path: Path) -> None:
    documents = [
        document("insulin", dose={"total": 12}, formulation={"simple": {"actingType": "long", "brand": "Lantus"}}),
        document(
            "physicalActivity",
            activityType="running",
            reportedIntensity="medium",
            duration={"value": 1, "units": "hours"},
        ),
        document("reportedState", states=[{"state": "illness", "severity": 4}]),
        document("deviceEvent", subType="status", status="suspended", duration=60000),
        document("deviceEvent", subType="prime", primeTarget="cannula"),
    ]
    line = imported(tmp_path, documents).timeline
    (pen,) = line.records(PenDose)
    assert (pen.insulin_u, pen.product, pen.purpose) == (12.0, "lantus", DosePurpose.BASAL)
    (activity,) = line.records(Activity)
    assert (activity.duration_min, activity.activity_type, activity.intensity_fraction) == (60.0, "aerobic", 0.55)
    (note,) = line.records(Note)
    assert note.kind is NoteKind.ILLNESS
    kinds = {event.kind for event in line.records(DeviceEvent)}
    assert kinds == {DeviceEventKind.PUMP_SUSPEND, DeviceEventKind.SITE_CHANGE}


SETTINGS = {
    "activeSchedule": "A",
    "basalSchedules": {
        "A": [{"start": 0, "rate": 0.8}, {"start": 36_000_000, "rate": 0.95}],
        "B": [{"start": 0, "rate": 9}],
    },
    "carbRatio": [{"start": 0, "amount": 10}],
    "insulinSensitivity": [{"start": 0, "amount": 2.77537}],
    "bgTarget": [
        {"start": 0, "low": 5.55075, "high": 6.6609},
        {"start": 75_600_000, "target": 7.21597, "range": 0.55507},
    ],
    "insulinModel": {"actionDuration": 21600},
}


@pytest.mark.parametrize("displayed", ["mmol/L", "mg/dL"])
def test_settings_of_the_api_are_in_mmoll_whatever_the_pump_displays(tmp_path: Path, displayed: str) -> None:
    pump = document("pumpSettings", units={"bg": displayed, "carb": "grams"}, **SETTINGS)
    (settings,) = imported(tmp_path, [pump, document("bolus", normal=1)]).timeline.settings
    assert settings.valid_from == NOON
    assert settings.basal_u_per_h is not None
    assert (settings.basal_u_per_h.starts, settings.basal_u_per_h.values) == ((time(0), time(10)), (0.8, 0.95))
    assert settings.correction_factor_mgdl_per_u is not None
    assert settings.correction_factor_mgdl_per_u.values == (50.0,)
    assert settings.target_low_mgdl is not None
    assert settings.target_high_mgdl is not None
    assert (settings.target_low_mgdl.values, settings.target_high_mgdl.values) == ((100.0, 120.0), (120.0, 140.0))
    assert settings.insulin_duration_min == 360.0


def test_zone_is_that_of_the_uploads_unless_given(tmp_path: Path) -> None:
    documents = [document("upload", timezone="America/New_York"), document("bolus", normal=1)]
    assert imported(tmp_path, documents).timeline.person.zone == "America/New_York"
    given = imported(tmp_path, documents, ImportOptions(zone="Europe/Berlin"))
    assert given.timeline.person.zone == "Europe/Berlin"
    assert imported(tmp_path, documents[1:]).quality.having(FindingCode.ZONE_ASSUMED)


def test_repeats_wrong_clocks_and_unused_types_are_reported(tmp_path: Path) -> None:
    documents = [
        document("bolus", id="a", normal=1, conversionOffset=-4_194_705_000),
        document("bolus", id="a", normal=1),
        document("dosingDecision"),
        document("smbg", value=90, units="mmol/L"),
        document("deviceEvent", subType="alarm", annotations=[{"code": "uncertain-timestamp"}]),
        document("smbg", value=9000, units="mmol/L"),
    ]
    findings = {finding.code: finding.count for finding in imported(tmp_path, documents).quality.findings}
    codes = ("DUPLICATE_ROWS", "WRONG_CLOCK", "IGNORED_DOCUMENTS", "UNCERTAIN_TIMES", "IMPOSSIBLE_VALUES")
    assert [findings.get(FindingCode[code]) for code in codes] == [1, 1, 1, 1, 1]


@pytest.mark.parametrize("cut", [-1, -30])
def test_file_that_ends_early_is_refused(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "tidepool.json"
    file.write_text(json.dumps([document("bolus", id=str(index), normal=1) for index in range(5)])[:cut])
    with pytest.raises(DataError) as caught:
        import_path(file)
    assert caught.value.code is ErrorCode.UNREADABLE_FILE


def test_document_without_a_time_is_left_out_and_counted(tmp_path: Path) -> None:
    result = imported(tmp_path, [document("bolus", normal=1), {"type": "bolus", "deviceId": "x", "normal": 2}])
    assert [one.insulin_u for one in result.timeline.records(Bolus)] == [1.0]
    assert result.quality.having(FindingCode.IMPOSSIBLE_VALUES)


def test_documents_longer_than_a_chunk_are_read(tmp_path: Path) -> None:
    documents = [document("bolus", id=str(index), normal=1, payload="x" * 700_000) for index in range(4)]
    documents = [one | {"time": f"2024-03-01T12:0{index}:00Z"} for index, one in enumerate(documents)]
    assert len(imported(tmp_path, documents).timeline.frame(Bolus)) == 4
