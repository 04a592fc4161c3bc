from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.advise.regimen_change import ChangeComposition, ChangeProduct, SplitBolus
from glucotwin.core.error import DataError, ModelError, NotFoundError
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from synthetic_person import synthetic_person

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


def line() -> Timeline:
    return Timeline.from_records(
        synthetic_person(),
        [
            Meal(time=NOON, carbs_g=50.0, protein_g=20.0),
            Bolus(time=NOON, insulin_u=4.0, extended_u=2.0, extended_min=60.0),
            Bolus(time=NOON + timedelta(hours=6), insulin_u=3.0),
            BasalSegment(time=NOON - timedelta(hours=12), duration_min=1440.0, rate_u_per_h=1.0),
        ],
    )


def test_split_keeps_the_size_and_divides_it() -> None:
    first, second = SplitBolus(at=NOON, now_fraction=0.25, over_min=90.0).apply(line()).records(Bolus)
    assert (first.insulin_u, first.extended_u, first.extended_min) == pytest.approx((1.5, 4.5, 90.0))
    assert second.insulin_u == 3.0


def test_whole_bolus_at_once_has_no_extended_part() -> None:
    first = next(iter(SplitBolus(at=NOON, now_fraction=1.0).apply(line()).records(Bolus)))
    assert (first.insulin_u, first.extended_u, first.extended_min) == (6.0, 0.0, 0.0)


def test_split_needs_a_share() -> None:
    with pytest.raises(DataError):
        SplitBolus(at=NOON, now_fraction=1.2).apply(line())


def test_other_insulin_fills_the_window_only() -> None:
    window = Window(start=NOON - timedelta(hours=1), end=NOON + timedelta(hours=1))
    after = ChangeProduct(product="faster-aspart", window=window).apply(line())
    assert [one.product for one in after.records(Bolus)] == ["faster-aspart", "rapid"]
    segments = list(after.records(BasalSegment))
    assert [(one.product, one.duration_min) for one in segments] == [
        ("rapid", 660.0),
        ("faster-aspart", 120.0),
        ("rapid", 660.0),
    ]


def test_other_insulin_throughout_renames_every_dose() -> None:
    after = ChangeProduct(product="regular").apply(line())
    assert {one.product for one in after.records(Bolus)} == {"regular"}
    assert {one.product for one in after.records(BasalSegment)} == {"regular"}


@pytest.mark.parametrize(("product", "error"), [("glargine-u100", ModelError), ("nothing", NotFoundError)])
def test_insulin_that_the_body_cannot_take_is_refused(product: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        ChangeProduct(product=product).apply(line())


def test_composition_sets_what_is_given_and_leaves_the_rest() -> None:
    meal = next(iter(ChangeComposition(at=NOON, fat_g=30.0).apply(line()).records(Meal)))
    assert (meal.carbs_g, meal.protein_g, meal.fat_g, meal.fibre_g) == (50.0, 20.0, 30.0, None)


def test_composition_of_nothing_is_refused() -> None:
    with pytest.raises(DataError):
        ChangeComposition(at=NOON).apply(line())


def test_sentences_name_what_is_changed() -> None:
    assert "25 %" in SplitBolus(at=NOON, now_fraction=0.25).sentence(line())
    assert "regular" in ChangeProduct(product="regular").sentence(line())
    assert "30 g of fat" in ChangeComposition(at=NOON, fat_g=30.0).sentence(line())
    assert "protein as recorded" in ChangeComposition(at=NOON, fat_g=30.0).sentence(line())


def test_who_may_ask_and_what_the_body_needs() -> None:
    assert SplitBolus(at=NOON, now_fraction=0.5).is_insulin
    assert ChangeProduct(product="regular").products == {"regular"}
    composition = ChangeComposition(at=NOON, fat_g=1.0)
    assert (composition.is_insulin, composition.modules) == (False, {"mixed-meal"})
    assert composition.until() == SplitBolus(at=NOON, now_fraction=0.5).until() == NOON
