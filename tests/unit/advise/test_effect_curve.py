from functools import cache

import numpy as np
import pytest

from glucotwin.advise.effect_curve import EffectCurve, effect_curves
from glucotwin.advise.look_ahead import Prospect, prospect_of
from synthetic_person import ORIGIN, synthetic_timeline, synthetic_twin


@cache
def prospect() -> Prospect:
    return prospect_of(synthetic_twin(), synthetic_timeline(), origin=ORIGIN)


@cache
def curves() -> dict[tuple[str, int], EffectCurve]:
    return {(one.stream, one.start_min): one for one in effect_curves(prospect(), (0, 120, 300))}


def test_every_stream_has_a_curve_for_every_start_within_the_hours_ahead() -> None:
    assert set(curves()) == {("meal", 0), ("meal", 120), ("bolus", 0), ("bolus", 120)}
    draws, points = prospect().mean_mgdl.shape
    assert curves()["meal", 0].response.shape == (draws, points)
    assert curves()["bolus", 120].response.shape == (draws, np.count_nonzero(prospect().t_min > 120))


def test_food_adds_and_insulin_divides() -> None:
    food, insulin = curves()["meal", 0].response, curves()["bolus", 0].response
    assert np.median(food, axis=0).max() > 0.5
    assert np.median(insulin, axis=0).min() < -0.02
    assert np.abs(food[:, 0]).max() < np.abs(food).max() / 2


def test_effect_of_food_hardly_depends_on_the_hour() -> None:
    early, late = (np.median(curves()["meal", start].response, axis=0) for start in (0, 120))
    assert late == pytest.approx(early[: late.size], abs=0.35)


def test_curves_become_plain_numbers() -> None:
    told = curves()["bolus", 120].to_json()
    assert (told["stream"], told["start_min"]) == ("bolus", 120)
    assert np.asarray(told["response"]).shape == curves()["bolus", 120].response.shape
