"""The minimal body as causes need it: insulin saturates, the kidney loses, lows are countered, drinks are fast.

For small departures from rest it is the minimal body with other rates. It was made for what a *change* does, not for
forecasts, which have the readings to go by.
"""

from collections.abc import Mapping
from functools import cache

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import build_organ
from glucotwin.physiology.minimal import MinimalGlucose, MinimalGlucoseState, MinimalGut, MinimalGutState
from glucotwin.physiology.organ import AbstractOrgan, AbstractState
from glucotwin.physiology.parameter import Parameter, read_parameters
from glucotwin.physiology.signal import Signals

COUNTER_WIDTH_MGDL, EXCRETION_WIDTH_MGDL = 8.0, 10.0
"""Over which counter-regulation and the kidney's loss set in."""


class FastGutState(AbstractState):
    """Fast carbohydrate on its way from mouth to plasma."""

    stomach_mg: Float[Array, ""]
    intestine_mg: Float[Array, ""]


class SaturatedGlucose(MinimalGlucose):
    """Glucose whose uptake saturates with glucose and with insulin, and which hormones and the kidney keep in bounds.

    In place of the minimal model's risk x X x G insulin takes ``X / (1 + X / Xm)`` times ``G (K + Gb) / (K + G)``:
    uptake by muscle saturates with glucose (Michaelis and Menten, as in Dalla Man 2007), and the liver's share of
    insulin's effect ends where it produces nothing more. Below a threshold hormones add glucose by what is missing
    (Dalla Man 2014), above another the kidney loses it.

    Equations:
        dG/dt = SG (Gb - G) - X / (1 + max(X, 0) / Xm) G (K + Gb) / (K + G) + c s(Gc - G) - ke s(G - Ge) + appearance
        s: the smooth positive part; both terms less what they are at Gb, so that the body rests there

    | letter | parameter |
    |---|---|
    | K | half_mgdl |
    | Xm | action_limit_per_min |
    | c, Gc | counter_per_min, counter_threshold_mgdl |
    | ke, Ge | excretion_per_min, excretion_threshold_mgdl |

    Limits: hormones act at once and are never exhausted. More insulin still never raises glucose.
    """

    half_mgdl: Float[Array, ""]
    action_limit_per_min: Float[Array, ""]
    counter_per_min: Float[Array, ""]
    counter_threshold_mgdl: Float[Array, ""]
    excretion_per_min: Float[Array, ""]
    excretion_threshold_mgdl: Float[Array, ""]

    def derivative(self, state: MinimalGlucoseState, signals: Signals, inputs: Inputs) -> MinimalGlucoseState:
        """The minimal model's with the terms above."""
        plain = MinimalGlucose.derivative(self, state, signals, inputs)
        glucose, action = state.glucose_mgdl, state.action_per_min
        unsaturated = self.risk(glucose) * action * glucose
        strength = action / (1.0 + jnp.maximum(action, 0.0) / self.action_limit_per_min)
        taken = strength * glucose * (self.half_mgdl + self.basal_mgdl) / (self.half_mgdl + glucose)
        kept = self._kept_in_bounds(glucose) - self._kept_in_bounds(self.basal_mgdl)
        slope = plain.glucose_mgdl + unsaturated - taken + kept
        return eqx.tree_at(lambda one: one.glucose_mgdl, plain, slope)

    def _kept_in_bounds(self, glucose_mgdl: Float[Array, ""]) -> Float[Array, ""]:
        """What hormones add less what the kidney loses, in mg/dL/min."""
        missing = _positive(self.counter_threshold_mgdl - glucose_mgdl, COUNTER_WIDTH_MGDL)
        excess = _positive(glucose_mgdl - self.excretion_threshold_mgdl, EXCRETION_WIDTH_MGDL)
        return self.counter_per_min * missing - self.excretion_per_min * excess


class SolidGut(MinimalGut):
    """The minimal body's gut without what is absorbed fast."""

    def derivative(self, state: MinimalGutState, signals: Signals, inputs: Inputs) -> MinimalGutState:
        """The linear chain of the rest."""
        rest = jnp.asarray(inputs.carbs_g_per_min) - jnp.asarray(inputs.liquid_carbs_g_per_min)
        solid = eqx.tree_at(lambda one: one.carbs_g_per_min, inputs, rest)
        return MinimalGut.derivative(self, state, signals, solid)


class FastGut(AbstractOrgan[FastGutState]):
    """A way of its own for carbohydrate that is absorbed fast, such as glucose against a low.

    | letter | parameter |
    |---|---|
    | kfast | rate_per_min: how fast it leaves the stomach, and how fast it then reaches the blood |
    | f | bioavailability |
    """

    name = "fast_gut"

    rate_per_min: Float[Array, ""]
    bioavailability: Float[Array, ""]

    def initial_state(self) -> FastGutState:
        """Empty."""
        zero = jnp.zeros_like(self.rate_per_min)
        return FastGutState(stomach_mg=zero, intestine_mg=zero)

    def emit(self, state: FastGutState, signals: Signals, inputs: Inputs) -> Signals:
        """Glucose entering plasma."""
        appearance = self.bioavailability * self.rate_per_min * state.intestine_mg
        return signals.sending(glucose_appearance_mg_per_min=signals.glucose_appearance_mg_per_min + appearance)

    def derivative(self, state: FastGutState, signals: Signals, inputs: Inputs) -> FastGutState:
        """Two compartments in a row."""
        emptied = self.rate_per_min * signals.emptying_factor * state.stomach_mg
        return FastGutState(
            stomach_mg=1000.0 * jnp.asarray(inputs.liquid_carbs_g_per_min) - emptied,
            intestine_mg=emptied - self.rate_per_min * state.intestine_mg,
        )


@cache
def minimal_causal_parameters() -> Mapping[str, Parameter]:
    """The records of what the causal form adds, and of the rates it is drawn to."""
    return read_parameters("minimal_causal_parameters.csv")


def minimal_causal_body(body: Body) -> Body:
    """The causal form of a minimal body with its numbers; it rests where that rests."""
    typical = {name: jnp.asarray(record.typical) for name, record in minimal_causal_parameters().items()}
    own = body.parameters()
    gut, glucose = (build_organ(kind, {**typical, **own}) for kind in (SolidGut, SaturatedGlucose))
    # A gram of a meal is scaled to the person's rise per gram, which a slow meal reaches late: unscaled, a drink, all
    # of which arrives at once, would raise glucose 1.6 times as far as it truly does.
    arriving = typical["fast_gut.share_of_meal"] * own["gut.bioavailability"]
    fast = build_organ(FastGut, {**typical, "bioavailability": arriving})
    replaced = {"gut": (gut, fast), "glucose": (glucose,)}
    organs = (part for organ in body.organs for part in replaced.get(organ.name, (organ,)))
    return Body(name=body.name, organs=tuple(organs))


def _positive(value: Float[Array, ""], width: float) -> Float[Array, ""]:
    """The positive part, smooth over a width."""
    return width * jax.nn.softplus(value / width)
