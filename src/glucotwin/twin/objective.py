"""What a fit minimises: how badly a body and its disturbance predict the readings, one step and up to two hours ahead.

A composite likelihood (Varin 2011) of the filter's one-step predictions and of open-loop predictions at several
horizons: the first identifies the disturbance, the second keeps the body honest about hours. Overlapping predictions
are weighted by their overlap; what dependence remains is accounted for in the posterior by the sandwich formula.
"""

from collections.abc import Callable
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Bool, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body
from glucotwin.twin.body.registry import fit_body
from glucotwin.twin.closed_form import closed_form, filter_days, look_ahead_days
from glucotwin.twin.driven import can_drive, drive, filter_driven, look_ahead_driven
from glucotwin.twin.evidence import Evidence
from glucotwin.twin.filter import (
    AT_LEAST,
    AT_MOST,
    NO_READING,
    TAIL_FREEDOM,
    VALUE,
    Ahead,
    Innovation,
    Readings,
    initial_belief,
    look_ahead,
    robust_weight,
    run_filter,
)
from glucotwin.twin.grid import STEPS_PER_DAY, GriddedData
from glucotwin.twin.minimal_course import has_closed_form
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.state_space import Noise

WARM_UP_STEPS = 72
"""Six hours before each day: its readings steer the state but are not scored."""

HORIZON_STEPS = np.array([3, 6, 12, 18, 24])
"""Horizons of the open-loop predictions: 15 to 120 min."""

ORIGIN_EVERY_STEPS = 6

USUAL_DAYS = (3, 7, 14, 21, 28, 42, 60, 90)
"""Numbers of days that programs are compiled for; others are filled up with empty days, which count for nothing."""

WRONG_BOUND = 1e-3
"""Chance that a sensor's LOW or HIGH means nothing, so that a single one cannot drag a fit."""


class DayBatch(eqx.Module):
    """Days to fit, each with its warm-up before and the longest horizon after; axes day, step.

    ``evidence`` is what laboratory values say beside; None where they play no part.
    """

    inputs: Inputs
    readings: Readings
    first_guess_mgdl: Float[Array, " day"]
    evidence: Evidence | None = None


class Predictions(NamedTuple):
    """Residuals and logarithms of predicted variances of everything scored, axes day, prediction; and their weights."""

    residual_mgdl: Float[Array, "day prediction"]
    log_variance: Float[Array, "day prediction"]


class Evaluated(NamedTuple):
    """The objective at a point: value, gradient, expected information, each day's own gradient, and what it scores.

    ``certain`` is the part of the information that is independent of the days: of the prior and of laboratory values.
    """

    value: Float[Array, ""]
    gradient: Float[Array, " parameter"]
    information: Float[Array, "parameter parameter"]
    certain: Float[Array, "parameter parameter"]
    day_gradients: Float[Array, "day parameter"]
    predicted: Predictions


def day_batch(data: GriddedData) -> DayBatch:
    """The whole days of gridded data, the first preceded by the warm-up, the last followed by the longest horizon."""
    length = WARM_UP_STEPS + STEPS_PER_DAY + int(HORIZON_STEPS[-1])
    starts = np.arange(0, data.steps - length + 1, STEPS_PER_DAY)
    index = starts[:, None] + np.arange(length)[None]
    # Indexed outside of JAX, which would compile a program for each kind of array.
    inputs = data.inputs.map(lambda values: jnp.asarray(np.asarray(values)[index]))
    readings = jax.tree.map(lambda values: jnp.asarray(np.asarray(values)[index]), data.readings)
    return DayBatch(inputs=inputs, readings=readings, first_guess_mgdl=jnp.asarray(_first_values(readings)))


def with_evidence(batch: DayBatch, evidence: Evidence) -> DayBatch:
    """The days with laboratory values beside; the same days where there is none.

    Args:
        batch: the days.
        evidence: of the months before their end.
    """
    if not evidence.count:
        return batch
    return DayBatch(
        inputs=batch.inputs,
        readings=batch.readings,
        first_guess_mgdl=batch.first_guess_mgdl,
        evidence=jax.tree.map(jnp.asarray, evidence),
    )


def filled_up(batch: DayBatch) -> DayBatch:
    """The days and, behind them, empty ones up to a usual number, so that compiled programs serve many people."""
    days = batch.first_guess_mgdl.size
    count = next((one for one in USUAL_DAYS if one >= days), days)
    index = np.minimum(np.arange(count), days - 1)
    empty = index != np.arange(count)
    kinds = np.where(empty[:, None], NO_READING, np.asarray(batch.readings.kind)[index])
    return DayBatch(
        inputs=batch.inputs.map(lambda values: jnp.asarray(np.asarray(values)[index])),
        readings=Readings(
            glucose_mgdl=jnp.asarray(np.asarray(batch.readings.glucose_mgdl)[index]), kind=jnp.asarray(kinds)
        ),
        first_guess_mgdl=jnp.asarray(np.asarray(batch.first_guess_mgdl)[index]),
        evidence=batch.evidence,
    )


