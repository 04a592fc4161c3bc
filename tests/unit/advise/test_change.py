from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.advise.change import (
    AddBolus,
    AddMeal,
    Change,
    ScaleBasal,
    ScaleBolus,
    ScaleMeal,
    ShiftBolus,
    ShiftMeal,
    apply_changes,
)
from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window
from synthetic_person import synthetic_person

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
EVENING = NOON + timedelta(hours=7)


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def line(extra: Sequence[Record] = ()) -> Timeline:
    records = [
        Meal(time=NOON, carbs_g=50.0, protein_g=20.0, fat_g=10.0),
        Meal(time=EVENING, carbs_g=80.0),
        Bolus(time=NOON, insulin_u=4.0, extended_u=2.0, extended_min=60.0),
        Bolus(time=EVENING, insulin_u=7.0),
        BasalSegment(time=at(-12), duration_min=720.0, rate_u_per_h=0.6),
        BasalSegment(time=NOON, duration_min=720.0, rate_u_per_h=1.2),
        *extra,
    ]
    return Timeline.from_records(synthetic_person(), records)


def basal_u(timeline: Timeline, window: Window | None = None) -> float:
    segments = (timeline if window is None else timeline.cut(window)).frame(BasalSegment)
    return float((segments["rate_u_per_h"] * segments["duration_min"]).sum()) / 60.0


def boluses(timeline: Timeline) -> list[Bolus]:
    return list(timeline.records(Bolus))


def meals(timeline: Timeline) -> list[Meal]:
    return list(timeline.records(Meal))


def test_scaling_a_bolus_scales_both_its_parts_and_no_other() -> None:
    after = ScaleBolus(at=NOON, factor=1.5).apply(line())
    doses = [(one.insulin_u, one.extended_u, one.extended_min) for one in boluses(after)]
    assert doses == [(6.0, 3.0, 60.0), (7.0, 0.0, 0.0)]
    assert meals(after) == meals(line())
    assert basal_u(after) == basal_u(line())


def test_shifting_a_bolus_moves_its_time_and_keeps_its_amount() -> None:
    after = ShiftBolus(at=NOON, minutes=-20.0).apply(line())
    assert [one.time for one in boluses(after)] == [NOON - timedelta(minutes=20), EVENING]
    assert [one.total_u for one in boluses(after)] == [6.0, 7.0]


def test_bolus_shifted_past_another_leaves_the_stream_sorted() -> None:
    after = ShiftBolus(at=NOON, minutes=500.0).apply(line())
    assert [one.total_u for one in boluses(after)] == [7.0, 6.0]


def test_adding_a_bolus_adds_exactly_it() -> None:
    after = AddBolus(at=at(2), insulin_u=1.5).apply(line())
    assert sum(one.total_u for one in boluses(after)) == 14.5
    assert [one.time for one in boluses(after)] == [NOON, at(2), EVENING]


def test_scaling_a_meal_scales_every_nutrient_that_is_known() -> None:
    first, second = meals(ScaleMeal(at=NOON, factor=0.5).apply(line()))
    assert (first.carbs_g, first.protein_g, first.fat_g, first.fibre_g) == (25.0, 10.0, 5.0, None)
    assert second.carbs_g == 80.0


def test_shifting_and_adding_meals_keep_the_others() -> None:
    after = apply_changes(line(), (ShiftMeal(at=EVENING, minutes=30.0), AddMeal(at=at(3), carbs_g=15.0)))
    assert [(one.time, one.carbs_g) for one in meals(after)] == [
        (NOON, 50.0),
        (at(3), 15.0),
        (EVENING + timedelta(minutes=30), 80.0),
    ]


def test_first_meal_or_bolus_can_be_added_to_an_empty_record() -> None:
    nothing = Timeline(person=synthetic_person())
    after = apply_changes(nothing, (AddMeal(at=NOON, carbs_g=20.0), AddBolus(at=NOON, insulin_u=2.0)))
    assert (len(meals(after)), len(boluses(after))) == (1, 1)


def test_nearest_record_within_ten_minutes_is_meant() -> None:
    close = line([Bolus(time=NOON + timedelta(minutes=8), insulin_u=1.0)])
    after = ScaleBolus(at=NOON + timedelta(minutes=6), factor=3.0).apply(close)
    assert [one.insulin_u for one in boluses(after)] == [4.0, 3.0, 7.0]


def test_basal_is_scaled_only_within_the_window_and_segments_are_split_at_its_edges() -> None:
    window = Window(start=at(-2), end=at(3))
    after = ScaleBasal(factor=1.5, window=window).apply(line())
    assert basal_u(after, window) == pytest.approx(1.5 * (2 * 0.6 + 3 * 1.2))
    assert basal_u(after, Window(start=at(-12), end=at(-2))) == pytest.approx(10 * 0.6)
    assert basal_u(after, Window(start=at(3), end=at(12))) == pytest.approx(9 * 1.2)
    segments = [(one.time, one.duration_min, one.rate_u_per_h) for one in after.records(BasalSegment)]
    assert segments == [
        (at(-12), 600.0, 0.6),
        (at(-2), 120.0, pytest.approx(0.9)),
        (NOON, 180.0, pytest.approx(1.8)),
        (at(3), 540.0, 1.2),
    ]


