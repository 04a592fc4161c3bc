"""The organs of the UVA/Padova body: what the stomach remembers, what happens at the edges."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.core.error import NotFoundError
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import BodyState
from glucotwin.physiology.padova.glucose import PadovaGlucoseState
from glucotwin.physiology.padova.gut import PadovaGutState
from glucotwin.physiology.registry import BODIES, find_subject, make_body
from glucotwin.simulate.solver import step_minutes

BODY = make_body("padova-t1d-2008", subject="adult#001")


def meal_memory(carbs_g_per_min: np.ndarray) -> list[PadovaGutState]:
    """The gut's state at the end of every minute."""
    inputs = constant_inputs(carbs_g_per_min.size, insulin_u_per_min=0.02, carbs_g_per_min=carbs_g_per_min)
    step = jax.jit(lambda state, now: step_minutes(BODY, state, now))
    state, seen = BODY.initial_state(), []
    for minute in range(inputs.minutes):
        state = step(state, minute_of(inputs, minute))
        gut = state["gut"]
        assert isinstance(gut, PadovaGutState)
        seen.append(gut)
    return seen


def minute_of(inputs: Inputs, minute: int) -> Inputs:
    return inputs.map(lambda values: jnp.asarray(values)[minute])


def test_meal_grows_with_every_bite_and_is_kept_until_the_next_episode() -> None:
    carbs = np.zeros(40)
    carbs[5:8] = 5.0
    carbs[30:32] = 4.0
    seen = meal_memory(carbs)
    meals = [float(gut.meal_mg) for gut in seen]
    assert meals[:5] == [0.0] * 5
    assert meals[5:8] == [5000.0, 10000.0, 15000.0]
    assert set(meals[8:30]) == {15000.0}
    left = float(seen[29].solid_mg + seen[29].liquid_mg)
    assert 0.0 < left < 15000.0
    assert meals[30] == pytest.approx(left + 4000.0)
    assert meals[39] == pytest.approx(left + 8000.0)


def test_stomach_is_resolved_finely_only_while_eating() -> None:
    gut = next(organ for organ in BODY.organs if organ.name == "gut")
    eating, fasting = (minute_of(constant_inputs(1, carbs_g_per_min=rate), 0) for rate in (5.0, 0.0))
    assert bool(gut.hurries(eating))
    assert not bool(gut.hurries(fasting))


def plasma_rate(state: BodyState, now: Inputs) -> float:
    rate = BODY.derivative(state, now)["glucose"]
    assert isinstance(rate, PadovaGlucoseState)
    return float(rate.plasma_mg_per_kg)


def test_unexplained_flux_is_in_glucose_concentration_per_minute() -> None:
    now = minute_of(constant_inputs(1), 0)
    state = BODY.initial_state()
    rate = plasma_rate(state, now)
    flux = eqx.tree_at(lambda one: one.unexplained_flux_mgdl_per_min, now, jnp.asarray(2.0))
    disturbed = plasma_rate(state, flux)
    volume = BODY.parameters()["glucose.volume_dl_per_kg"]
    assert disturbed - rate == pytest.approx(2.0 * float(volume))


def test_bodies_are_found_with_hyphens_or_underscores_and_default_to_their_first_subject() -> None:
    first = make_body("padova_t1d_2008").parameters()
    assert all(float(first[name]) == float(value) for name, value in BODY.parameters().items())


def test_unknown_body_and_subject_are_refused_with_those_that_exist() -> None:
    with pytest.raises(NotFoundError, match=r"Known bodies: padova-t1d, .*padova-t2d, .*minimal, "):
        make_body("nobody")
    with pytest.raises(NotFoundError, match="no subject 'adult#011'"):
        find_subject("padova-t1d-2008", "adult#011")


def test_groups_hold_ten_subjects_each() -> None:
    groups = [one.group for one in BODIES["padova-t1d-2008"].subjects()]
    assert {name: groups.count(name) for name in set(groups)} == {"adult": 10, "adolescent": 10, "child": 10}