def _first_values(readings: Readings) -> np.ndarray:
    present = np.asarray(readings.kind) != NO_READING
    first = np.where(present.any(axis=1), present.argmax(axis=1), 0)
    values = np.asarray(readings.glucose_mgdl)[np.arange(len(first)), first]
    return np.where(present.any(axis=1), values, 140.0)


def predictions(
    model: PersonalModel, point: Float[Array, " parameter"], batch: DayBatch, *, stepwise: bool = False
) -> Predictions:
    """Everything that is scored, at a point of the parameter space.

    Args:
        model: the family of bodies.
        point: unconstrained parameters.
        batch: the days.
        stepwise: by Runge-Kutta steps also where there is a closed form.
    """
    body, noise = model.build(point)
    origins = _origins(batch)
    closed = has_closed_form(body, batch.inputs) and not stepwise
    near, ahead = (_in_closed_form if closed else _by_steps)(body, noise, batch, origins)
    observed = batch.readings.glucose_mgdl[:, origins[:, None] + HORIZON_STEPS[None]]
    days = observed.shape[0]
    far, far_variance = ((observed - ahead.mean_mgdl).reshape(days, -1), ahead.variance.reshape(days, -1))
    return Predictions(
        residual_mgdl=jnp.concatenate([near.residual_mgdl, far], axis=1),
        log_variance=jnp.log(jnp.concatenate([near.variance, far_variance], axis=1)),
    )