def test_basal_without_a_window_is_scaled_throughout() -> None:
    assert basal_u(ScaleBasal(factor=0.8).apply(line())) == pytest.approx(0.8 * basal_u(line()))


def test_long_last_basal_segment_keeps_its_whole_length() -> None:
    segment = BasalSegment(time=NOON, duration_min=4 * 1440.0, rate_u_per_h=1.0)
    long = Timeline.from_records(synthetic_person(), [segment])
    within = ScaleBasal(factor=2.0, window=Window(start=NOON, end=at(1))).apply(long)
    assert basal_u(within) == pytest.approx(basal_u(long) + 1.0)
    assert basal_u(ScaleBasal(factor=2.0).apply(long)) == pytest.approx(2.0 * basal_u(long))


@pytest.mark.parametrize("window", [Window(start=at(-50), end=at(-40)), Window(start=at(60), end=at(70))])
def test_window_beyond_the_record_changes_no_basal(window: Window) -> None:
    assert basal_u(ScaleBasal(factor=3.0, window=window).apply(line())) == pytest.approx(basal_u(line()))


@pytest.mark.parametrize(
    "change",
    [
        ScaleBolus(at=at(3), factor=1.2),
        ShiftBolus(at=at(3), minutes=5.0),
        ScaleMeal(at=at(3), factor=1.2),
        ShiftMeal(at=NOON + timedelta(minutes=11), minutes=5.0),
    ],
)
def test_change_of_what_is_not_on_record_is_refused(change: Change) -> None:
    with pytest.raises(NotFoundError, match="within 10 min") as caught:
        change.apply(line())
    assert caught.value.code is ErrorCode.UNKNOWN_NAME
    assert caught.value.hint


def test_basal_that_is_not_on_record_cannot_be_changed() -> None:
    with pytest.raises(NotFoundError, match="no basal rate"):
        ScaleBasal(factor=1.1).apply(Timeline(person=synthetic_person()))


@pytest.mark.parametrize("factor", [-0.1, 10.1, float("nan"), float("inf")])
def test_impossible_factor_is_refused(factor: float) -> None:
    for change in (ScaleBolus(at=NOON, factor=factor), ScaleMeal(at=NOON, factor=factor), ScaleBasal(factor=factor)):
        with pytest.raises(DataError) as caught:
            change.apply(line())
        assert caught.value.code is ErrorCode.INVALID_VALUE


@pytest.mark.parametrize("amount", [-1.0, float("nan"), 5000.0])
def test_impossible_amount_is_refused(amount: float) -> None:
    for change in (AddBolus(at=NOON, insulin_u=amount), AddMeal(at=NOON, carbs_g=amount)):
        with pytest.raises(DataError):
            change.apply(line())


def test_changes_are_made_in_order() -> None:
    later = ScaleBolus(at=EVENING + timedelta(hours=1), factor=2.0)
    moved = apply_changes(line(), (ShiftBolus(at=EVENING, minutes=60.0), later))
    assert [one.total_u for one in boluses(moved)] == [6.0, 14.0]


EVERY: list[tuple[Change, bool, str]] = [
    (ScaleBolus(at=NOON, factor=1.2), True, "20"),
    (ShiftBolus(at=NOON, minutes=-20.0), True, "earlier"),
    (AddBolus(at=NOON, insulin_u=1.5), True, "1.5"),
    (ScaleBasal(factor=0.9), True, "less"),
    (ScaleMeal(at=NOON, factor=0.5), False, "50"),
    (ShiftMeal(at=NOON, minutes=15.0), False, "later"),
    (AddMeal(at=NOON, carbs_g=12.0), False, "12"),
    (AddMeal(at=NOON, carbs_g=12.0, absorption=Absorption.FAST), False, "fast"),
]


@pytest.mark.parametrize(("change", "is_insulin", "word"), EVERY)
def test_change_says_itself_and_whether_it_is_about_insulin(change: Change, is_insulin: bool, word: str) -> None:
    sentence = change.sentence(line())
    assert change.is_insulin is is_insulin
    assert word in sentence
    assert "change-" not in sentence  # a key that the catalogue lacks
    assert "{" not in sentence


def test_clock_in_the_sentence_is_the_persons_own() -> None:
    berlin = replace(line(), person=replace(synthetic_person(), zone="Europe/Berlin"))
    assert "13:00" in ScaleBolus(at=NOON, factor=1.2).sentence(berlin)


def test_only_changes_at_a_time_name_one() -> None:
    assert ScaleBolus(at=NOON, factor=1.0).until() == NOON
    assert ScaleBasal(factor=1.0).until() is None
