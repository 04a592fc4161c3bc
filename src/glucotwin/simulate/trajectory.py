"""Open-loop simulation: body and inputs to trajectory, in one compiled scan."""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import AnyArray, Array, Float
from glucotwin.core.error import ErrorCode, ModelError, SolverError
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.organ import EVERY_PRODUCT
from glucotwin.physiology.signal import Signals
from glucotwin.simulate.solver import step_minutes

DEFAULT_OUTPUTS = ("glucose_mgdl", "interstitial_mgdl")


class Trajectory(eqx.Module):
    """Chosen signals at the start of every stride and at the end, and the final state (a snapshot to go on from).

    Attributes:
        t_min: minutes from the start, shape ``(points,)``.
        outputs: values by name of the signal or state, each ``(points,)``, or ``(subjects, points)`` for a cohort.
        final_state: state after the last minute; for a cohort with a leading subject axis.
    """

    t_min: Float[AnyArray, " points"]
    outputs: dict[str, Float[AnyArray, "*subjects points"]]
    final_state: BodyState


def simulate(
    body: Body,
    inputs: Inputs,
    *,
    state: BodyState | None = None,
    outputs: tuple[str, ...] = DEFAULT_OUTPUTS,
    stride: int = 1,
) -> Trajectory:
    """Simulates one subject open loop; differentiable, and can be mapped over subjects.

    Values that leave the finite numbers stay in the trajectory, so that inference can weigh them; ``check_finite``
    turns them into an error.

    Args:
        body: the subject.
        inputs: minutes to simulate; their number must be a multiple of ``stride``.
        state: where to start; default at rest.
        outputs: what to keep: names of signals, or of states as ``organ.field``.
        stride: keep every so many minutes; long runs then never hold every minute in memory.

    Raises:
        ModelError: an output does not exist, the stride does not divide the minutes, or the inputs hold an insulin
            product that the body has no depot for.
    """
    check_request(body, inputs, outputs, stride)
    return _simulate(body, inputs, state, outputs, stride)


def check_request(body: Body, inputs: Inputs, outputs: tuple[str, ...], stride: int) -> None:
    """Passes when the body can take the inputs, the outputs exist and the stride divides the minutes.

    Raises:
        ModelError: one of these is not so.
    """
    known = [*Signals.__dataclass_fields__, *_state_names(body)]
    unknown = sorted(set(outputs) - set(known))
    if unknown:
        raise ModelError(
            ErrorCode.UNKNOWN_NAME,
            f"There is no signal or state {unknown[0]!r}.",
            hint=f"Signals and states: {', '.join(known)}.",
        )
    minutes = inputs.minutes
    if minutes < 1 or stride < 1 or minutes % stride:
        raise ModelError(
            ErrorCode.INVALID_VALUE,
            f"{minutes} minutes cannot be kept every {stride} minutes.",
            hint="The stride must divide the number of minutes, which must be at least 1.",
        )
    strange = sorted(set(inputs.insulin_u_per_min) - body.insulin_products)
    if strange and EVERY_PRODUCT not in body.insulin_products:
        raise ModelError(
            ErrorCode.UNKNOWN_NAME,
            f"The body {body.name} has no depot for the insulin {strange[0]!r}.",
            hint=f"It takes {', '.join(sorted(body.insulin_products))}; name other products when it is made.",
        )


def _state_names(body: Body) -> list[str]:
    state = jax.eval_shape(body.initial_state)
    return [f"{organ}.{field}" for organ, part in state.items() for field in part.__dataclass_fields__]


def _value(name: str, state: BodyState, signals: Signals) -> Float[Array, ""]:
    organ, _, field = name.rpartition(".")
    return getattr(state[organ], field) if organ else getattr(signals, field)


@eqx.filter_jit
def _simulate(body: Body, inputs: Inputs, state: BodyState | None, outputs: tuple[str, ...], stride: int) -> Trajectory:
    start = body.initial_state() if state is None else state

    def observe(current: BodyState, now: Inputs) -> dict[str, Float[Array, ""]]:
        signals = body.signals(current, now)
        return {name: _value(name, current, signals) for name in outputs}

    def minute(current: BodyState, now: Inputs) -> tuple[BodyState, None]:
        return step_minutes(body, current, now), None

    def block(current: BodyState, now: Inputs) -> tuple[BodyState, dict[str, Float[Array, ""]]]:
        first = now.map(lambda values: values[0])
        seen = observe(current, first)
        after = step_minutes(body, current, first) if stride == 1 else jax.lax.scan(minute, current, now)[0]
        return after, seen

    blocks = inputs.map(lambda values: jnp.asarray(values).reshape(-1, stride))
    final, seen = jax.lax.scan(block, start, blocks)
    last = observe(final, blocks.map(lambda values: values[-1, -1]))
    return Trajectory(
        t_min=jnp.arange(0, inputs.minutes + 1, stride, dtype=jnp.float64),
        outputs={name: jnp.append(seen[name], last[name]) for name in outputs},
        final_state=final,
    )


def check_finite(trajectory: Trajectory) -> Trajectory:
    """The trajectory itself when every kept value is finite; for the edge, never inside inference.

    Raises:
        SolverError: a value is infinite or not a number; says which, when, and for which subject.
    """
    for name, kept in trajectory.outputs.items():
        values = np.asarray(kept)
        wrong = np.argwhere(~np.isfinite(values))
        if wrong.size:
            *subject, point = (int(index) for index in wrong[0])
            who = f" of subject {subject[0]}" if subject else ""
            raise SolverError(
                ErrorCode.NOT_FINITE,
                f"{name}{who} left the finite numbers by minute {float(trajectory.t_min[point]):.0f}.",
                hint="Check the inputs around that minute and the body's parameters against their bounds.",
            )
    return trajectory
