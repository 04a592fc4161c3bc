"""Taking every correction back gives the raw values; making them again gives the very timeline of before."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.correction import Correction
from glucotwin.domain.frame import frame_from_records
from glucotwin.domain.insulin import BasalSegment
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import Person
from glucotwin.domain.reversal import make_again, record_json, step_id, take_back
from glucotwin.domain.timeline import Timeline

START = datetime(2024, 3, 1, tzinfo=UTC)
KINDS = ("none", "unit", "left out", "moved", "assumed")
CASES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(1, 900), st.booleans()), min_size=1, max_size=12)


def at(place: int, minutes: int = 0) -> datetime:
    return START + timedelta(hours=place, minutes=minutes)


def seconds(time: datetime) -> float:
    return time.timestamp()


def made(cases: list[tuple[str, int, bool]]) -> tuple[Timeline, set[tuple[str, datetime, float]]]:
    """A timeline as an import left it, and what came: stream, time and value of every record."""
    records: list[Meal | BasalSegment | Correction] = []
    raw: set[tuple[str, datetime, float]] = set()
    for place, (kind, value, is_meal) in enumerate(cases):
        time, stream = at(place), "meal" if is_meal else "basal"
        quantity = "carbs_g" if is_meal else "rate_u_per_h"

        def record(when: datetime, amount: float, meal: bool = is_meal) -> Meal | BasalSegment:
            return (
                Meal(time=when, source="a", carbs_g=amount)
                if meal
                else BasalSegment(time=when, source="a", duration_min=5.0, rate_u_per_h=amount / 100.0)
            )

        def step(when: datetime = time, name: str = quantity, in_stream: str = stream, **own: object) -> Correction:
            return Correction(time=when, source="a", stream=in_stream, quantity=name, reason="made-up", **own)  # pyright: ignore

        used = float(value) if is_meal else value / 100.0
        if kind == "unit":
            records += [record(time, value), step(original=used * 1000.0, corrected=used)]
            raw.add((stream, time, used * 1000.0))
        elif kind == "left out":
            frame = frame_from_records(Meal if is_meal else BasalSegment, [record(time, value)])  # pyright: ignore
            records.append(step(original=used, record=record_json(frame.row(0, named=True))))
            raw.add((stream, time, used))
        elif kind == "moved":
            written = at(place, 30)
            records += [record(time, value), step(name="time", original=seconds(written), corrected=seconds(time))]
            raw.add((stream, written, used))
        elif kind == "assumed":
            records += [record(time, value), step(name="time", corrected=seconds(time), sd=60.0)]
        else:
            records.append(record(time, value))
            raw.add((stream, time, used))
    return Timeline.from_records(Person(person_id="p"), records), raw


def values(timeline: Timeline) -> set[tuple[str, datetime, float]]:
    meals = {("meal", one["time"], one["carbs_g"]) for one in timeline.frame(Meal).iter_rows(named=True)}
    rates = {("basal", one["time"], one["rate_u_per_h"]) for one in timeline.frame(BasalSegment).iter_rows(named=True)}
    return meals | rates


@settings(deadline=None, max_examples=60)
@given(cases=CASES)
def test_taking_all_back_gives_what_came_and_making_all_again_what_was(cases: list[tuple[str, int, bool]]) -> None:
    timeline, raw = made(cases)
    back = take_back(timeline)
    assert back.missing == ()
    assert values(back.timeline) == raw
    assert len(back.timeline.frame(Correction)) == len(timeline.frame(Correction))
    again = make_again(back.timeline)
    assert timeline_hash(again.timeline) == timeline_hash(timeline)
    assert set(again.done) == set(back.done)


@settings(deadline=None, max_examples=60)
@given(cases=CASES, chosen=st.sets(st.integers(0, 11)))
def test_any_steps_taken_back_and_made_again_give_the_same_timeline(
    cases: list[tuple[str, int, bool]], chosen: set[int]
) -> None:
    timeline, _ = made(cases)
    ids = {step_id(step) for place, step in enumerate(timeline.records(Correction)) if place in chosen}
    back = take_back(timeline, lambda step: step_id(step) in ids)
    assert set(back.done) == ids
    assert (timeline_hash(back.timeline) == timeline_hash(timeline)) == (not ids)
    assert take_back(back.timeline, lambda step: step_id(step) in ids).done == ()
    assert timeline_hash(make_again(back.timeline).timeline) == timeline_hash(timeline)
