"""What stands in for inputs that are not on record."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from glucotwin.domain.correction import Correction
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.imputation import (
    ASSUMED_WEIGHT_KG,
    ImputationReason,
    ImputedInput,
    imputations_of,
    imputed_by_reason,
    unrecorded_basal,
)
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import Person, TherapyKind, WeightEntry
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window

MIDNIGHT = datetime(2024, 3, 1, tzinfo=UTC)
DAY = Window(start=MIDNIGHT, end=MIDNIGHT + timedelta(days=1))
PERSON = Person(person_id="p1", zone="UTC", weights=(WeightEntry(day=date(2024, 1, 1), weight_kg=70.0),))
READING = GlucoseReading(time=MIDNIGHT, glucose_mgdl=100.0)


def at(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


def line(records: Sequence[Record], person: Person = PERSON) -> Timeline:
    return Timeline.from_records(person, records)


def segment(start_h: float, end_h: float) -> BasalSegment:
    return BasalSegment(time=at(start_h), duration_min=60.0 * (end_h - start_h), rate_u_per_h=1.0)


def hours(stretches: Sequence[Window]) -> list[tuple[float, float]]:
    hour = timedelta(hours=1)
    return [((one.start - MIDNIGHT) / hour, (one.end - MIDNIGHT) / hour) for one in stretches]


def test_stretches_without_a_rate_are_found_before_between_and_after_segments() -> None:
    found = unrecorded_basal(line([segment(2, 5), segment(5, 6), segment(8, 20)]), DAY)
    assert hours(found) == [(0, 2), (6, 8), (20, 24)]


def test_segments_from_before_and_beyond_the_window_cover_it() -> None:
    assert unrecorded_basal(line([segment(-10, 12), segment(12, 30)]), DAY) == ()


def test_long_acting_dose_covers_a_day_and_a_rapid_one_nothing() -> None:
    long, rapid = (PenDose(time=at(6), insulin_u=20.0, product=name) for name in ("glargine-u100", "rapid"))
    assert hours(unrecorded_basal(line([long]), DAY)) == [(0, 6)]
    assert hours(unrecorded_basal(line([rapid]), DAY)) == [(0, 24)]


def test_long_segment_hides_shorter_ones_that_end_before_it() -> None:
    doses = [PenDose(time=at(-1), insulin_u=20.0, product="long")]
    assert hours(unrecorded_basal(line([*doses, segment(1, 2)]), DAY)) == [(23, 24)]


def test_people_without_insulin_have_no_basal_imputed() -> None:
    assert imputations_of(line([READING]), DAY) == ()


def test_people_known_to_take_insulin_have_it_imputed_though_none_is_on_record() -> None:
    pump = replace(PERSON, therapy=TherapyKind.PUMP)
    (one,) = imputations_of(line([READING], pump), DAY)
    assert (one.quantity, one.reason) == (ImputedInput.BASAL, ImputationReason.BASAL_NEVER_RECORDED)


def test_basal_nowhere_on_record_is_less_certain_than_one_recorded_elsewhere() -> None:
    (never,) = imputations_of(line([Bolus(time=at(3), insulin_u=1.0)]), DAY)
    (usual,) = imputations_of(line([segment(0, 20)]), DAY)
    assert usual.reason is ImputationReason.BASAL_USUAL
    assert (usual.sd_fraction or 0.0) < (never.sd_fraction or 0.0)


def test_unknown_weight_is_told_with_what_stands_in() -> None:
    (weight,) = imputed_by_reason(imputations_of(line([READING], replace(PERSON, weights=())), DAY))
    assert weight.quantity is ImputedInput.WEIGHT
    assert f"{ASSUMED_WEIGHT_KG:.0f} kg" in weight.text


def assumption(*, taken_back: bool = False) -> Correction:
    return Correction(
        time=at(12), stream="meal", quantity="time", reason="meal-times-assumed", sd=75.0, reversed=taken_back
    )


def test_assumed_meal_time_is_imputed_unless_taken_back() -> None:
    meals = [Meal(time=at(12), carbs_g=50.0), Meal(time=at(15), carbs_g=20.0)]
    (one,) = imputations_of(line([READING, *meals, assumption()]), DAY)
    assert (one.start, one.amount, one.sd_min) == (at(12), 50.0, 75.0)
    assert imputations_of(line([READING, *meals, assumption(taken_back=True)]), DAY) == ()


def test_gathered_by_reason_with_total_hours_in_words_and_as_json() -> None:
    (one,) = imputed_by_reason(imputations_of(line([segment(2, 5), segment(6, 24)]), DAY))
    assert one.hours == pytest.approx(3.0)
    assert "3.0 h" in one.text
    assert [span["start"] for span in one.to_json()["spans"]] == [at(0).isoformat(), at(5).isoformat()]  # pyright: ignore
