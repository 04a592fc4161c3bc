"""Loop's issue report as JSON, and its traps."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError, UnitError
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.person import TherapyKind
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.loop_report import LoopReportFormat
from glucotwin.ingest.quality import FindingCode
from glucotwin.ingest.reader import ImportResult, import_path
from glucotwin.ingest.source import read_head

Write = Callable[..., Path]
NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
NOON_WRITTEN = "2024-03-01 12:00:00 +0000"


def glucose(minute: int, value: object = 120.0, **fields: object) -> dict[str, object]:
    start = f" 2024-03-01 12:{minute:02d}:00 +0000"
    return {"startDate": start, "quantity": value, "quantity_units": "mg/dL", "isDisplayOnly": " false"} | fields


def dose(kind: str, **fields: object) -> dict[str, object]:
    base = {
        " type": f"LoopKit.DoseType.{kind}",
        " startDate": NOON_WRITTEN,
        " endDate": "2024-03-01 12:30:00 +0000",
        " unit": "LoopKit.DoseUnit.units",
        " value": "1.0",
    }
    return base | fields


def report(**fields: object) -> dict[str, object]:
    base: dict[str, object] = {
        "basal_rate_schedule": [{"startTime": 0.0, "value": 0.85}, {"startTime": 43200.0, "value": 0.65}],
        "basal_rate_timeZone": -25200,
        "cached_carb_entries": [],
        "cached_dose_entries": [],
        "cached_glucose_samples": [glucose(0), glucose(5)],
        "carb_default_absorption_times_fast": 7200.0,
        "carb_default_absorption_times_medium": 10800.0,
        "carb_ratio_schedule": [{"startTime": 0.0, "value": 12.0}],
        "correction_range_schedule": [{"startTime": "0.0", "value": [90.0, 95.0]}],
        "get_normalized_dose_entries": [],
        "insulin_action_duration": 21600.0,
        "insulin_sensitivity_factor_schedule": [{"startTime": 0.0, "value": 50.0}],
        "insulin_sensitivity_factor_unit": "mg/dL",
    }
    return base | fields


def imported(write: Write, options: ImportOptions | None = None, **fields: object) -> ImportResult:
    return import_path(write(json.dumps(report(**fields)), name="report.json"), options)


def count(result: ImportResult, code: FindingCode) -> int:
    return sum(finding.count for finding in result.quality.having(code))


def test_glucose_is_in_the_unit_of_each_sample(write: Write) -> None:
    samples = [
        glucose(0, 167.566),
        glucose(5, 5.5, quantity_units="mmol/L"),
        glucose(10, 140.0, wasUserEntered=" true"),
        glucose(15, 140.0, isDisplayOnly=" true"),
    ]
    result = imported(write, cached_glucose_samples=samples)
    read = [(one.glucose_mgdl, one.kind) for one in result.timeline.records(GlucoseReading)]
    assert read == [(167.57, GlucoseKind.CGM), (99.09, GlucoseKind.CGM), (140.0, GlucoseKind.FINGERSTICK)]
    (finding,) = result.quality.having(FindingCode.PASSED_OVER)
    assert finding.values["kinds"] == "glucose for display only"


def test_glucose_without_a_unit_is_refused(write: Write) -> None:
    with pytest.raises(UnitError):
        imported(write, cached_glucose_samples=[glucose(0, quantity_units="")])


@pytest.mark.parametrize(
    ("seconds", "absorption"),
    [
        (" 7200.0", Absorption.FAST),
        (" 10800.0", Absorption.MEDIUM),
        (14400, Absorption.SLOW),
        ("nil", Absorption.UNKNOWN),
    ],
)
def test_absorption_is_judged_by_the_times_that_loop_offered(
    write: Write, seconds: object, absorption: Absorption
) -> None:
    entry = {
        "startDate": " 2024-03-01 12:00:00 +0000",
        "quantity": 40.0,
        "quantity_units": "g",
        "absorptionTime": seconds,
    }
    (meal,) = imported(write, cached_carb_entries=[entry]).timeline.records(Meal)
    assert (meal.time, meal.carbs_g, meal.absorption) == (NOON, 40.0, absorption)


def test_doses_of_all_kinds_are_read(write: Write) -> None:
    doses = [
        dose("bolus", **{" value": "3.0"}),
        dose("bolus", **{" value": "2.0", "deliveredUnits": "Optional(0.35)", "automatic": "Optional(true)"}),
        dose("bolus", **{" value": "0.0"}),
        dose("tempBasal", **{" unit": "LoopKit.DoseUnit.unitsPerHour", " value": 1.4}),
        dose(
            "basal",
            **{" value": "0.4", " startDate": "2024-03-01 11:30:00 +0000", " endDate": "2024-03-01 12:00:00 +0000"},
        ),
        dose("suspend", **{" value": "nil", " startDate": "2024-03-01 12:30:00 +0000"}),
        dose("resume"),
        dose("tempBasal", **{" value": "much"}),
    ]
    result = imported(write, get_normalized_dose_entries=doses)
    boluses = sorted((one.insulin_u, one.purpose) for one in result.timeline.records(Bolus))
    assert boluses == [(0.35, DosePurpose.AUTOMATED), (3.0, DosePurpose.UNKNOWN)]
    basal = [(one.duration_min, one.rate_u_per_h, one.kind) for one in result.timeline.records(BasalSegment)]
    assert basal == [
        (30.0, 0.8, BasalKind.SCHEDULED),
        (30.0, 1.4, BasalKind.AUTOMATED),
        (0.0, 0.0, BasalKind.SUSPENDED),
    ]
    assert count(result, FindingCode.NOT_DELIVERED) == 1
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1
    assert result.timeline.person.therapy is TherapyKind.CLOSED_LOOP


def test_lists_that_tell_the_same_doses_count_once(write: Write) -> None:
    doses = [dose("bolus")]
    result = imported(write, get_normalized_dose_entries=doses, cached_dose_entries=[dose("bolus", **{" value": 1.05})])
    assert [one.insulin_u for one in result.timeline.records(Bolus)] == [1.0]


@pytest.mark.parametrize("known", [True, False])
def test_running_temporary_rate_is_added_unless_the_doses_hold_it(write: Write, known: bool) -> None:
    running = dose("basal", **{" unit": "LoopKit.DoseUnit.unitsPerHour", " value": 0.2})
    doses = [dose("tempBasal", **{" unit": "LoopKit.DoseUnit.unitsPerHour", " value": 0.3})] if known else []
    result = imported(write, get_normalized_dose_entries=doses, last_temp_basal=running)
    (segment,) = result.timeline.records(BasalSegment)
    assert (segment.rate_u_per_h, segment.kind) == (0.3 if known else 0.2, BasalKind.AUTOMATED)


def test_settings_hold_from_the_first_record_on(write: Write) -> None:
    (settings,) = imported(write).timeline.settings
    assert settings.valid_from == NOON
    assert settings.basal_u_per_h is not None
    assert (settings.basal_u_per_h.starts, settings.basal_u_per_h.values) == ((time(0), time(12)), (0.85, 0.65))
    assert settings.target_low_mgdl is not None
    assert settings.target_high_mgdl is not None
    assert (settings.target_low_mgdl.values, settings.target_high_mgdl.values) == ((90.0,), (95.0,))
    assert settings.insulin_duration_min == 360.0


def test_settings_in_mmoll_are_converted_and_targets_that_do_not_fit_left_out(write: Write) -> None:
    factors = [{"startTime": 0.0, "value": 2.0}]
    (settings,) = imported(
        write, insulin_sensitivity_factor_schedule=factors, insulin_sensitivity_factor_unit="mmol/L"
    ).timeline.settings
    assert settings.correction_factor_mgdl_per_u is not None
    assert settings.correction_factor_mgdl_per_u.values == (36.03,)
    assert settings.target_low_mgdl is None
    named = imported(write, correction_range_schedule=[{"startTime": 0, "value": [5, 6]}], override_units="mmol/L")
    (settings,) = named.timeline.settings
    assert settings.target_low_mgdl is not None
    assert settings.target_low_mgdl.values == (90.08,)


def test_correction_factor_without_a_unit_is_refused(write: Write) -> None:
    with pytest.raises(UnitError):
        imported(write, insulin_sensitivity_factor_unit="")


@pytest.mark.parametrize(
    ("offset", "given", "zone", "assumed"),
    [
        (-25200, None, "Etc/GMT+7", 1),
        (0, None, "UTC", 1),
        (19800, None, "UTC", 1),
        (-25200, "US/Pacific", "US/Pacific", 0),
    ],
)
def test_zone_is_an_offset_unless_given(write: Write, offset: int, given: str | None, zone: str, assumed: int) -> None:
    result = imported(write, ImportOptions(zone=given), basal_rate_timeZone=offset)
    assert result.timeline.person.zone == zone
    assert count(result, FindingCode.ZONE_ASSUMED) == assumed


def test_real_report(samples: Path) -> None:
    result = import_path(samples / "exports" / "loop" / "example_issue_report_1.json")
    line = result.timeline
    readings = line.frame(GlucoseReading)
    assert (len(readings), readings["glucose_mgdl"][0]) == (267, 167.57)
    assert readings["time"][0] == datetime(2019, 7, 25, 23, 12, 46, tzinfo=UTC)
    (bolus,) = line.records(Bolus)
    assert (bolus.time, bolus.insulin_u) == (datetime(2019, 7, 26, 22, 13, 11, tzinfo=UTC), 3.0)
    (meal,) = line.records(Meal)
    assert (meal.time, meal.carbs_g, meal.absorption) == (
        datetime(2019, 7, 26, 22, 13, 1, tzinfo=UTC),
        40.0,
        Absorption.SLOW,
    )
    (basal,) = line.records(BasalSegment)
    assert (basal.duration_min, basal.rate_u_per_h) == (20.0, 0.0)
    (settings,) = line.settings
    assert settings.basal_u_per_h is not None
    assert (settings.basal_u_per_h.starts, settings.basal_u_per_h.values) == (
        (time(0), time(9, 30), time(21)),
        (1.45, 0.9, 0.75),
    )
    assert line.person.zone == "Etc/GMT+7"


def test_second_real_report(samples: Path) -> None:
    line = import_path(samples / "exports" / "loop" / "example_issue_report_2.json").timeline
    assert len(line.frame(GlucoseReading)) == 232
    assert [one.insulin_u for one in line.records(Bolus)] == [1.8]
    assert [(one.carbs_g, one.absorption) for one in line.records(Meal)] == [(15.0, Absorption.FAST)]


def test_file_that_ends_early_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report())[:-10])
    with pytest.raises(DataError) as caught:
        import_path(file)
    assert caught.value.code is ErrorCode.UNREADABLE_FILE


def test_damage_gives_nothing_but_errors_of_our_own(tmp_path: Path) -> None:
    whole = report(get_normalized_dose_entries=[dose("bolus")], last_temp_basal=dose("basal"))
    data = json.dumps(whole).encode()
    damaged = [data[: len(data) * index // 20] for index in range(20)]
    for index in range(50):
        place, value = (7919 * (index + 1)) % len(data), (131 * index + 7) % 256
        damaged.append(data[:place] + bytes([value]) + data[place + 1 :])
    file, refused = tmp_path / "report.json", 0
    for content in damaged:
        file.write_bytes(content)
        try:
            LoopReportFormat().recognise(read_head(file))
            LoopReportFormat().read(file, options=ImportOptions(), progress=lambda *_: None)
        except GlucoTwinError:
            refused += 1
    assert 0 < refused < len(damaged)


def test_other_samples_are_not_recognised(samples: Path) -> None:
    files = [file for file in sorted((samples / "exports").rglob("*")) if file.is_file() and file.stat().st_size]
    found = [file for file in files if LoopReportFormat().recognise(read_head(file))]
    assert {file.parent.name for file in found} == {"loop"}


MARKDOWN = """## Build Details
* appNameAndVersion: Loop v3.2.1
Generated: 2024-03-01 13:00:00 +0000

