"""Every device by name: shows what it can, the same for the same minute, and as accurately as was published."""

from collections.abc import Iterable

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.core.error import NotFoundError
from glucotwin.core.random import root_key
from glucotwin.devices.catalogue import DEVICES, PUMP, PUMPS, SENSOR, SENSORS
from glucotwin.devices.device import PumpCommand, SensorReading, SensorStatus, WearCondition
from glucotwin.devices.device_file import CgmFile
from glucotwin.devices.ketone_monitor import KetoneMonitorState
from glucotwin.devices.registry import (
    find_ketone_monitor,
    find_pump,
    find_sensor,
    find_tracker,
    sensor_file,
)

START = 28_400_000
MINUTES = 2880
CURVE = 150.0 + 60.0 * np.sin(2.0 * np.pi * np.arange(MINUTES) / 480.0)
CGMS = [name for name in DEVICES[SENSOR] if isinstance(sensor_file(name), CgmFile)]
QUICK = ("ideal", "dexcom-g6", "libre-2-scanned", "contour-next")


def some_slow(names: Iterable[str]) -> list[object]:
    """One of each kind of device always, the others, which compile programs of their own, with the slow tests."""
    return [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in names]


def worn(name: str, *, glucose_mgdl: np.ndarray = CURVE, people: int = 4, seed: int = 1) -> SensorReading:
    """What people see who wear a sensor and look every half hour."""
    sensor, minutes = find_sensor(name), np.arange(glucose_mgdl.size)
    quiet = jnp.zeros(minutes.size)
    condition = WearCondition(quiet, jnp.asarray(1.0 * (minutes % 30 == 0)), quiet, quiet)

    @jax.jit
    @jax.vmap
    def run(key: jax.Array) -> SensorReading:
        def step(state: object, now: tuple[jax.Array, jax.Array, WearCondition]) -> tuple[object, SensorReading]:
            return sensor.measure(state, *now)

        given = (jnp.asarray(glucose_mgdl), jnp.asarray(START + minutes), condition)
        return jax.lax.scan(step, sensor.initial_state(key), given)[1]

    return run(jax.random.split(root_key(seed), people))


@pytest.mark.parametrize("name", some_slow(SENSORS))
def test_a_sensor_shows_glucose_near_the_truth(name: str) -> None:
    value = np.asarray(worn(name).value_mgdl)
    shown = np.isfinite(value)
    assert shown.any(axis=1).all()
    assert np.mean(np.abs(value - CURVE)[shown] / np.broadcast_to(CURVE, value.shape)[shown]) < 0.25


@pytest.mark.parametrize("name", ["dexcom-g6", "contour-next"])
def test_a_sensor_that_is_asked_again_answers_the_same(name: str) -> None:
    np.testing.assert_array_equal(worn(name).value_mgdl, worn(name).value_mgdl)
    assert not np.array_equal(worn(name).value_mgdl, worn(name, seed=2).value_mgdl, equal_nan=True)


@pytest.mark.parametrize("name", some_slow(CGMS))
def test_a_continuous_sensor_says_low_and_high_at_the_ends_of_its_range(name: str) -> None:
    file = sensor_file(name)
    assert isinstance(file, CgmFile)
    low, high = (worn(name, glucose_mgdl=np.full(MINUTES, level)) for level in (15.0, 600.0))
    for seen, status, end in (
        (low, SensorStatus.LOW, file.wear.low_mgdl),
        (high, SensorStatus.HIGH, file.wear.high_mgdl),
    ):
        shown = np.isfinite(np.asarray(seen.value_mgdl))
        assert np.mean(np.asarray(seen.status)[shown] == int(status)) > 0.2
        at_end = np.asarray(seen.status) == int(status)
        np.testing.assert_allclose(np.asarray(seen.value_mgdl)[at_end], end)


@pytest.mark.parametrize("name", some_slow(CGMS))
def test_a_new_sensor_warms_up_before_it_shows_anything(name: str) -> None:
    file = sensor_file(name)
    assert isinstance(file, CgmFile)
    seen = worn(name)
    warm_up = round(file.wear.warm_up_min)
    assert not np.isfinite(np.asarray(seen.value_mgdl)[:, :warm_up]).any()


@pytest.mark.parametrize("name", [name for name in PUMPS if name not in {"pen", "smart-pen"}])
def test_a_pump_gives_over_the_day_what_it_is_told(name: str) -> None:
    pump, minutes = find_pump(name), 1440

    @jax.jit
    def run(key: jax.Array) -> tuple[jax.Array, jax.Array]:
        def step(state: object, minute: jax.Array) -> tuple[object, tuple[jax.Array, jax.Array]]:
            bolus = jnp.where(minute % 480 == 100, 4.0, 0.0)
            state, given = pump.deliver(state, PumpCommand(jnp.asarray(0.8), bolus, jnp.zeros(())), minute + START)
            return state, (given.basal_u, given.bolus_u)

        return jax.lax.scan(step, pump.initial_state(key), jnp.arange(minutes))[1]

    basal, bolus = (float(jnp.sum(one)) for one in run(root_key(1)))
    assert basal == pytest.approx(0.8 * 24.0, rel=0.03)
    # A wheel that swings within its turn gives single boluses up to a tenth more or less (Eichenlaub 2023).
    assert bolus == pytest.approx(12.0, rel=0.1)


def test_a_ketone_strip_shows_a_reading_an_hour() -> None:
    monitor = find_ketone_monitor("ketone-strip")

    def step(state: KetoneMonitorState, minute: jax.Array) -> tuple[KetoneMonitorState, jax.Array]:
        return monitor.measure(state, jnp.asarray(1.5), minute)

    shown = np.asarray(jax.lax.scan(step, monitor.initial_state(root_key(1)), jnp.arange(600) + START)[1])
    assert np.isfinite(shown).sum() == 10
    assert np.nanmean(shown) == pytest.approx(1.5, abs=0.4)


@pytest.mark.parametrize("find", [find_sensor, find_pump, find_ketone_monitor, find_tracker])
def test_an_unknown_device_is_refused_with_those_that_there_are(find: object) -> None:
    with pytest.raises(NotFoundError, match=r"no \w+ 'crystal-ball'") as raised:
        find("crystal-ball")  # pyright: ignore[reportCallIssue]  # any of the four
    assert raised.value.hint.startswith("There are: ")


def test_every_device_is_a_file_and_every_file_a_device() -> None:
    assert set(DEVICES[SENSOR]) == set(SENSORS) - {"ideal"}
    assert set(DEVICES[PUMP]) == set(PUMPS) - {"ideal"}
