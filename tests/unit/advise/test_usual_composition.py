from datetime import UTC, datetime

import pytest

from glucotwin.advise.usual_composition import EnrichMeal, says_composition, with_usual_composition
from glucotwin.domain.meal import Absorption, Meal
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline
from glucotwin.scenario.habit import habit_constant

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def record(**meal: object) -> Timeline:
    return Timeline.from_records(Person(person_id="me", zone="UTC"), [Meal(time=AT, carbs_g=60.0, **meal)])  # type: ignore[arg-type]


def eaten(timeline: Timeline) -> dict[str, float]:
    return timeline.frame(Meal).row(0, named=True)


def test_what_is_not_on_record_is_what_is_usual_for_the_carbohydrate() -> None:
    meal = eaten(with_usual_composition(record()))
    for name in ("protein_g", "fat_g", "fibre_g"):
        assert meal[name] == pytest.approx(60.0 * habit_constant(f"{name}_per_g"))


def test_what_is_on_record_stays_and_fast_carbohydrate_holds_nothing_else() -> None:
    assert eaten(with_usual_composition(record(protein_g=3.0)))["protein_g"] == 3.0
    fast = eaten(with_usual_composition(record(absorption=Absorption.FAST)))
    assert [fast[name] for name in ("protein_g", "fat_g", "fibre_g")] == [0.0, 0.0, 0.0]


def test_a_record_says_its_composition_only_when_every_nutrient_is_there() -> None:
    assert not says_composition(record(protein_g=3.0, fat_g=1.0))
    assert says_composition(with_usual_composition(record()))


def test_a_meal_is_raised_to_at_least_so_much_and_never_lowered() -> None:
    change = EnrichMeal(at=AT, fibre_g=10.0, protein_g=25.0)
    meal = eaten(change.apply(record(fibre_g=12.0, protein_g=5.0)))
    assert (meal["fibre_g"], meal["protein_g"]) == (12.0, 25.0)
    assert change.changes(record(fibre_g=12.0, protein_g=5.0))
    assert not change.changes(record(fibre_g=12.0, protein_g=30.0))
    assert "12:00" in change.sentence(record())
