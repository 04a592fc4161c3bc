"""The most probable parameters by a trust region on expected information, and the normal posterior around them."""

import jax.numpy as jnp
import numpy as np
import scipy.optimize

from glucotwin.core.error import ErrorCode, FitError
from glucotwin.core.progress import ProgressCallback
from glucotwin.twin.filter import NO_READING
from glucotwin.twin.grid import STEPS_PER_DAY
from glucotwin.twin.objective import DayBatch, Evaluated, evaluate
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.problem import FitProblem, Fitted, Mode
from glucotwin.twin.twin import Posterior

FLAT_GAIN = 5.0
"""A point is stationary enough when a Newton step promises less than this in log-likelihood."""

NOT_FINITE = 1e30
"""What the optimiser is told of a point that cannot be evaluated."""

MAXIMUM_ITERATIONS = 60

SPARSE_READINGS_PER_DAY = 24.0
"""With fewer, readings are finger-sticks, hours apart."""

SETTLED_STEPS, SETTLED_GAIN = 4, 0.5
"""The fit ends when so many steps together gained less than this in log-likelihood: far inside the posterior."""


def fit_map(problem: FitProblem, progress: ProgressCallback) -> Fitted:
    """The mode, and a normal posterior whose covariance is the sandwich's."""
    mode = find_mode(problem.model, problem.batch, progress)
    return Fitted(method="map", mode=mode, posterior=sandwich_posterior(mode))


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


def find_mode(model: PersonalModel, batch: DayBatch, progress: ProgressCallback) -> Mode:
    """Seeks the mode from the population's point.

    Raises:
        FitError: the model cannot be evaluated on these days.
    """
    surface, path = _Surface(model, batch), _Path()
    start = np.zeros(model.typical.size)
    progress("Compiling the model", 0.0)
    if surface.value(start) >= NOT_FINITE:
        raise FitError(ErrorCode.NOT_FINITE, "The model cannot be evaluated on these days.")

    def after_step(intermediate_result: scipy.optimize.OptimizeResult) -> None:
        path.append(float(intermediate_result.fun))
        progress("Fitting the twin", min(1.0, len(path) / MAXIMUM_ITERATIONS))
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
    return Mode(
        point=point,
        evaluated=surface.at(point),
        iterations=len(path),
        settled=(path.settled() or bool(result.success)) and _is_flat(surface, point),
        sparse=_is_sparse(batch),
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


def _is_sparse(batch: DayBatch) -> bool:
    present = (np.asarray(batch.readings.kind)[:, :STEPS_PER_DAY] != NO_READING).sum(axis=1)
    return float(present[present > 0].mean()) < SPARSE_READINGS_PER_DAY if present.any() else True


def sandwich_posterior(mode: Mode) -> Posterior:
    """Normal at the mode with the sandwich covariance: days are independent, readings within a day are not.

    A few readings a day are nearly independent, and the gradients of so few tell their own spread badly: there the
    covariance is nowhere less than that of the information.
    """
    days = np.asarray(mode.evaluated.day_gradients)
    inverse = np.linalg.inv(np.asarray(mode.evaluated.information))
    covariance = inverse @ (days.T @ days + np.asarray(mode.evaluated.certain)) @ inverse
    if mode.sparse:
        covariance = _at_least(covariance, inverse)
    # Data never make less certain than the prior, whose SD is 1 on this scale.
    scale = np.minimum(1.0, 1.0 / np.sqrt(np.diag(covariance)))
    covariance = scale[:, None] * covariance * scale
    return Posterior(mean=mode.point, covariance=0.5 * (covariance + covariance.T))


def _at_least(covariance: np.ndarray, least: np.ndarray) -> np.ndarray:
    """The covariance, raised to another one in every direction in which it is smaller."""
    root = np.linalg.cholesky(least)
    relative = np.linalg.solve(root, np.linalg.solve(root, covariance).T)
    values, vectors = np.linalg.eigh(0.5 * (relative + relative.T))
    raised = root @ (vectors * np.sqrt(np.maximum(values, 1.0)))
    return raised @ raised.T
