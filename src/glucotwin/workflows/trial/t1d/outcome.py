"""What is measured of people in a type 1 trial: shares of time by their sensor, what they took, and the truth."""

from collections.abc import Mapping, Sequence

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.workflows.trial.t1d.life import Weeks
from glucotwin.workflows.trial.t1d.rule import share_pct

NIGHT_ENDS_MIN = 360
LEAST_WEAR_PCT = 70.0
"""Share of readings from which a fortnight counts as known (Battelino 2019)."""


def outcomes_of(weeks: Sequence[Weeks]) -> Mapping[str, np.ndarray]:
    """Measures of some weeks by name, each ``(people,)``.

    Shares of time and mean glucose are of the sensor's readings; ``true_tbr70_pct`` is of glucose itself.

    Args:
        weeks: one after the other, of the same people.
    """
    sensor = np.concatenate([one.sensor_mgdl for one in weeks], axis=1)
    truth = np.concatenate([one.true_mgdl for one in weeks], axis=1)
    days = sensor.shape[1] / MINUTES_PER_DAY
    night = np.where(_minute_of_day(weeks[0], sensor.shape[1]) < NIGHT_ENDS_MIN, sensor, np.nan)
    with np.errstate(invalid="ignore"):
        mean, spread = np.nanmean(sensor, axis=1), np.nanstd(sensor, axis=1)
    return {
        "tbr70_pct": share_pct(sensor < 70.0, sensor),
        "tbr54_pct": share_pct(sensor < 54.0, sensor),
        "tir_pct": share_pct((sensor >= 70.0) & (sensor <= 180.0), sensor),
        "tar180_pct": share_pct(sensor > 180.0, sensor),
        "tar250_pct": share_pct(sensor > 250.0, sensor),
        "night_tbr70_pct": share_pct(night < 70.0, night),
        "mean_mgdl": mean,
        "cv_pct": 100.0 * spread / mean,
        "true_tbr70_pct": 100.0 * (truth < 70.0).mean(axis=1),
        "true_tar180_pct": 100.0 * (truth > 180.0).mean(axis=1),
        "insulin_u_per_day": sum(one.planned_u_per_min.sum(axis=1) + one.correction_u.sum(axis=1) for one in weeks)
        / days,
        "rescue_g_per_day": sum(one.rescue_g.sum(axis=1) for one in weeks) / days,
    }


def wear_pct(weeks: Weeks, every_min: float = 5.0) -> np.ndarray:
    """Share of the readings that a sensor without gaps would have given, ``(people,)``."""
    return 100.0 * np.isfinite(weeks.sensor_mgdl).sum(axis=1) * every_min / weeks.sensor_mgdl.shape[1]


def _minute_of_day(weeks: Weeks, minutes: int) -> np.ndarray:
    first = weeks.start.hour * 60 + weeks.start.minute
    return (first + np.arange(minutes)) % MINUTES_PER_DAY
