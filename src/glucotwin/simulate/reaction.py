"""What a person does because of what their sensor shows: treats lows, corrects highs."""

import abc
from typing import Any, Generic, TypeAlias, TypeVar

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import AnyArray, Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.insulin_product import REFERENCE

ASLEEP, CHECK = "asleep", "check"
"""Condition levels that say when someone sleeps, and when someone looks at their glucose."""

SYMPTOMS_MGDL = 54.0
"""Glucose that a person without a reading feels: level 2 hypoglycaemia of the international consensus."""


class AbstractReactionState(eqx.Module):
    """What a reaction remembers; fields that end in ``_total`` count up and are reported."""


State = TypeVar("State", bound=AbstractReactionState)


class AbstractReaction(eqx.Module, Generic[State]):
    """Answers glucose with food or insulin, minute by minute; pure, and without sight of the body."""

    @abc.abstractmethod
    def initial_state(self) -> State:
        """Before anything happened."""

    @abc.abstractmethod
    def react(self, state: State, glucose_mgdl: Float[Array, ""], inputs: Inputs) -> tuple[State, Inputs]:
        """This minute's inputs with what the person adds.

        Args:
            state: what is remembered.
            glucose_mgdl: what the sensor shows.
            inputs: one minute's record of scalars, as planned.
        """


RESCUE_CARBS, CORRECTION = "reaction.rescue_carbs_g_total", "reaction.correction_u_total"
"""Names, among a trajectory's outputs, of what ``SelfCare`` has added up so far."""

WARNINGS = "reaction.warnings_total"
"""Name of how often somebody ate because they were told that a low lies ahead."""

REACTION_SENSOR, PUMP_CHANGE = "reaction.sensor_mgdl", "reaction.pump_change_u_total"
"""Names of what a worn sensor shows, and of insulin that came out of a worn pump beyond what was planned."""

AnyReaction: TypeAlias = AbstractReaction[Any]


class AbstractCareState(AbstractReactionState):
    """How much was eaten against lows and injected against highs so far, and how often somebody was told to eat."""

    rescue_carbs_g_total: eqx.AbstractVar[Float[Array, ""]]
    correction_u_total: eqx.AbstractVar[Float[Array, ""]]
    warnings_total: eqx.AbstractVar[Float[Array, ""]]


class SelfCareState(AbstractCareState):
    """When a low was treated last, what corrections are still at work, and how much was eaten and injected so far."""

    since_treatment_min: Float[Array, ""]
    correction_on_board_u: Float[Array, ""]
    rescue_carbs_g_total: Float[Array, ""]
    correction_u_total: Float[Array, ""]
    warnings_total: Float[Array, ""]


class SelfCare(AbstractReaction[SelfCareState]):
    """Glucose tablets for lows and correction boluses for highs, as people with a sensor do without automation.

    Treatment of lows follows the rule of 15 (15 g, again after 15 min; American Diabetes Association, Standards of
    Care 2024, 6.11); corrections are (glucose - target) / correction factor less what earlier corrections still do.

    Attributes:
        low_mgdl, wakes_below_mgdl: glucose that is treated when awake, and that wakes a sleeper; 0 for never.
        carbs_g, wait_min: grams of glucose, and minutes until the next treatment.
        high_mgdl, target_mgdl: glucose that is corrected when the person looks, and where to; infinite for never.
        correction_factor_mgdl_per_u: fall per unit.
        fade_per_min: how fast a correction is counted as used up.
    """

    low_mgdl: Float[Array, ""]
    wakes_below_mgdl: Float[Array, ""]
    carbs_g: Float[Array, ""]
    wait_min: Float[Array, ""]
    high_mgdl: Float[Array, ""]
    target_mgdl: Float[Array, ""]
    correction_factor_mgdl_per_u: Float[Array, ""]
    fade_per_min: Float[Array, ""]

    def initial_state(self) -> SelfCareState:
        """Nothing treated yet."""
        zero = jnp.zeros_like(self.low_mgdl)
        return SelfCareState(
            since_treatment_min=self.wait_min,
            correction_on_board_u=zero,
            rescue_carbs_g_total=zero,
            correction_u_total=zero,
            warnings_total=zero,
        )

    def react(
        self, state: SelfCareState, glucose_mgdl: Float[Array, ""], inputs: Inputs
    ) -> tuple[SelfCareState, Inputs]:
        """Treats a low, or corrects a high when the person looks."""
        return self.act(state, glucose_mgdl, inputs, most_correction_u=jnp.asarray(jnp.inf))

    def act(
        self,
        state: SelfCareState,
        glucose_mgdl: Float[Array, ""],
        inputs: Inputs,
        *,
        most_correction_u: Float[Array, ""],
    ) -> tuple[SelfCareState, Inputs]:
        """``react`` with corrections of so many units at most."""
        asleep = jnp.asarray(inputs.level(ASLEEP)) > 0.5
        threshold = jnp.where(asleep, self.wakes_below_mgdl, self.low_mgdl)
        treats = (glucose_mgdl < threshold) & (state.since_treatment_min >= self.wait_min)
        carbs = jnp.where(treats, self.carbs_g, 0.0)
        looks = (jnp.asarray(inputs.level(CHECK)) > 0.5) & (glucose_mgdl > self.high_mgdl)
        wanted = (glucose_mgdl - self.target_mgdl) / self.correction_factor_mgdl_per_u - state.correction_on_board_u
        units = jnp.where(looks, jnp.clip(wanted, 0.0, most_correction_u), 0.0)
        after = SelfCareState(
            since_treatment_min=jnp.where(treats, 1.0, state.since_treatment_min + 1.0),
            correction_on_board_u=state.correction_on_board_u * jnp.exp(-self.fade_per_min) + units,
            rescue_carbs_g_total=state.rescue_carbs_g_total + carbs,
            correction_u_total=state.correction_u_total + units,
            warnings_total=state.warnings_total,
        )
        return after, with_added(inputs, carbs, units)


def no_self_care() -> SelfCare:
    """A person who treats no low."""
    zero, never = jnp.zeros(()), jnp.asarray(jnp.inf)
    return SelfCare(
        low_mgdl=zero,
        wakes_below_mgdl=zero,
        carbs_g=zero,
        wait_min=zero,
        high_mgdl=never,
        target_mgdl=zero,
        correction_factor_mgdl_per_u=jnp.ones(()),
        fade_per_min=zero,
    )


def with_added(
    inputs: Inputs, carbs_g: Float[AnyArray, "*time"], units: Float[AnyArray, "*time"], *, product: str = REFERENCE
) -> Inputs:
    """The inputs with glucose by mouth and insulin added, minute by minute.

    Args:
        inputs: as they were.
        carbs_g: glucose by mouth.
        units: of insulin.
        product: which insulin.
    """
    insulin = {**inputs.insulin_u_per_min, product: inputs.dose_u_per_min(product) + units}
    return eqx.tree_at(
        lambda one: (one.carbs_g_per_min, one.liquid_carbs_g_per_min, one.insulin_u_per_min),
        inputs,
        (inputs.carbs_g_per_min + carbs_g, inputs.liquid_carbs_g_per_min + carbs_g, insulin),
        is_leaf=lambda node: isinstance(node, dict),
    )
