"""Issuing a forecast from a twin: the one curve that display, alarm and advice share."""

from dataclasses import replace
from datetime import datetime, timedelta

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from glucotwin.core.error import ErrorCode, SafetyError
from glucotwin.core.message import message
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.record import as_utc
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.forecast import Band, Forecast, forecast_of
from glucotwin.forecast.trajectory import PATH_LEVELS, disturbance_template, join_marginals
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.latent.explained import effect_factors, with_factors
from glucotwin.twin.mixture import mixture_quantile
from glucotwin.twin.predictive import predict_from, usual_future
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

DRAWS = 32
LEVELS = (0.5, 0.9)
HISTORY_MIN = 24 * 60
OLDEST_READING_MIN = 30.0
"""Without a reading this recent nothing is forecast: the state is then not known well enough."""

LONGEST_HORIZON_MIN = 480


def forecast_glucose(
    twin: Twin, timeline: Timeline, *, origin: datetime, horizon_min: int = 240, planned: Timeline | None = None
) -> Forecast:
    """Forecasts what the sensor will show.

    Only what began before the origin is used. After it, no food, no bolus and the usual basal rate are assumed, and
    what is ``planned``.

    Args:
        twin: the person's twin.
        timeline: their data.
        origin: aware time to look ahead from.
        horizon_min: how far, at most 480 min.
        planned: meals and doses after the origin that the person announces.

    Raises:
        SafetyError: there is no reading in the 30 min before the origin.
    """
    origin = as_utc(origin)
    mean, spread, t_min = predictive_draws(
        twin, timeline, origin=origin, horizon_min=horizon_min, draws=DRAWS, planned=planned
    )
    template = disturbance_template(t_min.size, flux_time_min=disturbance_time_min(twin))
    return forecast_of(
        join_marginals(marginal_quantiles(mean, spread), template),
        origin=origin,
        t_min=t_min,
        levels=LEVELS,
        future_inputs=message("future-inputs-planned" if planned else "future-inputs-usual"),
        last_reading_age_min=reading_age_min(timeline, origin),
        method="twin",
    )


def marginal_quantiles(mean: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Quantiles of a mixture over the leading axis at the levels of the paths; glucose is never below zero."""
    return np.maximum(np.stack([mixture_quantile(float(level), mean, spread) for level in PATH_LEVELS]), 0.0)


def disturbance_time_min(twin: Twin) -> float:
    """Correlation time of the twin's unexplained flux in minutes."""
    _, noise = model_of(twin).build(jnp.asarray(twin.posterior.mean))
    return float(noise.flux_time_min)


def predictive_draws(
    twin: Twin,
    timeline: Timeline,
    *,
    origin: datetime,
    horizon_min: int,
    draws: int = DRAWS,
    planned: Timeline | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and spread of coming sensor glucose per posterior draw, ``(draw, point)``, and the minutes, ``(point,)``.

    Raises:
        SafetyError: there is no reading in the 30 min before the origin.
    """
    check_fresh(timeline, origin)
    steps = int(min(horizon_min, LONGEST_HORIZON_MIN) // STEP_MIN)
    data = history(twin, timeline, origin)
    factors = effect_factors(data, timeline, twin.latents, ahead_steps=steps)
    future = with_factors(_future(twin, data, steps, planned, origin), factors)
    lived, last = with_factors(data.inputs, factors), np.array([data.steps - 1])
    predicted = predict_from(model_of(twin), twin.draws(draws), lived, data.readings, future, last, steps)
    t_min = STEP_MIN * np.arange(1, steps + 1)
    mean, spread = np.asarray(predicted.mean_mgdl)[:, 0], np.sqrt(np.asarray(predicted.variance)[:, 0])
    return *widened(mean, spread, twin.band_factor(t_min)), t_min


def check_fresh(timeline: Timeline, origin: datetime) -> None:
    """Passes when the newest reading before an origin is recent enough.

    Raises:
        SafetyError: it is older than 30 min.
    """
    age = reading_age_min(timeline, origin)
    if age > OLDEST_READING_MIN:
        raise SafetyError(
            ErrorCode.TOO_LITTLE_DATA,
            f"The newest reading before {origin:%Y-%m-%d %H:%M} UTC is {age:.0f} min old."
            if np.isfinite(age)
            else f"There is no reading before {origin:%Y-%m-%d %H:%M} UTC.",
            hint=f"A forecast needs one at most {OLDEST_READING_MIN:.0f} min old.",
        )


def widened(mean: np.ndarray, spread: np.ndarray, factor: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A mixture over draws stretched about its centre by a factor per point (last axis)."""
    centre = mean.mean(axis=0)
    return centre + factor * (mean - centre), factor * spread


def bands_of(mean: np.ndarray, spread: np.ndarray) -> tuple[Band, ...]:
    """Central bands of a mixture over the leading axis; glucose is never below zero."""
    return tuple(
        Band(
            level=level,
            low_mgdl=np.maximum(mixture_quantile(0.5 - level / 2.0, mean, spread), 0.0),
            high_mgdl=mixture_quantile(0.5 + level / 2.0, mean, spread),
        )
        for level in LEVELS
    )


def reading_age_min(timeline: Timeline, origin: datetime) -> float:
    """Age of the newest reading at an origin in minutes; infinite when there is none."""
    times = timeline.frame(GlucoseReading)["time"]
    before = times.filter(times <= origin)
    return float("inf") if not len(before) else (origin - before[-1]) / timedelta(minutes=1)


def history(twin: Twin, timeline: Timeline, origin: datetime) -> GriddedData:
    """The last day before an origin on the grid; its last step is the origin's own and nothing later is in it."""
    past = Window(start=origin - timedelta(days=3), end=origin + timedelta(microseconds=1))
    window = Window(start=origin - timedelta(minutes=HISTORY_MIN), end=origin + timedelta(minutes=STEP_MIN))
    known = replace(timeline.cut(past), settings=timeline.settings)
    return grid_data(known, window, usual_basal_u_per_min=twin.basal_u_per_min)


def _future(twin: Twin, data: GriddedData, steps: int, planned: Timeline | None, origin: datetime) -> Inputs:
    usual = usual_future(data, extra_steps=steps, zone=twin.person.zone, basal_u_per_min=twin.basal_u_per_min)
    if planned is None:
        return usual
    window = Window(start=data.start, end=data.start + timedelta(minutes=(data.steps + steps) * STEP_MIN))
    after = planned.cut(Window(start=origin, end=window.end))
    extra = grid_data(after, window, usual_basal_u_per_min=0.0).inputs
    insulin = usual.insulin_u_per_min["rapid"] + extra.insulin_u_per_min["rapid"]
    return eqx.tree_at(
        lambda one: (one.carbs_g_per_min, one.insulin_u_per_min["rapid"]), usual, (extra.carbs_g_per_min, insulin)
    )
