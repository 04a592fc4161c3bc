import jax
import jax.numpy as jnp
import numpy as np
import pytest

from body_name import EVERY_FIT_BODY
from glucotwin.core.array import Array, Float
from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.core.random import root_key
from glucotwin.twin.body.registry import FIT_BODIES
from glucotwin.twin.covariate import Covariates
from glucotwin.twin.personal_model import PersonalModel, central_intervals, free_parameters, personal_model

KNOWN = Covariates(weight_kg=70.0, daily_insulin_u=40.0, carb_ratio_g_per_u=12.0)

JOINT = [name for name, one in FIT_BODIES.items() if one.population is not None]


def model_with(
    body: str = "minimal", covariates: Covariates | None = KNOWN, weight_log_sd: float = 0.0
) -> PersonalModel:
    return personal_model(
        weight_kg=70.0,
        daily_insulin_u=40.0,
        basal_u_per_min=0.015,
        weight_log_sd=weight_log_sd,
        body=body,
        covariates=covariates,
    )


def logarithms(model: PersonalModel, count: int) -> np.ndarray:
    draws = jax.random.normal(root_key(0), (count, model.typical.size))
    return np.log(np.asarray(jax.vmap(lambda one: jnp.stack(list(model.values(one).values())))(draws)))


def test_without_covariates_parameters_are_independent_with_the_spread_of_their_records() -> None:
    model = model_with(covariates=None)
    spread = [one.spread for one in free_parameters().values()]
    np.testing.assert_allclose(model.factor, np.diag(spread))
    np.testing.assert_allclose(model.spread, spread)


@pytest.mark.parametrize("body", JOINT)
def test_standard_normal_vectors_have_the_joint_prior(body: str) -> None:
    model = model_with(body)
    free = PersonalModel(
        body_name=model.body_name,
        typical=model.typical,
        factor=model.factor,
        low=jnp.zeros_like(model.low),
        high=jnp.full_like(model.high, jnp.inf),
        weight_kg=model.weight_kg,
        basal_u_per_min=model.basal_u_per_min,
    )
    found = logarithms(free, 20_000)
    covariance = np.asarray(model.factor @ model.factor.T)
    np.testing.assert_allclose(found.mean(axis=0), np.log(model.typical), atol=0.04)
    np.testing.assert_allclose(np.cov(found.T), covariance, atol=0.06)
    prior = FIT_BODIES[body].population
    assert prior is not None
    own = list(free_parameters(body)).index(FIT_BODIES[body].sensitivity["night"])
    expected = prior().given(KNOWN)
    row = prior().parameters.index(FIT_BODIES[body].sensitivity["night"])
    assert covariance[own, own] == pytest.approx(expected[1][row, row])
    assert float(model.typical[own]) == pytest.approx(np.exp(expected[0][row]))


@pytest.mark.parametrize("body", FIT_BODIES)
def test_noise_keeps_its_own_independent_priors(body: str) -> None:
    model, names = model_with(body), list(free_parameters(body))
    noise = [index for index, name in enumerate(names) if name.startswith("noise.")]
    assert noise == list(range(len(names) - 4, len(names)))
    assert not np.any(np.asarray(model.factor)[noise, : noise[0]])


def test_assumed_weight_widens_the_glucose_volume_alone() -> None:
    known, assumed = model_with(), model_with(weight_log_sd=0.2)
    volume = list(free_parameters()).index("glucose.volume_dl_per_kg")
    wider = np.asarray(assumed.spread) ** 2 - np.asarray(known.spread) ** 2
    assert wider[volume] == pytest.approx(0.04)
    assert np.max(np.abs(np.delete(wider, volume))) < 1e-12


def test_intervals_are_those_of_the_logarithms() -> None:
    model = model_with()
    count = model.typical.size
    found = central_intervals(model, np.zeros(count), np.eye(count))
    np.testing.assert_allclose(found[:, 0], model.typical)
    np.testing.assert_allclose(np.log(found[:, 2] / found[:, 1]) / (2.0 * 1.6449), model.spread)


def test_tied_parameters_move_with_the_free_ones() -> None:
    model = model_with("padova-t1d-reduced")
    names = list(free_parameters("padova-t1d-reduced"))
    usual = model.build(jnp.zeros(len(names)))[0].parameters()
    moved = model.build(jnp.zeros(len(names)).at[names.index("gut.emptying_max_per_min")].set(2.0))[0].parameters()
    assert float(moved["gut.emptying_max_per_min"]) > float(usual["gut.emptying_max_per_min"])
    changed = {name for name in usual if abs(float(moved[name]) / float(usual[name]) - 1.0) > 1e-3}
    assert "gut.falling_fraction" in changed or "gut.emptying_share" in changed
    assert "glucose.independent_use_mg_per_kg_per_min" not in changed


@pytest.mark.parametrize("body", EVERY_FIT_BODY)
def test_extreme_draws_of_the_prior_are_still_bodies(body: str) -> None:
    model = model_with(body)
    draws = 3.0 * jax.random.normal(root_key(1), (50, model.typical.size))
    bodies = jax.vmap(lambda one: model.build(one)[0])(draws)
    for name, values in bodies.parameters().items():
        assert np.all(np.isfinite(values)), name
        # Levels of medicines are logarithms, zero where none is taken.
        assert np.all(np.asarray(values) > 0.0) or name.startswith("glucose.reference_"), name


def test_unknown_body_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ModelError, match="'padova-t1d'") as raised:
        model_with("padova-t1d")
    assert raised.value.code is ErrorCode.UNKNOWN_NAME
    assert "minimal, padova-t1d-reduced" in raised.value.hint


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_values_come_to_rest_at_their_bounds_without_an_edge(sign: float) -> None:
    model = model_with(covariates=None)
    bound = np.log(np.asarray(model.high if sign > 0.0 else model.low) / np.asarray(model.typical))
    at_bound = bound / np.asarray(model.spread)

    def value(point: Float[Array, " parameter"]) -> Float[Array, " parameter"]:
        return jnp.stack(list(model.values(point).values()))

    def slope(points: np.ndarray) -> np.ndarray:
        return np.diag(np.asarray(jax.jacfwd(lambda one: jnp.log(value(one)))(jnp.asarray(points))))

    near = 1e-6
    before, after = slope(at_bound - near), slope(at_bound + near)
    assert after == pytest.approx(before, rel=1e-3)
    assert before == pytest.approx(0.5 * np.asarray(model.spread), rel=1e-3)
    beyond = np.asarray(value(jnp.asarray(at_bound + 20.0 * sign)))
    assert beyond == pytest.approx(np.asarray(model.high if sign > 0.0 else model.low), rel=1e-12)
    assert np.all((beyond >= np.asarray(model.low)) & (beyond <= np.asarray(model.high)))


def test_values_within_their_bounds_are_the_priors_own() -> None:
    model = model_with(covariates=None)
    usual = np.asarray(jnp.stack(list(model.values(jnp.zeros(model.typical.size)).values())))
    assert usual == pytest.approx(np.asarray(model.typical), rel=1e-12)
