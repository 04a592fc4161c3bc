import jax.numpy as jnp
import numpy as np
import pytest
import scipy.linalg

from glucotwin.twin.chain import propagator, run_chain

STEP_MIN = 5.0


def rates(*leaving: float) -> np.ndarray:
    """A chain, the last column an input into the first compartment."""
    size = len(leaving)
    matrix = np.zeros((size, size + 1))
    for row, rate in enumerate(leaving):
        matrix[row, row] = -rate
        if row:
            matrix[row, row - 1] = leaving[row - 1]
    matrix[0, size] = 1.0
    return matrix


def exact(matrix: np.ndarray, minutes: float) -> np.ndarray:
    """By scipy's matrix exponential."""
    square = np.zeros((matrix.shape[1], matrix.shape[1]))
    square[: len(matrix)] = matrix
    return scipy.linalg.expm(square * minutes)[: len(matrix)]


@pytest.mark.parametrize("leaving", [(0.03, 0.0137), (0.1, 0.1, 0.018), (0.4, 0.4, 0.4), (1.0, 0.5), (1e-4, 1e-4)])
def test_propagator_is_the_matrix_exponential(leaving: tuple[float, ...]) -> None:
    found = propagator(jnp.asarray(rates(*leaving)), STEP_MIN)
    assert np.asarray(found.end) == pytest.approx(exact(rates(*leaving), STEP_MIN), rel=1e-11, abs=1e-14)
    assert np.asarray(found.middle) == pytest.approx(exact(rates(*leaving), STEP_MIN / 2.0), rel=1e-11, abs=1e-14)


def test_chain_of_a_pulse_is_the_sum_of_exponentials() -> None:
    matrix, dose = rates(0.05, 0.02), np.zeros(60)
    dose[0] = 2.0
    site, depot = run_chain(propagator(jnp.asarray(matrix), STEP_MIN).end, [jnp.zeros(())] * 2, [jnp.asarray(dose)])
    assert site.shape == (61,)
    first = 2.0 * (1.0 - np.exp(-0.05 * STEP_MIN)) / 0.05
    later = STEP_MIN * np.arange(60)
    assert np.asarray(site)[1:] == pytest.approx(first * np.exp(-0.05 * later))
    start = float(depot[1])
    through = 0.05 * first * (np.exp(-0.05 * later) - np.exp(-0.02 * later)) / (0.02 - 0.05)
    assert np.asarray(depot)[1:] == pytest.approx(start * np.exp(-0.02 * later) + through)


def test_chain_keeps_its_balance_for_every_lane() -> None:
    matrix, dose = rates(0.05, 0.02), np.full((40, 3), [0.01, 0.02, 0.05])
    start = [jnp.asarray(dose[0] / 0.05), jnp.asarray(dose[0] / 0.02)]
    chain = run_chain(propagator(jnp.asarray(matrix), STEP_MIN).end, start, [jnp.asarray(dose)])
    for values, first in zip(chain, start, strict=True):
        assert np.asarray(values) == pytest.approx(np.broadcast_to(np.asarray(first), (41, 3)))
