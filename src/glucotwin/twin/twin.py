"""The twin: a person's fitted model with its uncertainty, where it came from, and how good the fit was."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import TypeAdapter

from glucotwin.core.array import Array, Float
from glucotwin.core.provenance import Manifest, sha256_of_json
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Window
from glucotwin.twin.covariate import Covariates
from glucotwin.twin.diagnostic import Diagnostics
from glucotwin.twin.latent.estimate import Latents
from glucotwin.twin.personal_model import free_parameters

TWIN_SCHEMA = "glucotwin-twin/3"

POSTERIOR_STREAM = "posterior-draws"


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """What is believed of the parameters, on the unconstrained scale: a sample, or else a normal distribution.

    Attributes:
        mean: ``(parameter,)``.
        covariance: ``(parameter, parameter)``.
        sample: ``(draw, parameter)``, whose moments the others are; None for a normal distribution.
    """

    mean: np.ndarray
    covariance: np.ndarray
    sample: np.ndarray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectEstimate:
    """How much one unit of insulin lowers and one gram of carbohydrate raises glucose: log-normal, for interventions.

    Attributes:
        correction_factor_mgdl_per_u: median fall per unit.
        correction_factor_log_sd: SD of its logarithm.
        carb_factor_mgdl_per_g: median rise per gram.
        carb_factor_log_sd: SD of its logarithm.
        anchored_share: how much of the estimate is the clinical anchor rather than the person's own data, 0-1.
        anchor: what the anchor is: ``therapy-settings`` or ``daily-insulin-rule``.
    """

    correction_factor_mgdl_per_u: float
    correction_factor_log_sd: float
    carb_factor_mgdl_per_g: float
    carb_factor_log_sd: float
    anchored_share: float
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A person's digital twin, fitted to a window of their days.

    Attributes:
        person: whose twin.
        body: name of the body that was fitted (``body.registry``).
        version: version of this person's twin: the fitted window and a short content hash.
        window: days it was fitted to.
        data_hash: content hash of the timeline it was fitted to.
        weight_kg: body weight used; None when the population's was assumed.
        daily_insulin_u, basal_u_per_min: mean total insulin per day and usual basal rate in the window.
        posterior: over the body's free parameters (``personal_model.free_parameters``), in their order.
        effect: what interventions do.
        band_factors: by horizon in minutes, how much wider predictive bands must be than the model says.
        diagnostics: quality of the fit.
        manifest: versions, inputs, settings.
        weight_log_sd: SD of the logarithm of an assumed weight, by which the glucose volume's prior was widened; 0 when
            it was not.
        covariates: what the joint prior was conditioned on; None for independent priors, or by daily insulin alone.
        latents: what differed from day to day, meal to meal and sensor to sensor; None where it was not asked for.
        context: further parameters of the person that are known and not fitted, by name.
    """

    person: Person
    body: str
    window: Window
    data_hash: str
    weight_kg: float | None
    daily_insulin_u: float
    basal_u_per_min: float
    posterior: Posterior
    effect: EffectEstimate
    band_factors: Mapping[int, float]
    diagnostics: Diagnostics
    manifest: Manifest
    weight_log_sd: float = 0.0
    covariates: Covariates | None = None
    latents: Latents | None = None
    context: Mapping[str, float] = field(default_factory=dict[str, float])

    @property
    def version(self) -> str:
        """The last fitted day and the beginning of the content hash."""
        return f"{self.window.end:%Y%m%d}-{self.content_hash()[:8]}"

    def content_hash(self) -> str:
        """Hash of what determines its answers."""
        return sha256_of_json(
            {
                "body": self.body,
                "data": self.data_hash,
                "parameters": list(free_parameters(self.body)),
                "mean": self.posterior.mean.tolist(),
                "covariance": self.posterior.covariance.tolist(),
                "basal": self.basal_u_per_min,
                "daily": self.daily_insulin_u,
                "weight": self.weight_kg,
                "bands": {str(horizon): factor for horizon, factor in self.band_factors.items()},
                "effect": asdict(self.effect),
                # Draws depend on who it is, the clock on the zone, and validity on everything else.
                "person": TypeAdapter(Person).dump_python(self.person, mode="json"),
                # Absent without, so that the hashes of twins of earlier versions stay.
                **({} if self.covariates is None else {"covariates": asdict(self.covariates)}),
                # Absent at 0, so that the hashes of twins of which the prior was not widened stay.
                **({"weight_log_sd": self.weight_log_sd} if self.weight_log_sd else {}),
                **({} if self.posterior.sample is None else {"sample": self.posterior.sample.tolist()}),
                **({} if self.latents is None else {"latents": self.latents.archived()}),
                **({} if not self.context else {"context": dict(self.context)}),
            }
        )

    def draws(self, count: int, *, seed: int = 0) -> Float[Array, "draw parameter"]:
        """Points of the posterior; the same for the same person and seed, the first ones whatever the count."""
        key = stream_key(root_key(seed), subject=self.person.person_id, stream=POSTERIOR_STREAM)
        keys = jax.vmap(lambda index: jax.random.fold_in(key, index))(jnp.arange(count))
        if self.posterior.sample is not None:
            count_kept = len(self.posterior.sample)
            rows = jax.vmap(lambda one: jax.random.randint(one, (), 0, count_kept))(keys)
            return jnp.asarray(self.posterior.sample)[rows]
        normal = jax.vmap(lambda one: jax.random.normal(one, self.posterior.mean.shape))(keys)
        return jnp.asarray(self.posterior.mean) + normal @ jnp.asarray(np.linalg.cholesky(self.posterior.covariance)).T

    def band_factor(self, horizon_min: np.ndarray) -> np.ndarray:
        """The widening at any horizon, interpolated on the logarithm of time."""
        horizons = np.array(sorted(self.band_factors), dtype=np.float64)
        factors = np.array([self.band_factors[int(one)] for one in horizons])
        return np.interp(np.log(np.maximum(horizon_min, 1.0)), np.log(horizons), factors)
