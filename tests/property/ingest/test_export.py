"""Export then import loses nothing that the format can carry, whatever the records."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from carried_part import carried_part
from glucotwin.domain.archive import load_timeline, save_timeline, timeline_hash
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalKind, BasalSegment, Bolus, DosePurpose, PenDose
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.observation import KetoneReading, LabResult, MedicationDose, Note
from glucotwin.domain.person import Person
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.reader import import_path
from glucotwin.ingest.write.registry import WRITERS

START = datetime(2024, 3, 30, tzinfo=UTC)
"""The day before Europe's clocks change."""
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")
READABLE = tuple(name for name in WRITERS if name != "parquet")
WORDS = st.text(alphabet="abcäß µ,;\"'\\/{}<>&éЖ食", min_size=1, max_size=12).map(str.strip).filter(bool)
Draw = Callable[[st.DrawFn, datetime], Record]


def tenths(low: int, high: int) -> st.SearchStrategy[float]:
    return st.integers(low, high).map(lambda number: number / 10.0)


def glucose(draw: st.DrawFn, at: datetime) -> GlucoseReading:
    kind = draw(st.sampled_from([GlucoseKind.CGM, GlucoseKind.CGM, GlucoseKind.SCAN, GlucoseKind.FINGERSTICK]))
    bound = draw(st.sampled_from([*[Censoring.NONE] * 3, Censoring.LOW, Censoring.HIGH]))
    if kind is not GlucoseKind.CGM or bound is Censoring.NONE:
        return GlucoseReading(time=at, glucose_mgdl=draw(tenths(410, 3990)), kind=kind)
    value = 40.0 if bound is Censoring.LOW else 400.0
    return GlucoseReading(time=at, glucose_mgdl=value, kind=kind, censoring=bound)


def bolus(draw: st.DrawFn, at: datetime) -> Bolus:
    purpose = draw(st.sampled_from([DosePurpose.MEAL, DosePurpose.CORRECTION, DosePurpose.UNKNOWN]))
    if draw(st.booleans()):
        return Bolus(time=at, insulin_u=draw(tenths(1, 200)), purpose=purpose)
    at_once, extended = draw(tenths(0, 100)), draw(tenths(1, 100))
    lasting = float(draw(st.integers(31, 480)))
    return Bolus(time=at, insulin_u=at_once, extended_u=extended, extended_min=lasting, purpose=purpose)


def pen(draw: st.DrawFn, at: datetime) -> PenDose:
    product = draw(st.sampled_from(["rapid", "glargine-u100", "degludec"]))
    purpose = DosePurpose.UNKNOWN if product == "rapid" else DosePurpose.BASAL
    return PenDose(time=at, insulin_u=draw(tenths(5, 400)), product=product, purpose=purpose)


def meal(draw: st.DrawFn, at: datetime) -> Meal:
    part = st.none() | tenths(1, 300)
    return Meal(
        time=at,
        carbs_g=draw(tenths(10, 1500)),
        protein_g=draw(part),
        fat_g=draw(part),
        absorption=draw(st.sampled_from(Absorption)),
        note=draw(st.just("") | WORDS),
    )


def lab(draw: st.DrawFn, at: datetime) -> LabResult:
    return LabResult(time=at, analyte="4548-4", value=draw(tenths(40, 140)), unit="%")


def medication(draw: st.DrawFn, at: datetime) -> MedicationDose:
    return MedicationDose(time=at, medication=draw(WORDS), dose_mg=draw(tenths(10, 9990)))


DRAWN: tuple[Draw, ...] = (
    glucose,
    bolus,
    pen,
    meal,
    lab,
    medication,
    lambda draw, at: KetoneReading(time=at, ketone_mmoll=draw(tenths(1, 60))),
    lambda draw, at: Note(time=at, text=draw(WORDS)),
)
MOMENTS = st.lists(st.integers(0, 3 * 1440 * 60), max_size=6, unique=True).map(sorted)


