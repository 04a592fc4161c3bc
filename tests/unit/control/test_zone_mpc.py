"""Zone-MPC: what it predicts, what it plans, and what it does in the situations that it is for."""

from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.control.controller import Decision, DecisionReason
from glucotwin.control.python_controller import Sight
from glucotwin.control.relayed import seen_from
from glucotwin.control.zone_mpc.controller import ZoneMpc, controller
from glucotwin.control.zone_mpc.outlook import HISTORY, STEPS, look_ahead
from glucotwin.control.zone_mpc.plan import Weights, Zone, best_plan, cost
from glucotwin.control.zone_mpc.setting_model import SettingModel
from glucotwin.core.predictive_model import RESPONSE_LAGS, Responses
from glucotwin.testing.controller import probing_setting

BASAL = 1.0
NOTHING, FLAT = np.zeros(HISTORY), np.zeros(STEPS)


def number(value: float) -> jnp.ndarray:
    return jnp.asarray(value)


@cache
def weights() -> Weights:
    return controller().weights


@cache
def zone() -> Zone:
    return controller().day


@cache
def responses() -> Responses:
    return SettingModel(probing_setting(BASAL)).responses(jnp.asarray(600.0))


def given_now(units: float) -> np.ndarray:
    return np.concatenate([[units], NOTHING[1:]])


def test_a_unit_falls_by_the_correction_factor_and_its_carbohydrate_gives_it_back() -> None:
    insulin, carbs = responses().insulin_mgdl_per_u[0], responses().carbs_mgdl_per_g[0]
    assert float(insulin[-1]) == pytest.approx(-50.0)
    assert float(carbs[-1]) == pytest.approx(5.0)
    assert insulin.shape == (RESPONSE_LAGS,)
    assert np.all(np.diff(insulin) <= 1e-12)


@pytest.mark.slow
def test_glucose_on_the_schedule_stays_and_a_unit_on_board_still_falls() -> None:
    still = look_ahead(responses(), number(120.0), NOTHING, NOTHING, FLAT)
    assert np.allclose(still.base_mgdl[0], 120.0)
    falling = look_ahead(responses(), number(120.0), given_now(1.0), NOTHING, FLAT)
    assert 70.0 < float(falling.base_mgdl[0, -1]) < 85.0
    assert float(falling.sd_mgdl(jnp.zeros(8))[-1]) > float(still.sd_mgdl(jnp.zeros(8))[-1])


@pytest.mark.slow
def test_what_a_plan_does_is_what_the_same_insulin_does_as_history() -> None:
    outlook = look_ahead(responses(), number(150.0), NOTHING, NOTHING, FLAT)
    planned = outlook.mean_mgdl(jnp.zeros(8).at[0].set(2.0))
    fallen = 150.0 - float(planned[-1])
    assert 0.7 * 50.0 < fallen < 50.0  # 2 U/h for half an hour are one unit, most of which acts within 4 h


@pytest.mark.slow
def test_the_plan_is_where_no_small_step_is_better() -> None:
    outlook = look_ahead(responses(), number(220.0), NOTHING, NOTHING, FLAT)
    plan = best_plan(
        outlook,
        zone(),
        weights(),
        least_u_per_h=number(-BASAL),
        most_u_per_h=number(3.0),
        start_u_per_h=jnp.zeros(8),
    )
    least = float(cost(plan, outlook, zone(), weights()))
    steps = [sign * 0.05 * np.eye(8)[block] for block in range(8) for sign in (-1.0, 1.0)]
    others = [np.clip(np.asarray(plan) + step, -BASAL, 3.0) for step in steps]
    assert min(float(cost(jnp.asarray(one), outlook, zone(), weights())) for one in others) > least * 0.999
    assert np.all((np.asarray(plan) >= -BASAL) & (np.asarray(plan) <= 3.0))
    assert float(plan[0]) > 0.5


def decided(*glucose_mgdl: float, minute_of_day: float = 720.0, **last: float) -> Decision:
    algorithm: ZoneMpc = controller()
    state, decision = algorithm.initial_state(probing_setting(BASAL)), None
    for index, shown in enumerate(glucose_mgdl):
        now = last if index == len(glucose_mgdl) - 1 else {}
        told = {"delivered_basal_u": BASAL / 12.0 if index else 0.0, **now}
        sight = Sight(minute=5.0 * index, minute_of_day=minute_of_day + 5.0 * index, glucose_mgdl=shown, **told)
        state, decision = algorithm.step(state, seen_from(sight))
    assert decision is not None
    return decision


@pytest.mark.slow
def test_in_the_zone_the_schedule_runs_above_it_more_and_before_a_low_nothing() -> None:
    assert float(decided(115.0, 115.0, 115.0).rate_u_per_h) == pytest.approx(BASAL, abs=0.1)
    high = decided(230.0, 230.0, 230.0)
    assert float(high.rate_u_per_h) > 1.5 * BASAL
    assert int(high.reason) == DecisionReason.INCREASE
    falling = decided(105.0, 95.0, 85.0)
    assert float(falling.rate_u_per_h) < 0.05
    assert int(falling.reason) == DecisionReason.SUSPEND_PREDICTED_LOW


@pytest.mark.slow
def test_insulin_on_board_holds_back_more_of_it() -> None:
    free = decided(220.0, 220.0, 220.0)
    loaded = decided(220.0, 220.0, 220.0, delivered_bolus_u=4.0)
    assert float(loaded.rate_u_per_h) < 0.5 * float(free.rate_u_per_h)


@pytest.mark.slow
def test_a_meal_gets_its_bolus_and_no_reading_the_schedule() -> None:
    meal = decided(110.0, 110.0, announced_carbs_g=50.0)
    assert float(meal.bolus_u) == pytest.approx(5.0)
    blind = decided(230.0, float("nan"))
    assert float(blind.rate_u_per_h) == pytest.approx(BASAL)
    assert int(blind.reason) == DecisionReason.NO_GLUCOSE


@pytest.mark.slow
def test_exercise_that_is_announced_asks_for_higher_glucose() -> None:
    resting, moving = decided(125.0, 125.0, 125.0), decided(125.0, 125.0, 125.0, exercise_announced=1.0)
    assert float(moving.rate_u_per_h) < float(resting.rate_u_per_h)
