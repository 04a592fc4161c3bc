import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.advise.low_care import LivedLows, lived_lows, treat_lows, untreated, usual_care
from glucotwin.advise.own_days import HISTORY_STEPS, OwnDays
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.twin.filter import Readings
from glucotwin.twin.grid import coarse_inputs
from glucotwin.twin.state_space import STEP_MIN, with_flux

STEPS = HISTORY_STEPS + 24
NOON = 12.0 * 60.0


def days() -> OwnDays:
    zeros = np.zeros(STEPS)
    inputs = coarse_inputs(constant_inputs(int(STEPS * STEP_MIN)))
    readings = Readings(glucose_mgdl=zeros, kind=zeros.astype(int))
    return OwnDays(inputs, readings, zeros, zeros.astype(bool), zeros, zeros)


def low_at(step: int) -> LivedLows:
    course = jnp.full(STEPS, 100.0).at[step].set(60.0)
    return lived_lows(course, days(), same_within_min=usual_care().wait_min)


def now(flux_mgdl_per_min: float = 0.0, minute_of_day: float = NOON) -> Inputs:
    rates = coarse_inputs(constant_inputs(int(STEP_MIN))).map(lambda values: jnp.asarray(values)[0])
    awake = eqx.tree_at(lambda one: one.minute_of_day, rates, jnp.asarray(minute_of_day))
    return with_flux(awake, jnp.asarray(flux_mgdl_per_min))


def step_of(lows: LivedLows, step: int) -> LivedLows:
    return LivedLows(*(one[step] for one in lows))


def eaten_g(lows: LivedLows, step: int, seen_mgdl: float, minute_of_day: float = NOON) -> float:
    _, rates = treat_lows(untreated(), step_of(lows, step), now(minute_of_day=minute_of_day), jnp.asarray(seen_mgdl))
    return float(rates.carbs_g_per_min) * STEP_MIN


def test_a_new_low_is_treated_and_not_again_at_once() -> None:
    lows = step_of(low_at(0), HISTORY_STEPS + 12)
    memory, rates = treat_lows(untreated(), lows, now(), jnp.asarray(65.0))
    assert float(rates.carbs_g_per_min) * STEP_MIN == pytest.approx(usual_care().carbs_g)
    _, again = treat_lows(memory, lows, now(), jnp.asarray(60.0))
    assert float(again.carbs_g_per_min) == 0.0


def test_a_sleeper_wakes_only_from_an_urgent_low() -> None:
    lows, step = low_at(0), HISTORY_STEPS + 12
    assert eaten_g(lows, step, 60.0, minute_of_day=120.0) == 0.0
    assert eaten_g(lows, step, 50.0, minute_of_day=120.0) > 0.0


@pytest.mark.parametrize(("before", "treated"), [(0, False), (3, False), (4, True)])
def test_a_low_that_comes_a_little_earlier_is_the_one_as_lived(before: int, *, treated: bool) -> None:
    step = HISTORY_STEPS + 12
    assert (eaten_g(low_at(step), step - before, 65.0) > 0.0) == treated


def test_nothing_is_treated_before_the_days_that_count() -> None:
    assert eaten_g(low_at(0), HISTORY_STEPS - 1, 50.0) == 0.0


def test_what_raised_glucose_after_a_low_that_is_gone_is_left_out() -> None:
    step = HISTORY_STEPS + 12
    lows = low_at(step)
    memory, _ = treat_lows(untreated(), step_of(lows, step), now(), jnp.asarray(130.0))
    _, rates = treat_lows(memory, step_of(lows, step + 1), now(flux_mgdl_per_min=2.0), jnp.asarray(130.0))
    assert float(rates.unexplained_flux_mgdl_per_min) == 0.0
    kept, _ = treat_lows(untreated(), step_of(lows, step), now(), jnp.asarray(60.0))
    _, rates = treat_lows(kept, step_of(lows, step + 1), now(flux_mgdl_per_min=2.0), jnp.asarray(70.0))
    assert float(rates.unexplained_flux_mgdl_per_min) == 2.0
