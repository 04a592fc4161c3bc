"""From timelines to per-minute inputs: totals are kept, whatever the events, the window and the clock."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.domain.activity import Activity
from glucotwin.domain.inputs import Inputs, clock_arrays
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import MedicationDose
from glucotwin.domain.person import Person
from glucotwin.domain.rasterise import inputs_from_timeline
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window

START = datetime(2024, 3, 1, tzinfo=UTC)
WHOLE = Window(start=START - timedelta(hours=6), end=START + timedelta(days=3))
"""Reaches so far beyond every event that all of it is inside."""

seconds = st.integers(0, 2 * 86400)
moments = seconds.map(lambda second: START + timedelta(seconds=second))
amounts = st.floats(0.01, 100.0)
meals = st.builds(
    Meal,
    time=moments,
    carbs_g=st.floats(0.0, 200.0),
    protein_g=st.none() | amounts,
    fat_g=st.none() | amounts,
    duration_min=st.none() | st.floats(1.0, 120.0),
)
boluses = st.builds(
    Bolus,
    time=moments,
    insulin_u=st.floats(0.0, 20.0),
    extended_u=st.floats(0.0, 10.0),
    extended_min=st.floats(1.0, 480.0),
    product=st.sampled_from(["rapid", "regular"]),
)
pens = st.builds(PenDose, time=moments, insulin_u=amounts, product=st.sampled_from(["glargine", "rapid"]))
doses = st.builds(MedicationDose, time=moments, medication=st.just("metformin"), dose_mg=amounts)


@st.composite
def basal_segments(draw: st.DrawFn) -> list[BasalSegment]:
    """Segments that follow each other with or without gaps, never overlapping."""
    steps = draw(st.lists(st.tuples(st.integers(1, 7200), st.integers(0, 3600), st.floats(0.0, 5.0)), max_size=8))
    starts = accumulate((length + pause for length, pause, _ in steps), initial=0)
    return [
        BasalSegment(time=START + timedelta(seconds=start), duration_min=length / 60.0, rate_u_per_h=rate)
        for start, (length, _, rate) in zip(starts, steps, strict=False)
    ]


def timeline(records: list[Record], zone: str = "UTC") -> Timeline:
    return Timeline.from_records(Person(person_id="p1", zone=zone), records)


def inputs(records: list[Record], window: Window = WHOLE, zone: str = "UTC") -> Inputs:
    return inputs_from_timeline(timeline(records, zone), window).inputs


def everything(dense: Inputs) -> dict[str, np.ndarray]:
    plain = {
        name: np.asarray(value)
        for name, value in vars(dense).items()
        if value is not None and not isinstance(value, dict)
    }
    by_name = {
        f"{field}.{name}": np.asarray(values)
        for field in ("insulin_u_per_min", "medication_mg_per_min")
        for name, values in getattr(dense, field).items()
    }
    return plain | by_name


@given(st.lists(meals, max_size=6))
def test_all_food_is_eaten(eaten: list[Meal]) -> None:
    dense = inputs([*eaten])
    for nutrient in ("carbs", "protein", "fat"):
        total = sum(getattr(meal, f"{nutrient}_g") or 0.0 for meal in eaten)
        # Rates below a billionth of the highest one are dropped.
        assert np.sum(getattr(dense, f"{nutrient}_g_per_min")) == pytest.approx(total, abs=1e-4)


@settings(max_examples=40)
@given(st.lists(boluses, max_size=5), st.lists(pens, max_size=3), basal_segments())
def test_all_insulin_is_given_to_its_product(
    given_boluses: list[Bolus], injected: list[PenDose], basal: list[BasalSegment]
) -> None:
    dense = inputs([*given_boluses, *injected, *basal])
    for product in {"rapid", "regular", "glargine"}:
        total = sum(one.total_u for one in given_boluses if one.product == product)
        total += sum(one.insulin_u for one in injected if one.product == product)
        total += sum(one.rate_u_per_h * one.duration_min / 60.0 for one in basal if one.product == product)
        assert np.sum(dense.insulin_u_per_min.get(product, 0.0)) == pytest.approx(total, abs=1e-6)


@given(st.lists(doses, max_size=5))
def test_all_medication_is_taken(taken: list[MedicationDose]) -> None:
    dense = inputs([*taken])
    total = sum(one.dose_mg for one in taken)
    assert np.sum(dense.medication_mg_per_min.get("metformin", 0.0)) == pytest.approx(total, abs=1e-6)


@settings(max_examples=40)
@given(st.lists(meals, max_size=4), st.lists(boluses, max_size=4), basal_segments())
def test_nothing_is_negative_or_not_finite(
    eaten: list[Meal], given_boluses: list[Bolus], basal: list[BasalSegment]
) -> None:
    for name, values in everything(inputs([*eaten, *given_boluses, *basal])).items():
        assert np.all(np.isfinite(values)), name
        assert np.all(values >= 0), name


@settings(max_examples=40)
@given(st.lists(meals, max_size=4), st.lists(boluses, max_size=4), basal_segments(), st.integers(1, 3 * 1440 - 1))
def test_two_parts_of_a_window_are_the_whole_of_it(
    eaten: list[Meal], given_boluses: list[Bolus], basal: list[BasalSegment], split_min: int
) -> None:
    records: list[Record] = [*eaten, *given_boluses, *basal]
    window = Window(start=START, end=START + timedelta(days=3))
    split = START + timedelta(minutes=split_min)
    whole = everything(inputs(records, window))
    first = everything(inputs(records, Window(start=window.start, end=split)))
    second = everything(inputs(records, Window(start=split, end=window.end)))
    for name, values in whole.items():
        np.testing.assert_allclose(np.concatenate([first[name], second[name]]), values, atol=1e-8, err_msg=name)


@settings(max_examples=40)
@given(st.lists(meals, max_size=4), st.lists(boluses, max_size=4), basal_segments(), st.integers(0, 10**6))
def test_moving_everything_in_time_changes_nothing_but_the_clock(
    eaten: list[Meal], given_boluses: list[Bolus], basal: list[BasalSegment], shift_min: int
) -> None:
    records: list[Record] = [*eaten, *given_boluses, *basal]
    shift = timedelta(minutes=shift_min)
    line = timeline(records)
    moved = Timeline(
        person=line.person,
        streams={name: frame.with_columns(time=frame["time"] + shift) for name, frame in line.streams.items()},
    )
    window = Window(start=WHOLE.start + shift, end=WHOLE.end + shift)
    here = everything(inputs_from_timeline(line, WHOLE).inputs)
    there = everything(inputs_from_timeline(moved, window).inputs)
    assert np.all(there.pop("minute_utc") - here.pop("minute_utc") == shift_min)
    here.pop("minute_of_day")
    for name, values in here.items():
        np.testing.assert_allclose(there[name], values, atol=1e-8, err_msg=name)


@given(basal_segments())
def test_minutes_are_known_where_a_segment_covers_most_of_them(basal: list[BasalSegment]) -> None:
    known = inputs_from_timeline(timeline([*basal]), WHOLE).basal_known
    first = WHOLE.start
    expected = np.zeros(known.size)
    for one in basal:
        begin = (one.time - first).total_seconds() / 60.0
        edges = np.clip(np.arange(known.size + 1), begin, begin + one.duration_min)
        expected += np.diff(edges)
    clear = np.abs(expected - 0.5) > 1e-6
    np.testing.assert_array_equal(known[clear], expected[clear] > 0.5)


@given(st.lists(st.builds(Activity, time=moments, duration_min=st.floats(1.0, 300.0), steps=amounts), max_size=4))
def test_all_steps_are_walked(bouts: list[Activity]) -> None:
    total = sum(bout.steps or 0.0 for bout in bouts)
    assert np.sum(inputs([*bouts]).steps_per_min) == pytest.approx(total, abs=1e-6)


@pytest.mark.parametrize(
    ("zone", "midday"),
    [
        ("Europe/Berlin", datetime(2024, 3, 31, 12, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2024, 10, 27, 12, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2024, 4, 7, 1, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2024, 10, 6, 1, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2024, 10, 6, 1, tzinfo=UTC)),
        ("America/Sao_Paulo", datetime(2018, 11, 4, 12, tzinfo=UTC)),
        ("Asia/Kolkata", datetime(2024, 10, 6, 1, tzinfo=UTC)),
    ],
)
def test_clock_of_every_minute_is_the_local_one(zone: str, midday: datetime) -> None:
    (day,) = timeline([], zone).local_days(Window(start=midday, end=midday + timedelta(minutes=1)))
    clock = clock_arrays(day.start, int(day.duration_min), zone)["minute_of_day"]
    local = [
        (day.start + timedelta(minutes=index)).astimezone(timeline([], zone).person.zone_info)
        for index in range(clock.size)
    ]
    assert clock.tolist() == [moment.hour * 60.0 + moment.minute for moment in local]


@given(st.integers(-(10**7), 10**7))
def test_clock_stays_within_the_day(shift_min: int) -> None:
    clock = clock_arrays(START + timedelta(minutes=shift_min), 3, "Asia/Kathmandu")["minute_of_day"]
    assert np.all((clock >= 0) & (clock < 1440))
