"""Judging a fit: what the data informed, whether predictions were as sure as they should be, and what to warn of."""

import numpy as np

from glucotwin.core.array import Float
from glucotwin.domain.imputation import imputed_by_reason
from glucotwin.twin.diagnostic import Diagnostics, Entangled, ParameterSummary, PredictiveCheck
from glucotwin.twin.filter import NO_READING, VALUE
from glucotwin.twin.grid import STEPS_PER_DAY, GriddedData
from glucotwin.twin.objective import HORIZON_STEPS, DayBatch, Predictions, scoring
from glucotwin.twin.personal_model import PersonalModel, central_intervals, free_parameters
from glucotwin.twin.problem import FitProblem, Fitted
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Posterior

SURPRISING_SCORE = 3.0
ENTANGLED_CORRELATION = 0.9
NINETY_PERCENT_SCORE = 1.6449

LEAST_HELD, MOST_HELD = 0.80, 0.98
"""Shares of readings within the 90 % band, one step ahead, outside of which the fit is warned of."""

FEW_READINGS_PER_DAY = 24.0
"""With fewer readings than this a day, glucose was not measured by a sensor or hardly."""


def diagnose(problem: FitProblem, fitted: Fitted, data: GriddedData, *, recorded_insulin: bool) -> Diagnostics:
    """Everything that a fit tells about itself.

    Args:
        problem: what was fitted.
        fitted: what was found.
        data: the days on the grid.
        recorded_insulin: whether any insulin is on record.
    """
    model, batch = problem.model, problem.batch
    _, weights = scoring(batch)
    predicted = fitted.mode.evaluated.predicted
    residuals, lagged = _one_step_residuals(predicted, batch, np.asarray(weights))
    parameters = _summaries(model, fitted.posterior)
    checks = predictive_checks(predicted, batch)
    return Diagnostics(
        converged=fitted.mode.settled,
        iterations=fitted.mode.iterations,
        readings=int(np.sum(np.asarray(weights)[:, : batch.readings.kind.shape[1]] > 0)),
        residual_sd_mgdl=float(np.std(residuals)),
        residual_autocorrelation=_correlation(lagged),
        parameters=parameters,
        warnings=_warnings(fitted, parameters, checks, data, recorded_insulin=recorded_insulin),
        imputed=imputed_by_reason(data.imputed),
        method=fitted.method,
        sampling=fitted.sampling,
        predictive_checks=checks,
        informed_directions=float(np.sum(1.0 - np.clip(np.linalg.eigvalsh(fitted.posterior.covariance), 0.0, 1.0))),
        entangled=_entangled(model, fitted.posterior),
    )


def predictive_checks(predicted: Predictions, batch: DayBatch) -> tuple[PredictiveCheck, ...]:
    """By horizon, how often the readings of the fitted days lay within the 90 % band predicted for them."""
    kinds, weights = (np.asarray(one) for one in scoring(batch))
    steps = batch.readings.kind.shape[1]
    score = np.abs(np.asarray(predicted.residual_mgdl)) * np.exp(-0.5 * np.asarray(predicted.log_variance))
    held, used = score <= NINETY_PERCENT_SCORE, (weights > 0.0) & (kinds == VALUE)
    days = len(held)
    by_horizon = {
        int(STEP_MIN): (held[:, :steps], used[:, :steps]),
        **{
            int(horizon * STEP_MIN): tuple(
                one[:, steps:].reshape(days, -1, HORIZON_STEPS.size)[:, :, index] for one in (held, used)
            )
            for index, horizon in enumerate(HORIZON_STEPS)
        },
    }
    return tuple(_check(horizon, *pair) for horizon, pair in by_horizon.items() if pair[1].any())


def _check(horizon_min: int, held: np.ndarray, used: np.ndarray) -> PredictiveCheck:
    count = used.sum(axis=1)
    fraction = float((held & used).sum() / count.sum())
    # Days are independent, readings within a day are not: the error of a ratio of sums over days.
    off = (held & used).sum(axis=1) - fraction * count
    return PredictiveCheck(
        horizon_min=horizon_min,
        readings=int(count.sum()),
        held_fraction=fraction,
        standard_error=float(np.sqrt(np.sum(off**2)) / count.sum()),
    )


