"""Decisions that are made outside the compiled program, as a controller inside it."""

from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np

from glucotwin.control.controller import AbstractController, AnyController, Decision, DecisionReason, Seen, decide
from glucotwin.control.python_controller import AbstractPythonController, AnyPythonController, Dose, Sight
from glucotwin.control.setting import TherapySetting, setting_at


class Relayed(AbstractController[Decision]):
    """Decides what its state holds: whoever steps the simulation puts the next decision there."""

    def initial_state(self, setting: TherapySetting) -> Decision:
        """The scheduled rate of midnight, until something is decided."""
        return decide(setting_at(setting, jnp.zeros(())).basal_u_per_h)

    def step(self, state: Decision, seen: Seen) -> tuple[Decision, Decision]:
        """The decision that was put in."""
        del seen
        return state, state


def in_program(controller: AnyController | AnyPythonController) -> AnyController:
    """What stands for an algorithm inside the compiled program: itself, or a relay for one in Python."""
    return Relayed() if isinstance(controller, AbstractPythonController) else controller


def sights_from(seen: Seen) -> list[Sight]:
    """What each of several people's decisions sees, as numbers."""
    columns = {name: np.asarray(getattr(seen, name), dtype=np.float64) for name in Seen.__dataclass_fields__}
    people = len(columns["glucose_mgdl"])
    return [Sight(**{name: float(values[row]) for name, values in columns.items()}) for row in range(people)]


def seen_from(sight: Sight) -> Seen:
    """What one person's decision sees, as the arrays of a compiled controller."""
    return Seen(**{name: jnp.asarray(getattr(sight, name), dtype=jnp.float64) for name in Seen.__dataclass_fields__})


def dose_from(decision: Decision) -> Dose:
    """One person's decision as numbers."""
    numbers = {name: float(getattr(decision, name)) for name in Decision.__dataclass_fields__ if name != "reason"}
    return Dose(**numbers, reason=DecisionReason(int(decision.reason)))


def decisions_from(doses: Sequence[Dose]) -> Decision:
    """Several people's decisions as arrays with a leading people axis."""
    whole = jnp.asarray([int(one.reason) for one in doses], dtype=jnp.int32)
    numbers = [name for name in Decision.__dataclass_fields__ if name != "reason"]
    columns = {name: jnp.asarray([getattr(one, name) for one in doses], dtype=jnp.float64) for name in numbers}
    return Decision(**columns, reason=whole)
