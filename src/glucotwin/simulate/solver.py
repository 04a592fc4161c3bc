"""The production integrator: Runge-Kutta steps on the one-minute grid, restarted at every input jump.

Classical fourth order; organs that ask for it are resolved more finely first (multirate). Measured against
alternatives in ``docs/decisions/0005-solver.md``.
"""

from typing import TypeVar

import jax
import jax.numpy as jnp

from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.organ import AbstractState, AnyOrgan
from glucotwin.physiology.signal import Signals

Tree = TypeVar("Tree", BodyState, AbstractState)
AnyTree = TypeVar("AnyTree")
Pair = tuple[AbstractState, AbstractState]


def step_minutes(body: Body, state: BodyState, inputs: Inputs, *, minutes: float = 1.0) -> BodyState:
    """The state after ``minutes`` with the inputs held: the body's jumps, then one Runge-Kutta step.

    Args:
        body: the subject.
        state: at the step's start.
        inputs: one minute's record (scalars).
        minutes: length of the step; inference uses longer ones, with an error that tests bound.
    """
    before = body.held_signals(state, inputs)
    state = body.advance(state, inputs, minutes=minutes)
    middle, end = resolve_fast_organs(body, state, inputs, minutes)
    # Modulators stand at the step's end by now; the mean of both ends makes holding it an error of second order.
    after = body.held_signals(state, inputs)
    held = _barrier(jax.tree.map(lambda start, last: 0.5 * (start + last), before, after))
    moving: BodyState = {organ.name: state[organ.name] for organ in body.organs if not organ.held}

    def rate(slow: BodyState, fast: BodyState) -> BodyState:
        # Without the barriers XLA computes every stage again for each state variable of the next.
        return _barrier(body.derivative(_barrier(slow | fast), inputs, held=held))

    k1 = rate(moving, {})
    k2 = rate(_moved(moving, k1, minutes / 2.0), middle)
    k3 = rate(_moved(moving, k2, minutes / 2.0), middle)
    k4 = rate(_moved(moving, k3, minutes), end)
    return state | _combined(moving, (k1, k2, k3, k4), minutes) | end


def resolve_fast_organs(body: Body, state: BodyState, inputs: Inputs, minutes: float) -> tuple[BodyState, BodyState]:
    """States of the finely resolved organs at a step's middle and end.

    Args:
        body: the subject.
        state: at the step's start, after its jumps.
        inputs: held over the step (scalars).
        minutes: length of the step.
    """
    fast = [organ for organ in body.organs_under(inputs) if organ.substeps > 1]
    signals = body.signals(state, inputs)
    pairs = {organ.name: _resolve(organ, state[organ.name], signals, inputs, minutes) for organ in fast}
    return {name: middle for name, (middle, _) in pairs.items()}, {name: end for name, (_, end) in pairs.items()}


def _resolve(organ: AnyOrgan, start: AbstractState, signals: Signals, inputs: Inputs, minutes: float) -> Pair:
    """One organ in sub-steps, or in one step when it is calm: its state in the middle and at the end.

    The middle is chosen so that Simpson's rule, by which the Runge-Kutta step weighs what this organ sends, gives the
    exact mean over the step: what leaves the gut then arrives in plasma, however fast it came.
    """
    zero = jax.tree.map(jnp.zeros_like, start)

    def finely(carry: Pair) -> Pair:
        length = minutes / organ.substeps
        step = lambda own, _: (_substep(organ, own, signals, inputs, length, organ.substeps), None)  # noqa: E731
        return jax.lax.scan(step, carry, None, length=organ.substeps)[0]

    def coarsely(carry: Pair) -> Pair:
        return _substep(organ, carry, signals, inputs, minutes, 1)

    end, mean = jax.lax.cond(organ.hurries(inputs), finely, coarsely, (start, zero))
    middle = jax.tree.map(lambda first, average, last: (6.0 * average - first - last) / 4.0, start, mean, end)
    return middle, end


def _substep(organ: AnyOrgan, carry: Pair, signals: Signals, inputs: Inputs, length: float, substeps: int) -> Pair:
    """One Runge-Kutta step of an organ's state and of the mean of that state over all sub-steps."""
    own, mean = carry

    def rate(current: AbstractState) -> AbstractState:
        return organ.derivative(current, signals, inputs)

    k1 = rate(own)
    k2 = rate(_moved(own, k1, length / 2.0))
    k3 = rate(_moved(own, k2, length / 2.0))
    k4 = rate(_moved(own, k3, length))
    within = jax.tree.map(lambda x, a, b, c: x + length / 6.0 * (a + b + c), own, k1, k2, k3)
    return _combined(own, (k1, k2, k3, k4), length), _moved(mean, within, 1.0 / substeps)


def _moved(state: Tree, rate: Tree, minutes: float) -> Tree:
    return jax.tree.map(lambda x, slope: x + minutes * slope, state, rate)


def _combined(state: Tree, rates: tuple[Tree, Tree, Tree, Tree], minutes: float) -> Tree:
    """The classical fourth-order combination of four slopes."""
    return jax.tree.map(lambda x, a, b, c, d: x + minutes / 6.0 * (a + 2.0 * (b + c) + d), state, *rates)


def _barrier(tree: AnyTree) -> AnyTree:
    return jax.lax.optimization_barrier(tree)
