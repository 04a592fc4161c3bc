import jax.numpy as jnp
import numpy as np
import pytest

from body_name import EVERY_FIT_BODY
from glucotwin.cli.fit import BODIES, PRIORS
from glucotwin.physiology.parameter import PriorKind
from glucotwin.testing.body import check_body
from glucotwin.twin.body.registry import DEFAULT_BODY, FIT_BODIES, fit_body
from glucotwin.twin.effect import BLOCK_HOURS, causal_body, day_mean_effects, with_kinetics
from glucotwin.twin.fit import DEFAULT_PRIOR, PriorChoice
from glucotwin.twin.personal_model import personal_model
from glucotwin.twin.state_space import plasma_glucose_index, uncertain_fields

BASAL_U_PER_MIN = 0.015


def usual(body: str):
    model = personal_model(weight_kg=75.0, daily_insulin_u=45.0, basal_u_per_min=BASAL_U_PER_MIN, body=body)
    return model.build(jnp.zeros(model.typical.size))[0]


def test_command_offers_every_body_and_prior_the_default_first() -> None:
    assert tuple(FIT_BODIES) == BODIES
    assert BODIES[0] == DEFAULT_BODY
    assert set(PRIORS) == {str(one) for one in PriorChoice}
    assert PRIORS[0] == str(DEFAULT_PRIOR)


@pytest.mark.parametrize("name", FIT_BODIES)
def test_underscores_may_stand_for_hyphens(name: str) -> None:
    assert fit_body(name.replace("-", "_")) is FIT_BODIES[name]


@pytest.mark.parametrize("name", FIT_BODIES)
def test_at_most_sixteen_parameters_are_free_and_each_name_is_one_of_the_body(name: str) -> None:
    fitted, parameters = FIT_BODIES[name], usual(name).parameters()
    assert len(fitted.free()) <= 16
    own = [one for one in fitted.free() if not one.startswith("noise.")]
    assert set(own) <= set(parameters)
    named = {*fitted.sensitivity.values(), *fitted.time_courses, fitted.carb_effect, fitted.glucose_volume}
    assert named <= set(parameters)
    assert set(fitted.sensitivity) == set(BLOCK_HOURS)
    assert fitted.records()[fitted.carb_effect].prior is PriorKind.FIXED


@pytest.mark.parametrize("name", EVERY_FIT_BODY)
def test_usual_body_is_sound_and_says_where_glucose_is(name: str) -> None:
    body = usual(name)
    check_body(body, basal_u_per_min=BASAL_U_PER_MIN)
    assert body.name == name
    assert uncertain_fields(body)[plasma_glucose_index(body)] == ("glucose", "glucose_mgdl")


@pytest.mark.parametrize("name", EVERY_FIT_BODY)
def test_body_can_be_given_the_effects_that_interventions_have(name: str) -> None:
    slowed = with_kinetics(usual(name), jnp.asarray(1.3), jnp.asarray(1.5), jnp.asarray(0.8))
    basal = jnp.asarray(BASAL_U_PER_MIN)
    body = causal_body(slowed, basal, jnp.asarray(40.0), jnp.asarray(4.0))
    fall, rise = day_mean_effects(body, basal)
    np.testing.assert_allclose([fall, rise], [40.0, 4.0], rtol=0.03)
