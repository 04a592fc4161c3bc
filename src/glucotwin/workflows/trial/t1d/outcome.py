"""What is measured of people in a type 1 trial: shares of time by their sensor, what they took, and the truth."""

from collections.abc import Mapping, Sequence

import numpy as np

from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.workflows.trial.t1d.life import Weeks
from glucotwin.workflows.trial.t1d.rule import share_pct

NIGHT_ENDS_MIN = 360
LOW_READINGS = 3
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
        "warned_per_day": sum(one.warned.sum(axis=1) for one in weeks) / days,
    }


def night_outcomes_of(weeks: Sequence[Weeks]) -> Mapping[str, np.ndarray]:
    """Measures of the nights (midnight to six) of some weeks by name, each ``(people,)``.

    ``low_nights_pct`` is of nights with 15 min of readings below 70 mg/dL in a row; ``woken_per_week`` counts
    carbohydrate against a low taken in these hours.

    Args:
        weeks: one after the other, of the same people.
    """
    sensor, truth, rescue = (
        np.concatenate([getattr(one, name) for one in weeks], axis=1)
        for name in ("sensor_mgdl", "true_mgdl", "rescue_g")
    )
    inside = _minute_of_day(weeks[0], sensor.shape[1]) < NIGHT_ENDS_MIN
    own, true = sensor[:, inside], truth[:, inside]
    nights = own.reshape(own.shape[0], -1, NIGHT_ENDS_MIN)
    return {
        "night_tbr70_pct": share_pct(own < 70.0, own),
        "night_tbr54_pct": share_pct(own < 54.0, own),
        "night_tar180_pct": share_pct(own > 180.0, own),
        "true_night_tbr70_pct": 100.0 * (true < 70.0).mean(axis=1),
        "low_nights_pct": 100.0 * _lasting_low(nights).mean(axis=1),
        "woken_per_week": 7.0 * (rescue[:, inside] > 0.0).sum(axis=1) / nights.shape[1],
    }


def _lasting_low(nights: np.ndarray) -> np.ndarray:
    """Whether three readings in a row were below 70 mg/dL, ``(people, nights)``; nothing shown breaks no row."""
    held = np.zeros(nights.shape[:2])
    low = np.zeros(nights.shape[:2], dtype=bool)
    for minute in range(nights.shape[2]):
        shown = nights[:, :, minute]
        read = np.isfinite(shown)
        held = np.where(read, np.where(shown < 70.0, held + 1.0, 0.0), held)
        low |= held >= LOW_READINGS
    return low


def wear_pct(weeks: Weeks, every_min: float = 5.0) -> np.ndarray:
    """Share of the readings that a sensor without gaps would have given, ``(people,)``."""
    return 100.0 * np.isfinite(weeks.sensor_mgdl).sum(axis=1) * every_min / weeks.sensor_mgdl.shape[1]


def _minute_of_day(weeks: Weeks, minutes: int) -> np.ndarray:
    first = weeks.start.hour * 60 + weeks.start.minute
    return (first + np.arange(minutes)) % MINUTES_PER_DAY
