from dataclasses import replace
from datetime import timedelta
from functools import cache

import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.domain.timeline import Window
from glucotwin.twin.discrepancy import discrepancies
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.intervention import Contrast, contrast, effect_draws, share_in_range
from synthetic_person import ORIGIN, synthetic_timeline, synthetic_twin

DRAWS = 64
"""As many draws and steps as a replay of four hours, so that its compiled program serves here too."""


@cache
def day() -> GriddedData:
    window = Window(start=ORIGIN - timedelta(days=1), end=ORIGIN + timedelta(minutes=245))
    return grid_data(synthetic_timeline(), window, usual_basal_u_per_min=synthetic_twin().basal_u_per_min)


@cache
def unchanged() -> Contrast:
    twin, data = synthetic_twin(), day()
    return contrast(
        model_of(twin), twin.draws(DRAWS), effect_draws(twin, DRAWS), data.inputs, data.inputs, data.readings
    )


def test_identical_inputs_make_no_difference() -> None:
    assert np.array_equal(np.asarray(unchanged().original_mgdl), np.asarray(unchanged().changed_mgdl))


def test_original_run_follows_the_readings_in_most_draws() -> None:
    # Extreme combinations of kinetic factors follow less well, and a replay leaves out those that run away.
    error = np.asarray(unchanged().original_mgdl) - np.asarray(day().readings.glucose_mgdl)
    distance = np.sqrt(np.mean(error**2, axis=1))
    assert np.median(distance) < 4.0
    assert np.mean(distance < 10.0) >= 0.85


def test_effect_draws_are_reproducible_and_do_not_depend_on_their_number() -> None:
    few, many = effect_draws(synthetic_twin(), 5), effect_draws(synthetic_twin(), 50)
    for short, long in zip(few, many, strict=True):
        assert np.array_equal(np.asarray(short), np.asarray(long)[:5])


def test_effect_draws_have_the_estimates_median_and_spread() -> None:
    effect = synthetic_twin().effect
    logs = np.log(np.asarray(effect_draws(synthetic_twin(), 4000).correction_factor_mgdl_per_u))
    occasion = discrepancies()["insulin_effect"]
    expected = effect.correction_factor_mgdl_per_u * np.exp(occasion.log_median)
    assert np.exp(np.median(logs)) == pytest.approx(expected, rel=0.03)
    assert np.std(logs) == pytest.approx(np.hypot(effect.correction_factor_log_sd, occasion.log_sd), rel=0.05)


def test_another_seed_or_person_draws_other_effects() -> None:
    twin = synthetic_twin()
    other = replace(twin, person=replace(twin.person, person_id="somebody-else"))
    own = np.asarray(effect_draws(twin, 3).carb_factor_mgdl_per_g)
    assert not np.allclose(own, np.asarray(effect_draws(twin, 3, seed=1).carb_factor_mgdl_per_g))
    assert not np.allclose(own, np.asarray(effect_draws(other, 3).carb_factor_mgdl_per_g))


def test_share_in_range_counts_both_ends() -> None:
    glucose = np.asarray(jnp.array([[70.0, 100.0, 180.0, 181.0], [60.0, 60.0, 60.0, 60.0]]))
    assert share_in_range(glucose, 70.0, 180.0).tolist() == [75.0, 0.0]
