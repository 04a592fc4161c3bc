"""What comes out of a pump that is told a rate, and what becomes of doses that a pen is to give."""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float, UInt
from glucotwin.core.message import message
from glucotwin.core.random import root_key, stream_key
from glucotwin.devices.device import AnyPump, PumpCommand, PumpStatus
from glucotwin.devices.device_file import PenFile, PublishedDelivery, PumpFile
from glucotwin.devices.fault import FaultKind, make_fault
from glucotwin.devices.registry import find_pump, pump_file, with_faults
from glucotwin.workflows.device_validation.finding import Finding, verdict_of

START_MINUTE = 28_400_000
RATES_U_PER_H = (0.05, 1.0)
HOURS = (1, 6, 12)
BOLUSES_U = (0.1, 1.0, 10.0)
BOLUS_EVERY_MIN = 30
BOLUS_COUNT = 25
SURELY_LEFT_U = 100.0
"""Boluses up to this sum are looked at, before a reservoir can be empty."""

PEN_DOSE_U = 8.0
BENCH_MIN = 48 * 60
"""All trials are as long as this, so that they share a program."""


Steps = tuple[jax.Array, jax.Array, jax.Array]


def pump_findings(name: str, *, seed: int) -> tuple[Finding, ...]:
    """Every figure of a pump or pen.

    Raises:
        NotFoundError: there is no such pump.
    """
    file = pump_file(name)
    if isinstance(file, PenFile):
        return _pen_findings(name, file, seed=seed)
    pump = find_pump(name)
    rows = [
        _delivery(pump, rate, hours, _published(file, rate, hours), seed=seed)
        for rate in RATES_U_PER_H
        for hours in HOURS
    ]
    rows += [_bolus(pump, units, seed=seed) for units in BOLUSES_U]
    return (*rows, _alarm(name, file, seed=seed))


def _published(file: PumpFile, rate: float, hours: int) -> PublishedDelivery | None:
    found = [one for one in file.published_delivery if (one.rate_u_per_h, one.hours) == (rate, hours)]
    return found[0] if found else None


def delivered_u(
    pump: AnyPump, rate_u_per_h: float, bolus_u: np.ndarray | float, *, seed: int
) -> tuple[np.ndarray, ...]:
    """Insulin that came out, insulin reported, and the pump's state, minute by minute over ``BENCH_MIN``.

    Args:
        pump: a new one.
        rate_u_per_h: what it is told.
        bolus_u: what it is told on top, of every minute or alike.
        seed: of its random stream.
    """
    rates = jnp.full(BENCH_MIN, rate_u_per_h, dtype=float)
    boluses = jnp.asarray(np.broadcast_to(bolus_u, (BENCH_MIN,)), dtype=float)
    key = stream_key(root_key(seed), subject="bench", stream="pump")
    device = jax.tree.map(jnp.asarray, pump)
    return tuple(np.asarray(one) for one in _on_bench(device, jax.random.key_data(key), rates, boluses))


@eqx.filter_jit
def _on_bench(
    pump: AnyPump, key_data: UInt[Array, "words"], rates: Float[Array, " minutes"], boluses: Float[Array, " minutes"]
) -> Steps:
    def step(state: object, now: Steps) -> tuple[object, Steps]:
        minute, rate, bolus = now
        state, given = pump.deliver(state, PumpCommand(rate, bolus, jnp.zeros(())), minute)
        return state, (given.basal_u + given.bolus_u, given.reported_basal_u + given.reported_bolus_u, given.status)

    begin = pump.initial_state(jax.random.wrap_key_data(key_data))
    return jax.lax.scan(step, begin, (START_MINUTE + jnp.arange(BENCH_MIN), rates, boluses))[1]


def _delivery(pump: AnyPump, rate: float, hours: int, known: PublishedDelivery | None, *, seed: int) -> Finding:
    """Mean delivery over windows of some hours, and the smallest and largest of them."""
    minutes = 60 * hours
    given = delivered_u(pump, rate, 0.0, seed=seed)[0]
    windows = given.reshape(-1, minutes).sum(axis=1)
    details = {"rate": f"{rate:g}", "hours": f"{hours}", "low": f"{windows.min():.2f}", "high": f"{windows.max():.2f}"}
    measured = float(np.median(windows))
    if known is None:
        return Finding(name="delivery", details=details, unit="U", measured=measured)
    expected = message(
        "device-expected-between", middle=f"{known.median_u:g}", low=f"{known.low_u:g}", high=f"{known.high_u:g}"
    )
    inside = known.low_u <= windows.min() and windows.max() <= known.high_u
    return Finding(
        name="delivery",
        details=details,
        unit="U",
        measured=measured,
        expected=expected,
        verdict=verdict_of(bool(inside)),
        source=known.study,
    )


def _bolus(pump: AnyPump, units: float, *, seed: int) -> Finding:
    """The mean delivered of a bolus, and the smallest and largest."""
    told = np.where(np.arange(BENCH_MIN) % BOLUS_EVERY_MIN == 0, units, 0.0)
    given = delivered_u(pump, 0.0, told, seed=seed)[0].reshape(-1, BOLUS_EVERY_MIN).sum(axis=1)
    kept = given[: min(BOLUS_COUNT, math.floor(SURELY_LEFT_U / units))]
    details = {"units": f"{units:g}", "low": f"{kept.min():.2f}", "high": f"{kept.max():.2f}"}
    return Finding(name="bolus", details=details, unit="U", measured=float(np.mean(kept)))


def _alarm(name: str, file: PumpFile, *, seed: int) -> Finding:
    """Hours at 1 U/h until a total occlusion is noticed."""
    fault = make_fault(FaultKind.OCCLUSION, first_min=0.0, last_min=float(BENCH_MIN))
    _, pump = with_faults("ideal", name, [fault], start_minute=START_MINUTE)
    status = delivered_u(pump, 1.0, 0.0, seed=seed)[2]
    noticed = np.flatnonzero(status == int(PumpStatus.OCCLUSION_ALARM))
    measured = float(noticed[0]) / 60.0 if noticed.size else float("nan")
    if file.alarm_hours is None:
        return Finding(name="occlusion-alarm", unit="h", measured=measured)
    low, high = file.alarm_hours
    return Finding(
        name="occlusion-alarm",
        unit="h",
        measured=measured,
        expected=message("device-expected-range", low=f"{low:g}", high=f"{high:g}"),
        verdict=verdict_of(low <= measured <= high),
        source=file.alarm_source,
    )


def _pen_findings(name: str, file: PenFile, *, seed: int) -> tuple[Finding, ...]:
    """Shares of many doses that were missed, taken twice, and not written down; what the file assumes beside."""
    given, reported, _ = delivered_u(find_pump(name), 0.0, PEN_DOSE_U, seed=seed)
    injected = given > 0.0
    shares = {
        "pen-missed": (100.0 * float(np.mean(~injected)), file.missed_fraction),
        "pen-doubled": (
            100.0 * float(np.mean(given > PEN_DOSE_U)),
            (1.0 - file.missed_fraction) * file.doubled_fraction,
        ),
        "pen-unlogged": (100.0 * float(np.mean(reported[injected] == 0.0)), file.unlogged_fraction),
    }
    return tuple(
        Finding(
            name=what,
            unit="%",
            measured=measured,
            expected=message("device-expected-assumed", assumed=f"{100.0 * assumed:g}"),
        )
        for what, (measured, assumed) in shares.items()
    )
