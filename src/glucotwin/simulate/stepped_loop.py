"""A closed loop that is stepped from outside: 5 min per call, with decisions made in between."""

from collections.abc import Mapping

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.control.controller import DECISION_MIN, Decision, Seen
from glucotwin.core.array import AnyArray, Bool
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.simulate.closed_loop import ClosedLoop, ClosedLoopState
from glucotwin.simulate.trajectory import simulate

SIGHT_MIN = DECISION_MIN + 1
"""Minutes of inputs that a step needs: its own, and the one in which the next decision is made."""


class LoopMoment(eqx.Module):
    """Where people and their devices stand at a decision, with a leading people axis; a snapshot to go on from.

    Attributes:
        body: state of the bodies.
        loop: what devices and people remember.
        seen: what the decision sees.
    """

    body: BodyState
    loop: ClosedLoopState
    seen: Seen


class SteppedLoop:
    """Several people in a closed loop of which every decision comes from outside.

    The loop's controller is a ``Relayed``. Results are those of the whole run in one program: the same minutes, the
    same sensors, limits and pumps.

    Attributes:
        bodies, loop: of the people, stacked.
        inputs: of all minutes, shared or per person.
        outputs: what to keep, as for ``simulate``.
        moment: where everything stands.
        step_number: decisions made so far.
    """

    def __init__(self, bodies: Body, loop: ClosedLoop, inputs: Inputs, *, outputs: tuple[str, ...]) -> None:
        """Stands before the first decision.

        Raises:
            DataError: the inputs do not begin at a decision.
        """
        if int(np.asarray(inputs.minute_utc)[0]) % DECISION_MIN:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                f"A stepped loop begins at a minute that {DECISION_MIN} divides.",
                hint="Let the days begin at a full five minutes.",
            )
        self.bodies, self.loop, self.inputs, self.outputs = bodies, loop, inputs, outputs
        self.step_number = 0
        self.moment = _begin(bodies, loop, self._minutes(1))

    @property
    def steps(self) -> int:
        """Decisions of the whole run."""
        return self.inputs.minutes // DECISION_MIN

    @property
    def is_over(self) -> bool:
        """Whether all inputs are used up."""
        return self.step_number >= self.steps

    def step(self, decision: Decision) -> Mapping[str, np.ndarray]:
        """Lives the 5 min after a decision.

        Args:
            decision: of every person, with a leading people axis.

        Returns:
            The outputs at the start and at the end of the step, each ``(people, 2)``.

        Raises:
            DataError: the run is over.
        """
        if self.is_over:
            raise DataError(ErrorCode.INVALID_VALUE, "The run is over.", hint="Begin a new one.")
        self.moment, kept = _advance(
            self.bodies, self.loop, self.moment, decision, self._minutes(SIGHT_MIN), self.outputs
        )
        self.step_number += 1
        return {name: np.asarray(values) for name, values in kept.items()}

    def limited(self, decision: Decision) -> ClosedLoopState:
        """What ``step`` would tell the pumps, as it stands in what people and devices remember; nothing is given.

        Args:
            decision: of every person, with a leading people axis.
        """
        return _limit(self.loop, self.moment, decision, self._minutes(1))

    def restart(self, rows: Bool[AnyArray, " people"]) -> None:
        """Lets some people begin anew, at rest and with new devices, at the present minute.

        Args:
            rows: who.
        """
        anew = _begin(self.bodies, self.loop, self._minutes(1))

        def chosen(new: AnyArray, old: AnyArray) -> AnyArray:
            mask = jnp.reshape(jnp.asarray(rows), (-1, *(1,) * (new.ndim - 1)))
            return jnp.where(mask, new, old)

        self.moment = jax.tree.map(chosen, anew, self.moment)

    def resume(self, moment: LoopMoment, step_number: int) -> None:
        """Goes on from a snapshot of the same run.

        Args:
            moment: where everything stood.
            step_number: decisions made before it.
        """
        self.moment, self.step_number = moment, step_number

    def _minutes(self, count: int) -> Inputs:
        """The coming minutes; after the end the last one stays."""
        first = self.step_number * DECISION_MIN
        index = np.minimum(np.arange(first, first + count), self.inputs.minutes - 1)
        return self.inputs.map(lambda values: np.asarray(values)[..., index])


def _axes(inputs: Inputs) -> Inputs:
    return jax.tree.map(lambda leaf: 0 if leaf.ndim > 1 else None, inputs)


@eqx.filter_jit
def _begin(bodies: Body, loop: ClosedLoop, first: Inputs) -> LoopMoment:
    def one(body: Body, own: ClosedLoop, given: Inputs) -> LoopMoment:
        state, remembered = body.initial_state(), own.initial_state()
        return _moment(body, own, state, remembered, given)

    return jax.vmap(one, in_axes=(0, 0, _axes(first)))(bodies, loop, first)


@eqx.filter_jit
def _limit(loop: ClosedLoop, moment: LoopMoment, decision: Decision, first: Inputs) -> ClosedLoopState:
    def one(own: ClosedLoop, now: LoopMoment, decided: Decision, given: Inputs) -> ClosedLoopState:
        told = eqx.tree_at(
            lambda state: (state.controller, state.since.announced_carbs_g),
            now.loop,
            (decided, now.seen.announced_carbs_g),
        )
        return own.decided(told, now.seen.glucose_mgdl, given.map(lambda values: values[0]))

    return jax.vmap(one, in_axes=(0, 0, 0, _axes(first)))(loop, moment, decision, first)


@eqx.filter_jit
def _advance(
    bodies: Body, loop: ClosedLoop, moment: LoopMoment, decision: Decision, inputs: Inputs, outputs: tuple[str, ...]
) -> tuple[LoopMoment, dict[str, AnyArray]]:
    def one(
        body: Body, own: ClosedLoop, now: LoopMoment, decided: Decision, given: Inputs
    ) -> tuple[LoopMoment, dict[str, AnyArray]]:
        remembered = eqx.tree_at(lambda state: state.controller, now.loop, decided)
        lived = simulate(
            body,
            given.cut(0, DECISION_MIN),
            state=now.body,
            reaction=own,
            reaction_state=remembered,
            outputs=outputs,
            stride=DECISION_MIN,
        )
        after = lived.final_reaction
        assert isinstance(after, ClosedLoopState)  # noqa: S101 - the loop's own state comes back
        return _moment(body, own, lived.final_state, after, given.cut(DECISION_MIN, SIGHT_MIN)), lived.outputs

    return jax.vmap(one, in_axes=(0, 0, 0, 0, _axes(inputs)))(bodies, loop, moment, decision, inputs)


def _moment(body: Body, loop: ClosedLoop, state: BodyState, remembered: ClosedLoopState, coming: Inputs) -> LoopMoment:
    now = coming.map(lambda values: values[0])
    glucose = body.signals(state, now).interstitial_mgdl
    return LoopMoment(state, remembered, loop.see(remembered, glucose, now))
