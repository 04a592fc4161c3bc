from dataclasses import replace

import jax
import numpy as np
import pytest

from glucotwin.core.random import root_key
from glucotwin.forecast.case import Sample
from glucotwin.forecast.recalibration import adapt_width, fit_recalibration
from glucotwin.forecast.trajectory import PATH_LEVELS

ROWS = 8000


def errors_with_a_known_scale(seed: int, *, wider: float = 1.0) -> Sample:
    """One person's origins whose error's size depends on a feature; forecasts say 150."""
    feature, noise = np.asarray(jax.random.normal(root_key(seed), (2, ROWS)))
    size = 10.0 * np.exp(0.5 * np.clip(feature, -2, 2)) * wider
    return Sample(
        ahead=6,
        people=("one",),
        person=np.zeros(ROWS, dtype=int),
        step=np.arange(ROWS),
        features=feature[:, None].astype(np.float32),
        plain_features=1,
        held_mgdl=np.full(ROWS, 150.0),
        base_mgdl=np.full(ROWS, 150.0),
        target_mgdl=np.maximum(150.0 + size * noise, 1.0),
    )


def covered(sample: Sample, learned_from: Sample, level: float) -> np.ndarray:
    said = np.full(ROWS, 150.0)
    found = fit_recalibration(learned_from, said)
    scale = found.scale_mgdl(sample, said)
    quantiles = found.quantiles_mgdl(said, scale, found.widths(sample, said, scale))
    low, high = (
        np.array([np.interp(0.5 + sign * level / 2, PATH_LEVELS, row) for row in quantiles]) for sign in (-1, 1)
    )
    return (low <= sample.target_mgdl) & (sample.target_mgdl <= high)


@pytest.mark.parametrize("level", [0.5, 0.9])
def test_bands_hold_what_they_claim_where_errors_are_small_and_where_they_are_large(level: float) -> None:
    sample = errors_with_a_known_scale(1)
    inside = covered(sample, errors_with_a_known_scale(0), level)
    calm, wild = sample.features[:, 0] < -0.7, sample.features[:, 0] > 0.7
    assert inside.mean() == pytest.approx(level, abs=0.02)
    assert inside[calm].mean() == pytest.approx(level, abs=0.04)
    assert inside[wild].mean() == pytest.approx(level, abs=0.04)


@pytest.mark.parametrize("wider", [0.6, 1.8])
def test_bands_are_kept_right_when_errors_change(wider: float) -> None:
    inside = covered(errors_with_a_known_scale(1, wider=wider), errors_with_a_known_scale(0), 0.9)
    assert inside[ROWS // 2 :].mean() == pytest.approx(0.9, abs=0.02)


def test_a_width_knows_only_errors_that_were_known_at_its_origin() -> None:
    step, score = np.arange(500), np.asarray(jax.random.normal(root_key(2), (500,)))
    known = adapt_width(step, score, (-1.6, 0.0, 1.6), level=0.9, ahead=12, start=1.0)
    changed = np.where(step + 12 > 300, 50.0, score)
    assert np.array_equal(
        known[:301], adapt_width(step, changed, (-1.6, 0.0, 1.6), level=0.9, ahead=12, start=1.0)[:301]
    )
    assert known[:12] == pytest.approx(1.0)


def test_quantiles_rise_and_are_never_below_zero() -> None:
    sample = errors_with_a_known_scale(1)
    found = fit_recalibration(sample, np.full(ROWS, 150.0))
    low = np.full(ROWS, 15.0)
    scale = found.scale_mgdl(sample, low)
    quantiles = found.quantiles_mgdl(low, scale, found.widths(sample, low, scale))
    assert (np.diff(quantiles, axis=1) >= 0.0).all()
    assert quantiles.min() == 0.0


def test_people_of_whom_nothing_is_known_start_with_everybodys_width() -> None:
    sample = errors_with_a_known_scale(1)
    found = fit_recalibration(sample, np.full(ROWS, 150.0))
    said = np.full(ROWS, 150.0)
    stranger = replace(sample, people=("two",))
    widths = found.widths(stranger, said, found.scale_mgdl(stranger, said))
    assert widths.half[0] == widths.ninety[0] == 1.0
