"""A continuous glucose sensor: its error, its delay, its life, and what disturbs it."""

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float, Int, PRNGKeyArray, UInt
from glucotwin.devices.cgm_error import CgmError, CgmErrorState
from glucotwin.devices.chance import chance_of, exponential_of
from glucotwin.devices.device import AbstractSensor, SensorReading, SensorStatus, WearCondition
from glucotwin.devices.disturbance import Acetaminophen, AcetaminophenState, Dropout, Pressure, PressureState

CHANCES = 10
"""Chance numbers of a minute."""

FIRST_MINUTE = 0
"""Stands for the minute before the first, in which the first sensor is drawn."""


class CgmWear(eqx.Module):
    """How a sensor is worn and what it shows.

    Attributes:
        interval_min: minutes between readings.
        low_mgdl, high_mgdl: its range; beyond it shows LOW and HIGH.
        step_mgdl: smallest step of what it shows.
        delay_min: time constant of its own filter, beside that of the tissue.
        warm_up_min: without readings.
        life_min: how long it is made for.
        survives_fraction: of sensors that reach the end; the others die at a constant rate.
        change_min: until a new one is on.
        calibrated_every_min: between calibrations, each of which draws the coefficients anew; 0 for none.
    """

    interval_min: int = eqx.field(static=True)
    low_mgdl: float = eqx.field(static=True)
    high_mgdl: float = eqx.field(static=True)
    step_mgdl: float = eqx.field(static=True)
    delay_min: float = eqx.field(static=True)
    warm_up_min: float = eqx.field(static=True)
    life_min: float = eqx.field(static=True)
    survives_fraction: float = eqx.field(static=True)
    change_min: float = eqx.field(static=True)
    calibrated_every_min: float = eqx.field(static=True)


class CgmState(eqx.Module):
    """The sensor that is on.

    Attributes:
        key: of the wearer's stream, as data.
        worn_min: since the first sensor was put on.
        age_min, ends_min: of this one.
        error: its error.
        filtered_mgdl: what its filter holds; not a number before the first minute.
        gap_min: that readings are still lost.
        pressure, acetaminophen: what disturbs it.
    """

    key: UInt[Array, "words"]
    worn_min: Int[Array, ""]
    age_min: Int[Array, ""]
    ends_min: Float[Array, ""]
    error: CgmErrorState
    filtered_mgdl: Float[Array, ""]
    gap_min: Float[Array, ""]
    pressure: PressureState
    acetaminophen: AcetaminophenState


