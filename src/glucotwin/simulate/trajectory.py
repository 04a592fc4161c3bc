"""Open-loop simulation: body and inputs to trajectory, in one compiled scan."""

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.simulate.solver import step_minutes

DEFAULT_OUTPUTS = ("glucose_mgdl", "interstitial_mgdl")


class Trajectory(eqx.Module):
    """Chosen signals at the start of every stride and at the end, and the final state (a snapshot to go on from).

    Attributes:
        t_min: minutes from the start, shape ``(points,)``.
        outputs: signal values by name, each ``(points,)``.
        final_state: state after the last minute.
    """

    t_min: Float[Array, " points"]
    outputs: dict[str, Float[Array, " points"]]
    final_state: BodyState


@eqx.filter_jit
def simulate(
    body: Body,
    inputs: Inputs,
    *,
    state: BodyState | None = None,
    outputs: tuple[str, ...] = DEFAULT_OUTPUTS,
    stride: int = 1,
) -> Trajectory:
    """Simulates one subject open loop.

    Args:
        body: the subject.
        inputs: minutes to simulate; their number must be a multiple of ``stride``.
        state: where to start; default at rest.
        outputs: names of signals to keep.
        stride: keep every so many minutes; long runs then never hold every minute in memory.
    """
    start = body.initial_state() if state is None else state

    def observe(current: BodyState, now: Inputs) -> dict[str, Float[Array, ""]]:
        signals = body.signals(current, now)
        return {name: getattr(signals, name) for name in outputs}

    def minute(current: BodyState, now: Inputs) -> tuple[BodyState, None]:
        return step_minutes(body, current, now), None

    def block(current: BodyState, now: Inputs) -> tuple[BodyState, dict[str, Float[Array, ""]]]:
        seen = observe(current, now.map(lambda values: values[0]))
        return jax.lax.scan(minute, current, now)[0], seen

    blocks = inputs.map(lambda values: jnp.asarray(values).reshape(-1, stride))
    final, seen = jax.lax.scan(block, start, blocks)
    last = observe(final, blocks.map(lambda values: values[-1, -1]))
    t_min = jnp.arange(0, inputs.minutes + 1, stride, dtype=jnp.float64)
    return Trajectory(
        t_min=t_min,
        outputs={name: jnp.append(seen[name], last[name]) for name in outputs},
        final_state=final,
    )
