"""Fitting a twin: maximum a posteriori on several days at once, with a normal posterior from the same fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import jax.numpy as jnp
import numpy as np
import scipy.optimize

from glucotwin.core.error import ErrorCode, FitError
from glucotwin.core.progress import ProgressCallback, part_of, silent
from glucotwin.core.provenance import make_manifest
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.imputation import WEIGHT_LOG_SD, imputed_by_reason
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.calibration import calibrate_bands
from glucotwin.twin.diagnostic import Diagnostics, ParameterSummary
from glucotwin.twin.effect import estimate_effect
from glucotwin.twin.filter import NO_READING
from glucotwin.twin.grid import GriddedData, daily_insulin_u, grid_data
from glucotwin.twin.objective import (
    HORIZON_STEPS,
    WARM_UP_STEPS,
    DayBatch,
    Evaluated,
    Predictions,
    day_batch,
    evaluate,
    predict_days,
    scoring,
)
from glucotwin.twin.personal_model import PersonalModel, central_interval, free_parameters, personal_model
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import TWIN_SCHEMA, Posterior, Twin

FLAT_GAIN = 5.0
"""A point is stationary enough when a Newton step promises less than this in log-likelihood."""

NOT_FINITE = 1e30
"""What the optimiser is told of a point that cannot be evaluated."""

FITTED_DAYS = 14
MINIMUM_DAYS = 2.0
MAXIMUM_ITERATIONS = 60

SETTLED_STEPS, SETTLED_GAIN = 4, 0.5
"""The fit ends when so many steps together gained less than this in log-likelihood: far inside the posterior."""

CALIBRATION_DRAWS = 16
WARM_UP_MIN = WARM_UP_STEPS * STEP_MIN
TAIL_MIN = float(HORIZON_STEPS[-1]) * STEP_MIN


def fit_twin(
    timeline: Timeline,
    *,
    window: Window | None = None,
    leave_out: Sequence[Window] = (),
    progress: ProgressCallback = silent,
) -> Twin:
    """Fits a person's twin.

    Args:
        timeline: the person's data.
        window: days to fit; default the last 14 that have glucose and insulin. Nothing after its end is used.
        leave_out: stretches whose readings are not learned from; what was taken and eaten in them still acts later.
        progress: told the stage and the fraction done.

    Raises:
        FitError: too few days with glucose and insulin, or the fit left the finite numbers.
    """
    window = window or latest_days(timeline)
    progress("Reading the days", 0.0)
    start = _first_reading_time(timeline, window)
    data_window = Window(start=start - timedelta(minutes=WARM_UP_MIN), end=window.end)
    total_u, basal_u = daily_insulin_u(timeline, window)
    data = grid_data(timeline, data_window, usual_basal_u_per_min=basal_u / 1440.0).without_readings(leave_out)
    weight_kg = timeline.person.weight_kg(window.end.date())
    weight_log_sd = WEIGHT_LOG_SD if weight_kg is None else 0.0
    model = personal_model(
        weight_kg=weight_kg,
        daily_insulin_u=total_u,
        basal_u_per_min=basal_u / 1440.0,
        weight_log_sd=weight_log_sd,
    )
    batch = day_batch(data)
    _check_enough(batch, window)
    found = _minimise(model, batch, part_of(progress, start=0.05, end=0.8))
    posterior = _posterior(found)
    progress("Calibrating the bands", 0.8)
    twin = Twin(
        person=timeline.person,
        body="minimal",
        window=window,
        data_hash=timeline_hash(timeline),
        weight_kg=weight_kg,
        weight_log_sd=weight_log_sd,
        daily_insulin_u=total_u,
        basal_u_per_min=basal_u / 1440.0,
        posterior=posterior,
        effect=estimate_effect(model, jnp.asarray(found.point), timeline, window, total_u),
        band_factors={},
        diagnostics=_diagnostics(model, batch, found, posterior, data),
        manifest=make_manifest(
            TWIN_SCHEMA, settings={"fitted_days": round(window.days, 3), "stretches_left_out": len(leave_out)}
        ),
    )
    factors = calibrate_bands(model, twin.draws(CALIBRATION_DRAWS), data, zone=timeline.person.zone)
    progress("Twin fitted", 1.0)
    return replace(twin, band_factors=factors)


def model_of(twin: Twin) -> PersonalModel:
    """The family of bodies that a twin's posterior speaks of."""
    return personal_model(
        weight_kg=twin.weight_kg,
        daily_insulin_u=twin.daily_insulin_u,
        basal_u_per_min=twin.basal_u_per_min,
        weight_log_sd=twin.weight_log_sd,
    )


