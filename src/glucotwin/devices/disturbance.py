"""What comes between a sensor and the glucose: pressure on it, lost readings, acetaminophen."""

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.devices.chance import exponential_of, normal_of

NIGHT_MIN = 480.0
MIN_PER_DAY = 1440.0


class PressureState(eqx.Module):
    """Minutes that it still lasts, its depth, and how far the reading has sunk so far."""

    left_min: Float[Array, ""]
    depth_mgdl: Float[Array, ""]
    sunk_mgdl: Float[Array, ""]


class Pressure(eqx.Module):
    """Compression lows: while asleep, a rectangle through a first-order filter (Facchinetti 2016).

    Attributes:
        per_night: how many in 8 h of sleep.
        median_min, log_sd_min: of how long, log-normal.
        median_mgdl, log_sd_mgdl: of how deep, log-normal.
        filter_min: time constant.
    """

    per_night: float = eqx.field(static=True)
    median_min: float = eqx.field(static=True)
    log_sd_min: float = eqx.field(static=True)
    median_mgdl: float = eqx.field(static=True)
    log_sd_mgdl: float = eqx.field(static=True)
    filter_min: float = eqx.field(static=True)

    def initial_state(self) -> PressureState:
        """No pressure."""
        return PressureState(*([jnp.zeros(())] * 3))

    def step(self, state: PressureState, uniform: Float[Array, "3"], asleep: Float[Array, ""]) -> PressureState:
        """The state after a minute; who wakes up turns over."""
        sleeps, normal = asleep > 0.5, normal_of(uniform)
        begins = sleeps & (state.left_min <= 0.0) & (uniform[0] < self.per_night / NIGHT_MIN)
        length = self.median_min * jnp.exp(self.log_sd_min * normal[1])
        depth = self.median_mgdl * jnp.exp(self.log_sd_mgdl * normal[2])
        left = jnp.where(begins, length, jnp.where(sleeps, jnp.maximum(state.left_min - 1.0, 0.0), 0.0))
        depth = jnp.where(begins, depth, state.depth_mgdl)
        target = jnp.where(left > 0.0, depth, 0.0)
        sunk = target + (state.sunk_mgdl - target) * jnp.exp(-1.0 / self.filter_min)
        return PressureState(left, depth, sunk)


class Dropout(eqx.Module):
    """Lost readings in gaps of exponential length.

    Attributes:
        per_day: gaps.
        mean_min: of their length.
    """

    per_day: float = eqx.field(static=True)
    mean_min: float = eqx.field(static=True)

    def step(self, left_min: Float[Array, ""], uniform: Float[Array, "2"]) -> Float[Array, ""]:
        """Minutes that a gap still lasts; 0 for none."""
        begins = (left_min <= 0.0) & (uniform[0] < self.per_day / MIN_PER_DAY)
        return jnp.where(begins, self.mean_min * exponential_of(uniform[1]), jnp.maximum(left_min - 1.0, 0.0))


class AcetaminophenState(eqx.Module):
    """Milligrams still in the gut, and in the body."""

    gut_mg: Float[Array, ""]
    body_mg: Float[Array, ""]


class Acetaminophen(eqx.Module):
    """Acetaminophen (paracetamol) is oxidised at older electrodes and reads as glucose (Basu 2016).

    Attributes:
        bias_mgdl_per_mg_per_l: of the sensor, per concentration; 0 where a membrane keeps it away.
        absorbed_per_min: rate constant from the gut.
        clearance_l_per_min, volume_l: apparent, after oral doses.
    """

    bias_mgdl_per_mg_per_l: float = eqx.field(static=True)
    absorbed_per_min: float = eqx.field(static=True)
    clearance_l_per_min: float = eqx.field(static=True)
    volume_l: float = eqx.field(static=True)

    def initial_state(self) -> AcetaminophenState:
        """None taken."""
        return AcetaminophenState(jnp.zeros(()), jnp.zeros(()))

    def bias_mgdl(self, state: AcetaminophenState) -> Float[Array, ""]:
        """What the sensor reads too high."""
        return self.bias_mgdl_per_mg_per_l * state.body_mg / self.volume_l

    def step(self, state: AcetaminophenState, taken_mg: Float[Array, ""]) -> AcetaminophenState:
        """The state after a minute."""
        gut = state.gut_mg + taken_mg
        absorbed = gut * (1.0 - jnp.exp(-self.absorbed_per_min))
        stays = jnp.exp(-self.clearance_l_per_min / self.volume_l)
        return AcetaminophenState(gut - absorbed, (state.body_mg + absorbed) * stays)
