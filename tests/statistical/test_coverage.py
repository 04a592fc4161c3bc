"""Whole fits on several synthetic persons with noise: do bands hold what they promise on days not seen?"""

from datetime import timedelta
from functools import cache

import jax
import numpy as np
import pytest

from glucotwin.core.random import root_key
from glucotwin.domain.timeline import Window
from glucotwin.forecast.evaluate import evaluate_twin
from glucotwin.forecast.evaluation import Evaluation
from glucotwin.twin.fit import fit_twin
from synthetic_person import START, synthetic_person, timeline_of, treatments, true_body

pytestmark = [pytest.mark.slow, pytest.mark.statistical]

PERSONS = (11, 12, 13)
DAYS = 11
FIT_END = START + timedelta(days=8, hours=2)


@cache
def evaluated(seed: int) -> Evaluation:
    """Eight days fitted, two held out."""
    key = jax.random.fold_in(root_key(5), seed)
    timeline = timeline_of(
        true_body(), synthetic_person(f"person-{seed}"), treatments(days=DAYS, key=key), days=DAYS, seed=seed
    )
    twin = fit_twin(timeline, window=Window(start=START, end=FIT_END))
    held_out = Window(start=START + timedelta(days=9), end=START + timedelta(days=11))
    return evaluate_twin(twin, timeline, window=held_out)


@pytest.mark.parametrize("horizon", [30, 60])
def test_ninety_percent_bands_hold_about_ninety_percent(horizon: int) -> None:
    held = [one.coverage_90 for seed in PERSONS for one in evaluated(seed).horizons if one.horizon_min == horizon]
    assert all(0.78 < one < 0.98 for one in held)
    assert 0.8 < float(np.mean(held)) < 0.97


@pytest.mark.parametrize("seed", PERSONS)
def test_twin_beats_persistence(seed: int) -> None:
    assert all(one.beats_persistence for one in evaluated(seed).horizons)
