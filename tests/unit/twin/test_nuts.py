import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.core.array import Array, Float
from glucotwin.core.random import root_key
from glucotwin.twin.nuts import Transitions, posterior_of_points, run_chains, sampling_of
from glucotwin.twin.problem import FitSettings
from glucotwin.twin.target import AbstractTarget

SIZE = 3
SETTINGS = FitSettings(chains=4, warm_up=100, draws=300)


class Skewed(AbstractTarget):
    """Independent: exponentials of a normal in the first coordinate, standard normal in the others."""

    centre: Float[Array, " parameter"]

    def log_density(self, coordinates: Float[Array, " parameter"]) -> Float[Array, ""]:
        # log of exp(x) for a gamma(3) variable: mean digamma(3) = 0.9228, variance trigamma(3) = 0.3949
        first = 3.0 * coordinates[0] - jnp.exp(coordinates[0])
        return first - 0.5 * jnp.sum(coordinates[1:] ** 2)


class TwoHumps(AbstractTarget):
    """Two hills so far apart that no chain crosses."""

    centre: Float[Array, " parameter"]

    def log_density(self, coordinates: Float[Array, " parameter"]) -> Float[Array, ""]:
        return -0.5 * jnp.sum((jnp.abs(coordinates) - 12.0) ** 2)


def run(target: AbstractTarget, settings: FitSettings = SETTINGS, seed: int = 3) -> Transitions:
    return run_chains(target, root_key(seed), settings, lambda stage, part: None)


@pytest.mark.slow
def test_chains_find_the_moments_of_a_skewed_density() -> None:
    done = run(Skewed(jnp.zeros(SIZE)))
    points = done.coordinates.reshape(-1, SIZE)
    assert done.coordinates.shape == (4, 300, SIZE)
    assert points.mean(axis=0) == pytest.approx(np.array([0.9228, 0.0, 0.0]), abs=0.12)
    assert points.var(axis=0) == pytest.approx(np.array([0.3949, 1.0, 1.0]), rel=0.25)
    sampling = sampling_of(done.coordinates, done)
    assert sampling.largest_r_hat < 1.02
    assert sampling.smallest_bulk_ess > 400
    assert sampling.divergent_fraction == 0.0
    assert sampling.warnings() == ()
    assert sampling.gradients > 4 * 300


def test_same_seed_gives_the_same_draws_and_another_one_others() -> None:
    short = FitSettings(chains=2, warm_up=20, draws=20)
    target = Skewed(jnp.zeros(SIZE))
    assert np.array_equal(run(target, short).coordinates, run(target, short).coordinates)
    assert not np.allclose(run(target, short).coordinates, run(target, short, seed=4).coordinates)


@pytest.mark.slow
def test_chains_that_do_not_find_together_are_told_of() -> None:
    done = run(TwoHumps(jnp.zeros(6)), FitSettings(chains=4, warm_up=100, draws=100))
    assert len({tuple(np.sign(one.mean(axis=0))) for one in done.coordinates}) > 1
    assert "fit-chains-disagree" in sampling_of(done.coordinates, done).warnings()


@pytest.mark.slow
def test_chains_that_never_moved_are_told_of() -> None:
    still = Transitions(np.zeros((2, 50, 1)), np.zeros((2, 50), dtype=bool), np.ones((2, 50), dtype=int))
    assert {"fit-chains-disagree", "fit-few-effective-draws"} <= set(sampling_of(still.coordinates, still).warnings())


def test_progress_never_falls() -> None:
    told: list[float] = []
    run_chains(
        Skewed(jnp.zeros(SIZE)),
        root_key(1),
        FitSettings(chains=2, warm_up=20, draws=20),
        lambda stage, part: told.append(part),
    )
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_posterior_of_points_has_their_moments() -> None:
    points = np.array([[0.0, 1.0], [2.0, 3.000001], [4.0, 8.0]])
    posterior = posterior_of_points(points)
    assert posterior.mean == pytest.approx([2.0, 4.0])
    assert posterior.covariance == pytest.approx(np.cov(points.T), rel=1e-4)
    assert posterior.sample is not None
    assert posterior.sample[1, 1] == 3.0