def latest_days(timeline: Timeline, *, days: int = FITTED_DAYS) -> Window:
    """The last days, up to the last reading, that have glucose and recorded insulin.

    Raises:
        FitError: a stream is missing, or the streams have no days in common.
    """
    glucose = timeline.frame(GlucoseReading)
    doses = [timeline.frame(kind) for kind in (BasalSegment, Bolus, PenDose) if len(timeline.frame(kind))]
    if not len(glucose) or not doses:
        missing = "glucose readings" if not len(glucose) else "insulin doses"
        raise FitError(
            ErrorCode.TOO_LITTLE_DATA,
            f"The timeline has no {missing}.",
            hint="A twin needs glucose, insulin and meals.",
        )
    # Where a pump's basal record is shorter than its boluses, only the days with both can be fitted.
    first = max(glucose["time"][0], *(frame["time"][0] for frame in doses))
    end = min(glucose["time"][-1], max(frame["time"][-1] for frame in doses) + timedelta(days=1))
    if end <= first:
        raise FitError(
            ErrorCode.TOO_LITTLE_DATA,
            "The glucose readings and the insulin doses have no days in common.",
            hint="A twin needs glucose, insulin and meals of the same days.",
        )
    return Window(start=max(first, end - timedelta(days=days)), end=end)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """Where the optimiser ended."""

    point: np.ndarray
    evaluated: Evaluated
    iterations: int
    settled: bool


class _Surface:
    """The objective as the optimiser asks for it: value, gradient and information of a point from one evaluation."""

    def __init__(self, model: PersonalModel, batch: DayBatch) -> None:
        self._model, self._batch = model, batch
        self._point: np.ndarray | None = None
        self._evaluated: Evaluated | None = None

    def at(self, point: np.ndarray) -> Evaluated:
        if self._evaluated is None or self._point is None or not np.array_equal(point, self._point):
            self._point, self._evaluated = point.copy(), evaluate(self._model, jnp.asarray(point), self._batch)
        return self._evaluated

    def value(self, point: np.ndarray) -> float:
        # A proposal that leaves the finite numbers is only a bad proposal: the optimiser steps back.
        value = float(self.at(point).value)
        return value if np.isfinite(value) else NOT_FINITE

    def gradient(self, point: np.ndarray) -> np.ndarray:
        return np.nan_to_num(np.asarray(self.at(point).gradient))

    def information(self, point: np.ndarray) -> np.ndarray:
        information = np.asarray(self.at(point).information)
        return information if np.all(np.isfinite(information)) else np.eye(point.size)


def _minimise(model: PersonalModel, batch: DayBatch, progress: ProgressCallback) -> _Found:
    surface, path = _Surface(model, batch), _Path()
    start = np.zeros(len(free_parameters()))
    progress("Compiling the model", 0.0)
    if surface.value(start) >= NOT_FINITE:
        raise FitError(ErrorCode.NOT_FINITE, "The model cannot be evaluated on these days.")

    def after_step(intermediate_result: scipy.optimize.OptimizeResult) -> None:
        path.append(float(intermediate_result.fun))
        progress("Fitting the twin", len(path) / MAXIMUM_ITERATIONS)
        if path.settled():
            raise StopIteration

    result = scipy.optimize.minimize(
        surface.value,
        start,
        jac=surface.gradient,
        hess=surface.information,
        method="trust-exact",
        callback=after_step,
        options={"maxiter": MAXIMUM_ITERATIONS, "gtol": 1e-3},
    )
    point = np.asarray(result.x)
    return _Found(
        point=point,
        evaluated=surface.at(point),
        iterations=len(path),
        settled=(path.settled() or bool(result.success)) and _is_flat(surface, point),
    )


class _Path(list[float]):
    """Values of the objective along the way; a refused proposal repeats the last one."""

    def settled(self) -> bool:
        """Whether the last accepted steps together gained next to nothing."""
        accepted = [value for value, before in zip(self[1:], self[:-1], strict=True) if value < before]
        last = accepted[-SETTLED_STEPS:]
        return len(last) == SETTLED_STEPS and last[0] - last[-1] < SETTLED_GAIN


def _is_flat(surface: _Surface, point: np.ndarray) -> bool:
    """Whether a full Newton step would gain less than one part in a thousand of the objective, or a few units."""
    gradient, information = surface.gradient(point), surface.information(point)
    gain = 0.5 * float(gradient @ np.linalg.solve(information, gradient))
    return gain < max(FLAT_GAIN, 1e-3 * abs(surface.value(point)))


