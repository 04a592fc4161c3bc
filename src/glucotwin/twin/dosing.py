"""Dosing that answers: what a replay shows a policy at each step, and what a policy gives back."""

from typing import Generic, NamedTuple, Protocol, TypeVar

from glucotwin.core.array import Array, Bool, Float

State = TypeVar("State")


class Seen(NamedTuple):
    """What a dosing policy sees at a step of 5 min.

    Attributes:
        glucose_mgdl: what the sensor shows in the changed run.
        factual_mgdl: what it showed without the change.
        asked: whether a bolus is asked for in this step.
        announced_g: carbohydrate that it is asked for.
        on_board_u: insulin of boluses before the replay that still acts.
        recorded_u_per_min: insulin as it is on record, with the changes asked about.
        minute_of_day: local clock.
        acts: whether the policy doses in this step; otherwise insulin is as recorded.
    """

    glucose_mgdl: Float[Array, ""]
    factual_mgdl: Float[Array, ""]
    asked: Bool[Array, ""]
    announced_g: Float[Array, ""]
    on_board_u: Float[Array, ""]
    recorded_u_per_min: Float[Array, ""]
    minute_of_day: Float[Array, ""]
    acts: Bool[Array, ""]


class DosingPolicy(Protocol, Generic[State]):
    """Decides on insulin step by step; pure, and without sight of the body.

    An implementation is an ``equinox.Module`` (or another pytree), so that it can be compiled with the replay.
    """

    def initial_state(self) -> State:
        """Before the first step."""
        ...

    def dose(self, state: State, seen: Seen) -> tuple[State, Float[Array, ""]]:
        """The state after a step and the insulin over it in U/min."""
        ...