## LoopDataManager
settings: LoopSettings(dosingEnabled: true, maximumBolus: Optional(5.0))
## GlucoseStore
### cachedGlucoseSamples
StoredGlucoseSample(uuid: Optional(6-1), syncIdentifier: Optional("a, b"), device: Optional(<<HKDevice: 0x28>, name:6, \
model:G6>), startDate: 2024-03-01 12:00:00 +0000, quantity: 167.566 mg/dL, isDisplayOnly: false, wasUserEntered: false)
* StoredGlucoseSample(sampleUUID: 6-2, startDate: 2024-03-01 12:05:00 +0000, quantity: 5.5 mmol/L, isDisplayOnly: false)
* StoredGlucoseSample(sampleUUID: 6-3, startDate: yesterday, quantity: 120 mg/dL, isDisplayOnly: false)
## CarbStore
* delay: 600.0
cachedCarbEntries: [
\tStoredCarbEntry(uuid, syncIdentifier, syncVersion, startDate, quantity, foodType, absorptionTime, createdByCurrentApp)
\t6-4, b, 1, 2024-03-01 12:10:00 +0000, 40.0 g, rice, peas, 10800.0, true
]
deletedCarbEntries: [
\t6-5, c, 1, 2024-03-01 12:11:00 +0000, 90.0 g, , 10800.0, true
]
## DoseStore
### getNormalizedDoseEntries
* DoseEntry(type: LoopKit.DoseType.bolus, startDate: 2024-03-01 12:12:00 +0000, endDate: 2024-03-01 12:14:00 +0000, \
value: 3.0, unit: LoopKit.DoseUnit.units, deliveredUnits: Optional(2.5), automatic: Optional(true))
* DoseEntry(type: LoopKit.DoseType.tempBasal, startDate: 2024-03-01 12:20:00 +0000, endDate: 2024-03-01 12:50:00 +0000,\
 value: 1.2, unit: LoopKit.DoseUnit.unitsPerHour, deliveredUnits: nil, scheduledBasalRate: Optional(0.475 IU/hr))
