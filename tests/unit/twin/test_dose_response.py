"""What a fitted twin tells a controller that plans: its answer to a unit and to a gram."""

from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.core.predictive_model import RESPONSE_LAGS, Responses
from glucotwin.twin.dose_response import PARTS, WAYS, DoseResponse, dose_response
from synthetic_person import CORRECTION_FACTOR_MGDL_PER_U, synthetic_twin

pytestmark = pytest.mark.slow


@cache
def response() -> DoseResponse:
    return dose_response(synthetic_twin(), draws=8, seed=1)


def at(hour: float) -> Responses:
    return response().responses(jnp.asarray(60.0 * hour))


def test_a_unit_lowers_and_a_gram_raises_glucose_at_every_hour_and_more_so_with_time() -> None:
    parts = response().parts
    insulin, carbs = np.asarray(parts.insulin_mgdl_per_u), np.asarray(parts.carbs_mgdl_per_g)
    assert insulin.shape == carbs.shape == (PARTS, 1 + WAYS, RESPONSE_LAGS)
    assert np.all(np.isfinite(insulin))
    assert np.all(np.isfinite(carbs))
    assert np.all(insulin[:, 0, 24:] < -5.0)
    assert np.all(carbs[:, 0, 12:] > 0.5)
    assert np.all(np.abs(insulin[:, 0, 0]) < 1e-9)
    assert np.all(insulin[:, 0, 36] < insulin[:, 0, 6])


def test_what_a_unit_does_is_held_to_the_persons_own_settings() -> None:
    fall = -float(at(14.0).insulin_mgdl_per_u[0, -1])
    assert 0.6 * CORRECTION_FACTOR_MGDL_PER_U < fall < 1.6 * CORRECTION_FACTOR_MGDL_PER_U


def test_hours_of_other_sensitivity_answer_otherwise_and_the_clock_wraps() -> None:
    falls = [float(at(hour).insulin_mgdl_per_u[0, -1]) for hour in (2.0, 10.0, 18.0)]
    assert max(falls) - min(falls) > 1.0
    assert np.array_equal(at(2.0).insulin_mgdl_per_u, at(26.0).insulin_mgdl_per_u)


def test_what_is_not_known_of_the_person_is_kept_in_the_main_ways_largest_first() -> None:
    ways = np.asarray(at(14.0).insulin_mgdl_per_u)[1:]
    both = np.concatenate([ways, np.asarray(at(14.0).carbs_mgdl_per_g)[1:]], axis=1)
    sizes = np.linalg.norm(both, axis=1)
    assert sizes[0] > 1.0
    assert np.all(np.diff(sizes) <= 1e-9)
