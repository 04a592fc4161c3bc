"""The error of a continuous glucose sensor: a calibration that drifts, and noise with a memory."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import AnyArray, Array, Float, Int, PRNGKeyArray
from glucotwin.devices.chance import normal_of, row_of

SENSORS = 1024
"""Sensors that a model is made of."""

CANDIDATES = 8192
STABILITY_MARGIN = 0.02
GAIN, OFFSET = slice(0, 3), slice(3, 6)
"""Places in a sensor's coefficients."""


class Johnson(eqx.Module):
    """Johnson's unbounded system: ``xi + lambda sinh((e - gamma) / delta)`` of a noise e (Breton, Kovatchev 2008)."""

    gamma: Float[AnyArray, ""]
    delta: Float[AnyArray, ""]
    lambda_mgdl: Float[AnyArray, ""]
    xi_mgdl: Float[AnyArray, ""]

    def __call__(self, noise: Float[Array, ""]) -> Float[Array, ""]:
        """The error in mg/dL."""
        return jnp.asarray(self.xi_mgdl + self.lambda_mgdl * jnp.sinh((noise - self.gamma) / self.delta))


class CgmErrorState(eqx.Module):
    """One sensor's coefficients, and the noise: two values behind, the one before the current node, and the next."""

    coefficient: Float[Array, "9"]
    own: Float[Array, "3"]
    common: Float[Array, "3"]


class CgmError(eqx.Module):
    """Shown = a(t) glucose + b(t) + noise, with t since calibration (Facchinetti 2014; Vettoretti 2018, 2019).

    | letter | meaning |
    |---|---|
    | a(t) = a0 + a1 t + a2 t^2 | gain |
    | b(t) = b0 + b1 t + b2 t^2 | offset, mg/dL |
    | v(k) = alpha1 v(k-1) + alpha2 v(k-2) + w(k) | the sensor's own noise; w has the standard deviation sigma |
    | c(k) | a second process of that kind, which sensors of one person would share |

    Every sensor has its own coefficients, in the order a0 a1 a2 b0 b1 b2 alpha1 alpha2 sigma. Noise is made at nodes
    and runs straight between them.

    Attributes:
        sensors: coefficients of the sensors of which each wearer gets one after the other (``drawn_sensors``).
        common: alpha1, alpha2 and sigma of the second process.
        node_min: minutes between nodes.
        day_scale: days of the published polynomials per day of wear.
        johnson: what becomes of the noise at nodes; None for the noise itself.
    """

    sensors: Float[AnyArray, "sensors 9"]
    common: Float[AnyArray, "3"]
    node_min: int = eqx.field(static=True)
    day_scale: float = eqx.field(static=True)
    johnson: Johnson | None = None

    def draw(self, uniform: Float[Array, ""]) -> Float[Array, "9"]:
        """The coefficients of a sensor out of the box."""
        sensors = jnp.asarray(self.sensors)
        return sensors[row_of(uniform, sensors.shape[0])]

    def initial_state(self, uniform: Float[Array, ""]) -> CgmErrorState:
        """A sensor out of the box, with noise at rest."""
        return CgmErrorState(self.draw(uniform), jnp.zeros(3), jnp.zeros(3))

    def step(
        self,
        state: CgmErrorState,
        uniform: Float[Array, "2"],
        worn_min: Int[Array, ""],
        calibrated_min: Float[Array, ""],
    ) -> tuple[CgmErrorState, Float[Array, ""], Float[Array, ""]]:
        """The state after a minute, and gain and error in mg/dL at its start.

        Args:
            state: of the minute before.
            uniform: chance of this minute.
            worn_min: since the wearer began to wear sensors.
            calibrated_min: since the last calibration; since insertion where there is none.
        """
        shock = normal_of(uniform)
        at_node = worn_min % self.node_min == 0
        own = jnp.where(at_node, _next(state.own, state.coefficient[6:9], shock[0]), state.own)
        common = jnp.where(at_node, _next(state.common, jnp.asarray(self.common), shock[1]), state.common)
        fraction = (worn_min % self.node_min).astype(jnp.float64) / self.node_min
        before, after = (self._error(own[place] + common[place]) for place in (1, 2))
        day = calibrated_min * self.day_scale / 1440.0
        powers = jnp.stack([jnp.ones_like(day), day, day**2])
        gain = jnp.sum(state.coefficient[GAIN] * powers)
        offset = jnp.sum(state.coefficient[OFFSET] * powers)
        return CgmErrorState(state.coefficient, own, common), gain, offset + before + fraction * (after - before)

    def _error(self, noise: Float[Array, ""]) -> Float[Array, ""]:
        return noise if self.johnson is None else self.johnson(noise)


def _next(nodes: Float[Array, "3"], coefficient: Float[Array, "3"], shock: Float[Array, ""]) -> Float[Array, "3"]:
    new = coefficient[0] * nodes[2] + coefficient[1] * nodes[1] + coefficient[2] * shock
    return jnp.stack([nodes[1], nodes[2], new])


def drawn_sensors(
    mean: Float[np.ndarray, "9"],
    covariance: Float[np.ndarray, "9 9"],
    key: PRNGKeyArray,
    *,
    largest_noise_sd_mgdl: float = np.inf,
) -> Float[np.ndarray, "sensors 9"]:
    """Sensors from a normal distribution of coefficients, without those that their maker would have thrown away.

    Args:
        mean: of the coefficients.
        covariance: of the coefficients; positive semidefinite.
        key: of the model, so that it is the same sensors each time.
        largest_noise_sd_mgdl: stationary standard deviation of the noise beyond which a sensor is thrown away, as is
            one whose noise grows.
    """
    values, vectors = np.linalg.eigh(covariance)
    normal = np.asarray(jax.random.normal(key, (CANDIDATES, 9)))
    candidates = mean + (normal * np.sqrt(np.clip(values, 0.0, None))) @ vectors.T
    first, second, shock_sd = candidates[:, 6:].T
    variance = noise_variance(first, second, shock_sd)
    sound = (variance >= 0.0) & (variance <= largest_noise_sd_mgdl**2) & (shock_sd >= 0.0)
    sound &= (np.abs(first) + second <= 1.0 - STABILITY_MARGIN) & (second >= -1.0)
    return candidates[sound][:SENSORS]


def noise_variance(
    first: Float[np.ndarray, "*any"], second: Float[np.ndarray, "*any"], shock_sd: Float[np.ndarray, "*any"]
) -> Float[np.ndarray, "*any"]:
    """Stationary variance of v(k) = first v(k-1) + second v(k-2) + shock; negative when there is none."""
    denominator = (1.0 + second) * ((1.0 - second) ** 2 - first**2)
    return (1.0 - second) * shock_sd**2 / np.where(denominator == 0.0, -np.inf, denominator)
