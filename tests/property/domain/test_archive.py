"""The on-disk form gives back exactly what was saved; a cut of everything is everything."""

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from glucotwin.domain.archive import load_timeline, save_timeline, timeline_hash
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus, DosePurpose
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind, Note
from glucotwin.domain.person import DiabetesType, Person, Sex, WeightEntry
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline, Window

Later: TypeAlias = "partial[object]"
PERSON = Person(person_id="p1")
START = datetime(2024, 3, 1, tzinfo=UTC)
moments = st.integers(-(10**15), 10**15).map(lambda microsecond: START + timedelta(microseconds=microsecond))
texts = st.text(max_size=20)


def later(make: Callable[..., object], **strategies: st.SearchStrategy[object]) -> st.SearchStrategy[Later]:
    """Strategies for calls that are made within the test: the run-time type checks use a random source of their own."""
    return st.builds(partial, st.just(make), **strategies)


def made(value: Later) -> Any:
    """The value of a call, its arguments first."""
    return value.func(*value.args, **{name: _argument(argument) for name, argument in value.keywords.items()})


def _argument(value: object) -> object:
    if isinstance(value, list):
        return tuple(_argument(part) for part in value)
    return made(value) if isinstance(value, partial) else value


def daily(values: tuple[float, ...]) -> DailySchedule:
    return DailySchedule(starts=tuple(time(hour) for hour in range(len(values))), values=values)


records = st.one_of(
    later(
        GlucoseReading,
        time=moments,
        source=texts,
        glucose_mgdl=st.floats(1.0, 2000.0),
        kind=st.sampled_from(GlucoseKind),
        censoring=st.sampled_from(Censoring),
        original_mgdl=st.none() | st.floats(1.0, 2000.0),
    ),
    later(Bolus, time=moments, insulin_u=st.floats(0.0, 300.0), purpose=st.sampled_from(DosePurpose)),
    later(BasalSegment, time=moments, duration_min=st.floats(0.1, 1e5), rate_u_per_h=st.floats(0.0, 50.0)),
    later(
        Meal,
        time=moments,
        carbs_g=st.floats(0.0, 1000.0),
        fat_g=st.none() | st.floats(0.0, 1000.0),
        absorption=st.sampled_from(Absorption),
        note=texts,
    ),
    later(Note, time=moments, text=texts),
    later(DeviceEvent, time=moments, kind=st.sampled_from(DeviceEventKind), detail=texts),
)
people = later(
    Person,
    person_id=texts,
    zone=st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]),
    birth_year=st.none() | st.integers(1890, 2100),
    adult=st.none() | st.booleans(),
    sex=st.sampled_from(Sex),
    weights=st.lists(later(WeightEntry, day=st.dates(), weight_kg=st.floats(2.0, 400.0)), max_size=2),
    diabetes_type=st.sampled_from(DiabetesType),
)
schedules = st.lists(st.floats(0.0, 100.0), min_size=1, max_size=4).map(lambda values: partial(daily, tuple(values)))
therapies = later(
    TherapySettings,
    valid_from=moments,
    basal_u_per_h=st.none() | schedules,
    target_low_mgdl=st.none() | schedules,
    insulin_duration_min=st.none() | st.floats(60.0, 720.0),
)
timelines = later(
    Timeline.from_records,
    person=people,
    records=st.lists(records, max_size=6),
    settings=st.lists(therapies, max_size=2),
)


@settings(max_examples=40)
@given(timelines)
def test_timeline_survives_saving_and_loading(draft: Later) -> None:
    line: Timeline = made(draft)
    with tempfile.TemporaryDirectory() as folder:
        loaded = load_timeline(save_timeline(line, Path(folder) / "line"))
    assert (loaded.person, loaded.settings) == (line.person, line.settings)
    assert set(loaded.streams) == set(line.streams)
    for name, frame in line.streams.items():
        assert_frame_equal(loaded.streams[name], frame, check_exact=True)
    assert timeline_hash(loaded) == timeline_hash(line)


@settings(max_examples=40)
@given(st.lists(records, min_size=1, max_size=6).flatmap(lambda some: st.tuples(st.just(some), st.permutations(some))))
def test_hash_does_not_depend_on_the_order_of_records(orders: tuple[list[Later], list[Later]]) -> None:
    first, second = (Timeline.from_records(PERSON, [made(one) for one in order]) for order in orders)
    assert timeline_hash(first) == timeline_hash(second)


@settings(max_examples=40)
@given(st.lists(records, min_size=1, max_size=6))
def test_hash_changes_when_a_record_is_added(some: list[Later]) -> None:
    kept = [made(one) for one in some]
    line = Timeline.from_records(PERSON, kept)
    more = Timeline.from_records(PERSON, [*kept, Note(time=START, text="added")])
    assert timeline_hash(line) != timeline_hash(more)


@settings(max_examples=40)
@given(timelines, moments)
def test_cut_in_two_keeps_every_record_once(draft: Later, split: datetime) -> None:
    line: Timeline = made(draft)
    early = line.cut(Window(start=START - timedelta(days=20000), end=split))
    late = line.cut(Window(start=split, end=START + timedelta(days=20000)))
    for name, frame in line.streams.items():
        parts = [part.streams[name] for part in (early, late) if name in part.streams]
        if name == "basal":
            assert pl.concat(parts)["duration_min"].sum() == pytest.approx(frame["duration_min"].sum(), abs=1e-4)
        else:
            assert_frame_equal(pl.concat(parts), frame)
