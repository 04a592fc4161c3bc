"""The contract of a dosing algorithm: what it sees every 5 min, and what it decides.

A controller is a pure module without sight of the body. It compiles into the simulation's scan and maps over people.
"""

import abc
from enum import IntEnum
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

import equinox as eqx
import jax.numpy as jnp

from glucotwin.control.setting import TherapySetting
from glucotwin.core.array import Array, Bool, Float, Int

DECISION_MIN = 5
"""Minutes between decisions: how often sensors read."""


class DecisionReason(IntEnum):
    """Why a controller decided as it did."""

    SCHEDULE = 0
    MEAL = 1
    CORRECTION = 2
    INCREASE = 3
    DECREASE = 4
    SUSPEND_LOW = 5
    SUSPEND_PREDICTED_LOW = 6
    GLUCAGON = 7
    CARBS_PROPOSED = 8
    NO_GLUCOSE = 9
    LONG_ACTING = 10

    @property
    def word(self) -> str:
        """As it stands in tables and JSON: ``suspend-low``."""
        return self.name.lower().replace("_", "-")


class Seen(eqx.Module):
    """What a decision may know; scalars, since the last decision where something is counted.

    Attributes:
        minute: minutes since the run's start.
        minute_of_day: local clock.
        glucose_mgdl: what the sensor shows now; not a number when it shows nothing.
        announced_carbs_g: carbohydrate that the person counted and told; 0 when nothing was.
        delivered_basal_u: insulin that the pump reports it gave as basal.
        delivered_bolus_u: insulin that the pump reports it gave as boluses.
        looks: 1 when the person looks at the glucose and would correct by hand.
        exercise_announced: 1 while the person says they move, or are about to.
        asleep: 1 while the person sleeps.
    """

    minute: Float[Array, ""]
    minute_of_day: Float[Array, ""]
    glucose_mgdl: Float[Array, ""]
    announced_carbs_g: Float[Array, ""]
    delivered_basal_u: Float[Array, ""]
    delivered_bolus_u: Float[Array, ""]
    looks: Float[Array, ""]
    exercise_announced: Float[Array, ""]
    asleep: Float[Array, ""]

    @property
    def knows_glucose(self) -> Bool[Array, ""]:
        """Whether the sensor shows anything."""
        return jnp.isfinite(self.glucose_mgdl)


class Decision(eqx.Module):
    """What is to be given until the next decision; scalars.

    Attributes:
        rate_u_per_h: basal rate.
        bolus_u: bolus of rapid insulin.
        long_acting_u: injection of long-acting insulin by pen.
        glucagon_mg: glucagon.
        proposed_carbs_g: carbohydrate that the person is asked to eat.
        reason: a ``DecisionReason``.
    """

    rate_u_per_h: Float[Array, ""]
    bolus_u: Float[Array, ""]
    long_acting_u: Float[Array, ""]
    glucagon_mg: Float[Array, ""]
    proposed_carbs_g: Float[Array, ""]
    reason: Int[Array, ""]


State = TypeVar("State", bound=eqx.Module)


class AbstractController(eqx.Module, Generic[State]):
    """A dosing algorithm that decides every 5 min.

    Attributes:
        automated: whether it changes doses by itself; a person without automation decides on their own doses, and no
            sensor limits them.
        long_acting: product that the person injects instead of a pump's basal rate; empty with a pump.
    """

    automated: ClassVar[bool] = True
    long_acting: ClassVar[str] = ""

    @abc.abstractmethod
    def initial_state(self, setting: TherapySetting) -> State:
        """Before the first decision; the state keeps what the algorithm needs of the setting.

        Args:
            setting: what the person's pump or pen is set to.
        """

    @abc.abstractmethod
    def step(self, state: State, seen: Seen) -> tuple[State, Decision]:
        """The state after a decision, and the decision.

        Args:
            state: of the decision before.
            seen: what is known now.
        """


AnyController: TypeAlias = AbstractController[Any]


def decide(
    rate_u_per_h: Float[Array, ""],
    *,
    bolus_u: Float[Array, ""] | float = 0.0,
    long_acting_u: Float[Array, ""] | float = 0.0,
    glucagon_mg: Float[Array, ""] | float = 0.0,
    proposed_carbs_g: Float[Array, ""] | float = 0.0,
    reason: Int[Array, ""] | int = DecisionReason.SCHEDULE,
) -> Decision:
    """A decision whose other parts are nothing."""
    rate = jnp.asarray(rate_u_per_h, dtype=jnp.float64)
    floats = [jnp.asarray(one, dtype=jnp.float64) for one in (bolus_u, long_acting_u, glucagon_mg, proposed_carbs_g)]
    return Decision(
        rate, *floats, reason=jnp.asarray(int(reason) if isinstance(reason, int) else reason, dtype=jnp.int32)
    )


def chosen_reason(*cases: tuple[Bool[Array, ""], DecisionReason]) -> Int[Array, ""]:
    """The reason of the first case that holds; the schedule when none does."""
    reason = jnp.asarray(int(DecisionReason.SCHEDULE), dtype=jnp.int32)
    for holds, why in reversed(cases):
        reason = jnp.where(holds, jnp.int32(int(why)), reason)
    return reason
