"""A person's model: which parameters are free, what is believed of them beforehand, and how a vector becomes a body.

Free parameters live on the unconstrained scale on which their prior is standard normal and independent, so that zero is
what is usual among people like this one.
"""

from collections.abc import Mapping
from types import MappingProxyType

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float
from glucotwin.domain.imputation import ASSUMED_WEIGHT_KG
from glucotwin.physiology.body import Body
from glucotwin.physiology.parameter import Parameter
from glucotwin.twin.body.fit_body import FitBody, Tie, tie_of
from glucotwin.twin.body.registry import DEFAULT_BODY, fit_body
from glucotwin.twin.covariate import Covariates
from glucotwin.twin.state_space import Noise

REFERENCE_DAILY_INSULIN_U = 45.0
"""Total daily insulin of the adult whose insulin sensitivity is the record's typical value; others scale inversely."""

NOISE_PREFIX = "noise."

BOUND_SOFTNESS = 0.02
"""On the scale of logarithms, how near to a bound values begin to slow down."""


def free_parameters(body: str = DEFAULT_BODY) -> Mapping[str, Parameter]:
    """Records of every fitted parameter of a body to fit, body first, then noise.

    Raises:
        ModelError: no twin can be fitted with such a body.
    """
    return fit_body(body).free()


class PersonalModel(eqx.Module):
    """The family of bodies and disturbances among which a person's twin is sought.

    Attributes:
        body_name: of the body to fit.
        typical: prior median of each free parameter.
        factor: lower Cholesky factor of the prior covariance of their logarithms.
        low, high: bounds beyond which the model and its step length are not meant; values approach them and stop there.
        weight_kg, basal_u_per_min: the person's weight and usual basal rate.
        tie: parameters that follow the free ones; None where the others are the same for everybody.
        context: further parameters of the person that are known and not fitted, by name.
    """

    body_name: str = eqx.field(static=True)
    typical: Float[Array, " parameter"]
    factor: Float[Array, "parameter parameter"]
    low: Float[Array, " parameter"]
    high: Float[Array, " parameter"]
    weight_kg: Float[Array, ""]
    basal_u_per_min: Float[Array, ""]
    tie: Tie | None = None
    context: Mapping[str, Float[Array, ""]] = eqx.field(default_factory=dict[str, Float[Array, ""]])

    @property
    def spread(self) -> Float[Array, " parameter"]:
        """Prior SD of each parameter's logarithm."""
        return jnp.sqrt(jnp.sum(self.factor**2, axis=1))

    def values(self, unconstrained: Float[Array, " parameter"]) -> dict[str, Float[Array, ""]]:
        """Free parameters' values by name of an unconstrained vector."""
        logs = _within(self.factor @ unconstrained, jnp.log(self.low / self.typical), jnp.log(self.high / self.typical))
        # Rounding alone could carry a value over its bound.
        values = jnp.clip(self.typical * jnp.exp(logs), self.low, self.high)
        return dict(zip(free_parameters(self.body_name), values, strict=True))

    def build(self, unconstrained: Float[Array, " parameter"]) -> tuple[Body, Noise]:
        """The body and the disturbance of an unconstrained vector."""
        values, fitted = self.values(unconstrained), fit_body(self.body_name)
        others = {name: jnp.asarray(value) for name, value in fitted.fixed().items()}
        if self.tie is not None:
            others |= self.tie.values(jnp.log(jnp.stack(list(values.values())) / self.typical))
        own = {name: value for name, value in values.items() if not name.startswith(NOISE_PREFIX)}
        noise = {
            name.removeprefix(NOISE_PREFIX): value for name, value in values.items() if name.startswith(NOISE_PREFIX)
        }
        body = fitted.compose(
            others | own | dict(self.context), weight_kg=self.weight_kg, basal_u_per_min=self.basal_u_per_min
        )
        return body, Noise(**noise)


def _within(
    logs: Float[Array, " parameter"], low: Float[Array, " parameter"], high: Float[Array, " parameter"]
) -> Float[Array, " parameter"]:
    """Logarithms held between bounds, smoothly: at an edge no slope of the objective vanishes, and samplers stumble."""
    below = jax.nn.softplus((low - logs) / BOUND_SOFTNESS)
    above = jax.nn.softplus((logs - high) / BOUND_SOFTNESS)
    return logs + BOUND_SOFTNESS * (below - above)


