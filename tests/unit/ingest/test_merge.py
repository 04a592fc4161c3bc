"""What several devices report of one event counts once."""

from datetime import UTC, datetime, timedelta

import polars as pl

from glucotwin.domain.frame import frame_from_records
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.ingest.merge import counted_once, joined
from glucotwin.ingest.quality import FindingCode

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def merged(stream: str, *parts: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    streams, findings = counted_once(joined({stream: part} for part in parts))
    again, _ = counted_once(joined({stream: part} for part in reversed(parts)))
    assert streams[stream].equals(again[stream])
    assert all(one.code is FindingCode.SOURCES_OVERLAP for one in findings)
    return streams[stream], sum(one.count for one in findings)


def readings(source: str, *minutes: float, kind: GlucoseKind = GlucoseKind.CGM) -> pl.DataFrame:
    records = [GlucoseReading(time=at(one), glucose_mgdl=100.0 + one, kind=kind, source=source) for one in minutes]
    return frame_from_records(GlucoseReading, records)


def test_two_sources_of_one_sensor_are_one_series_and_fill_each_others_gaps() -> None:
    frame, left_out = merged("glucose", readings("share", 1, 6, 11, 31), readings("clarity", 0, 5, 10, 15, 20, 25))
    assert [(one - NOON) / timedelta(minutes=1) for one in frame["time"]] == [0, 5, 10, 15, 20, 25, 31]
    assert left_out == 3


def test_finger_stick_beside_the_sensor_stays() -> None:
    sticks = readings("meter", 1, kind=GlucoseKind.FINGERSTICK)
    assert merged("glucose", readings("clarity", 0, 5), sticks)[1] == 0


def test_bolus_counts_once_when_dose_and_time_agree() -> None:
    pump = [Bolus(time=at(one), insulin_u=4.0, source="pump") for one in (0, 60, 120)]
    cloud = [Bolus(time=at(1), insulin_u=4.02, source="cloud"), Bolus(time=at(61), insulin_u=1.0, source="cloud")]
    frame, left_out = merged("bolus", frame_from_records(Bolus, pump), frame_from_records(Bolus, cloud))
    assert (len(frame), left_out) == (4, 1)


def test_meal_counts_once_when_carbohydrate_agrees_within_a_quarter_of_an_hour() -> None:
    pump = [Meal(time=at(one), carbs_g=45.0, source="pump") for one in (0, 300)]
    diary = [Meal(time=at(14), carbs_g=45.4, source="diary")]
    frame, left_out = merged("meal", frame_from_records(Meal, pump), frame_from_records(Meal, diary))
    assert (len(frame), left_out) == (2, 1)


def test_basal_of_another_source_counts_where_the_first_has_none() -> None:
    pump = [BasalSegment(time=at(30 * one), duration_min=30, rate_u_per_h=1.0, source="pump") for one in range(3)]
    cloud = [BasalSegment(time=at(one), duration_min=30, rate_u_per_h=0.9, source="cloud") for one in (10, 90)]
    frame, left_out = merged("basal", frame_from_records(BasalSegment, pump), frame_from_records(BasalSegment, cloud))
    assert (frame["rate_u_per_h"].to_list(), left_out) == ([1.0, 1.0, 1.0, 0.9], 1)


def test_streams_of_single_reports_are_joined_as_they_are() -> None:
    one, two = readings("a", 0).lazy().collect(), readings("a", 5)
    assert merged("glucose", one, two)[1] == 0
