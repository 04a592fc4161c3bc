"""Twins of people of whom little is on record, a sensor alone or few finger-sticks a day: do intervals hold the truth?

Eight people whose bodies are drawn from the prior; three days are fitted, the fifth is forecast.
"""

from dataclasses import replace
from functools import cache

import jax
import numpy as np
import polars as pl
import pytest

from glucotwin.core.random import root_key
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.evaluate import evaluate_twin
from glucotwin.forecast.evaluation import Evaluation
from glucotwin.twin.fit import fit_twin
from glucotwin.twin.personal_model import NOISE_PREFIX
from glucotwin.twin.twin import Twin
from synthetic_person import FITTED, HELD_OUT, synthetic_person, timeline_of, treatments, true_model

pytestmark = [pytest.mark.slow, pytest.mark.statistical]

PEOPLE = tuple(range(21, 29))
IN_PLACE_OF_TREATMENTS = ("glucose.basal_mgdl", "glucose.effectiveness_per_min")
"""Where neither food nor insulin is on record, these say where glucose returns to and how fast, food and insulin
included: good for forecasts, but not what the body would do without."""
FINGER_STICK_EVERY = 57
"""Readings from one to the next: five a day, at other hours every day."""


@cache
def whole(seed: int) -> tuple[dict[str, float], Timeline]:
    """True parameters of the body, and everything on record."""
    key = jax.random.fold_in(root_key(9), seed)
    model = true_model()
    body, _ = model.build(jax.random.normal(key, model.typical.shape))
    values = {name: float(value) for name, value in body.parameters().items()}
    name = f"person-{seed}"
    return values, timeline_of(body, synthetic_person(name), treatments(key=key), seed=seed)


def recorded(seed: int, record: str) -> Timeline:
    """What is on record of the person."""
    _, timeline = whole(seed)
    if record == "sensor":
        return replace(timeline, streams={"glucose": timeline.streams["glucose"]})
    few = timeline.frame(GlucoseReading).with_row_index("row").filter(pl.col("row") % FINGER_STICK_EVERY == 0)
    return replace(timeline, streams={**timeline.streams, "glucose": few.drop("row")})


@cache
def fitted(seed: int, record: str) -> Twin:
    """Their twin."""
    return fit_twin(recorded(seed, record), window=FITTED)


def held(record: str) -> dict[str, float]:
    """By parameter of the body, the share of people whose 90 % interval holds the true value."""
    found: dict[str, list[bool]] = {}
    for seed in PEOPLE:
        true, _ = whole(seed)
        for one in fitted(seed, record).diagnostics.parameters:
            if not one.name.startswith(NOISE_PREFIX):
                found.setdefault(one.name, []).append(one.low <= true[one.name] <= one.high)
    return {name: float(np.mean(shares)) for name, shares in found.items()}


@cache
def evaluated(seed: int) -> Evaluation:
    """Forecasts from a sensor alone."""
    return evaluate_twin(fitted(seed, "sensor"), recorded(seed, "sensor"), window=HELD_OUT)


def test_ninety_percent_intervals_of_finger_sticks_hold_most_true_parameters() -> None:
    assert np.mean(list(held("finger-sticks").values())) > 0.78


def test_ninety_percent_intervals_of_a_sensor_alone_hold_what_does_not_take_the_place_of_food_and_insulin() -> None:
    shares = {name: share for name, share in held("sensor").items() if name not in IN_PLACE_OF_TREATMENTS}
    assert np.mean(list(shares.values())) > 0.85


@pytest.mark.parametrize("horizon", [30, 60, 120])
def test_bands_of_a_sensor_alone_hold_about_ninety_percent(horizon: int) -> None:
    shares = [one.coverage_90 for seed in PEOPLE for one in evaluated(seed).horizons if one.horizon_min == horizon]
    assert 0.8 < float(np.mean(shares)) < 0.97


@pytest.mark.parametrize("seed", PEOPLE)
def test_twin_of_a_sensor_alone_beats_persistence(seed: int) -> None:
    assert all(one.beats_persistence for one in evaluated(seed).horizons)