def personal_model(
    *,
    weight_kg: float | None,
    daily_insulin_u: float,
    basal_u_per_min: float,
    weight_log_sd: float = 0.0,
    body: str = DEFAULT_BODY,
    covariates: Covariates | None = None,
    context: Mapping[str, float] = MappingProxyType({}),
) -> PersonalModel:
    """The model family of a person, its prior centred by what is known of them.

    Args:
        weight_kg: body weight; None for the assumed one.
        daily_insulin_u: mean total insulin per day; sensitivity is inversely proportional to it.
        basal_u_per_min: usual basal rate.
        weight_log_sd: how uncertain an assumed weight is; it widens the prior of the glucose volume.
        body: name of the body to fit.
        covariates: what the population's joint prior is conditioned on; None for independent priors, if the body has
            them.
        context: further parameters that are known and not fitted, by name.

    Raises:
        ModelError: no twin can be fitted with such a body.
    """
    fitted = fit_body(body)
    records = fitted.free()
    typical, covariance = _independent(fitted, daily_insulin_u)
    tie = None
    if fitted.population is not None and (covariates is not None or fitted.joint_only):
        prior = fitted.population()
        mean, joint = prior.given(covariates or Covariates(daily_insulin_u=daily_insulin_u))
        names = tuple(records)
        tie = tie_of(prior, mean, joint, names, fitted.fractions) if fitted.joint_only else None
        typical, covariance = _joint(prior.parameters, mean, joint, names, (typical, covariance))
    volume = list(records).index(fitted.glucose_volume)
    covariance[volume, volume] += weight_log_sd**2
    return PersonalModel(
        body_name=fitted.name,
        typical=jnp.asarray(typical),
        factor=jnp.asarray(np.linalg.cholesky(covariance)),
        low=jnp.asarray([one.low for one in records.values()]),
        high=jnp.asarray([one.high for one in records.values()]),
        weight_kg=jnp.asarray(ASSUMED_WEIGHT_KG if weight_kg is None else weight_kg),
        basal_u_per_min=jnp.asarray(basal_u_per_min),
        tie=tie,
        context={name: jnp.asarray(value) for name, value in context.items()},
    )


def _independent(fitted: FitBody, daily_insulin_u: float) -> tuple[np.ndarray, np.ndarray]:
    """Medians and covariance of independent priors."""
    scale = REFERENCE_DAILY_INSULIN_U / daily_insulin_u if fitted.scaled_by_daily_insulin else 1.0
    typical = [
        one.typical * (scale if name in fitted.scaled_by_daily_insulin else 1.0) for name, one in fitted.free().items()
    ]
    return np.array(typical), np.diag([one.spread**2 for one in fitted.free().values()])


def _joint(
    known: tuple[str, ...],
    mean: np.ndarray,
    joint: np.ndarray,
    names: tuple[str, ...],
    independent: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Medians and covariance with the population's joint distribution for the parameters that it knows."""
    typical, covariance = (np.array(one) for one in independent)
    own = [names.index(name) for name in names if name in known]
    rows = [known.index(names[index]) for index in own]
    typical[own] = np.exp(mean[rows])
    covariance[np.ix_(own, own)] = joint[np.ix_(rows, rows)]
    return typical, covariance


def central_intervals(
    model: PersonalModel, mean: np.ndarray, covariance: np.ndarray, quantile_score: float = 1.6449
) -> np.ndarray:
    """Medians and 90 % intervals of the free parameters whose unconstrained values are jointly normal.

    Args:
        model: the family.
        mean: of the unconstrained values.
        covariance: of the same.
        quantile_score: half-width of the interval in standard deviations.

    Returns:
        ``(parameter, 3)``: median, low, high.
    """
    factor = np.asarray(model.factor)
    centre, spread = factor @ mean, np.sqrt(np.diag(factor @ covariance @ factor.T))
    scores = centre[:, None] + spread[:, None] * np.array([0.0, -quantile_score, quantile_score])
    return np.asarray(model.typical)[:, None] * np.exp(scores)
