"""The body of Tidepool's risk scenarios does what its settings say."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from glucotwin.core.error import ModelError
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.registry import BODIES, find_subject, make_body
from glucotwin.simulate.solver import step_minutes
from glucotwin.simulate.trajectory import simulate

BODY = "tidepool-simple"
HOURS_8 = 480
PROFILES = [one.name for one in BODIES[BODY].subjects()]


def inputs(profile: str, *, bolus_u: float = 0.0, carbs_g: float = 0.0, minutes: int = HOURS_8) -> Inputs:
    insulin = np.full(minutes, find_subject(BODY, profile).basal_u_per_min)
    carbs = np.zeros(minutes)
    insulin[0] += bolus_u
    carbs[0] += carbs_g
    start = datetime(2019, 8, 15, 12, tzinfo=UTC)
    return constant_inputs(minutes, start=start, insulin_u_per_min=insulin, carbs_g_per_min=carbs)


def course(profile: str, given: Inputs) -> np.ndarray:
    return np.asarray(simulate(make_body(BODY, subject=profile), given).outputs["glucose_mgdl"])


@pytest.mark.parametrize("profile", PROFILES)
def test_true_basal_rate_holds_glucose_level(profile: str) -> None:
    np.testing.assert_allclose(course(profile, inputs(profile)), 110.0, atol=1e-9)


def test_bolus_lowers_glucose_as_the_published_curve() -> None:
    fall = 110.0 - course("median", inputs("median", bolus_u=1.0))
    t = np.arange(HOURS_8 + 1.0)
    gone = 1.0 - (70.0 * np.exp(-t / 70.0) - 55.0 * np.exp(-t / 55.0)) / 15.0
    # A minute's dose is spread over that minute, the curve's is not.
    np.testing.assert_allclose(fall, 50.0 * gone, atol=0.3)


@pytest.mark.parametrize(("absorption_min", "time_constant_min"), [(30, 2), (80, 13), (180, 34), (300, 60), (595, 124)])
def test_food_raises_glucose_after_the_dead_time_as_the_published_curve(
    absorption_min: int, time_constant_min: int
) -> None:
    body = make_body(BODY, subject="median").with_parameters({"gut.absorption_time_min": absorption_min})
    rise = np.asarray(simulate(body, inputs("median", carbs_g=13.0)).outputs["glucose_mgdl"]) - 110.0
    t = np.arange(HOURS_8 + 1.0)
    expected = np.where(t < 20.0, 0.0, 50.0 * -np.expm1(-np.maximum(t - 20.0, 0.0) / time_constant_min))
    np.testing.assert_allclose(rise, expected, atol=0.02)


def test_meal_with_its_bolus_comes_back_to_where_it_started() -> None:
    after = course("resistant", inputs("resistant", bolus_u=3.3, carbs_g=33.0, minutes=1440))
    assert after[-1] == pytest.approx(110.0, abs=0.1)
    assert after.max() > 150.0


def test_own_secretion_pulls_type_2_glucose_down() -> None:
    with_insulin = course("t2_median", inputs("t2_median", carbs_g=69.6))
    body = make_body(BODY, subject="t2_median").with_parameters({"glucose.secretion_u_per_min_per_mgdl": 0.0})
    without = np.asarray(simulate(body, inputs("t2_median", carbs_g=69.6)).outputs["glucose_mgdl"])
    assert with_insulin[-1] < without[-1] - 20.0


def test_longer_steps_are_refused() -> None:
    body = make_body(BODY)
    now = inputs("median").map(lambda values: values[0])
    with pytest.raises(ModelError, match="steps by one minute"):
        step_minutes(body, body.initial_state(), now, minutes=5.0)


def test_waiting_food_is_not_lost() -> None:
    body = make_body(BODY)
    state = simulate(body, inputs("median", carbs_g=13.0, minutes=10)).final_state
    assert math.fsum(np.asarray(state["gut"].waiting_mgdl)) == pytest.approx(50.0)  # pyright: ignore[reportAttributeAccessIssue]
