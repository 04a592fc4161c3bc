"""The records of a person's life: aware times, possible values, derived facts."""

import math
from dataclasses import FrozenInstanceError, fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.activity import Activity, HeartRate, HeartRateVariability, Sleep
from glucotwin.domain.condition import AlcoholIntake, Condition, ConditionKind
from glucotwin.domain.correction import Correction
from glucotwin.domain.frame import STREAMS
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus, BolusKind, PenDose
from glucotwin.domain.meal import EATING_RATE_G_PER_MIN, Meal
from glucotwin.domain.observation import (
    DeviceEvent,
    DeviceEventKind,
    KetoneReading,
    LabResult,
    MedicationDose,
    Note,
    PatientReportedOutcome,
)
from glucotwin.domain.record import Record, as_utc, check_range

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
EXAMPLES: tuple[Record, ...] = (
    GlucoseReading(time=NOON, glucose_mgdl=100.0),
    Bolus(time=NOON, insulin_u=2.0),
    BasalSegment(time=NOON, duration_min=30.0, rate_u_per_h=0.8),
    PenDose(time=NOON, insulin_u=12.0, product="glargine"),
    Meal(time=NOON, carbs_g=40.0),
    AlcoholIntake(time=NOON, alcohol_g=14.0),
    Activity(time=NOON, duration_min=30.0),
    HeartRate(time=NOON, heart_rate_bpm=70.0),
    HeartRateVariability(time=NOON, rmssd_ms=40.0),
    Sleep(time=NOON, duration_min=400.0),
    Condition(time=NOON, kind=ConditionKind.ILLNESS, duration_min=2880.0),
    MedicationDose(time=NOON, medication="metformin", dose_mg=1000.0),
    LabResult(time=NOON, analyte="HbA1c", value=53.0, unit="mmol/mol"),
    KetoneReading(time=NOON, ketone_mmoll=0.4),
    Note(time=NOON, text="ran"),
    DeviceEvent(time=NOON, kind=DeviceEventKind.SITE_CHANGE),
    PatientReportedOutcome(time=NOON, instrument="DDS-17", score=2.0),
    Correction(
        time=NOON, stream="basal", quantity="rate_u_per_h", original=800.0, corrected=0.8, reason="basal-milliunits"
    ),
)


def test_there_is_an_example_of_every_stream() -> None:
    assert {type(record) for record in EXAMPLES} == set(STREAMS.values())


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: type(record).__name__)
def test_records_cannot_be_changed(record: Record) -> None:
    for field in fields(record):
        with pytest.raises(FrozenInstanceError):
            setattr(record, field.name, None)


@pytest.mark.parametrize("record", EXAMPLES, ids=lambda record: type(record).__name__)
def test_record_without_a_zone_is_refused(record: Record) -> None:
    with pytest.raises(DataError) as caught:
        replace(record, time=datetime(2024, 3, 1))
    assert caught.value.code is ErrorCode.NAIVE_TIME


def test_times_are_kept_in_utc() -> None:
    local = datetime(2024, 3, 1, 5, tzinfo=timezone(timedelta(hours=-7)))
    assert Meal(time=local, carbs_g=1.0).time == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert as_utc(local).utcoffset() == timedelta(0)


IMPOSSIBLE = [
    lambda: GlucoseReading(time=NOON, glucose_mgdl=0.0),
    lambda: GlucoseReading(time=NOON, glucose_mgdl=math.nan),
    lambda: GlucoseReading(time=NOON, glucose_mgdl=2001.0),
    lambda: Bolus(time=NOON, insulin_u=-1.0),
    lambda: Bolus(time=NOON, insulin_u=0.0, extended_u=2.0),
    lambda: Bolus(time=NOON, insulin_u=0.0, extended_u=2.0, extended_min=0.5),
    lambda: BasalSegment(time=NOON, duration_min=-1.0, rate_u_per_h=1.0),
    lambda: BasalSegment(time=NOON, duration_min=5.0, rate_u_per_h=60.0),
    lambda: PenDose(time=NOON, insulin_u=501.0, product="glargine"),
    lambda: Meal(time=NOON, carbs_g=-5.0),
    lambda: Meal(time=NOON, carbs_g=5.0, fibre_g=-1.0),
    lambda: Meal(time=NOON, carbs_g=5.0, duration_min=0.0),
    lambda: Activity(time=NOON, duration_min=10.0, intensity_fraction=1.1),
    lambda: HeartRate(time=NOON, heart_rate_bpm=10.0),
    lambda: HeartRateVariability(time=NOON, rmssd_ms=-1.0),
    lambda: Sleep(time=NOON, duration_min=-1.0),
    lambda: MedicationDose(time=NOON, medication="metformin", dose_mg=-1.0),
    lambda: KetoneReading(time=NOON, ketone_mmoll=31.0),
    lambda: Note(time=NOON, duration_min=-1.0),
]


@pytest.mark.parametrize("make", IMPOSSIBLE)
def test_impossible_values_are_refused(make: object) -> None:
    assert callable(make)
    with pytest.raises(DataError) as caught:
        make()
    assert caught.value.code is ErrorCode.INVALID_VALUE


def test_range_check_lets_missing_values_and_the_ends_pass() -> None:
    check_range("carbs_g", None, 0.0, 10.0)
    check_range("carbs_g", 0.0, 0.0, 10.0)
    check_range("carbs_g", 10.0, 0.0, 10.0)
    with pytest.raises(DataError, match=r"carbs_g is 10\.5"):
        check_range("carbs_g", 10.5, 0.0, 10.0)


@pytest.mark.parametrize(
    ("insulin_u", "extended_u", "kind"),
    [(2.0, 0.0, BolusKind.NORMAL), (0.0, 2.0, BolusKind.SQUARE), (1.0, 2.0, BolusKind.DUAL)],
)
def test_shape_of_a_bolus_follows_from_its_parts(insulin_u: float, extended_u: float, kind: BolusKind) -> None:
    bolus = Bolus(time=NOON, insulin_u=insulin_u, extended_u=extended_u, extended_min=60.0)
    assert (bolus.kind, bolus.total_u) == (kind, insulin_u + extended_u)


def test_eating_takes_as_long_as_logged_or_as_the_carbohydrate_needs() -> None:
    assert Meal(time=NOON, carbs_g=60.0, duration_min=25.0).eating_min == 25.0
    assert Meal(time=NOON, carbs_g=60.0).eating_min == 60.0 / EATING_RATE_G_PER_MIN
    assert Meal(time=NOON, carbs_g=2.0).eating_min == 1.0


def test_reading_is_a_sensor_value_unless_it_says_otherwise() -> None:
    reading = GlucoseReading(time=NOON, glucose_mgdl=100.0)
    assert (reading.kind, reading.censoring, reading.original_mgdl) == (GlucoseKind.CGM, Censoring.NONE, None)
