"""Dosing algorithms outside the compiled program, person by person, and whole runs of them."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeVar

import equinox as eqx
import jax
import numpy as np

from glucotwin.control.controller import AnyController, Decision, Seen
from glucotwin.control.python_controller import AbstractPythonController, AnyPythonController
from glucotwin.control.relayed import decisions_from, sights_from
from glucotwin.control.setting import TherapySetting
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body
from glucotwin.simulate.closed_loop import ClosedLoop
from glucotwin.simulate.stepped_loop import SteppedLoop
from glucotwin.workflows.loop.person import stacked


class Pilot:
    """A Python algorithm with the memory of each of several people."""

    def __init__(self, controller: AnyPythonController, settings: Sequence[TherapySetting]) -> None:
        """Before the first decision.

        Args:
            controller: the algorithm.
            settings: of each person.
        """
        self.controller = controller
        self.states = [controller.init(one) for one in settings]

    def decide(self, seen: Seen) -> Decision:
        """Everybody's decision, with a leading people axis.

        Raises:
            DataError: the algorithm decided on a figure that is not finite.
        """
        answers = [self.controller.step(*one) for one in zip(self.states, sights_from(seen), strict=True)]
        self.states = [state for state, _ in answers]
        return decisions_from([dose for _, dose in answers])


class CompiledPilot:
    """A compiled algorithm that decides outside the program of the body, with the memory of each of several people."""

    def __init__(self, controller: AnyController, settings: Sequence[TherapySetting]) -> None:
        """Before the first decision; arguments as for ``Pilot``."""
        self.controller = controller
        self.states = jax.vmap(controller.initial_state)(stacked(settings))

    def decide(self, seen: Seen) -> Decision:
        """Everybody's decision, with a leading people axis."""
        self.states, decision = _decide(self.controller, self.states, seen)
        return decision


State = TypeVar("State")


@eqx.filter_jit
def _decide(controller: AnyController, states: State, seen: Seen) -> tuple[State, Decision]:
    return jax.vmap(controller.step)(states, seen)


AnyPilot: TypeAlias = Pilot | CompiledPilot


def pilot_of(controller: AnyController | AnyPythonController, settings: Sequence[TherapySetting]) -> AnyPilot:
    """What decides for several people, whichever kind the algorithm is of."""
    if isinstance(controller, AbstractPythonController):
        return Pilot(controller, settings)
    return CompiledPilot(controller, settings)


def run_stepped(
    pilot: Pilot,
    bodies: Body,
    loop: ClosedLoop,
    inputs: Inputs,
    *,
    outputs: tuple[str, ...],
    progress: ProgressCallback = silent,
) -> Mapping[str, np.ndarray]:
    """A whole run of a Python algorithm.

    Args:
        pilot: the algorithm.
        bodies: of the people, stacked.
        loop: theirs, with a ``Relayed`` as its controller.
        inputs: of all minutes.
        outputs: what to keep.
        progress: told how far it is.

    Returns:
        Outputs at every decision and at the end, ``(people, decisions + 1)``.

    Raises:
        DataError: the inputs do not begin at a decision, or a decision is not finite.
    """
    stepped = SteppedLoop(bodies, loop, inputs, outputs=outputs)
    kept: list[Mapping[str, np.ndarray]] = []
    while not stepped.is_over:
        kept.append(stepped.step(pilot.decide(stepped.moment.seen)))
        progress("loop", stepped.step_number / stepped.steps)
    return {
        name: np.concatenate([*(one[name][:, :1] for one in kept), kept[-1][name][:, 1:]], axis=1) for name in outputs
    }
