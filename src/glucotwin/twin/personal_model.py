"""A person's model: which parameters are free, what is believed of them beforehand, and how a vector becomes a body.

Free parameters live on the unconstrained scale on which their prior is standard normal, so that zero is the population.
"""

import math
from collections.abc import Mapping
from functools import cache

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float
from glucotwin.domain.imputation import ASSUMED_WEIGHT_KG
from glucotwin.physiology.body import Body
from glucotwin.physiology.minimal import compose_minimal, minimal_parameters
from glucotwin.physiology.parameter import Parameter, PriorKind, read_parameters
from glucotwin.twin.state_space import Noise

REFERENCE_DAILY_INSULIN_U = 45.0
"""Total daily insulin of the adult whose insulin sensitivity is the record's typical value; others scale inversely."""

GLUCOSE_VOLUME = "glucose.volume_dl_per_kg"
"""The parameter that multiplies the weight; it has to cover what an assumed weight is off."""


@cache
def free_parameters() -> Mapping[str, Parameter]:
    """Records of every fitted parameter, body first, then noise."""
    records = {**minimal_parameters(), **read_parameters("noise_parameters.csv", package="glucotwin.twin")}
    return {name: record for name, record in records.items() if record.prior is not PriorKind.FIXED}


class PersonalModel(eqx.Module):
    """The family of bodies and disturbances among which a person's twin is sought.

    Attributes:
        typical: prior median of each free parameter.
        spread: prior SD of its logarithm.
        low, high: bounds beyond which the model and its step length are not meant; values stop there.
        weight_kg, basal_u_per_min: the person's weight and usual basal rate.
    """

    typical: Float[Array, " parameter"]
    spread: Float[Array, " parameter"]
    low: Float[Array, " parameter"]
    high: Float[Array, " parameter"]
    weight_kg: Float[Array, ""]
    basal_u_per_min: Float[Array, ""]

    def values(self, unconstrained: Float[Array, " parameter"]) -> dict[str, Float[Array, ""]]:
        """Parameter values by name of an unconstrained vector."""
        values = jnp.clip(self.typical * jnp.exp(self.spread * unconstrained), self.low, self.high)
        return dict(zip(free_parameters(), values, strict=True))

    def build(self, unconstrained: Float[Array, " parameter"]) -> tuple[Body, Noise]:
        """The body and the disturbance of an unconstrained vector."""
        values = self.values(unconstrained)
        fixed = {name: jnp.asarray(record.typical) for name, record in minimal_parameters().items()}
        body_values = fixed | {name: value for name, value in values.items() if not name.startswith("noise.")}
        noise = {name.removeprefix("noise."): value for name, value in values.items() if name.startswith("noise.")}
        body = compose_minimal(body_values, weight_kg=self.weight_kg, basal_u_per_min=self.basal_u_per_min)
        return body, Noise(**noise)


def personal_model(
    *, weight_kg: float | None, daily_insulin_u: float, basal_u_per_min: float, weight_log_sd: float = 0.0
) -> PersonalModel:
    """The model family of a person, its prior centred by what is known of them.

    Args:
        weight_kg: body weight; None for the assumed one.
        daily_insulin_u: mean total insulin per day; sensitivity is inversely proportional to it.
        basal_u_per_min: usual basal rate.
        weight_log_sd: how uncertain an assumed weight is; it widens the prior of the glucose volume.
    """
    records = free_parameters()
    scale = REFERENCE_DAILY_INSULIN_U / daily_insulin_u
    typical = [one.typical * (scale if ".sensitivity_" in name else 1.0) for name, one in records.items()]
    return PersonalModel(
        typical=jnp.asarray(typical),
        spread=jnp.asarray([_spread(one, weight_log_sd) for one in records.values()]),
        low=jnp.asarray([one.low for one in records.values()]),
        high=jnp.asarray([one.high for one in records.values()]),
        weight_kg=jnp.asarray(ASSUMED_WEIGHT_KG if weight_kg is None else weight_kg),
        basal_u_per_min=jnp.asarray(basal_u_per_min),
    )


def _spread(record: Parameter, weight_log_sd: float) -> float:
    return math.hypot(record.spread, weight_log_sd) if record.name == GLUCOSE_VOLUME else record.spread


def central_interval(
    model: PersonalModel, index: int, mean: float, sd: float, quantile_score: float = 1.6449
) -> tuple[float, float, float]:
    """Median and 90 % interval of a free parameter whose unconstrained value is normal."""
    scores = mean + sd * np.array([0.0, -quantile_score, quantile_score])
    median, low, high = float(model.typical[index]) * np.exp(float(model.spread[index]) * scores)
    return float(median), float(low), float(high)