@st.composite
def basal(draw: st.DrawFn) -> list[BasalSegment]:
    """Segments after one another, some with time between them."""
    segments: list[BasalSegment] = []
    at = START
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(BasalKind))
        minutes = float(draw(st.integers(1, 300)))
        rate = 0.0 if kind is BasalKind.SUSPENDED else draw(tenths(1, 60))
        segments.append(BasalSegment(time=at, duration_min=minutes, rate_u_per_h=rate, kind=kind))
        at += timedelta(minutes=minutes + draw(st.sampled_from([0, 0, 30])))
    return segments


@st.composite
def lives(draw: st.DrawFn) -> list[Record]:
    """A few records of every kind, no two of one kind at one time."""
    records: list[Record] = list(draw(basal()))
    for kind in DRAWN:
        records += [kind(draw, START + timedelta(seconds=second)) for second in draw(MOMENTS)]
    return records


def timeline_of(records: list[Record], zone: str = "UTC") -> Timeline:
    return Timeline.from_records(Person(person_id="somebody", zone=zone), records)


def is_carried(name: str, timeline: Timeline) -> bool:
    return any(
        len(WRITERS[name].carried[one].written(timeline.streams[one])) for one in carried_streams(name, timeline)
    )


def carried_streams(name: str, timeline: Timeline) -> list[str]:
    return [stream for stream in timeline.streams if stream in WRITERS[name].carried]


def exported_and_imported(name: str, timeline: Timeline, folder: Path) -> Timeline:
    writer = WRITERS[name]
    path = folder / f"export{writer.suffix}"
    writer.write(timeline, path)
    return import_path(path, ImportOptions(zone=timeline.person.zone, person_id="somebody")).timeline


@pytest.mark.parametrize("name", READABLE)
@settings(max_examples=15)
@given(records=lives(), zone=st.sampled_from(ZONES))
@example(records=[Meal(time=START, carbs_g=1.0, note="{}")], zone="UTC")
def test_what_a_format_carries_comes_back(name: str, records: list[Record], zone: str) -> None:
    timeline = timeline_of(records, zone)
    assume(is_carried(name, timeline))
    wanted = {one: carried_part(WRITERS[name], timeline, one) for one in carried_streams(name, timeline)}
    with tempfile.TemporaryDirectory() as folder:
        back = exported_and_imported(name, timeline, Path(folder)).streams
    assert set(back) == {stream for stream, frame in wanted.items() if len(frame)}
    for stream, frame in back.items():
        order = ["time", *(column for column in frame.columns if column not in {"time", "source"})]
        assert_frame_equal(
            frame.drop("source").sort(order), wanted[stream].drop("source").sort(order), rel_tol=1e-9, abs_tol=1e-6
        )


@pytest.mark.parametrize("name", READABLE)
@settings(max_examples=10)
@given(records=lives(), zone=st.sampled_from(ZONES))
def test_export_and_import_of_what_was_imported_changes_nothing(name: str, records: list[Record], zone: str) -> None:
    timeline = timeline_of(records, zone)
    assume(is_carried(name, timeline))
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        once = exported_and_imported(name, timeline, Path(first))
        twice = exported_and_imported(name, once, Path(second))
    assert set(once.streams) == set(twice.streams)
    for stream, frame in once.streams.items():
        assert_frame_equal(twice.streams[stream], frame, rel_tol=1e-9, abs_tol=1e-6)


@settings(max_examples=15)
@given(records=lives())
def test_every_stream_is_the_same_in_parquet_and_in_a_timelines_folder(records: list[Record]) -> None:
    timeline = timeline_of(records)
    assume(is_carried("csv", timeline))
    with tempfile.TemporaryDirectory() as folder:
        saved = save_timeline(timeline, Path(folder) / "timeline")
        assert timeline_hash(load_timeline(saved)) == timeline_hash(timeline)
        WRITERS["parquet"].write(timeline, Path(folder) / "tables")
        for stream, frame in timeline.streams.items():
            assert_frame_equal(pl.read_parquet(Path(folder) / "tables" / f"{stream}.parquet"), frame)
