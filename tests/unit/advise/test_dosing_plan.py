from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from glucotwin.advise.change import AddMeal, ScaleMeal
from glucotwin.advise.dosing_plan import AnswerProportionally, DosingPlan, Redose
from glucotwin.advise.regimen_change import ChangeProduct
from glucotwin.advise.replay import replay_what_if
from glucotwin.advise.what_if import WhatIf
from glucotwin.core.error import DataError
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Window
from made_up_person import made_up_timeline, made_up_twin
from synthetic_person import HELD_OUT, synthetic_timeline, synthetic_twin

DINNER = synthetic_timeline().cut(HELD_OUT).frame(Bolus)["time"][-1]
MEAL = synthetic_timeline().cut(HELD_OUT).frame(Meal)["time"][-1]
EVENING = Window(
    start=DINNER.replace(minute=0) - timedelta(hours=1), end=DINNER.replace(minute=0) + timedelta(minutes=185)
)


def answered(dosing: DosingPlan, *, factor: float = 1.0) -> WhatIf:
    change = ScaleMeal(at=MEAL, factor=factor)
    return replay_what_if(synthetic_twin(), synthetic_timeline(), window=EVENING, changes=(change,), dosing=dosing)


@cache
def by_ratio(ratio: float) -> WhatIf:
    return answered(Redose(carb_ratio_g_per_u=ratio, correction_factor_mgdl_per_u=42.0, target_mgdl=110.0))


@pytest.mark.slow
def test_smaller_ratio_gives_more_insulin_and_lower_glucose() -> None:
    strict, lax = by_ratio(6.0).changed.median_mgdl, by_ratio(20.0).changed.median_mgdl
    assert strict[-1] < lax[-1] - 5.0
    assert np.all(strict <= lax + 1e-6)


@pytest.mark.slow
def test_replay_says_that_dosing_answered() -> None:
    answer = by_ratio(6.0)
    assert "what-if-dosing-answered" in answer.cautions
    assert any("6 g/U" in one for one in answer.changes)
    assert answer.assumed_effect is not None
    assert answer.assumed_effect.fall_per_unit_mgdl is not None


@pytest.mark.slow
def test_answer_in_proportion_halves_what_a_larger_meal_does() -> None:
    held = replay_what_if(
        synthetic_twin(), synthetic_timeline(), window=EVENING, changes=(ScaleMeal(at=MEAL, factor=1.5),)
    )
    with_answer = answered(AnswerProportionally(within_min=60.0), factor=1.5)
    assert np.all(with_answer.difference.median_mgdl <= held.difference.median_mgdl + 1e-6)
    assert with_answer.difference.median_mgdl[-1] < held.difference.median_mgdl[-1] - 1.0


def test_answer_to_nothing_is_nothing() -> None:
    assert np.abs(answered(AnswerProportionally()).difference.median_mgdl).max() < 1e-9


def test_calculator_without_settings_is_refused() -> None:
    hours = Window(start=MEAL - timedelta(hours=1), end=MEAL + timedelta(hours=3))
    record = made_up_timeline()
    with pytest.raises(DataError, match="no carbohydrate ratio"):
        Redose().response(made_up_twin(), record, hours, hours)


@pytest.mark.parametrize(
    "plan", [Redose(carb_ratio_g_per_u=0.0, correction_factor_mgdl_per_u=40.0), AnswerProportionally(within_min=1.0)]
)
def test_impossible_plans_are_refused(plan: DosingPlan) -> None:
    hours = Window(start=MEAL - timedelta(hours=1), end=MEAL + timedelta(hours=3))
    with pytest.raises(DataError):
        plan.response(synthetic_twin(), synthetic_timeline(), hours, hours)


def test_calculator_is_asked_where_a_bolus_is_on_record_for_the_food_that_belongs_to_it() -> None:
    response = Redose().response(synthetic_twin(), synthetic_timeline(), EVENING, EVENING)
    (step,) = np.flatnonzero(response.asked)
    assert step == int((DINNER - EVENING.start) / timedelta(minutes=5))
    meal = synthetic_timeline().cut(HELD_OUT).frame(Meal)["carbs_g"][-1]
    assert response.announced_g[step] == meal
    assert not len(Redose().without_answered(synthetic_timeline(), EVENING).cut(EVENING).frame(Bolus))


def test_other_insulin_and_answering_dosing_are_not_asked_together() -> None:
    with pytest.raises(DataError, match="together"):
        replay_what_if(
            synthetic_twin(),
            synthetic_timeline(),
            window=EVENING,
            changes=(ChangeProduct(product="regular"), AddMeal(at=MEAL, carbs_g=1.0)),
            dosing=AnswerProportionally(),
        )