def _posterior(found: _Found) -> Posterior:
    """Normal at the mode with the sandwich covariance: days are independent, readings within a day are not."""
    days = np.asarray(found.evaluated.day_gradients)
    inverse = np.linalg.inv(np.asarray(found.evaluated.information))
    covariance = inverse @ (days.T @ days + np.eye(found.point.size)) @ inverse
    # Data never make less certain than the prior, whose SD is 1 on this scale.
    scale = np.minimum(1.0, 1.0 / np.sqrt(np.diag(covariance)))
    covariance = scale[:, None] * covariance * scale
    return Posterior(mean=found.point, covariance=0.5 * (covariance + covariance.T))


def _check_enough(batch: DayBatch, window: Window) -> None:
    days = batch.first_guess_mgdl.size
    present = float(np.mean(np.asarray(batch.readings.kind) != NO_READING)) if days else 0.0
    if days * present < MINIMUM_DAYS:
        raise FitError(
            ErrorCode.TOO_LITTLE_DATA,
            f"{window.start:%Y-%m-%d} to {window.end:%Y-%m-%d} holds {days * present:.1f} whole days of readings; "
            f"a fit needs at least {MINIMUM_DAYS:.0f}.",
            hint="Import more days, or choose a window with fewer gaps.",
        )


def _first_reading_time(timeline: Timeline, window: Window) -> datetime:
    """The first reading's minute: the grid begins there, so that readings and steps coincide."""
    times = timeline.cut(window).frame(GlucoseReading)["time"]
    if not len(times):
        raise FitError(ErrorCode.TOO_LITTLE_DATA, f"There are no glucose readings from {window.start} to {window.end}.")
    return times[0].replace(second=0, microsecond=0)


def _diagnostics(
    model: PersonalModel, batch: DayBatch, found: _Found, posterior: Posterior, data: GriddedData
) -> Diagnostics:
    _, weights = scoring(batch)
    predicted = predict_days(model, jnp.asarray(found.point), batch)
    residuals, lagged = _one_step_residuals(predicted, batch, np.asarray(weights))
    parameters = _summaries(model, posterior)
    return Diagnostics(
        converged=found.settled,
        iterations=found.iterations,
        readings=int(np.sum(np.asarray(weights)[:, : batch.readings.kind.shape[1]] > 0)),
        residual_sd_mgdl=float(np.std(residuals)),
        residual_autocorrelation=float(np.corrcoef(lagged)[0, 1]),
        parameters=parameters,
        warnings=_warnings(found, parameters, data),
        imputed=imputed_by_reason(data.imputed),
    )


def _one_step_residuals(predicted: Predictions, batch: DayBatch, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    steps = batch.readings.kind.shape[1]
    used = weights[:, :steps] > 0
    residuals = np.asarray(predicted.residual_mgdl)[:, :steps]
    both = used[:, 1:] & used[:, :-1]
    return residuals[used], np.stack([residuals[:, :-1][both], residuals[:, 1:][both]])


def _summaries(model: PersonalModel, posterior: Posterior) -> tuple[ParameterSummary, ...]:
    summaries: list[ParameterSummary] = []
    for index, record in enumerate(free_parameters().values()):
        mean, sd = float(posterior.mean[index]), float(np.sqrt(posterior.covariance[index, index]))
        prior, fitted = central_interval(model, index, 0.0, 1.0), central_interval(model, index, mean, sd)
        summaries.append(
            ParameterSummary(
                name=record.name,
                description=record.description,
                unit=record.unit,
                prior_median=prior[0],
                prior_low=prior[1],
                prior_high=prior[2],
                median=fitted[0],
                low=fitted[1],
                high=fitted[2],
                informed_fraction=float(np.clip(1.0 - sd, 0.0, 1.0)),
            )
        )
    return tuple(summaries)


SURPRISING_SCORE = 3.0


def _warnings(found: _Found, parameters: tuple[ParameterSummary, ...], data: GriddedData) -> tuple[str, ...]:
    """Message keys of what a reader must know about the fit."""
    gaps = float(np.mean(np.asarray(data.readings.kind) == NO_READING))
    checks = {
        "fit-not-converged": not found.settled,
        "fit-many-gaps": gaps > 0.3,
        "fit-basal-unknown": float(np.mean(data.basal_known)) < 0.8,
        "fit-parameters-uninformed": any(one.informed_fraction < 0.1 for one in parameters),
        "fit-prior-conflict": bool(np.any(np.abs(found.point) > SURPRISING_SCORE)),
    }
    return tuple(key for key, applies in checks.items() if applies)