### getPumpEventValues
* PersistedPumpEvent(date: 2024-03-01 12:30:00 +0000, dose: Optional(LoopKit.DoseEntry(type: LoopKit.DoseType.bolus)))
"""


def test_markdown_of_the_phone_is_read(write: Write) -> None:
    file = write(MARKDOWN, name="Loop Report.md")
    assert LoopReportFormat().recognise(read_head(file)) == 1.0
    result = import_path(file, ImportOptions(zone="UTC"))
    assert [one.glucose_mgdl for one in result.timeline.records(GlucoseReading)] == [167.57, 99.09]
    (meal,) = result.timeline.records(Meal)
    assert (meal.carbs_g, meal.note, meal.time) == (40.0, "rice, peas", NOON.replace(minute=10))
    (bolus,) = result.timeline.records(Bolus)
    assert (bolus.insulin_u, bolus.purpose) == (2.5, DosePurpose.AUTOMATED)
    (basal,) = result.timeline.records(BasalSegment)
    assert (basal.rate_u_per_h, basal.duration_min, basal.kind) == (1.2, 30.0, BasalKind.AUTOMATED)
    assert count(result, FindingCode.UNREADABLE_ROWS) == 1


def test_markdown_of_something_else_is_not_recognised(write: Write) -> None:
    file = write("# My notes\n\n## CarbStore\n\nBuy rice.\n", name="notes.md")
    assert LoopReportFormat().recognise(read_head(file)) == 0.0


def test_markdown_without_entries_is_refused(write: Write) -> None:
    with pytest.raises(DataError) as caught:
        import_path(write(MARKDOWN[: MARKDOWN.index("### cached")], name="cut.md"))
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA
