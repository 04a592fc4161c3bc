"""The production integrator: classical Runge-Kutta steps on the one-minute grid, restarted at every input jump."""

import jax

from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState


def step_minutes(body: Body, state: BodyState, inputs: Inputs, *, minutes: float = 1.0) -> BodyState:
    """The state after ``minutes`` with the inputs held: the body's jumps, then one classical Runge-Kutta step.

    Args:
        inputs: one minute's record (scalars).
        minutes: length of the step; inference uses longer ones, with an error that tests bound.
    """
    state = body.advance(state, inputs)
    k1 = body.derivative(state, inputs)
    k2 = body.derivative(_moved(state, k1, minutes / 2.0), inputs)
    k3 = body.derivative(_moved(state, k2, minutes / 2.0), inputs)
    k4 = body.derivative(_moved(state, k3, minutes), inputs)
    return jax.tree.map(lambda x, a, b, c, d: x + minutes / 6.0 * (a + 2.0 * (b + c) + d), state, k1, k2, k3, k4)


def _moved(state: BodyState, rate: BodyState, minutes: float) -> BodyState:
    return jax.tree.map(lambda x, slope: x + minutes * slope, state, rate)