def _one_step_residuals(predicted: Predictions, batch: DayBatch, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    steps = batch.readings.kind.shape[1]
    used = weights[:, :steps] > 0
    residuals = np.asarray(predicted.residual_mgdl)[:, :steps]
    both = used[:, 1:] & used[:, :-1]
    return residuals[used], np.stack([residuals[:, :-1][both], residuals[:, 1:][both]])


def _correlation(pairs: np.ndarray) -> float:
    """Of pairs in two rows; 0 where there are too few to tell."""
    return float(np.corrcoef(pairs)[0, 1]) if pairs.shape[1] > 2 and np.all(pairs.std(axis=1) > 0.0) else 0.0


def _summaries(model: PersonalModel, posterior: Posterior) -> tuple[ParameterSummary, ...]:
    count = len(posterior.mean)
    factor = np.asarray(model.factor)
    prior_sd = np.sqrt(np.sum(factor**2, axis=1))
    posterior_sd = np.sqrt(np.diag(factor @ posterior.covariance @ factor.T))
    informed = np.clip(1.0 - posterior_sd / prior_sd, 0.0, 1.0)
    moved = factor @ posterior.mean / prior_sd
    before = central_intervals(model, np.zeros(count), np.eye(count))
    after = _intervals(model, posterior)
    return tuple(
        ParameterSummary(
            name=record.name,
            description=record.description,
            unit=record.unit,
            prior_median=float(before[index, 0]),
            prior_low=float(before[index, 1]),
            prior_high=float(before[index, 2]),
            median=float(after[index, 0]),
            low=float(after[index, 1]),
            high=float(after[index, 2]),
            informed_fraction=float(informed[index]),
            prior_score=float(moved[index]),
        )
        for index, record in enumerate(free_parameters(model.body_name).values())
    )


def _intervals(model: PersonalModel, posterior: Posterior) -> np.ndarray:
    if posterior.sample is None:
        return central_intervals(model, posterior.mean, posterior.covariance)
    logarithms = posterior.sample @ np.asarray(model.factor).T
    return np.asarray(model.typical)[:, None] * np.exp(np.quantile(logarithms, [0.5, 0.05, 0.95], axis=0)).T


def _entangled(model: PersonalModel, posterior: Posterior) -> tuple[Entangled, ...]:
    names = list(free_parameters(model.body_name))
    factor = np.asarray(model.factor)
    covariance = factor @ posterior.covariance @ factor.T
    scale = np.sqrt(np.diag(covariance))
    correlation: Float[np.ndarray, "parameter parameter"] = covariance / np.outer(scale, scale)
    return tuple(
        Entangled(first=names[i], second=names[j], correlation=float(correlation[i, j]))
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if abs(correlation[i, j]) > ENTANGLED_CORRELATION
    )


def _warnings(
    fitted: Fitted,
    parameters: tuple[ParameterSummary, ...],
    checks: tuple[PredictiveCheck, ...],
    data: GriddedData,
    *,
    recorded_insulin: bool,
) -> tuple[str, ...]:
    """Message keys of what a reader must know about the fit, failures first."""
    present = np.asarray(data.readings.kind) != NO_READING
    few = float(present.sum()) < FEW_READINGS_PER_DAY * data.steps / STEPS_PER_DAY
    next_reading = [one.held_fraction for one in checks if one.horizon_min == int(STEP_MIN)]
    reasons = {
        "fit-not-converged": not fitted.mode.settled,
        **dict.fromkeys(() if fitted.sampling is None else fitted.sampling.warnings(), True),
        "fit-no-insulin": not recorded_insulin,
        "fit-few-readings": few,
        "fit-many-gaps": float(np.mean(~data.covered)) > 0.3 and not few,
        "fit-basal-unknown": recorded_insulin and float(np.mean(data.basal_known)) < 0.8,
        "fit-predictions-too-sure": any(one < LEAST_HELD for one in next_reading),
        "fit-predictions-too-unsure": any(one > MOST_HELD for one in next_reading),
        "fit-parameters-uninformed": any(one.informed_fraction < 0.1 for one in parameters),
        "fit-prior-conflict": any(abs(one.prior_score) > SURPRISING_SCORE for one in parameters),
    }
    return tuple(key for key, applies in reasons.items() if applies)
