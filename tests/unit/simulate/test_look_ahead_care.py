"""Advice within the hour: who falls is told to eat before the low, and corrections stop where enough is on its way."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.control.zone_mpc.setting_model import unexplained_sd
from glucotwin.core.array import Array
from glucotwin.core.predictive_model import RESPONSE_LAGS, Responses
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.scenario.announcement import ANNOUNCED_CARBS
from glucotwin.simulate.look_ahead_care import LookAheadCare, LookAheadCareState
from glucotwin.simulate.reaction import ASLEEP, CHECK, SelfCare, no_self_care

MINUTES = 180
FALLING = np.maximum(150.0 - np.arange(MINUTES), 40.0)
RISE_MGDL_PER_G, FALL_MGDL_PER_U = 4.0, 40.0


class KnownModel(eqx.Module):
    """A unit and a gram that act in a straight line over two hours."""

    def responses(self, minute_of_day: Array) -> Responses:
        share = jnp.clip(jnp.arange(RESPONSE_LAGS, dtype=jnp.float64) * 5.0 / 120.0, 0.0, 1.0)
        return Responses(
            insulin_mgdl_per_u=-FALL_MGDL_PER_U * share[None],
            carbs_mgdl_per_g=RISE_MGDL_PER_G * share[None],
            unexplained_sd_mgdl=unexplained_sd(20.0, 90.0),
        )


class Told(NamedTuple):
    """What was eaten and injected, minute by minute, and how often a warning was followed."""

    eaten_g: np.ndarray
    injected_u: np.ndarray
    warnings: float


def advised(
    care: SelfCare | None = None,
    *,
    wakes: float = 1.0,
    heeds: float = 1.0,
    delay_steps: int = 0,
    corrects: bool = True,
) -> LookAheadCare:
    return LookAheadCare(
        care=no_self_care() if care is None else care,
        model=KnownModel(),
        basal_u_per_h=jnp.ones(24),
        chance=jnp.asarray(0.5),
        wakes=jnp.asarray(wakes),
        heeds=jnp.asarray(heeds),
        key=jax.random.key_data(jax.random.key(3)),
        amounts_g=(5.0, 10.0, 15.0),
        delay_steps=delay_steps,
        corrects=corrects,
    )


def days(units: Sequence[tuple[int, float]] = (), levels: Mapping[str, np.ndarray] = MappingProxyType({})) -> Inputs:
    insulin = np.full(MINUTES, 1.0 / 60.0)
    for minute, amount in units:
        insulin[minute] += amount
    inputs = constant_inputs(MINUTES, insulin_u_per_min=insulin)
    return eqx.tree_at(
        lambda one: one.condition_level, inputs, dict(levels), is_leaf=lambda node: isinstance(node, dict)
    )


def lived(reaction: LookAheadCare, glucose_mgdl: np.ndarray, inputs: Inputs | None = None) -> Told:
    planned = days() if inputs is None else inputs

    def minute(state: LookAheadCareState, now: tuple[Array, Inputs]) -> tuple[LookAheadCareState, tuple[Array, Array]]:
        after, acted = reaction.react(state, now[0], now[1])
        beyond = acted.dose_u_per_min("rapid") - now[1].dose_u_per_min("rapid")
        return after, (jnp.asarray(acted.carbs_g_per_min), jnp.asarray(beyond))

    last, (eaten, injected) = jax.lax.scan(
        minute, reaction.initial_state(), (jnp.asarray(glucose_mgdl), jax.tree.map(jnp.asarray, planned))
    )
    assert float(last.rescue_carbs_g_total) == pytest.approx(float(jnp.sum(eaten)))
    assert float(last.correction_u_total) == pytest.approx(float(jnp.sum(injected)), abs=1e-9)
    return Told(np.asarray(eaten), np.asarray(injected), float(last.warnings_total))


def test_who_falls_eats_before_the_low_and_not_again_at_once() -> None:
    told = lived(advised(), FALLING)
    (first, *rest) = np.flatnonzero(told.eaten_g)
    assert 75.0 < FALLING[first] < 125.0
    assert np.all(np.diff([first, *rest]) >= 30)
    assert told.warnings == 1 + len(rest)


def test_who_stays_where_they_are_is_told_nothing() -> None:
    assert lived(advised(), np.full(MINUTES, 110.0)).warnings == 0.0


def test_insulin_that_is_still_to_act_is_told_of_before_glucose_falls() -> None:
    flat = np.full(MINUTES, 110.0)
    calm, after_bolus = (lived(advised(), flat, days(units)) for units in ((), [(60, 3.0)]))
    assert calm.warnings == 0.0
    assert 60 < np.flatnonzero(after_bolus.eaten_g)[0] <= 70


def test_food_that_was_told_is_counted_against_the_bolus() -> None:
    carbs = np.zeros(MINUTES)
    carbs[60] = 3.0 * FALL_MGDL_PER_U / RISE_MGDL_PER_G
    both = lived(advised(), np.full(MINUTES, 110.0), days([(60, 3.0)], {ANNOUNCED_CARBS: carbs}))
    assert not np.any(both.eaten_g[:75])


@pytest.mark.parametrize(
    ("reaction", "levels"),
    [
        (advised(heeds=0.0), {}),
        (advised(wakes=0.0), {ASLEEP: np.ones(MINUTES)}),
        (advised(delay_steps=48), {}),
    ],
    ids=["not heeded", "asleep", "too late"],
)
def test_who_does_not_hear_eats_nothing(reaction: LookAheadCare, levels: dict[str, np.ndarray]) -> None:
    assert lived(reaction, FALLING, days(levels=levels)).warnings == 0.0


def test_late_advice_comes_as_often_at_another_time() -> None:
    now, late = lived(advised(), FALLING), lived(advised(delay_steps=6), FALLING)
    shift = np.flatnonzero(late.eaten_g)[0] - np.flatnonzero(now.eaten_g)[0]
    assert shift == 30


@pytest.mark.parametrize(("corrects", "share"), [(True, 0.0), (False, 1.0)])
def test_a_correction_stops_where_enough_insulin_is_on_its_way(corrects: bool, share: float) -> None:
    looks = np.zeros(MINUTES)
    looks[70] = 1.0
    care = SelfCare(
        low_mgdl=jnp.zeros(()),
        wakes_below_mgdl=jnp.zeros(()),
        carbs_g=jnp.asarray(15.0),
        wait_min=jnp.asarray(15.0),
        high_mgdl=jnp.asarray(180.0),
        target_mgdl=jnp.asarray(120.0),
        correction_factor_mgdl_per_u=jnp.asarray(FALL_MGDL_PER_U),
        fade_per_min=jnp.asarray(0.01),
    )
    high = np.full(MINUTES, 200.0)
    told = lived(advised(care, corrects=corrects), high, days([(60, 6.0)], {CHECK: looks}))
    assert told.injected_u.sum() == pytest.approx(share * 80.0 / FALL_MGDL_PER_U, abs=1e-6)


def test_a_sensor_that_shows_nothing_gives_no_advice() -> None:
    assert lived(advised(), np.full(MINUTES, np.nan)).warnings == 0.0