def _in_closed_form(body: Body, noise: Noise, batch: DayBatch, origins: np.ndarray) -> tuple[Innovation, Ahead]:
    form = closed_form(body, noise, batch.inputs, batch.first_guess_mgdl)
    kept, near = filter_days(form, batch.readings, ORIGIN_EVERY_STEPS)
    beliefs = jax.tree.map(lambda values: values[origins // ORIGIN_EVERY_STEPS], kept)
    ahead = look_ahead_days(form, beliefs, int(origins[0]), ORIGIN_EVERY_STEPS, int(HORIZON_STEPS[-1]))
    return near, Ahead(*(jnp.transpose(one[HORIZON_STEPS - 1], (2, 1, 0)) for one in ahead))


def _by_steps(body: Body, noise: Noise, batch: DayBatch, origins: np.ndarray) -> tuple[Innovation, Ahead]:
    def day(inputs: Inputs, readings: Readings, guess: Float[Array, ""]) -> tuple[Innovation, Ahead]:
        near, ahead = _filter_and_look(body, noise, guess, inputs, readings, origins)
        return near, Ahead(*(one[:, HORIZON_STEPS - 1] for one in ahead))

    return jax.vmap(day)(batch.inputs, batch.readings, batch.first_guess_mgdl)


def _filter_and_look(
    body: Body, noise: Noise, guess: Float[Array, ""], inputs: Inputs, readings: Readings, origins: np.ndarray
) -> tuple[Innovation, Ahead]:
    steps = int(HORIZON_STEPS[-1])
    if can_drive(body):
        course = drive(body, inputs)
        beliefs, near = filter_driven(body, noise, course, guess, inputs, readings)
        return near, look_ahead_driven(body, noise, course, inputs, beliefs, origins, steps)
    filtered = run_filter(body, noise, initial_belief(body, noise, guess), inputs, readings)
    starts = jax.tree.map(lambda values: values[origins], filtered.beliefs)
    coming = inputs.map(lambda values: values[origins[:, None] + np.arange(steps)[None]])
    return filtered.innovations, jax.vmap(lambda belief, now: look_ahead(body, noise, belief, now))(starts, coming)


def _origins(batch: DayBatch) -> np.ndarray:
    return np.arange(WARM_UP_STEPS, WARM_UP_STEPS + STEPS_PER_DAY, ORIGIN_EVERY_STEPS)


def scoring(batch: DayBatch) -> tuple[Array, Float[Array, "day prediction"]]:
    """Kind of reading and weight of every prediction, in the order of ``predictions``."""
    kind, origins = batch.readings.kind, _origins(batch)
    steps = np.arange(kind.shape[1])
    scored = (steps >= WARM_UP_STEPS) & (steps < WARM_UP_STEPS + STEPS_PER_DAY)
    near = jnp.where(kind != NO_READING, jnp.asarray(scored, dtype=jnp.float64), 0.0)
    target = kind[:, origins[:, None] + HORIZON_STEPS[None]]
    share = np.minimum(1.0, ORIGIN_EVERY_STEPS / HORIZON_STEPS)
    known = (kind[:, origins] != NO_READING)[:, :, None] & (target != NO_READING)
    days = kind.shape[0]
    kinds = jnp.concatenate([kind, target.reshape(days, -1)], axis=1)
    return kinds, jnp.concatenate([near, jnp.where(known, share, 0.0).reshape(days, -1)], axis=1)


def negative_log_likelihood(
    predicted: Predictions, kinds: Array, weights: Float[Array, "day prediction"]
) -> Float[Array, ""]:
    """Weighted sum of Student-t terms of values and Gaussian tail terms of LOW and HIGH."""
    score = predicted.residual_mgdl * jnp.exp(-0.5 * predicted.log_variance)
    value = 0.5 * (TAIL_FREEDOM + 1.0) * jnp.log1p(score**2 / TAIL_FREEDOM) + 0.5 * predicted.log_variance
    at_most, at_least = _bound_term(score), _bound_term(-score)
    terms = jnp.where(kinds == AT_MOST, at_most, jnp.where(kinds == AT_LEAST, at_least, value))
    # Where nothing is scored the term is cut out before it is weighted, so that no infinity survives as 0 x inf.
    return jnp.sum(weights * jnp.where(weights > 0.0, terms, 0.0))


def _bound_term(score: Float[Array, "..."]) -> Float[Array, "..."]:
    """Minus the log probability of the right side of a bound, with a small chance that the bound is wrong."""
    return -jnp.log(WRONG_BOUND + (1.0 - WRONG_BOUND) * jax.scipy.stats.norm.cdf(score))


@eqx.filter_jit
def evaluate(
    model: PersonalModel, point: Float[Array, " parameter"], batch: DayBatch, *, stepwise: bool = False
) -> Evaluated:
    """Objective, gradient and expected information at a point, the standard normal prior included.

    Args:
        model: the family of bodies.
        point: unconstrained parameters.
        batch: the days to fit.
        stepwise: by Runge-Kutta steps also where there is a closed form.
    """
    kinds, weights = scoring(batch)
    predicted, slopes = _with_jacobian(lambda one: predictions(model, one, batch, stepwise=stepwise), point)
    value, by_prediction = jax.value_and_grad(negative_log_likelihood)(predicted, kinds, weights)
    day_gradients = jnp.einsum("dp,dpk->dk", by_prediction.residual_mgdl, slopes.residual_mgdl) + jnp.einsum(
        "dp,dpk->dk", by_prediction.log_variance, slopes.log_variance
    )
    prior, pull, certain = _beside_the_days(model, point, batch)
    return Evaluated(
        value=value + prior,
        gradient=day_gradients.sum(axis=0) + pull,
        information=_information(predicted, slopes, weights, kinds == VALUE) + certain,
        certain=certain,
        day_gradients=day_gradients,
        predicted=predicted,
    )


def beside_the_days(model: PersonalModel, point: Float[Array, " parameter"], batch: DayBatch) -> Float[Array, ""]:
    """What the prior and laboratory values say against a point, as minus a log density.

    Args:
        model: the family of bodies.
        point: unconstrained parameters.
        batch: with the laboratory values.
    """
    surprise = _surprise(model, point, batch)
    return 0.5 * point @ point + 0.5 * surprise @ surprise


def _surprise(model: PersonalModel, point: Float[Array, " parameter"], batch: DayBatch) -> Float[Array, " value"]:
    rule = fit_body(model.body_name).surprise
    if batch.evidence is None or rule is None:
        return jnp.zeros(0)
    return rule(model.build(point)[0], batch.evidence)


def _beside_the_days(
    model: PersonalModel, point: Float[Array, " parameter"], batch: DayBatch
) -> tuple[Float[Array, ""], Float[Array, " parameter"], Float[Array, "parameter parameter"]]:
    """Value, gradient and information of the prior and of laboratory values."""
    surprise = _surprise(model, point, batch)
    slopes = jax.jacfwd(lambda one: _surprise(model, one, batch))(point)
    value = 0.5 * point @ point + 0.5 * surprise @ surprise
    return value, point + slopes.T @ surprise, jnp.eye(point.size) + slopes.T @ slopes


def _with_jacobian(
    function: Callable[[Array], Predictions], point: Float[Array, " parameter"]
) -> tuple[Predictions, Predictions]:
    """Value and forward-mode Jacobian (last axis: parameter) in one sweep."""
    return jax.vmap(lambda tangent: jax.jvp(function, (point,), (tangent,)), out_axes=(None, -1))(jnp.eye(point.size))


def _information(
    predicted: Predictions,
    slopes: Predictions,
    weights: Float[Array, "day prediction"],
    is_value: Bool[Array, "day prediction"],
) -> Float[Array, "parameter parameter"]:
    """Expected (Fisher) information of the Gaussian terms, residuals that the tails discount counting less."""
    precision = jnp.exp(-predicted.log_variance)
    used = jnp.where(is_value, weights, 0.0)
    mean_weight = used * robust_weight(predicted.residual_mgdl**2 * precision) * precision
    by_mean, by_variance = (one.reshape(-1, one.shape[-1]) for one in (slopes.residual_mgdl, slopes.log_variance))
    return (by_mean * mean_weight.reshape(-1, 1)).T @ by_mean + 0.5 * (
        by_variance * used.reshape(-1, 1)
    ).T @ by_variance