class Cgm(AbstractSensor[CgmState]):
    """A sensor under the skin, one after the other.

    Attributes:
        wear: how it is worn and what it shows.
        error: its error.
        pressure, dropout, acetaminophen: what disturbs it.
    """

    wear: CgmWear
    error: CgmError
    pressure: Pressure
    dropout: Dropout
    acetaminophen: Acetaminophen

    def initial_state(self, key: PRNGKeyArray) -> CgmState:
        """Just put on; the warm-up begins."""
        data = jax.random.key_data(key)
        uniform = chance_of(data, jnp.asarray(FIRST_MINUTE), CHANCES)
        return CgmState(
            key=data,
            worn_min=jnp.asarray(0, dtype=jnp.int64),
            age_min=jnp.asarray(0, dtype=jnp.int64),
            ends_min=self._life_min(uniform[8]),
            error=self.error.initial_state(uniform[7]),
            filtered_mgdl=jnp.asarray(jnp.nan),
            gap_min=jnp.zeros(()),
            pressure=self.pressure.initial_state(),
            acetaminophen=self.acetaminophen.initial_state(),
        )

    def _life_min(self, uniform: Float[Array, ""]) -> Float[Array, ""]:
        if self.wear.survives_fraction >= 1.0:
            return jnp.asarray(self.wear.life_min)
        rate = -jnp.log(self.wear.survives_fraction) / self.wear.life_min
        return jnp.minimum(exponential_of(uniform) / rate, self.wear.life_min)

    def measure(
        self, state: CgmState, glucose_mgdl: Float[Array, ""], minute: Int[Array, ""], condition: WearCondition
    ) -> tuple[CgmState, SensorReading]:
        """A reading every interval; between them nothing."""
        uniform = chance_of(state.key, minute, CHANCES)
        pressure = self.pressure.step(state.pressure, uniform[2:5], condition.asleep)
        gap = self.dropout.step(state.gap_min, uniform[5:7])
        drug = self.acetaminophen.step(state.acetaminophen, condition.acetaminophen_mg_per_min)
        signal = jnp.maximum(glucose_mgdl - pressure.sunk_mgdl, 0.0) + self.acetaminophen.bias_mgdl(drug)
        filtered = self._filtered(state.filtered_mgdl, signal)
        current = self._calibrated(self._replaced(state, uniform[7:9]), uniform[9])
        since = self._since_calibration(current.age_min.astype(jnp.float64))
        error, gain, offset = self.error.step(current.error, uniform[:2], current.worn_min, since)
        reading = self._shown(gain * filtered + offset, current, gap)
        after = CgmState(
            key=state.key,
            worn_min=current.worn_min + 1,
            age_min=current.age_min + 1,
            ends_min=current.ends_min,
            error=error,
            filtered_mgdl=filtered,
            gap_min=gap,
            pressure=pressure,
            acetaminophen=drug,
        )
        return after, reading

    def _filtered(self, before_mgdl: Float[Array, ""], signal_mgdl: Float[Array, ""]) -> Float[Array, ""]:
        if self.wear.delay_min <= 0.0:
            return signal_mgdl
        share = 1.0 - jnp.exp(-1.0 / self.wear.delay_min)
        return jnp.where(jnp.isnan(before_mgdl), signal_mgdl, before_mgdl + share * (signal_mgdl - before_mgdl))

    def _replaced(self, state: CgmState, uniform: Float[Array, "2"]) -> CgmState:
        """A new sensor some time after the end of the old one; the noise that sensors share goes on."""
        new = state.age_min.astype(jnp.float64) >= state.ends_min + self.wear.change_min
        return eqx.tree_at(
            lambda one: (one.age_min, one.ends_min, one.error.coefficient, one.error.own),
            state,
            (
                jnp.where(new, 0, state.age_min),
                jnp.where(new, self._life_min(uniform[1]), state.ends_min),
                jnp.where(new, self.error.draw(uniform[0]), state.error.coefficient),
                jnp.where(new, 0.0, state.error.own),
            ),
        )

    def _since_calibration(self, age_min: Float[Array, ""]) -> Float[Array, ""]:
        every = self.wear.calibrated_every_min
        return age_min if every <= 0.0 else jnp.mod(age_min, every)

    def _calibrated(self, state: CgmState, uniform: Float[Array, ""]) -> CgmState:
        """Gain and offset anew at a calibration; noise goes on."""
        if self.wear.calibrated_every_min <= 0.0:
            return state
        now = (state.age_min > 0) & (self._since_calibration(state.age_min.astype(jnp.float64)) < 1.0)
        drawn = jnp.concatenate([self.error.draw(uniform)[:6], state.error.coefficient[6:]])
        coefficient = jnp.where(now, drawn, state.error.coefficient)
        return eqx.tree_at(lambda one: one.error.coefficient, state, coefficient)

    def _shown(self, value_mgdl: Float[Array, ""], state: CgmState, gap_min: Float[Array, ""]) -> SensorReading:
        wear, age = self.wear, state.age_min.astype(jnp.float64)
        stepped = wear.step_mgdl * jnp.round(value_mgdl / wear.step_mgdl)
        low, high = stepped < wear.low_mgdl, stepped > wear.high_mgdl
        status = jnp.where(low, int(SensorStatus.LOW), int(SensorStatus.READING))
        status = jnp.where(high, int(SensorStatus.HIGH), status)
        silent = (state.worn_min % wear.interval_min != 0) | (gap_min > 0.0)
        status = jnp.where(silent, int(SensorStatus.NONE), status)
        status = jnp.where(age < wear.warm_up_min, int(SensorStatus.WARM_UP), status)
        status = jnp.where(age >= state.ends_min, int(SensorStatus.ENDED), status)
        shows = (status <= int(SensorStatus.HIGH)) & (status != int(SensorStatus.NONE))
        value = jnp.where(shows, jnp.clip(stepped, wear.low_mgdl, wear.high_mgdl), jnp.nan)
        return SensorReading(value, status)
