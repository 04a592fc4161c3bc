from datetime import timedelta
from functools import cache

import equinox as eqx
import numpy as np

from glucotwin.domain.timeline import Window
from glucotwin.twin.calibration import CALIBRATED_HORIZONS_MIN, calibrate_bands
from glucotwin.twin.filter import NO_READING, VALUE
from glucotwin.twin.fit import CALIBRATION_DRAWS, WARM_UP_MIN, model_of
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.predictive import predict_from, usual_future
from synthetic_person import FITTED, synthetic_timeline, synthetic_twin


@cache
def fitted_days() -> GriddedData:
    window = Window(start=FITTED.start - timedelta(minutes=WARM_UP_MIN), end=FITTED.end)
    return grid_data(synthetic_timeline(), window, usual_basal_u_per_min=synthetic_twin().basal_u_per_min)


def calibrate(data: GriddedData) -> dict[int, float]:
    twin = synthetic_twin()
    return calibrate_bands(model_of(twin), twin.draws(CALIBRATION_DRAWS), data, zone="UTC")


def with_kind(kind: np.ndarray) -> GriddedData:
    data = fitted_days()
    readings = eqx.tree_at(lambda one: one.kind, data.readings, kind)
    return GriddedData(start=data.start, inputs=data.inputs, readings=readings, basal_known=data.basal_known)


def test_factors_are_those_of_the_fit() -> None:
    assert calibrate(fitted_days()) == synthetic_twin().band_factors


def test_widened_bands_hold_nine_of_ten_readings_of_the_fitted_days() -> None:
    twin, data = synthetic_twin(), fitted_days()
    origins = np.arange(72, data.steps - 48, 3)
    future = usual_future(data, extra_steps=0, zone="UTC", basal_u_per_min=twin.basal_u_per_min)
    found = predict_from(model_of(twin), twin.draws(CALIBRATION_DRAWS), data.inputs, data.readings, future, origins, 48)
    mean, variance = np.asarray(found.mean_mgdl), np.asarray(found.variance)
    centre, spread = mean.mean(axis=0), np.sqrt(variance.mean(axis=0) + mean.var(axis=0))
    glucose, kind = np.asarray(data.readings.glucose_mgdl), np.asarray(data.readings.kind)
    for horizon in (30, 60, 120):
        ahead = horizon // 5
        known = (kind[origins] == VALUE) & (kind[origins + ahead] == VALUE)
        half = 1.6449 * twin.band_factors[horizon] * spread[:, ahead - 1]
        held = np.abs(glucose[origins + ahead] - centre[:, ahead - 1]) <= half
        assert abs(held[known].mean() - 0.9) < 0.01


def test_without_enough_readings_bands_are_widened_by_half() -> None:
    nothing = np.full(fitted_days().steps, NO_READING)
    assert calibrate(with_kind(nothing)) == dict.fromkeys(CALIBRATED_HORIZONS_MIN, 1.5)


def test_bounds_are_not_taken_for_values() -> None:
    kind = np.asarray(fitted_days().readings.kind).copy()
    kind[kind == VALUE] = 2
    assert calibrate(with_kind(kind)) == dict.fromkeys(CALIBRATED_HORIZONS_MIN, 1.5)
