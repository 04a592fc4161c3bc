from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from glucotwin.domain.condition import Condition, ConditionKind
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.grid import grid_data
from glucotwin.twin.latent.estimate import Latent, LatentKind, Latents
from glucotwin.twin.latent.explained import (
    FOUND,
    effect_factors,
    explained_data,
    explained_timeline,
    found_meals,
)
from glucotwin.twin.latent.influence import ABSORPTION_PARAMETERS, ACTION_PARAMETER
from synthetic_person import BASAL_U_PER_H, START, synthetic_person, synthetic_timeline

DAY = timedelta(days=1)


def latent(kind: LatentKind, start: timedelta, end: timedelta, mean: float, sd: float = 0.1) -> Latent:
    return Latent(kind=kind, start=START + start, end=START + end, mean=mean, sd=sd, prior_mean=0.0, prior_sd=0.3)


def first_meal() -> timedelta:
    return synthetic_timeline().frame(Meal)["time"][0] - START


def some_latents() -> Latents:
    at = timedelta(minutes=5 * (first_meal() // timedelta(minutes=5)))
    step = timedelta(minutes=5)
    return Latents(
        estimates=(
            latent(LatentKind.DAY_SENSITIVITY, DAY, 2 * DAY, np.log(0.8)),
            latent(LatentKind.MEAL_CARBS, at, at + step, np.log(1.5)),
            latent(LatentKind.MEAL_ABSORPTION, at, at + step, np.log(0.7)),
            latent(LatentKind.UNLOGGED_MEAL, timedelta(hours=16), timedelta(hours=16) + step, 40.0, 10.0),
            latent(LatentKind.UNLOGGED_MEAL, timedelta(hours=3), timedelta(hours=3) + step, 20.0, 12.0),
        )
    )


def test_only_meals_that_are_all_but_certain_are_taken_for_eaten() -> None:
    assert [one.mean for one in found_meals(some_latents())] == [40.0]


def test_records_tell_what_was_eaten() -> None:
    before, after = (
        synthetic_timeline().frame(Meal),
        explained_timeline(synthetic_timeline(), some_latents()).frame(Meal),
    )
    found = after.filter(after["source"] == FOUND)
    assert found["carbs_g"].to_list() == [40.0]
    logged = after.filter(after["source"] != FOUND)
    assert logged["carbs_g"][0] == pytest.approx(1.5 * before["carbs_g"][0])
    assert logged["carbs_g"][1:].to_list() == before["carbs_g"][1:].to_list()
    assert after["time"].is_sorted()


def test_nothing_changes_where_nothing_is_known_to_differ() -> None:
    same = explained_timeline(synthetic_timeline(), Latents(estimates=()))
    assert same.frame(Meal).equals(synthetic_timeline().frame(Meal))


def test_grid_carries_the_action_of_every_day_and_the_absorption_of_every_meal() -> None:
    window = Window(start=START + DAY / 2, end=START + 1.5 * DAY)
    data = grid_data(synthetic_timeline(), window, usual_basal_u_per_min=BASAL_U_PER_H / 60.0)
    factors = explained_data(data, synthetic_timeline(), some_latents()).inputs.parameter_factor
    assert np.allclose(factors[ACTION_PARAMETER][:144], 1.0)
    assert np.allclose(factors[ACTION_PARAMETER][144:], 1.0 / 0.8)
    absorption = np.asarray(factors[ABSORPTION_PARAMETERS[0]])
    assert np.allclose(absorption[:48], 0.7)
    # The meal that was found ends what is known of the one before it.
    assert np.allclose(absorption[48:], 1.0)


def test_latent_inputs_say_how_sure_they_are() -> None:
    one = replace(latent(LatentKind.MEAL_CARBS, DAY, DAY, np.log(1.5), 0.15), recorded_g=40.0)
    median, low, high = one.interval()
    assert (median, one.informed_fraction) == (pytest.approx(1.5), pytest.approx(0.5))
    assert low == pytest.approx(1.5 * np.exp(-1.6449 * 0.15))
    assert one.to_json()["unit"] == "factor"
    assert one.to_json()["recorded_g"] == 40.0
    assert latent(LatentKind.UNLOGGED_MEAL, DAY, DAY, 5.0, 10.0).interval()[1] == 0.0
    assert high > median


def test_effects_hold_ahead_as_they_are_at_the_origin_and_only_where_there_is_an_occasion() -> None:
    window = Window(start=START + DAY, end=START + 2 * DAY)
    data = grid_data(synthetic_timeline(), window, usual_basal_u_per_min=BASAL_U_PER_H / 60.0)
    effect = Latents(estimates=(latent(LatentKind.ILLNESS, 0 * DAY, DAY, np.log(0.5)),))
    assert effect_factors(data, synthetic_timeline(), None, ahead_steps=12) is None
    assert effect_factors(data, synthetic_timeline(), effect, ahead_steps=12) is None
    # It ends after the origin: how long it will last is not known there.
    ill = Condition(time=window.start - 4 * DAY, kind=ConditionKind.ILLNESS, duration_min=5 * 1440.0 + 30.0)
    sick = synthetic_timeline().merged(Timeline.from_records(synthetic_person(), [ill]))
    data = grid_data(sick, window, usual_basal_u_per_min=BASAL_U_PER_H / 60.0)
    factors = effect_factors(data, sick, effect, ahead_steps=12)
    assert factors is not None
    assert factors[ACTION_PARAMETER].shape == (data.steps + 12,)
    assert factors[ACTION_PARAMETER] == pytest.approx(2.0)
    assert effect_factors(data, sick, some_latents(), ahead_steps=12) is None
