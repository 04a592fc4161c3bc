"""Draws are followed in half weeks as one person is by days."""

from dataclasses import replace

import numpy as np
import pytest

from glucotwin.advise.regimen.body import STEP_D, Draws, follow_draws, goes_on, taken_doses
from glucotwin.advise.regimen.spell import Spell, taken_on, with_plan
from glucotwin.months.course import months_course
from glucotwin.months.intake import felt_doses
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.person import MonthsPerson
from glucotwin.months.treatment import Treatment

PERSON = MonthsPerson(age_y=57, female=False, weight_kg=95, height_m=1.72, hba1c_pct=8.6, egfr=88, fasting_mmoll=9.9)
METFORMIN = Spell(medicine="metformin", dose=2000.0)


def same_draws(person: MonthsPerson, *, response: float = 1.0, count: int = 2) -> Draws:
    def all_alike(value: float) -> np.ndarray:
        return np.full(count, value)

    return Draws(
        hba1c_pct=all_alike(person.hba1c_pct),
        fasting_mmoll=all_alike(person.usual_fasting_mmoll),
        mean_mmoll=all_alike(person.usual_mean_mmoll),
        decline=all_alike(1.0),
        drift_pct=all_alike(0.0),
        weight=all_alike(1.0),
        persistence=all_alike(1.0),
        response={"other": all_alike(response)},
    )


@pytest.mark.parametrize(
    ("name", "dose", "response"),
    [
        ("semaglutide", 1.0, 1.0),
        ("empagliflozin", 10.0, 0.7),
        ("glimepiride", 4.0, 1.3),
        ("pioglitazone", 30.0, 1.0),
        ("glargine", 0.0, 1.0),
    ],
)
def test_draws_live_through_what_the_slow_body_of_one_person_does(name: str, dose: float, response: float) -> None:
    titrated = dose == 0.0
    months = follow_draws(
        PERSON,
        same_draws(PERSON, response=response),
        [Spell(medicine=name, dose=dose, start_d=0, titrated=titrated)],
        days=182,
    )
    one = months_course(
        PERSON, [Treatment(medicine=MEDICINES[name], dose=dose, titrated=titrated)], days=182, response=response
    )
    for day in (91, 182):
        assert months.at("hba1c_pct", day)[0] == pytest.approx(one.on(day).hba1c_pct, abs=0.03)
        assert months.at("fasting_mmoll", day)[0] == pytest.approx(one.on(day).fasting_mmoll, abs=0.12)
        assert months.at("weight_kg", day)[0] == pytest.approx(one.on(day).weight_kg, abs=0.1)


def test_what_was_taken_before_and_goes_on_changes_nothing() -> None:
    months = follow_draws(PERSON, same_draws(PERSON), [METFORMIN], days=91)
    assert months.hba1c_pct[-1] == pytest.approx(PERSON.hba1c_pct, abs=0.06)  # beta cells tire a little


def test_stopping_what_was_taken_before_raises_glucose() -> None:
    months = follow_draws(PERSON, same_draws(PERSON), [replace(METFORMIN, end_d=0)], days=182)
    assert np.all(months.hba1c_pct[-1] > PERSON.hba1c_pct + 0.5)


def test_a_raised_dose_goes_on_from_where_it_was() -> None:
    first = Spell(medicine="semaglutide", dose=0.5, start_d=-200, end_d=0)
    semaglutide, second = MEDICINES["semaglutide"], Spell(medicine="semaglutide", dose=1.0, start_d=0)
    taken = taken_doses(semaglutide, [first, second], steps=52)
    felt = felt_doses(semaglutide, taken, before=0.5, step_d=STEP_D)
    assert felt[0] == pytest.approx(0.5)
    assert np.all(np.diff(felt) >= -1e-12)
    assert felt[-1] == pytest.approx(1.0, abs=0.01)


def test_a_plan_ends_what_it_does_not_hold() -> None:
    history = (METFORMIN, Spell(medicine="glimepiride", dose=2.0, start_d=0))
    plan = (METFORMIN, Spell(medicine="semaglutide", dose=1.0, start_d=0))
    after = with_plan(history, plan, day=91)
    assert {one.name for one in taken_on(after, 90)} == {"metformin:2000", "glimepiride:2"}
    assert {one.name for one in taken_on(after, 91)} == {"metformin:2000", "semaglutide:1"}


def test_who_persists_least_stops_and_hba1c_comes_back() -> None:
    draws = replace(same_draws(PERSON), persistence=np.array([0.05, 1.0]))
    begun = Spell(medicine="semaglutide", dose=1.0, start_d=0)
    months = follow_draws(PERSON, draws, [METFORMIN, begun], days=365)
    assert months.hba1c_pct[-1, 0] > months.hba1c_pct[-1, 1] + 1.0
    insulin = follow_draws(PERSON, draws, [Spell(medicine="glargine", dose=0.0, start_d=0, titrated=True)], days=365)
    assert insulin.insulin_u_per_d[-1, 0] == 0.0
    assert insulin.insulin_u_per_d[-1, 1] > 20.0


def test_what_was_taken_for_long_goes_on_and_a_new_dose_shows_that_it_was_taken() -> None:
    persistence = np.array([0.0, 0.08, 1.0])
    assert goes_on([METFORMIN], persistence, steps=104).all()
    first, second = (
        Spell(medicine="semaglutide", dose=0.5, start_d=0, end_d=182),
        Spell(medicine="semaglutide", dose=1.0, start_d=182),
    )
    taken = goes_on([first, second], persistence, steps=104)
    assert taken[[0, 51, 52, 103], 1].tolist() == [True, False, True, False]
    assert taken[:, 2].all()
