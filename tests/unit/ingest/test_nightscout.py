"""Nightscout's documents and their traps, as JSON and as CSV."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import polars as pl
import pytest

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError, UnitError
from glucotwin.domain.activity import Activity, ActivityType
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind, Note
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.nightscout.entry import streams_of_entries
from glucotwin.ingest.nightscout.profile import active_profiles, profile_of, profiles_of, zone_of
from glucotwin.ingest.nightscout.read import NightscoutFormat
from glucotwin.ingest.nightscout.treatment import streams_of_treatments, switches_of
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import read_head

Write = Callable[..., Path]
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
NOON_MS = 1_709_294_400_000


def at(minute: float) -> datetime:
    return NOON + timedelta(minutes=minute)


def iso(minute: float) -> str:
    return at(minute).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def entry(minute: float, sgv: object = 120, **fields: object) -> dict[str, object]:
    return {"type": "sgv", "sgv": sgv, "date": NOON_MS + round(minute * 60_000), "dateString": iso(minute)} | fields


def treatment(minute: float, kind: str, **fields: object) -> dict[str, object]:
    return {"eventType": kind, "created_at": iso(minute), "utcOffset": 0, **fields}


def profile(**fields: object) -> dict[str, object]:
    store = {
        "timezone": "Europe/Berlin",
        "units": "mmol",
        "dia": 6,
        "basal": [{"time": "00:00", "value": 0.8}, {"time": "13:30", "value": "1.2"}],
        "carbratio": [{"time": "00:00", "value": 10}],
        "sens": [{"time": "00:00", "value": 2}],
        "target_low": [{"time": "00:00", "value": 5}],
        "target_high": [{"time": "00:00", "value": 6}],
    }
    base: dict[str, object] = {
        "defaultProfile": "Default",
        "startDate": "2024-02-01T00:00:00Z",
        "mills": "1706745600000",
    }
    return base | {"store": {"Default": store | fields}}


def imported(write: Write, documents: object, options: ImportOptions | None = None) -> ImportResult:
    return import_path(write(json.dumps(documents), name="nightscout.json"), options)


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def kinds_passed_over(result: ImportResult) -> set[str]:
    return {kind for one in result.quality.having(FindingCode.PASSED_OVER) for kind in one.values["kinds"].split(", ")}


def rates(result: ImportResult) -> list[tuple[float, float, float, BasalKind]]:
    return [
        ((one.time - NOON) / timedelta(minutes=1), one.duration_min, one.rate_u_per_h, one.kind)
        for one in result.timeline.records(BasalSegment)
    ]


# --- entries ----------------------------------------------------------------------------------------------------------


def test_sensor_values_are_mgdl_even_when_the_profile_is_in_mmoll(write: Write) -> None:
    result = imported(write, {"entries": [entry(0, 107.6), entry(5, "98")], "profile": [profile()]})
    assert [one.glucose_mgdl for one in result.timeline.records(GlucoseReading)] == [107.6, 98.0]
    assert result.timeline.person.zone == "Europe/Berlin"


@pytest.mark.parametrize(
    "fields",
    [
        {"date": 1709294400000},
        {"date": 1709294400000.25},
        {"date": "1709294400000"},
        {"date": 1709294400},
        {"date": None, "mills": 1709294400000},
        {"date": None, "dateString": "2024-03-01T13:00:00.000+0100"},
        {"date": "2024-03-01T12:00:00Z", "dateString": None},
        {"date": {"$numberLong": "1709294400000"}},
        {"date": 1709294400000, "dateString": "2024-03-01T09:00:00Z", "utcOffset": 180},
    ],
)
def test_time_is_the_instant_in_whatever_way_it_is_written(fields: dict[str, object]) -> None:
    (moment,) = streams_of_entries([entry(0) | fields]).streams["glucose"]["time"]
    assert moment == NOON


def test_time_without_offset_needs_a_zone(write: Write) -> None:
    document = {"type": "sgv", "sgv": 120, "dateString": "2024-03-01T13:00:00"}
    with pytest.raises(DataError) as caught:
        imported(write, [document])
    assert caught.value.code is ErrorCode.NAIVE_TIME
    result = imported(write, [document], ImportOptions(zone="Europe/Berlin"))
    assert result.timeline.frame(GlucoseReading)["time"].to_list() == [NOON]


def test_error_codes_are_left_out_and_bounds_are_bounds(write: Write) -> None:
    values = [9, 39, 38, 400, 401, 399]
    result = imported(write, [entry(5 * index, value) for index, value in enumerate(values)])
    read = [(one.glucose_mgdl, one.censoring) for one in result.timeline.records(GlucoseReading)]
    assert read == [
        (39.0, Censoring.LOW),
        (38.0, Censoring.NONE),
        (400.0, Censoring.HIGH),
        (401.0, Censoring.HIGH),
        (399.0, Censoring.NONE),
    ]
    assert kinds_passed_over(result) == {"sensor error codes"}


def test_error_mark_of_xdrip_is_no_reading(write: Write) -> None:
    result = imported(write, [entry(0, 38, device="xDrip-DexcomG6"), entry(5, 90, device="xDrip-DexcomG6")])
    assert [one.glucose_mgdl for one in result.timeline.records(GlucoseReading)] == [90.0]
    assert result.timeline.person.cgm_device == "Dexcom G6"


def test_finger_sticks_and_calibrations_are_no_sensor_readings(write: Write) -> None:
    documents = [
        {"type": "mbg", "mbg": 124, "date": NOON_MS},
        {"type": "cal", "slope": 850.2, "date": NOON_MS},
        entry(5),
    ]
    result = imported(write, documents)
    kinds = [one.kind for one in result.timeline.records(GlucoseReading)]
    assert kinds == [GlucoseKind.FINGERSTICK, GlucoseKind.CGM]
    assert [one.kind for one in result.timeline.records(DeviceEvent)] == [DeviceEventKind.SENSOR_CALIBRATION]


def test_entries_in_mmoll_are_refused_unless_they_say_so(write: Write) -> None:
    with pytest.raises(UnitError):
        imported(write, [entry(5 * index, 5.5 + 0.1 * index) for index in range(4)])
    result = imported(write, [entry(0, 5.5, units="mmol/L"), entry(5, 110, units="mmol/L")])
    assert [one.glucose_mgdl for one in result.timeline.records(GlucoseReading)] == [99.09, 110.0]
    assert count(result, FindingCode.UNITS_CONVERTED) == 1


def test_unreadable_and_deleted_entries_are_counted(write: Write) -> None:
    documents = [
        entry(0),
        entry(5, None),
        entry(10) | {"date": None, "dateString": "soon"},
        entry(15, isValid=False),
        7,
    ]
    result = imported(write, documents)
    assert len(result.timeline.frame(GlucoseReading)) == 1
    assert count(result, FindingCode.UNREADABLE_ROWS) == 3
    assert kinds_passed_over(result) == {"deleted entries"}


def test_second_uploader_of_the_same_sensor_counts_once(write: Write) -> None:
    twice = [entry(5 * index, device=device) for index in range(6) for device in ("share2", "xDrip-DexcomG6")]
    result = imported(write, [*twice, entry(30, device="share2")])
    glucose = result.timeline.frame(GlucoseReading)
    assert (len(glucose), set(glucose["source"])) == (7, {"nightscout Dexcom Share"})
    assert count(result, FindingCode.SOURCES_OVERLAP) == 6


def test_names_of_phones_and_people_are_not_kept(write: Write) -> None:
    documents = {
        "entries": [entry(0, device="loop://Annas iPhone")],
        "treatments": [
            treatment(0, "Meal Bolus", insulin=1, carbs=10, enteredBy="Anna"),
            treatment(1, "Profile Switch", profile="Anna", percentage=90),
            treatment(2, "Annas party"),
        ],
    }
    result = imported(write, documents)
    everything = "".join(str(frame.to_dicts()) for frame in result.timeline.streams.values())
    assert "Anna" not in everything
    assert not any("anna" in finding.text.lower() for finding in result.quality.findings)


# --- boluses, pens and food -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "fields", "purpose"),
    [
        ("SMB", {}, DosePurpose.AUTOMATED),
        ("Bolus", {"isSMB": True, "enteredBy": "openaps://AndroidAPS"}, DosePurpose.AUTOMATED),
        ("Correction Bolus", {"type": "SMB"}, DosePurpose.AUTOMATED),
        ("Bolus", {"bolus": {"isSMB": True}}, DosePurpose.AUTOMATED),
        ("Correction Bolus", {"automatic": True, "enteredBy": "loop://Phone"}, DosePurpose.AUTOMATED),
        ("Correction Bolus", {"automatic": False, "enteredBy": "loop://Phone"}, DosePurpose.UNKNOWN),
        ("Correction Bolus", {"enteredBy": "careportal"}, DosePurpose.CORRECTION),
        ("Meal Bolus", {}, DosePurpose.MEAL),
        ("Bolus", {"carbs": 20}, DosePurpose.MEAL),
        ("Bolus", {}, DosePurpose.UNKNOWN),
    ],
)
def test_purpose_of_a_bolus_follows_from_its_marks(
    write: Write, kind: str, fields: dict[str, object], purpose: DosePurpose
) -> None:
    (bolus,) = imported(write, [treatment(0, kind, insulin="0.4", **fields)]).timeline.records(Bolus)
    assert (bolus.insulin_u, bolus.purpose) == (0.4, purpose)


@pytest.mark.parametrize(
    ("fields", "parts"),
    [
        ({"insulin": 3, "enteredinsulin": "5", "splitNow": "60", "splitExt": "40", "duration": 120}, (3, 2, 120)),
        ({"insulin": 5, "enteredinsulin": 5, "splitNow": 60, "splitExt": 40, "duration": 120}, (3, 2, 120)),
        ({"enteredinsulin": 2, "splitNow": 0, "splitExt": 100, "duration": 90}, (0, 2, 90)),
        ({"insulin": 1, "relative": 1.5, "duration": 60}, (1, 1.5, 60)),
    ],
)
def test_combo_bolus_has_both_parts(write: Write, fields: dict[str, object], parts: tuple[float, float, float]) -> None:
    (bolus,) = imported(write, [treatment(0, "Combo Bolus", **fields)]).timeline.records(Bolus)
    assert (bolus.insulin_u, bolus.extended_u, bolus.extended_min) == parts


def test_extended_part_without_duration_takes_the_pumps_default(write: Write) -> None:
    result = imported(write, [treatment(0, "Combo Bolus", enteredinsulin=4, splitNow=50, splitExt=50)])
    assert [one.extended_min for one in result.timeline.records(Bolus)] == [120.0]
    assert count(result, FindingCode.EXTENDED_PART_INFERRED) == 1


def test_insulin_that_did_not_reach_the_person_does_not_count(write: Write) -> None:
    documents = [
        treatment(0, "Bolus", insulin=0),
        treatment(1, "Bolus", insulin=2, type="PRIMING"),
        treatment(2, "Bolus", insulin=3, isValid=False),
        treatment(3, "Bolus", insulin=1),
    ]
    result = imported(write, documents)
    assert [one.insulin_u for one in result.timeline.records(Bolus)] == [1.0]
    assert count(result, FindingCode.NOT_DELIVERED) == 2
    assert "deleted treatments" in kinds_passed_over(result)


def test_injections_are_pen_doses(write: Write) -> None:
    listed = json.dumps([{"insulin": "NovoRapid", "units": 5.0}, {"insulin": "Tresiba", "units": 18}])
    documents = [
        treatment(0, "<none>", insulin=5, insulinInjections=listed, enteredBy="xdrip"),
        treatment(5, "External Insulin", insulin=2, enteredBy="Trio"),
        treatment(9, "<none>", insulin=1, insulinInjections="[]", enteredBy="xdrip"),
    ]
    result = imported(write, documents)
    pens = [(one.insulin_u, one.product, one.purpose) for one in result.timeline.records(PenDose)]
    assert sorted(pens) == [
        (2.0, "rapid", DosePurpose.UNKNOWN),
        (5.0, "rapid", DosePurpose.UNKNOWN),
        (18.0, "degludec", DosePurpose.BASAL),
    ]
    assert [one.insulin_u for one in result.timeline.records(Bolus)] == [1.0]


def test_food_counts_when_it_was_eaten(write: Write) -> None:
    documents = [
        treatment(-60, "Carb Correction", carbs=25, creation_date=iso(0), enteredBy="iAPS"),
        treatment(0, "<none>", carbs="8", insulin=""),
        treatment(5, "Meal Bolus", insulin=4, carbs=45, protein=20, fat=15, absorptionTime=180, notes="lunch"),
        treatment(10, "Carb Correction", carbs=30, duration=120, absorptionTime=300),
        treatment(15, "Carb Correction", carbs=10, isFPU=True, enteredBy="Trio"),
    ]
    result = imported(write, documents)
    first, second, third, fourth = result.timeline.records(Meal)
    assert (first.time, first.carbs_g) == (at(-60), 25.0)
    assert second.carbs_g == 8.0
    assert (third.protein_g, third.fat_g, third.absorption, third.note) == (20.0, 15.0, Absorption.MEDIUM, "lunch")
    assert (fourth.duration_min, fourth.absorption) == (120.0, Absorption.SLOW)
    assert kinds_passed_over(result) == {"carbohydrate equivalents of fat and protein"}


@pytest.mark.parametrize(("unit", "value"), [("mmol", 124.31), ("mg/dl", 6.9)])
def test_finger_stick_is_in_the_unit_that_it_names(write: Write, unit: str, value: float) -> None:
    check = treatment(0, "BG Check", glucose="6.9", glucoseType="Finger", units=unit)
    (reading,) = imported(write, [check]).timeline.records(GlucoseReading)
    assert (reading.glucose_mgdl, reading.kind) == (value, GlucoseKind.FINGERSTICK)


def test_glucose_without_a_unit_or_of_the_sensor_is_not_taken_over(write: Write) -> None:
    documents = [
        treatment(0, "BG Check", glucose=120, glucoseType="Finger"),
        treatment(1, "BG Check", glucose=120, glucoseType="Sensor", units="mg/dl"),
        treatment(2, "Meal Bolus", insulin=1, glucose=120, glucoseType="Sensor", units="mg/dl"),
    ]
    result = imported(write, documents)
    assert len(result.timeline.frame(GlucoseReading)) == 0
    assert kinds_passed_over(result) == {"finger-sticks without a unit", "sensor readings in treatments"}


# --- basal ------------------------------------------------------------------------------------------------------------


def test_temporary_rate_is_cut_by_the_next(write: Write) -> None:
    documents = [
        treatment(10, "Temp Basal", duration=30, absolute=0, rate=0, enteredBy="iAPS"),
        treatment(0, "Temp Basal", duration=30, absolute=1.1, enteredBy="iAPS"),
        treatment(60, "Temp Basal", durationInMilliseconds=1_800_000, rate=0.5, enteredBy="careportal"),
    ]
    result = imported(write, documents)
    assert rates(result) == [
        (0, 10, 1.1, BasalKind.AUTOMATED),
        (10, 30, 0.0, BasalKind.AUTOMATED),
        (60, 30, 0.5, BasalKind.TEMPORARY),
    ]
    assert result.timeline.person.therapy is TherapyKind.CLOSED_LOOP


def test_end_of_a_temporary_rate_and_suspension_cut_it(write: Write) -> None:
    documents = [
        treatment(0, "Temp Basal", duration=60, absolute=1.0),
        treatment(20, "Temp Basal", duration=0),
        treatment(30, "Suspend Pump"),
        treatment(45, "Resume Pump"),
        treatment(50, "Temp Basal", duration=30, absolute=0, reason="suspend"),
    ]
    assert rates(imported(write, documents)) == [
        (0, 20, 1.0, BasalKind.TEMPORARY),
        (30, 15, 0.0, BasalKind.SUSPENDED),
        (50, 30, 0.0, BasalKind.SUSPENDED),
    ]


def test_of_rates_at_one_moment_one_counts(write: Write) -> None:
    documents = [treatment(0, "Temp Basal", duration=30, absolute=rate) for rate in (0.4, 0.7, 0.7)]
    result = imported(write, documents)
    assert rates(result) == [(0, 30, 0.7, BasalKind.TEMPORARY)]
    assert count(result, FindingCode.REPEATED_BASAL_TIMES) == 1


def test_rates_in_percent_change_the_scheduled_rate_of_the_profile(write: Write) -> None:
    treatments = [treatment(0, "Temp Basal", duration=60, percent=-50)]
    # 12:00 UTC is 13:00 in Berlin: at 13:30 the schedule rises from 0.8 to 1.2 U/h.
    result = imported(write, {"treatments": treatments, "profile": [profile()], "entries": [entry(120)]})
    assert rates(result) == [
        (0, 30, 0.4, BasalKind.TEMPORARY),
        (30, 30, 0.6, BasalKind.TEMPORARY),
        (60, 60, 1.2, BasalKind.SCHEDULED),
    ]


def test_rates_in_percent_are_unknown_without_a_profile(write: Write) -> None:
    documents = [
        treatment(0, "Temp Basal", duration=30, percent=-50),
        treatment(30, "Temp Basal", duration=30, absolute=1),
        treatment(60, "Temp Basal", duration=30),
    ]
    result = imported(write, documents)
    assert rates(result) == [(30, 30, 1.0, BasalKind.TEMPORARY)]
    assert kinds_passed_over(result) == {
        "temporary rates in percent without a profile",
        "temporary rates without a rate",
    }


def test_schedule_runs_between_temporary_rates_by_the_clock_of_its_zone_across_a_clock_change() -> None:
    night = datetime(2024, 3, 30, 23, tzinfo=UTC)
    commands = [
        {"eventType": "Temp Basal", "created_at": "2024-03-30T23:00:00Z", "duration": 0},
        {"eventType": "Temp Basal", "created_at": "2024-03-31T03:00:00Z", "duration": 0},
    ]
    schedule = [{"time": "00:00", "value": 0.5}, {"time": "04:00", "value": 1.0}]
    active = active_profiles(profiles_of([profile(basal=schedule)]).records, ())
    basal = streams_of_treatments(commands, active=active).streams["basal"]
    starts = [(moment - night) / timedelta(hours=1) for moment in basal["time"]]
    # Clocks go from 02:00 to 03:00, so that 04:00 in Berlin is 02:00 UTC.
    assert (starts, basal["rate_u_per_h"].to_list()) == ([0.0, 3.0], [0.5, 1.0])


def test_splitting_a_file_gives_the_same_rates() -> None:
    documents = [treatment(5 * index, "Temp Basal", duration=30, absolute=index / 10) for index in range(20)]
    whole = streams_of_treatments(documents).streams["basal"]
    parts = [streams_of_treatments(part).streams["basal"] for part in (documents[:12], documents[8:])]
    both = pl.concat(parts).unique().sort("time", "duration_min")
    assert both.filter(pl.col("time").is_first_distinct()).equals(whole)


# --- profiles ---------------------------------------------------------------------------------------------------------


def test_profile_in_mmoll_becomes_settings_in_mgdl(write: Write) -> None:
    (settings,) = imported(write, {"profile": [profile()], "entries": [entry(0)]}).timeline.settings
    assert settings.valid_from == datetime(2024, 2, 1, tzinfo=UTC)
    assert settings.basal_u_per_h is not None
    assert (settings.basal_u_per_h.starts, settings.basal_u_per_h.values) == ((time(0), time(13, 30)), (0.8, 1.2))
    assert settings.correction_factor_mgdl_per_u is not None
    assert settings.correction_factor_mgdl_per_u.values == (36.03,)
    assert settings.target_low_mgdl is not None
    assert settings.target_low_mgdl.values == (90.08,)
    assert settings.insulin_duration_min == 360.0


def test_profile_without_unit_is_refused() -> None:
    with pytest.raises(UnitError) as caught:
        profiles_of([profile(units=None)])
    assert caught.value.code is ErrorCode.MISSING_UNIT


def test_older_document_is_a_profile_itself() -> None:
    legacy = {
        "units": "mg/dl",
        "timezone": "ETC/GMT+8",
        "startDate": "2018-01-01T00:00:00Z",
        "dia": "4",
        "basal": [{"time": "0:00", "value": "0.8"}, {"time": "06:00", "timeAsSeconds": 21600, "value": "1"}],
        "carbratio": 12,
        "sens": [{"time": "00:00", "value": "0"}],
    }
    (active,) = active_profiles(profiles_of([legacy]).records, ())
    assert active.profile.zone == "Etc/GMT+8"
    settings = active.profile.settings
    assert settings.basal_u_per_h is not None
    assert settings.basal_u_per_h.values == (0.8, 1.0)
    assert settings.correction_factor_mgdl_per_u is None
    assert settings.insulin_duration_min == 240.0


def test_switch_scales_shifts_and_ends() -> None:
    own = {"basal": [{"time": "00:00", "value": 1}, {"time": "06:00", "value": 2}], "carbratio": 10}
    switch = treatment(
        0, "Profile Switch", profile="Other", duration=60, percentage=150, timeshift=1, profileJson=json.dumps(own)
    )
    active = active_profiles(profiles_of([profile()]).records, switches_of([switch]))
    assert [one.since for one in active] == [datetime(2024, 2, 1, tzinfo=UTC), NOON, at(60)]
    scaled = active[1].profile.settings
    assert scaled.basal_u_per_h is not None
    assert scaled.carb_ratio_g_per_u is not None
    assert (scaled.basal_u_per_h.starts, scaled.basal_u_per_h.values) == ((time(0), time(5), time(23)), (1.5, 3.0, 1.5))
    assert scaled.carb_ratio_g_per_u.at(0) == pytest.approx(6.6667)
    assert active[2].profile == active[0].profile


def test_switch_to_a_named_profile_holds_until_a_newer_document() -> None:
    both = profile()
    store = both["store"]
    assert isinstance(store, dict)
    weekend = store["Default"] | {"basal": [{"time": "00:00", "value": 0.5}]}
    documents = [both | {"store": store | {"Weekend": weekend}}, profile(dia=5) | {"startDate": iso(600)}]
    switches = switches_of([treatment(0, "Profile Switch", profile="Weekend")])
    active = active_profiles(profiles_of(documents).records, switches)
    basal = [one.profile.settings.basal_u_per_h for one in active]
    assert [one.values for one in basal if one is not None] == [(0.8, 1.2), (0.5,), (0.8, 1.2)]


@pytest.mark.parametrize(("name", "zone"), [("Europe/Moscow", "Europe/Moscow"), ("nowhere", None), (None, None)])
def test_zone_of_a_profile_is_an_iana_name(name: str | None, zone: str | None) -> None:
    assert zone_of(name) == zone


def test_profile_of_nothing_readable_is_none() -> None:
    assert profile_of({"basal": [{"time": "25:00", "value": 1}, 5], "carbratio": "x"}) is None


# --- devices, notes, exercise, device status --------------------------------------------------------------------------


def test_repeated_starts_of_a_sensor_are_one(write: Write) -> None:
    documents = [treatment(index / 10, "Sensor Start", enteredBy="iAPS") for index in range(50)]
    result = imported(write, [*documents, treatment(14_400, "Sensor Change"), treatment(0, "Site Change")])
    kinds = [one.kind for one in result.timeline.records(DeviceEvent)]
    assert sorted(kinds) == sorted(
        [DeviceEventKind.SENSOR_START, DeviceEventKind.SENSOR_START, DeviceEventKind.SITE_CHANGE]
    )
    assert count(result, FindingCode.DUPLICATE_ROWS) == 49


def test_exercise_notes_and_modes_are_kept(write: Write) -> None:
    documents = [
        treatment(0, "Exercise", duration=30, notes="walk"),
        treatment(1, "Note", notes="felt low"),
        treatment(2, "Temporary Override", insulinNeedsScaleFactor=0.7, duration=60, reason="Running"),
        treatment(3, "Insulin Change"),
        treatment(4, "Pump Battery Change"),
    ]
    result = imported(write, documents)
    (activity,) = result.timeline.records(Activity)
    assert (activity.duration_min, activity.activity_type) == (30.0, ActivityType.AEROBIC)
    assert [one.text for one in result.timeline.records(Note)] == ["felt low"]
    events = [(one.kind, one.detail) for one in result.timeline.records(DeviceEvent)]
    assert events == [
        (DeviceEventKind.MODE_CHANGE, "temporary override 70 % for 60 min"),
        (DeviceEventKind.RESERVOIR_CHANGE, ""),
    ]
    assert kinds_passed_over(result) == {"pump battery change"}


def test_device_status_tells_when_the_pump_stood_still(write: Write) -> None:
    states = (False, True, True, False)
    documents = [
        {"device": "loop://Phone", "created_at": iso(5 * index), "pump": {"suspended": state}, "loop": {}}
        for index, state in enumerate(states)
    ]
    events = imported(write, documents).timeline.records(DeviceEvent)
    assert [(one.time, one.kind) for one in events] == [
        (at(5), DeviceEventKind.PUMP_SUSPEND),
        (at(15), DeviceEventKind.PUMP_RESUME),
    ]


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["array", "object", "collections", "v3", "lines"])
def test_documents_come_in_several_shapes(write: Write, shape: str) -> None:
    documents = [treatment(index, "Bolus", insulin=1) for index in range(1 if shape == "object" else 3)]
    text = {
        "array": json.dumps(documents),
        "object": json.dumps(documents[0]),
        "collections": json.dumps({"treatments": documents}),
        "v3": json.dumps({"status": 200, "result": documents}),
        "lines": "\n".join(json.dumps(one) for one in documents),
    }[shape]
    assert len(import_path(write(text)).timeline.frame(Bolus)) == len(documents)


SECTIONS = (
    "# CGM ENTRIES",
    "Date,Time,Glucose (mg/dL),Type,Device,Trend,ID",
    '"3/15/2024","1:05:00 AM","135","sgv","","","b"',
    '"3/15/2024","1:00:00 AM","39","sgv","","","a"',
    "",
    "# TREATMENTS (Insulin, Carbs, Exercise)",
    "Date,Time,Event Type,Insulin (U),Carbs (g),Notes,ID",
    '"3/15/2024","1:03:00 AM","Temp Basal","","","","e"',
    '"3/15/2024","1:02:00 AM","SMB","0.2","","","d"',
    '"3/15/2024","1:01:00 AM","Carb Correction","","24","","c"',
)


def test_sections_with_local_times_need_a_zone(write: Write) -> None:
    file = write(*SECTIONS)
    with pytest.raises(DataError) as caught:
        import_path(file)
    assert caught.value.code is ErrorCode.NAIVE_TIME
    result = import_path(file, ImportOptions(zone="America/New_York"))
    assert result.timeline.frame(GlucoseReading)["time"].to_list() == [
        datetime(2024, 3, 15, 5, 0, tzinfo=UTC),
        datetime(2024, 3, 15, 5, 5, tzinfo=UTC),
    ]
    assert [(one.insulin_u, one.purpose) for one in result.timeline.records(Bolus)] == [(0.2, DosePurpose.AUTOMATED)]
    assert [one.carbs_g for one in result.timeline.records(Meal)] == [24.0]
    assert kinds_passed_over(result) == {"temporary rates without a rate"}


@pytest.mark.parametrize(("unit", "value"), [("mmol/L", 135.12), ("mg/dL", 7.5)])
def test_sections_are_in_the_unit_of_their_header(write: Write, unit: str, value: float) -> None:
    rows = [SECTIONS[0], SECTIONS[1].replace("mg/dL", unit), SECTIONS[2].replace("135", "7.5"), *SECTIONS[2:4]]
    if unit == "mg/dL":
        rows = [*rows, SECTIONS[2].replace("1:05", "1:15")]
    result = import_path(write(*rows), ImportOptions(zone="America/New_York"))
    assert value in result.timeline.frame(GlucoseReading)["glucose_mgdl"].to_list()


def test_sections_without_a_unit_are_refused(write: Write) -> None:
    lines = [line.replace(" (mg/dL)", "") for line in SECTIONS]
    with pytest.raises(UnitError):
        import_path(write(*lines), ImportOptions(zone="America/New_York"))


@pytest.mark.parametrize("separator", [",", "\t"])
def test_lines_of_the_rest_interface_are_read(write: Write, separator: str) -> None:
    cells = ('"2024-03-01T12:00:00.000Z"', str(NOON_MS), "118", '"Flat"', '"share2"')
    (reading,) = import_path(write(separator.join(cells))).timeline.records(GlucoseReading)
    assert (reading.time, reading.glucose_mgdl) == (NOON, 118.0)


def test_table_with_the_fields_own_names_is_read(write: Write) -> None:
    result = import_path(write("_id,created_at,eventType,insulin,carbs", f"x,{iso(0)},Meal Bolus,2.5,30"))
    assert [one.insulin_u for one in result.timeline.records(Bolus)] == [2.5]
    assert [one.carbs_g for one in result.timeline.records(Meal)] == [30.0]


def test_file_that_ends_early_or_holds_something_else_is_refused(write: Write, tmp_path: Path) -> None:
    file = write(json.dumps([entry(0), entry(5)])[:-20])
    with pytest.raises(DataError) as caught:
        import_path(file)
    assert caught.value.code is ErrorCode.UNREADABLE_FILE
    other = tmp_path / "other.json"
    other.write_text('[{"a": 1}]')
    with pytest.raises(DataError):
        NightscoutFormat().read(other, options=ImportOptions(), progress=lambda *_: None)


# --- real samples -----------------------------------------------------------------------------------------------------


def test_real_entries_of_iaps(samples: Path) -> None:
    result = import_path(samples / "exports" / "nightscout" / "nightscout_entries.json")
    glucose = result.timeline.frame(GlucoseReading)
    assert len(glucose) == 1000
    assert glucose.row(-1, named=True)["time"] == datetime(2026, 4, 5, 20, 30, 29, tzinfo=UTC)
    assert (glucose["glucose_mgdl"][-1], glucose["glucose_mgdl"].min(), glucose["glucose_mgdl"].max()) == (162, 32, 285)
    assert int((glucose["censoring"] == "low").sum()) == 2


def test_real_treatments_of_iaps(samples: Path) -> None:
    result = import_path(samples / "exports" / "nightscout" / "nightscout_treatments.json")
    line = result.timeline
    assert {name: len(frame) for name, frame in line.streams.items()} == {
        "bolus": 173,
        "basal": 342,
        "meal": 9,
        "device": 15,
    }
    boluses = line.frame(Bolus)
    assert int((boluses["purpose"] == "automated").sum()) == 155
    first, second, *_ = line.records(BasalSegment)
    assert (first.rate_u_per_h, round(first.duration_min, 2)) == (0.0, 9.99)
    assert second.time == datetime(2026, 4, 2, 15, 37, 34, 914_000, tzinfo=UTC)
    assert count(result, FindingCode.DUPLICATE_ROWS) == 461
    assert (line.person.therapy, max(one.carbs_g for one in line.records(Meal))) == (TherapyKind.CLOSED_LOOP, 38.0)


def test_real_profiles_and_treatments_in_one_folder_are_one_person(samples: Path, tmp_path: Path) -> None:
    for name in ("entries", "treatments", "profile"):
        text = (samples / "exports" / "nightscout" / f"nightscout_{name}.json").read_text()
        (tmp_path / f"{name}.json").write_text(text)
    result = import_path(tmp_path)
    assert result.timeline.person.zone == "Europe/Moscow"
    assert len(result.timeline.settings) >= 7
    latest = result.timeline.settings[-1]
    assert latest.valid_from == datetime(2026, 4, 5, 8, 33, 12, 213_000, tzinfo=UTC)
    assert latest.basal_u_per_h is not None
    assert latest.basal_u_per_h.values == (1.0, 1.3, 1.5, 1.2, 1.0)
    assert latest.correction_factor_mgdl_per_u is not None
    assert latest.correction_factor_mgdl_per_u.values == (144.12,)


def test_files_of_glupredkit_agree_with_its_expected_output(samples: Path, tmp_path: Path) -> None:
    folder = samples / "exports" / "nightscout" / "glupredkit"
    parts = {
        collection: json.loads((folder / f"nightscout_{collection}.json").read_text())
        for collection in ("entries", "treatments", "profiles")
    }
    file = tmp_path / "site.json"
    file.write_text(json.dumps(parts))
    result = import_path(file)
    expected = pl.read_csv(folder / "nightscout_expected_output.csv").with_columns(
        time=pl.col("date").str.to_datetime("%Y-%m-%d %H:%M:%S%:z", time_zone="UTC", time_unit="us")
    )
    glucose = result.timeline.frame(GlucoseReading).join(expected, on="time")
    assert len(glucose) == 576
    assert glucose["glucose_mgdl"].to_list() == pytest.approx(glucose["CGM"].to_list())
    assert result.timeline.frame(Meal)["carbs_g"].sum() == expected["carbs"].sum()
    assert result.timeline.frame(Bolus)["insulin_u"].sum() == pytest.approx(expected["bolus"].sum())
    # Their basal reads schedules by UTC and loses rates in percent; absolute rates are the same.
    absolute = {one.time: one.rate_u_per_h for one in result.timeline.records(BasalSegment) if one.rate_u_per_h == 0.8}
    assert datetime(2024, 10, 26, 15, tzinfo=UTC) in absolute
    rates_by_time = dict(zip(expected["time"], expected["basal"], strict=True))
    assert rates_by_time[datetime(2024, 10, 26, 15, tzinfo=UTC)] == pytest.approx(0.8 / 12, abs=1e-4)


def test_real_sections(samples: Path) -> None:
    file = samples / "exports" / "nightscout" / "nightscout-data-with-treatments.csv"
    result = import_path(file, ImportOptions(zone="America/New_York"))
    glucose = result.timeline.frame(GlucoseReading)
    assert (len(glucose), glucose["glucose_mgdl"][-1]) == (100, 129.0)
    assert glucose["time"][-1] == datetime(2026, 4, 7, 23, 59, 42, tzinfo=UTC)
    manual = [one.insulin_u for one in result.timeline.records(Bolus) if one.purpose is DosePurpose.UNKNOWN]
    assert manual == [0.8, 3.5, 2.0]


# --- damage -----------------------------------------------------------------------------------------------------------

WHOLE = {
    "entries": [entry(0, 110), entry(5, 39, device="xDrip"), {"type": "mbg", "mbg": 124, "date": NOON_MS}],
    "treatments": [
        treatment(0, "Temp Basal", duration=30, percent=-20, enteredBy="loop://Phone"),
        treatment(3, "Combo Bolus", enteredinsulin=5, splitNow=60, splitExt=40, duration=120, carbs=30),
        treatment(4, "Profile Switch", profile="Default", percentage=110, timeshift=2, duration=30),
        treatment(5, "BG Check", glucose=6.9, glucoseType="Finger", units="mmol"),
        treatment(6, "Exercise", duration=30, notes="run"),
    ],
    "profile": [profile()],
    "devicestatus": [{"device": "Trio", "created_at": iso(0), "pump": {"status": {"suspended": True}}}],
}


def damaged(data: bytes) -> list[bytes]:
    """The data cut at twenty places, and with one of fifty bytes changed."""
    cuts = [data[: len(data) * index // 20] for index in range(20)]
    changed: list[bytes] = []
    state = 12345
    for _ in range(50):
        state = (1_103_515_245 * state + 12_345) % 2**31
        place, value = state % len(data), (state >> 8) % 256
        changed.append(data[:place] + bytes([value]) + data[place + 1 :])
    return [*cuts, *changed]


@pytest.mark.parametrize("shape", ["json", "csv"])
def test_damage_gives_nothing_but_errors_of_our_own(tmp_path: Path, shape: str) -> None:
    data = json.dumps(WHOLE).encode() if shape == "json" else "\n".join(SECTIONS).encode()
    file = tmp_path / "damaged"
    refused = 0
    for content in damaged(data):
        file.write_bytes(content)
        try:
            NightscoutFormat().recognise(read_head(file))
            NightscoutFormat().read(file, options=ImportOptions(zone="UTC"), progress=lambda *_: None)
        except GlucoTwinError:
            refused += 1
    assert 0 < refused < 70


def test_other_samples_are_not_recognised(samples: Path) -> None:
    others = [
        file
        for file in sorted((samples / "exports").rglob("*"))
        if file.is_file() and "nightscout" not in str(file).lower() and file.stat().st_size
    ]
    assert others
    assert [file.name for file in others if NightscoutFormat().recognise(read_head(file))] == []


def test_treatments_and_profile_in_two_files_explain_each_other(tmp_path: Path) -> None:
    steps = {
        name: [{"time": "00:00", "value": value}] for name, value in {"basal": 1.0, "carbratio": 10, "sens": 50}.items()
    }
    store = {"Default": {**steps, "timezone": "UTC", "units": "mg/dl"}}
    profile = {"_id": "p", "startDate": "2024-01-01T00:00:00Z", "defaultProfile": "Default", "store": store}
    temp = {"_id": "t", "eventType": "Temp Basal", "percent": -50, "duration": 30, "created_at": "2024-03-01T12:00:00Z"}
    later = {"_id": "n", "eventType": "Note", "notes": "later", "created_at": "2024-03-01T14:00:00Z"}
    names = {"b-treatments.json": [temp, later], "a-profile.json": [profile], "copy.json": [later, temp]}
    for name, documents in names.items():
        (tmp_path / name).write_text(json.dumps(documents))
    result = import_path(tmp_path)
    half = result.timeline.streams["basal"].filter(kind="temporary")
    assert half.select("rate_u_per_h", "duration_min").rows() == [(0.5, 30.0)]
    assert len(result.timeline.settings) == 1
    assert len(result.timeline.streams["note"]) == 1
    assert [one.format_name for one in result.quality.sources] == ["nightscout"] * 3
