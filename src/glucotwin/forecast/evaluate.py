"""Scoring a twin's forecasts on days that its fit did not see."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.evaluation import Evaluation, HorizonScore
from glucotwin.forecast.forecast import Band
from glucotwin.forecast.predict import DRAWS, HISTORY_MIN, bands_of, widened
from glucotwin.metrics.error_grid import dts_zones
from glucotwin.twin.filter import VALUE
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.mixture import mixture_quantile
from glucotwin.twin.predictive import predict_from, usual_future
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

MINIMUM_PAIRS = 20


def evaluate_twin(
    twin: Twin,
    timeline: Timeline,
    *,
    window: Window,
    horizons: Sequence[int] = (30, 60, 120),
    progress: ProgressCallback = silent,
) -> Evaluation:
    """Scores forecasts from every reading of a window beside persistence on the same pairs.

    Every origin is a step with a measured value, every target a measured value, never interpolated; nothing after an
    origin enters its forecast.

    Args:
        twin: fitted to earlier days.
        timeline: the person's data.
        window: held-out days; the day before it only steers the state.
        horizons: minutes ahead, multiples of 5.
        progress: told the stage and the fraction done.

    Raises:
        DataError: the window begins before the fit ended, or holds too few pairs.
    """
    if window.start < twin.window.end:
        raise DataError(
            ErrorCode.OVERLAPPING_TIMES,
            f"The twin was fitted up to {twin.window.end:%Y-%m-%d %H:%M}; "
            f"scoring from {window.start:%Y-%m-%d %H:%M} would test it on what it has seen.",
            hint="Score later days.",
        )
    progress("Forecasting the held-out days", 0.0)
    data = grid_data(
        timeline,
        Window(start=window.start - timedelta(minutes=HISTORY_MIN), end=window.end),
        usual_basal_u_per_min=twin.basal_u_per_min,
    )
    steps = np.array([int(horizon / STEP_MIN) for horizon in horizons])
    origins = _origins(data, int(steps.max()))
    if origins.size < MINIMUM_PAIRS:
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            f"The window holds {origins.size} readings to forecast from; scoring needs at least {MINIMUM_PAIRS}.",
            hint="Score a longer window, or one with fewer gaps.",
        )
    future = usual_future(data, extra_steps=0, zone=twin.person.zone, basal_u_per_min=twin.basal_u_per_min)
    predicted = predict_from(
        model_of(twin), twin.draws(DRAWS), data.inputs, data.readings, future, origins, int(steps.max())
    )
    mean, spread = np.asarray(predicted.mean_mgdl)[:, :, steps - 1], np.sqrt(predicted.variance)[:, :, steps - 1]
    mean, spread = widened(mean, spread, twin.band_factor(np.asarray(horizons, dtype=np.float64)))
    progress("Scoring", 0.9)
    scores = tuple(
        _score(data, origins, int(step), int(horizon), mean[:, :, index], spread[:, :, index])
        for index, (step, horizon) in enumerate(zip(steps, horizons, strict=True))
    )
    return Evaluation(
        person_id=twin.person.person_id,
        attributes=twin.person.attributes(window.end.date()),
        start=window.start,
        end=window.end,
        future_inputs=message("future-inputs-usual"),
        horizons=scores,
    )


def _origins(data: GriddedData, longest: int) -> np.ndarray:
    first = int(HISTORY_MIN / STEP_MIN)
    steps = np.arange(first, max(first, data.steps - longest))
    return steps[np.asarray(data.readings.kind)[steps] == VALUE]


def _score(
    data: GriddedData, origins: np.ndarray, step: int, horizon: int, mean: np.ndarray, spread: np.ndarray
) -> HorizonScore:
    glucose, kind = np.asarray(data.readings.glucose_mgdl), np.asarray(data.readings.kind)
    measured = kind[origins + step] == VALUE
    if measured.sum() < MINIMUM_PAIRS:
        raise DataError(ErrorCode.TOO_LITTLE_DATA, f"Only {measured.sum()} readings can be scored {horizon} min ahead.")
    truth, last = glucose[origins + step][measured], glucose[origins][measured]
    mean, spread = mean[:, measured], spread[:, measured]
    median, bands = mixture_quantile(0.5, mean, spread), bands_of(mean, spread)
    error, naive = median - truth, last - truth
    return HorizonScore(
        horizon_min=horizon,
        pairs=int(measured.sum()),
        rmse_mgdl=_rms(error),
        mae_mgdl=float(np.mean(np.abs(error))),
        mard_pct=100.0 * float(np.mean(np.abs(error) / truth)),
        bias_mgdl=float(np.mean(error)),
        coverage_50=_coverage(bands[0], truth),
        coverage_90=_coverage(bands[1], truth),
        width_90_mgdl=float(np.mean(bands[1].high_mgdl - bands[1].low_mgdl)),
        dts_zone_a_fraction=float(np.mean(dts_zones(truth, median) == "A")),
        rmse_persistence_mgdl=_rms(naive),
        mae_persistence_mgdl=float(np.mean(np.abs(naive))),
        mard_persistence_pct=100.0 * float(np.mean(np.abs(naive) / truth)),
    )


def _rms(error: np.ndarray) -> float:
    return float(np.sqrt(np.mean(error**2)))


def _coverage(band: Band, truth: np.ndarray) -> float:
    return float(np.mean((band.low_mgdl <= truth) & (truth <= band.high_mgdl)))
