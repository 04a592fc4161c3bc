"""Simulation: body and inputs, and what the person does about the glucose they see, to trajectory, in one scan."""

from typing import NamedTuple

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
from glucotwin.simulate.reaction import AbstractReactionState, AnyReaction
from glucotwin.simulate.solver import step_minutes

DEFAULT_OUTPUTS = ("glucose_mgdl", "interstitial_mgdl")

REACTION = "reaction"
"""Stands for an organ's name in the names of what a reaction remembers."""


class Trajectory(eqx.Module):
    """Chosen signals at the start of every stride and at the end, and the final state (a snapshot to go on from).

    Attributes:
        t_min: minutes from the start, shape ``(points,)``.
        outputs: values by name of the signal or state, each ``(points,)``, or ``(subjects, points)`` for a cohort.
        final_state: state after the last minute; for a cohort with a leading subject axis.
        final_reaction: what the person remembers then; None without a reaction.
    """

    t_min: Float[AnyArray, " points"]
    outputs: dict[str, Float[AnyArray, "*subjects points"]]
    final_state: BodyState
    final_reaction: AbstractReactionState | None = None


def simulate(
    body: Body,
    inputs: Inputs,
    *,
    state: BodyState | None = None,
    reaction: AnyReaction | None = None,
    reaction_state: AbstractReactionState | None = None,
    outputs: tuple[str, ...] = DEFAULT_OUTPUTS,
    stride: int = 1,
) -> Trajectory:
    """Simulates one subject; differentiable, and can be mapped over subjects.

    Values that leave the finite numbers stay in the trajectory, so that inference can weigh them; ``check_finite``
    turns them into an error.

    Args:
        body: the subject.
        inputs: minutes to simulate; their number must be a multiple of ``stride``.
        state: where to start; default at rest.
        reaction: what the person does about the interstitial glucose they see; default nothing (open loop).
        reaction_state: what they remember at the start; default nothing.
        outputs: what to keep: names of signals, of states as ``organ.field``, or of ``reaction.field``.
        stride: keep every so many minutes; long runs then never hold every minute in memory.

    Raises:
        ModelError: an output does not exist, the stride does not divide the minutes, or the inputs hold an insulin
            product or vary a parameter that the body does not have.
    """
    check_request(body, inputs, outputs, stride, reaction=reaction)
    return _simulate(body, inputs, state, reaction, reaction_state, outputs, stride)


def check_request(
    body: Body, inputs: Inputs, outputs: tuple[str, ...], stride: int, *, reaction: AnyReaction | None = None
) -> None:
    """Passes when the body can take the inputs, the outputs exist and the stride divides the minutes.

    Raises:
        ModelError: one of these is not so.
    """
    known = [*output_names(body), *_reaction_names(reaction)]
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
    unscripted = sorted(set(inputs.parameter_factor) - set(body.parameters()))
    if unscripted:
        raise ModelError(
            ErrorCode.UNKNOWN_NAME,
            f"The body {body.name} has no parameter {unscripted[0]!r} to vary.",
            hint="See its page in docs/models, or whether its module was left out.",
        )


def output_names(body: Body) -> list[str]:
    """What can be kept of a body: its signals, and its states as ``organ.field``."""
    state = jax.eval_shape(body.initial_state)
    states = [f"{organ}.{name}" for organ, part in state.items() for name in part.names()]
    return [*Signals.__dataclass_fields__, *states]


def _reaction_names(reaction: AnyReaction | None) -> list[str]:
    if reaction is None:
        return []
    # A row of a cohort on the host holds numbers where the reaction expects arrays.
    state = jax.eval_shape(lambda: jax.tree.map(jnp.asarray, reaction).initial_state())
    return [f"{REACTION}.{field}" for field in state.__dataclass_fields__]


class _Moment(NamedTuple):
    """What is carried from minute to minute."""

    body: BodyState
    reaction: AbstractReactionState | None


def _value(name: str, moment: _Moment, signals: Signals) -> Float[Array, ""]:
    organ, _, field = name.rpartition(".")
    if not organ:
        return getattr(signals, field)
    value = getattr(moment.reaction, field) if organ == REACTION else moment.body[organ].value(field)
    return value.astype(jnp.float64) if jnp.issubdtype(value.dtype, jnp.integer) else value


@eqx.filter_jit
def _simulate(
    body: Body,
    inputs: Inputs,
    state: BodyState | None,
    reaction: AnyReaction | None,
    reaction_state: AbstractReactionState | None,
    outputs: tuple[str, ...],
    stride: int,
) -> Trajectory:
    remembered = reaction.initial_state() if reaction is not None and reaction_state is None else reaction_state
    start = _Moment(body.initial_state() if state is None else state, remembered)

    def observe(moment: _Moment, now: Inputs) -> dict[str, Float[Array, ""]]:
        signals = body.signals(moment.body, now)
        return {name: _value(name, moment, signals) for name in outputs}

    def step(moment: _Moment, now: Inputs) -> _Moment:
        if reaction is None:
            return _Moment(step_minutes(body, moment.body, now), None)
        seen = body.signals(moment.body, now).interstitial_mgdl
        after, acted = reaction.react(moment.reaction, seen, now)
        return _Moment(step_minutes(body, moment.body, acted), after)

    def block(moment: _Moment, now: Inputs) -> tuple[_Moment, dict[str, Float[Array, ""]]]:
        first = now.map(lambda values: values[0])
        seen = observe(moment, first)
        minutes = lambda one, at: (step(one, at), None)  # noqa: E731
        return step(moment, first) if stride == 1 else jax.lax.scan(minutes, moment, now)[0], seen

    blocks = inputs.map(lambda values: jnp.asarray(values).reshape(-1, stride))
    final, seen = jax.lax.scan(block, start, blocks)
    last = observe(final, blocks.map(lambda values: values[-1, -1]))
    return Trajectory(
        t_min=jnp.arange(0, inputs.minutes + 1, stride, dtype=jnp.float64),
        outputs={name: jnp.append(seen[name], last[name]) for name in outputs},
        final_state=final.body,
        final_reaction=final.reaction,
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
