"""Guts of the integrated glucose-insulin model, and the incretins that come with what they absorb."""

import jax.numpy as jnp
from jax.scipy.special import gammainc, gammaln

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractModulator, AbstractOrgan, AbstractState
from glucotwin.physiology.signal import Signals

MG_PER_G = 1000.0


class ChainGutState(AbstractState):
    """Carbohydrate in the two stages of absorption."""

    eaten_g: Float[Array, ""]
    absorbing_g: Float[Array, ""]


class ChainGut(AbstractOrgan[ChainGutState]):
    """Two equal stages; what is in the second calls forth incretins (Jauslin 2007 as mGIPsim has it).

    | letter | parameter |
    |---|---|
    | ka | absorption_per_min |
    | 0.78 | bioavailability |
    | Sincr | incretin_gain_per_g: per **gram**, for which the published code takes the millimole |
    """

    name = "gut"

    absorption_per_min: Float[Array, ""]
    bioavailability: Float[Array, ""]
    incretin_gain_per_g: Float[Array, ""]

    def initial_state(self) -> ChainGutState:
        """Empty."""
        zero = jnp.zeros_like(self.absorption_per_min)
        return ChainGutState(eaten_g=zero, absorbing_g=zero)

    def emit(self, state: ChainGutState, signals: Signals, inputs: Inputs) -> Signals:
        """Glucose into plasma, and secretion that answers more."""
        appearance = MG_PER_G * self.bioavailability * self.absorption_per_min * state.absorbing_g
        gain = self.incretin_gain_per_g * signals.incretin_factor * state.absorbing_g
        return signals.adding(glucose_appearance_mg_per_min=appearance).scaling(glucose_response_factor=1.0 + gain)

    def derivative(self, state: ChainGutState, signals: Signals, inputs: Inputs) -> ChainGutState:
        """Eating and absorption."""
        passed = self.absorption_per_min * state.eaten_g
        return ChainGutState(
            eaten_g=jnp.asarray(inputs.carbs_g_per_min) - passed,
            absorbing_g=passed - self.absorption_per_min * state.absorbing_g,
        )


class TransitGutState(AbstractState):
    """The meal that is being absorbed, and when it began."""

    meal_g: Float[Array, ""]
    since_min: Float[Array, ""]


class TransitGut(AbstractModulator[TransitGutState]):
    """Appearance as a gamma density since the meal's beginning, with saturable incretins (Hong 2013).

    | letter | parameter |
    |---|---|
    | n, MTT | stages, transit_min |
    | BIO | bioavailability (apparent) |
    | Emax, ABSG50 | incretin_max, half_appearance_mg_per_min |

    What of an earlier meal is left when another begins is absorbed with it.
    """

    name = "gut"

    stages: Float[Array, ""]
    transit_min: Float[Array, ""]
    bioavailability: Float[Array, ""]
    incretin_max: Float[Array, ""]
    half_appearance_mg_per_min: Float[Array, ""]

    def initial_state(self) -> TransitGutState:
        """Before any meal."""
        zero = jnp.zeros_like(self.stages)
        return TransitGutState(meal_g=zero, since_min=zero)

    def emit(self, state: TransitGutState, signals: Signals, inputs: Inputs) -> Signals:
        """Glucose into plasma, and secretion that answers more."""
        appearance = self.appearance_mg_per_min(state)
        share = appearance / (self.half_appearance_mg_per_min + appearance)
        return signals.adding(glucose_appearance_mg_per_min=appearance).scaling(
            glucose_response_factor=1.0 + self.incretin_max * signals.incretin_factor * share
        )

    def advance(self, state: TransitGutState, signals: Signals, inputs: Inputs, *, minutes: float) -> TransitGutState:
        """Time passes; another bite begins anew with what is left."""
        bite = jnp.asarray(inputs.carbs_g_per_min) * minutes
        eats = bite > 0.0
        left = state.meal_g * (1.0 - gammainc(self.stages + 1.0, self._rate_per_min() * state.since_min))
        return TransitGutState(
            meal_g=jnp.where(eats, left + bite, state.meal_g),
            since_min=jnp.where(eats, 0.0, state.since_min) + minutes,
        )

    def appearance_mg_per_min(self, state: TransitGutState) -> Float[Array, ""]:
        """Glucose into plasma."""
        rate = self._rate_per_min()
        began = state.since_min > 0.0
        passed = rate * jnp.where(began, state.since_min, 1.0)
        density = rate * jnp.exp(self.stages * jnp.log(passed) - passed - gammaln(self.stages + 1.0))
        return jnp.where(began, MG_PER_G * self.bioavailability * state.meal_g * density, 0.0)

    def _rate_per_min(self) -> Float[Array, ""]:
        return (self.stages + 1.0) / self.transit_min
