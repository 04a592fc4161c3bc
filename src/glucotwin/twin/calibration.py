"""How wide predictive bands must be: the model's own width against what really happened on the fitted days."""

import numpy as np

from glucotwin.core.array import Array, Float
from glucotwin.twin.filter import NO_READING, VALUE, Readings
from glucotwin.twin.grid import STEPS_PER_DAY, GriddedData
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.predictive import predict_from, usual_future
from glucotwin.twin.state_space import STEP_MIN

CALIBRATED_HORIZONS_MIN = (15, 30, 60, 90, 120, 180, 240)

NINETY_PERCENT_SCORE = 1.6449

ORIGIN_EVERY_STEPS = 3


def calibrate_bands(
    model: PersonalModel, points: Float[Array, "draw parameter"], data: GriddedData, *, zone: str
) -> dict[int, float]:
    """By horizon in minutes, the factor that makes the 90 % band hold 90 % of readings on the given days.

    Nothing after an origin enters its prediction, so the factor also covers meals and doses not yet announced.
    """
    steps = int(CALIBRATED_HORIZONS_MIN[-1] / STEP_MIN)
    data = _filled_up(data)
    origins = np.arange(72, data.steps - steps, ORIGIN_EVERY_STEPS)
    future = usual_future(data, extra_steps=0, zone=zone, basal_u_per_min=float(model.basal_u_per_min))
    predicted = predict_from(model, points, data.inputs, data.readings, future, origins, steps)
    mean = np.asarray(predicted.mean_mgdl).mean(axis=0)
    spread = np.sqrt((np.asarray(predicted.variance) + np.asarray(predicted.mean_mgdl) ** 2).mean(axis=0) - mean**2)
    glucose, kind = np.asarray(data.readings.glucose_mgdl), np.asarray(data.readings.kind)
    factors: dict[int, float] = {}
    for horizon in CALIBRATED_HORIZONS_MIN:
        ahead = int(horizon / STEP_MIN)
        known = (kind[origins + ahead] == VALUE) & (kind[origins] == VALUE)
        score = np.abs(glucose[origins + ahead] - mean[:, ahead - 1]) / spread[:, ahead - 1]
        factors[horizon] = float(np.quantile(score[known], 0.9) / NINETY_PERCENT_SCORE) if known.sum() > 50 else 1.5
    return factors


def _filled_up(data: GriddedData) -> GriddedData:
    """The data and, behind them, steps without readings up to whole weeks, so that compiled programs serve many."""
    count = -(-(data.steps + 1) // (7 * STEPS_PER_DAY)) * 7 * STEPS_PER_DAY
    index = np.minimum(np.arange(count), data.steps - 1)
    kind = np.where(index == np.arange(count), np.asarray(data.readings.kind)[index], NO_READING)
    return GriddedData(
        start=data.start,
        inputs=data.inputs.map(lambda values: np.asarray(values)[index]),
        readings=Readings(glucose_mgdl=np.asarray(data.readings.glucose_mgdl)[index], kind=kind),
        basal_known=data.basal_known[index],
        imputed=data.imputed,
    )
