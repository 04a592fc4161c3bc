from functools import cache

import numpy as np
import pytest

from glucotwin.advise.effect_curve import CARBS_G, INSULIN_U, EffectCurve, effect_curves
from glucotwin.advise.look_ahead import Prospect, prospect_of
from synthetic_person import ORIGIN, synthetic_timeline, synthetic_twin


@cache
def prospect() -> Prospect:
    return prospect_of(synthetic_twin(), synthetic_timeline(), origin=ORIGIN)


@cache
def curves() -> dict[tuple[str, int, float], EffectCurve]:
    return {(one.stream, one.start_min, one.amount): one for one in effect_curves(prospect(), (0, 120, 300))}


def test_every_stream_has_a_curve_for_every_start_within_the_hours_ahead() -> None:
    amounts = {"meal": CARBS_G, "bolus": INSULIN_U}
    assert set(curves()) == {(kind, start, one) for kind in amounts for start in (0, 120) for one in amounts[kind]}
    draws, points = prospect().mean_mgdl.shape
    assert curves()["meal", 0, 20.0].response.shape == (draws, points)
    assert curves()["bolus", 120, 1.0].response.shape == (draws, np.count_nonzero(prospect().t_min > 120))


def test_food_adds_and_insulin_divides() -> None:
    food, insulin = curves()["meal", 0, 20.0].response, curves()["bolus", 0, 1.0].response
    assert np.median(food, axis=0).max() > 0.5
    assert np.median(insulin, axis=0).min() < -0.02
    assert np.abs(food[:, 0]).max() < np.abs(food).max() / 2


def test_a_unit_does_less_beside_others() -> None:
    alone, beside = (np.median(curves()["bolus", 0, one].response, axis=0).min() for one in INSULIN_U)
    assert alone < beside < 0.0


def test_effect_of_food_hardly_depends_on_the_hour() -> None:
    early, late = (np.median(curves()["meal", start, 20.0].response, axis=0) for start in (0, 120))
    assert late == pytest.approx(early[: late.size], abs=0.35)


def test_curves_become_plain_numbers() -> None:
    told = curves()["bolus", 120, 4.0].to_json()
    assert (told["stream"], told["start_min"], told["amount"]) == ("bolus", 120, 4.0)
    assert np.asarray(told["response"]).shape == curves()["bolus", 120, 4.0].response.shape
