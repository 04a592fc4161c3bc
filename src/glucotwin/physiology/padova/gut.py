"""Stomach and gut of the UVA/Padova simulator: emptying that depends on how full the stomach still is."""

import abc

import jax.numpy as jnp

from glucotwin.core.array import Array, Bool, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractOrgan, AbstractState
from glucotwin.physiology.signal import Signals

MG_PER_G = 1000.0


class PadovaGutState(AbstractState):
    """Carbohydrate on its way from mouth to plasma, and the memory of the meal being emptied.

    Attributes:
        solid_mg, liquid_mg: in the stomach, before and after grinding.
        intestine_mg: in the gut.
        meal_mg: stomach content when the latest eating episode began and what was eaten in it since.
        eating: 1 while an eating episode lasts, else 0.
    """

    solid_mg: Float[Array, ""]
    liquid_mg: Float[Array, ""]
    intestine_mg: Float[Array, ""]
    meal_mg: Float[Array, ""]
    eating: Float[Array, ""]


class AbstractPadovaGut(AbstractOrgan[PadovaGutState]):
    """Three compartments; the stomach empties fast when full or nearly empty and slowly in between (Dalla Man 2006).

    | letter | parameter |
    |---|---|
    | kmax | emptying_max_per_min (also grinding) |
    | kmin | ``slowest_per_min``, which each form of the parameters gives |
    | kabs | absorption_per_min |
    | b | falling_fraction: of the meal, at which emptying has fallen halfway |
    | c (column ``d`` of the published table) | rising_fraction: at which it has risen halfway again |
    | f | bioavailability |

    D, the size of the meal being emptied, is ``meal_mg``. What is drunk needs no grinding.
    """

    emptying_max_per_min: Float[Array, ""]
    absorption_per_min: Float[Array, ""]
    falling_fraction: Float[Array, ""]
    rising_fraction: Float[Array, ""]
    bioavailability: Float[Array, ""]

    @abc.abstractmethod
    def slowest_per_min(self) -> Float[Array, ""]:
        """The rate of gastric emptying between its fast ends."""

    def initial_state(self) -> PadovaGutState:
        """Empty, before any meal."""
        zero = jnp.zeros_like(self.absorption_per_min)
        return PadovaGutState(solid_mg=zero, liquid_mg=zero, intestine_mg=zero, meal_mg=zero, eating=zero)

    def emit(self, state: PadovaGutState, signals: Signals, inputs: Inputs) -> Signals:
        """Glucose entering plasma."""
        share = self.bioavailability * signals.carbohydrate_uptake_factor
        appearance = share * self._absorbed_mg_per_min(state, signals)
        return signals.sending(glucose_appearance_mg_per_min=signals.glucose_appearance_mg_per_min + appearance)

    def derivative(self, state: PadovaGutState, signals: Signals, inputs: Inputs) -> PadovaGutState:
        """Grinding, emptying and absorption."""
        ground = self.emptying_max_per_min * state.solid_mg
        emptied = self._emptying_per_min(state) * signals.emptying_factor * state.liquid_mg
        drunk = MG_PER_G * jnp.asarray(inputs.liquid_carbs_g_per_min)
        return PadovaGutState(
            solid_mg=MG_PER_G * jnp.asarray(inputs.carbs_g_per_min) - drunk - ground,
            liquid_mg=drunk + ground - emptied,
            intestine_mg=emptied - self._absorbed_mg_per_min(state, signals),
            meal_mg=jnp.zeros_like(state.meal_mg),
            eating=jnp.zeros_like(state.eating),
        )

    def advance(self, state: PadovaGutState, signals: Signals, inputs: Inputs, *, minutes: float) -> PadovaGutState:
        """Remembers the meal: it grows with every bite of an episode and is kept until the next one begins."""
        bite_mg = MG_PER_G * minutes * inputs.carbs_g_per_min
        eats = bite_mg > 0.0
        before = jnp.where(state.eating > 0.0, state.meal_mg, state.solid_mg + state.liquid_mg)
        return PadovaGutState(
            solid_mg=state.solid_mg,
            liquid_mg=state.liquid_mg,
            intestine_mg=state.intestine_mg,
            meal_mg=jnp.where(eats, before + bite_mg, state.meal_mg),
            eating=jnp.where(eats, jnp.ones_like(state.eating), jnp.zeros_like(state.eating)),
        )

    def _absorbed_mg_per_min(self, state: PadovaGutState, signals: Signals) -> Float[Array, ""]:
        """What leaves the gut; medicines may slow it."""
        return self.absorption_per_min * signals.carbohydrate_absorption_factor * state.intestine_mg

    def _emptying_per_min(self, state: PadovaGutState) -> Float[Array, ""]:
        """The rate kgut of gastric emptying; kmax before the first meal."""
        begun = state.meal_mg > 0.0
        full = (state.solid_mg + state.liquid_mg) / jnp.where(begun, state.meal_mg, 1.0)
        # tanh(x) + 1 = 2 / (1 + exp(-2 x)); the published 5/2 and the 1/2 before the brackets are in the exponents.
        falling = 1.0 / (1.0 + jnp.exp(-5.0 * (full - self.falling_fraction) / (1.0 - self.falling_fraction)))
        rising = 1.0 / (1.0 + jnp.exp(5.0 * (full - self.rising_fraction) / self.rising_fraction))
        slowest = self.slowest_per_min()
        emptying = slowest + (self.emptying_max_per_min - slowest) * (falling + rising)
        return jnp.where(begun, emptying, self.emptying_max_per_min)


class PadovaGut(AbstractPadovaGut):
    """With kmin as it is published, for steps of a minute."""

    name = "gut"
    # While someone eats, emptying switches within seconds in subjects with b near 1: the fastest thing in this body.
    substeps = 6

    emptying_min_per_min: Float[Array, ""]

    def slowest_per_min(self) -> Float[Array, ""]:
        """The parameter itself."""
        return self.emptying_min_per_min

    def hurries(self, inputs: Inputs) -> Bool[Array, ""]:
        """While eating."""
        return jnp.asarray(inputs.carbs_g_per_min) > 0.0
