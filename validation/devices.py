"""Measured error of every sensor on simulated people, beside its published figures.

Ten adults of ``padova-t1d`` live carelessly, so that highs and lows occur; everybody wears every sensor and looks every
quarter of an hour; readings are compared with plasma glucose of the same minute. Prints a table.
"""

from datetime import datetime
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.random import root_key, stream_key
from glucotwin.devices.catalogue import DEVICES, SENSOR
from glucotwin.devices.device import SensorReading, WearCondition
from glucotwin.devices.registry import find_sensor, sensor_file
from glucotwin.workflows.day_plan import LivedDays
from glucotwin.workflows.simulate import SimulationRequest, simulate_variants

DAYS, LOOKS_EVERY_MIN, SEED, FIRST_MINUTE = 7, 15, 11, 28_400_000


def people() -> tuple[np.ndarray, np.ndarray]:
    """Plasma and interstitial glucose, mg/dL, ``(people, minutes)``."""
    start = datetime(2024, 1, 1)
    life = LivedDays(profile="careless", days=DAYS, local_start=start, zone="UTC", seed=SEED)
    (result,) = simulate_variants(SimulationRequest(subject="adult", life=life))
    return result.glucose_mgdl, result.interstitial_mgdl


def shown(name: str, interstitial_mgdl: np.ndarray) -> np.ndarray:
    """What a sensor shows everybody, mg/dL; not a number where nothing, or LOW or HIGH."""
    sensor, minutes = find_sensor(name), jnp.arange(interstitial_mgdl.shape[1])
    quiet = jnp.zeros(minutes.size)
    asleep = jnp.where((minutes % 1440) < 420, 1.0, 0.0)
    condition = WearCondition(asleep, jnp.where(minutes % LOOKS_EVERY_MIN == 0, 1.0, 0.0), quiet, quiet)

    @jax.jit
    @jax.vmap
    def wear(key: jax.Array, glucose: jax.Array) -> SensorReading:
        def step(state: Any, now: Any) -> tuple[Any, SensorReading]:  # noqa: ANN401 - any sensor's state
            return sensor.measure(state, *now)

        given = (glucose, minutes + FIRST_MINUTE, condition)
        return jax.lax.scan(step, sensor.initial_state(key), given)[1]

    keys = jnp.stack(
        [stream_key(root_key(SEED), subject=str(row), stream=name) for row in range(interstitial_mgdl.shape[0])]
    )
    seen = wear(keys, jnp.asarray(interstitial_mgdl))
    return np.where(np.asarray(seen.status) == 0, np.asarray(seen.value_mgdl), np.nan)


def row(name: str, plasma_mgdl: np.ndarray, value_mgdl: np.ndarray) -> str:
    """A sensor's line of the table."""
    published = sensor_file(name)
    study = getattr(published, "published", None)
    limit = 100.0 if study is None else study.limit_mgdl
    pairs = np.isfinite(value_mgdl)
    pairs[:, np.arange(pairs.shape[1]) % LOOKS_EVERY_MIN != 0] = False
    truth, error = plasma_mgdl[pairs], value_mgdl[pairs] - plasma_mgdl[pairs]
    near = {
        pct: 100.0 * np.mean(np.abs(error) <= pct * np.maximum(truth, limit) / 100.0 * _scale(truth, limit))
        for pct in (15, 20, 40)
    }
    low = truth < 70.0
    mard = 100.0 * np.mean(np.abs(error) / truth)
    of_low = np.mean(np.abs(error[low])) if low.any() else np.nan
    figures = f"{mard:.1f} | {np.mean(error):+.1f} | {near[15]:.1f} | {near[20]:.1f} | {near[40]:.1f} | {of_low:.1f}"
    known = ["" if study is None or one is None else f"{one:g}" for one in _published(study)]
    return f"| `{name}` | {figures} | {' | '.join(known)} |"


def _scale(truth_mgdl: np.ndarray, limit_mgdl: float) -> np.ndarray:
    """Below the limit a percentage counts as that many mg/dL."""
    return np.where(truth_mgdl < limit_mgdl, 100.0 / limit_mgdl, 1.0)


def _published(study: Any) -> tuple[float | None, ...]:  # noqa: ANN401 - published accuracy or None
    return (None,) * 3 if study is None else (study.mard_pct, study.within_15_pct, study.within_20_pct)


if __name__ == "__main__":
    plasma, interstitial = people()
    print(f"below 70: {100 * np.mean(plasma < 70):.1f} %, above 180: {100 * np.mean(plasma > 180):.1f} %")
    for sensor_name in DEVICES[SENSOR]:
        print(row(sensor_name, plasma, shown(sensor_name, interstitial)), flush=True)
