from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.twin.twin import Posterior
from made_up_person import made_up_twin


def test_draws_are_the_same_for_the_same_person_and_seed() -> None:
    assert np.array_equal(np.asarray(made_up_twin().draws(5)), np.asarray(made_up_twin().draws(5)))


@pytest.mark.parametrize("count", [1, 7, 32])
def test_first_draws_do_not_depend_on_how_many_are_asked_for(count: int) -> None:
    twin = made_up_twin()
    assert np.array_equal(np.asarray(twin.draws(count)), np.asarray(twin.draws(64))[:count])


def test_another_seed_or_person_draws_otherwise() -> None:
    twin = made_up_twin()
    other = replace(twin, person=replace(twin.person, person_id="somebody-else"))
    assert not np.allclose(np.asarray(twin.draws(3)), np.asarray(twin.draws(3, seed=1)))
    assert not np.allclose(np.asarray(twin.draws(3)), np.asarray(other.draws(3)))


def test_draws_have_the_posteriors_mean_and_covariance() -> None:
    twin = made_up_twin()
    size = twin.posterior.mean.size
    root = np.eye(size) + 0.3 * np.tril(np.ones((size, size)), -1)
    wide = Posterior(mean=np.arange(size) / 10.0, covariance=root @ root.T)
    draws = np.asarray(replace(twin, posterior=wide).draws(4000))
    assert np.abs(draws.mean(axis=0) - wide.mean).max() < 0.12
    whitened = np.linalg.solve(root, (draws - wide.mean).T)
    assert np.abs(whitened @ whitened.T / 4000 - np.eye(size)).max() < 0.12


def test_hash_and_version_follow_what_determines_the_answers() -> None:
    twin = made_up_twin()
    moved = replace(twin.posterior, mean=twin.posterior.mean + 1e-9)
    changed = [
        replace(twin, posterior=moved),
        replace(twin, band_factors={5: 1.0, 30: 1.2, 120: 1.1}),
        replace(twin, basal_u_per_min=0.02),
        replace(twin, daily_insulin_u=35.0),
        replace(twin, weight_kg=80.0),
        replace(twin, data_hash="other"),
    ]
    assert len({twin.content_hash(), *(one.content_hash() for one in changed)}) == 7
    assert made_up_twin().version == twin.version
    assert twin.version == f"20240304-{twin.content_hash()[:8]}"


def test_hash_covers_the_effects_of_interventions() -> None:
    twin = made_up_twin()
    stronger = replace(twin, effect=replace(twin.effect, correction_factor_mgdl_per_u=60.0))
    assert stronger.content_hash() != twin.content_hash()


def test_hash_covers_who_it_is_for() -> None:
    twin = made_up_twin()
    for person in (replace(twin.person, person_id="other"), replace(twin.person, pregnant=True)):
        assert replace(twin, person=person).content_hash() != twin.content_hash()


def test_band_factor_is_interpolated_on_the_logarithm_of_time_and_held_outside() -> None:
    twin = replace(made_up_twin(), band_factors={10: 1.0, 40: 3.0})
    assert twin.band_factor(np.array([1.0, 10.0, 20.0, 40.0, 400.0])) == pytest.approx([1.0, 1.0, 2.0, 3.0, 3.0])


def test_draws_have_one_column_per_free_parameter() -> None:
    twin = made_up_twin()
    assert jnp.shape(twin.draws(4)) == (4, twin.posterior.mean.size)


def test_draws_of_a_sampled_posterior_are_its_points() -> None:
    twin = made_up_twin()
    sample = np.arange(5.0 * twin.posterior.mean.size).reshape(5, -1)
    sampled = replace(twin, posterior=Posterior(mean=sample.mean(axis=0), covariance=np.cov(sample.T), sample=sample))
    drawn = np.asarray(sampled.draws(200))
    assert {tuple(row) for row in drawn} == {tuple(row) for row in sample}
    assert np.array_equal(drawn[:7], np.asarray(sampled.draws(7)))
