"""Days of the synthetic person that differ: sensitivity, meals miscounted and unlogged, a biased sensor, illness.

The truth is known, and so are the person's parameters, so that what is judged is the estimate of the days alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.condition import Condition, ConditionKind
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind
from glucotwin.domain.rasterise import inputs_from_timeline
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.simulate.trajectory import simulate
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.latent.influence import parameter_factors
from glucotwin.twin.latent.regressor import lagged_level
from glucotwin.twin.twin import Posterior
from synthetic_person import (
    BASAL_U_PER_H,
    FLUX_SD_MGDL_PER_MIN,
    FLUX_TIME_MIN,
    SENSOR_SD_MGDL,
    START,
    synthetic_person,
    therapy_settings,
    treatments,
    true_body,
    true_point,
)

CARBS_SD, SENSITIVITY_SD, ABSORPTION_SD = 0.35, 0.2, 0.3
UNLOGGED_G = 45.0
UNLOGGED_HOUR = 16.0
SENSOR_CHANGED_DAY = 3
SENSOR_BIAS_MGDL = 10.0
SICK_ACTION = 0.6
FINGERSTICK_HOURS = (7.0, 12.0, 18.0, 22.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferentDays:
    """Records, the days on the grid, and the truth behind them (logarithms of factors, in the meals' order of time)."""

    timeline: Timeline
    window: Window
    data: GriddedData
    sensitivity: np.ndarray
    carbs: np.ndarray
    absorption: np.ndarray
    unlogged: tuple[datetime, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How days are to differ; nothing does by default."""

    days: int = 7
    vary: bool = False
    unlogged_days: Sequence[int] = ()
    biased_sensor: bool = False
    sick_days: Sequence[int] = ()
    sick_action: float = SICK_ACTION
    lost: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    seed: int = 17


def known_person() -> Posterior:
    """The person's parameters, all but certain."""
    return Posterior(mean=true_point(), covariance=1e-8 * np.eye(true_point().size))


def different_days(difference: Difference) -> DifferentDays:
    """Days of the synthetic person that differ in a given way."""
    key = stream_key(root_key(difference.seed), subject="synthetic", stream="different-days")
    treated, *keys = jax.random.split(key, 6)
    logged = treatments(days=difference.days, key=treated)
    meals = sorted((one for one in logged if isinstance(one, Meal)), key=lambda one: one.time)
    scale = 1.0 if difference.vary else 0.0
    carbs, absorption = (
        scale * sd * np.asarray(jax.random.normal(own, (len(meals),)))
        for sd, own in zip((CARBS_SD, ABSORPTION_SD), keys[:2], strict=True)
    )
    sensitivity = scale * SENSITIVITY_SD * np.asarray(jax.random.normal(keys[2], (difference.days,)))
    unlogged = tuple(START + timedelta(days=day, hours=UNLOGGED_HOUR) for day in difference.unlogged_days)
    eaten = [replace(one, carbs_g=float(one.carbs_g * np.exp(own))) for one, own in zip(meals, carbs, strict=True)]
    eaten += [Meal(time=time, carbs_g=UNLOGGED_G, duration_min=1.0) for time in unlogged]
    window = Window(start=START, end=START + timedelta(days=difference.days))
    others = [one for one in logged if not isinstance(one, Meal)]
    inputs = inputs_from_timeline(Timeline.from_records(synthetic_person(), [*others, *eaten]), window).inputs
    action = np.repeat(sensitivity, 1440) + _sick(difference, inputs.minutes)
    speed = _speed(meals, absorption, unlogged, inputs.minutes)
    glucose = _glucose(inputs, action, speed, keys[3])
    records = [*logged, *_seen(difference, glucose, keys[4]), *_sickness(difference)]
    timeline = Timeline.from_records(synthetic_person(), records, [therapy_settings()])
    return DifferentDays(
        timeline=timeline,
        window=window,
        data=grid_data(
            timeline,
            Window(start=START - timedelta(hours=6), end=window.end),
            usual_basal_u_per_min=BASAL_U_PER_H / 60.0,
        ),
        sensitivity=sensitivity,
        carbs=carbs,
        absorption=absorption,
        unlogged=unlogged,
    )


@cache
def varied_days() -> DifferentDays:
    """Twelve days with everything about meals and sensitivity differing, four of them with an unlogged meal."""
    return different_days(Difference(days=12, vary=True, unlogged_days=(2, 4, 7, 9)))


def _speed(meals: Sequence[Meal], absorption: np.ndarray, unlogged: Sequence[datetime], minutes: int) -> np.ndarray:
    """Logarithm of the speed of absorption: each meal's own for eight hours or until the next."""
    own = [(one.time, float(speed)) for one, speed in zip(meals, absorption, strict=True)]
    speeds = np.zeros(minutes)
    for time, speed in sorted([*own, *((time, 0.0) for time in unlogged)]):
        first = int((time - START) / timedelta(minutes=1))
        speeds[first : first + 480] = speed
    return speeds


def _sick(difference: Difference, minutes: int) -> np.ndarray:
    severity = np.zeros(minutes // 5)
    for day in difference.sick_days:
        severity[day * 288 : (day + 1) * 288] = 1.0
    return np.repeat(np.log(difference.sick_action) * lagged_level(severity, ConditionKind.ILLNESS), 5)


def _sickness(difference: Difference) -> list[Record]:
    return [
        Condition(time=START + timedelta(days=day), kind=ConditionKind.ILLNESS, duration_min=1440.0)
        for day in difference.sick_days
    ]


def _glucose(inputs: Inputs, action: np.ndarray, speed: np.ndarray, key: jax.Array) -> np.ndarray:
    """What a perfect sensor would show every five minutes."""
    factors = parameter_factors(jnp.asarray(action), jnp.asarray(speed))
    shocks = np.asarray(jax.random.normal(key, (inputs.minutes,)))
    memory, flux = np.exp(-1.0 / FLUX_TIME_MIN), np.zeros(inputs.minutes)
    for minute in range(1, inputs.minutes):
        step = FLUX_SD_MGDL_PER_MIN * np.sqrt(1.0 - memory**2) * shocks[minute]
        flux[minute] = memory * flux[minute - 1] + step
    lived = eqx.tree_at(
        lambda one: (one.parameter_factor, one.unexplained_flux_mgdl_per_min),
        inputs,
        ({name: np.asarray(values) for name, values in factors.items()}, flux),
    )
    return np.asarray(simulate(true_body(), lived, stride=5).outputs["interstitial_mgdl"])[:-1]


def _seen(difference: Difference, glucose: np.ndarray, key: jax.Array) -> list[Record]:
    """Readings, gaps left out; with a biased second sensor finger-sticks and both sensors' starts are on record."""
    seen = glucose + SENSOR_SD_MGDL * np.asarray(jax.random.normal(key, glucose.shape))
    changed = SENSOR_CHANGED_DAY * 288 if difference.biased_sensor else glucose.size
    seen[changed:] += SENSOR_BIAS_MGDL
    kept = np.ones(glucose.size, dtype=bool)
    for day, (first, last) in difference.lost.items():
        kept[int(day * 288 + 12 * first) : int(day * 288 + 12 * last)] = False
    records: list[Record] = [
        GlucoseReading(time=START + timedelta(minutes=5 * int(step)), glucose_mgdl=float(np.clip(value, 40.0, 400.0)))
        for step, value in zip(np.flatnonzero(kept), seen[kept], strict=True)
    ]
    if not difference.biased_sensor:
        return records
    records += [
        DeviceEvent(time=START + timedelta(days=day), kind=DeviceEventKind.SENSOR_START)
        for day in (0, SENSOR_CHANGED_DAY)
    ]
    for day in range(difference.days):
        for hour in FINGERSTICK_HOURS:
            step = int(day * 288 + 12 * hour)
            records.append(
                GlucoseReading(
                    time=START + timedelta(minutes=5 * step, seconds=30),
                    glucose_mgdl=float(max(glucose[step], 20.0)),
                    kind=GlucoseKind.FINGERSTICK,
                )
            )
    return records
