"""Taking in everything new of a timeline, with the state that ordered delivery would have led to.

The rows of the stream are compared with those that were taken in before; from the first one that differs, the filter is
run again, beginning at the newest snapshot before it. Snapshots are kept for every hour of the last day and for every
day before, so that an entry that is an hour late costs two hours of filtering, whatever the stream's length.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.domain.timeline import Timeline
from glucotwin.twin.filter import NO_READING
from glucotwin.twin.grid import STEPS_PER_DAY
from glucotwin.twin.online.step import (
    ONLINE_DRAWS,
    Observation,
    OnlineState,
    StepInfo,
    Tracked,
    first_step,
    next_step,
    next_steps,
    track,
)
from glucotwin.twin.online.stream import (
    Rows,
    canonical,
    fingerprints,
    first_changed_day,
    newest_step,
    rows_of,
    stream_start,
)
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

STRIDE = 12
"""Steps that are run at once: an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A twin in step with its person's data.

    Attributes:
        person_id: whose.
        twin_hash: content hash of the twin that is followed.
        draws: how many points of its posterior.
        start: aware time of the first step.
        marks: hashes of what was taken in, by day of the stream.
        rows: what was taken in, up to the step of the newest reading.
        history: what every step said, axis time.
        snapshots: states by step; the newest is that of the last step.
    """

    person_id: str
    twin_hash: str
    draws: int
    start: datetime
    marks: Mapping[str, str]
    rows: Rows
    history: StepInfo
    snapshots: Mapping[int, OnlineState] = field(repr=False)

    @property
    def state(self) -> OnlineState:
        """What is believed at the step of the newest reading."""
        return self.snapshots[self.rows.steps - 1]

    @property
    def now(self) -> datetime:
        """Aware time of the last step."""
        return self.time(self.rows.steps - 1)

    def time(self, step: int) -> datetime:
        """Aware time of a step."""
        return self.start + timedelta(minutes=step * STEP_MIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What an update did.

    Attributes:
        followed: the twin in step.
        new_steps: steps beyond those that were known before.
        repeated_steps: steps that were run again because something came late or was changed.
    """

    followed: Followed
    new_steps: int
    repeated_steps: int


def follow(
    twin: Twin, timeline: Timeline, before: Followed | None = None, *, draws: int = ONLINE_DRAWS, guard: bool = True
) -> TakenIn:
    """Takes in what a timeline has new.

    Args:
        twin: of the timeline's person.
        timeline: everything that is known by now, in any order.
        before: what was taken in until now; None begins at the day before the end of the fit.
        draws: how many points of the posterior are followed.
        guard: whether readings that are at fault are kept from the state.

    Raises:
        DataError: there is no reading from the stream's beginning on.
    """
    known = canonical(timeline)
    start = stream_start(twin, known)
    marks = fingerprints(known, start)
    if before is not None and not _continues(before, twin, start, draws):
        before = None
    changed = 0 if before is None else first_changed_day(before.marks, marks)
    if before is not None and changed is None:
        return TakenIn(followed=before, new_steps=0, repeated_steps=0)
    rows = _joined(twin, known, start, before, changed or 0)
    origin = None if before is None else _restart(before, rows)
    run = _Run(track(twin, draws=draws, guard=guard), rows, before, origin)
    followed = Followed(
        person_id=twin.person.person_id,
        twin_hash=twin.content_hash(),
        draws=draws,
        start=start,
        marks=marks,
        rows=rows,
        history=run.history(),
        snapshots=run.kept(),
    )
    known_before = 0 if before is None else before.rows.steps
    begun = 0 if origin is None else origin + 1
    return TakenIn(
        followed=followed,
        new_steps=max(rows.steps - known_before, 0),
        repeated_steps=max(min(known_before, rows.steps) - begun, 0),
    )


def _continues(before: Followed, twin: Twin, start: datetime, draws: int) -> bool:
    return (before.twin_hash, before.start, before.draws) == (twin.content_hash(), start, draws)


def _joined(twin: Twin, timeline: Timeline, start: datetime, before: Followed | None, changed: int) -> Rows:
    """All rows up to the newest reading; those before the first changed day as they were."""
    # A stream that has become shorter is read again from its last day on.
    whole_days = 0 if before is None else before.rows.steps // STEPS_PER_DAY
    until = newest_step(timeline)
    first_day = max(min(changed, whole_days, int((until - start) / timedelta(days=1))), 0)
    rows = rows_of(twin, timeline, start, first_day=first_day, until=until)
    if before is not None and first_day:
        rows = before.rows.cut(0, first_day * STEPS_PER_DAY).followed_by(rows)
    present = np.flatnonzero(rows.kind != NO_READING)
    return rows.cut(0, int(present[-1]) + 1)


def _restart(before: Followed, rows: Rows) -> int | None:
    """The newest step whose state still holds; None when the first one does not."""
    reading, inputs = before.rows.first_difference(rows)
    last = min(reading - 1, inputs, rows.steps - 1, before.rows.steps - 1)
    return max((step for step in before.snapshots if step <= last), default=None)


class _Run:
    """One run of the filter over the rows from a step on."""

    def __init__(self, tracked: Tracked, rows: Rows, before: Followed | None, origin: int | None) -> None:
        self._tracked, self._rows = tracked, rows
        self._origin = origin if before is not None else None
        self._before = before if self._origin is not None else None
        self._states: dict[int, OnlineState] = {}
        self._told: list[StepInfo] = []
        self._run()

    def history(self) -> StepInfo:
        """What every step said, those before the run included."""
        parts = list(self._told)
        if self._before is not None and self._origin is not None:
            last = self._origin + 1
            parts.insert(0, jax.tree.map(lambda values: values[:last], self._before.history))
        return jax.tree.map(lambda *values: np.concatenate(values), *parts)

    def kept(self) -> dict[int, OnlineState]:
        """The states to keep."""
        earlier = {}
        if self._before is not None and self._origin is not None:
            earlier = {step: state for step, state in self._before.snapshots.items() if step <= self._origin}
        return {step: state for step, state in (earlier | self._states).items() if is_kept(step, self._rows.steps - 1)}

    def _run(self) -> None:
        if self._before is None or self._origin is None:
            state, info = first_step(self._tracked, self._seen(0, 0))
            step = 0
            self._note(step, state, jax.tree.map(lambda value: np.asarray(value)[None], info))
        else:
            step, state = self._origin, self._before.snapshots[self._origin]
        while step < self._rows.steps - 1:
            # Strides end at whole hours; what is left over is run step by step.
            if step % STRIDE == 0 and step + STRIDE < self._rows.steps:
                state, info = next_steps(self._tracked, state, self._seen(step + 1, step + STRIDE + 1))
                step += STRIDE
                self._note(step, state, jax.tree.map(np.asarray, info))
            else:
                step += 1
                state, info = next_step(self._tracked, state, self._seen(step, step))
                self._note(step, state, jax.tree.map(lambda value: np.asarray(value)[None], info))

    def _note(self, step: int, state: OnlineState, info: StepInfo) -> None:
        self._told.append(info)
        if is_kept(step, self._rows.steps - 1):
            self._states[step] = jax.tree.map(np.asarray, state)

    def _seen(self, first: int, last: int) -> Observation:
        """Observations of steps ``[first, last)``, or of the one step when both are the same."""
        if first == last:
            inputs, readings = self._rows.cut(max(first - 1, 0), max(first, 1)), self._rows.cut(first, first + 1)
            return Observation(
                inputs=inputs.inputs().map(lambda values: jnp.asarray(values)[0]),
                readings=jax.tree.map(lambda values: jnp.asarray(values)[0], readings.readings()),
            )
        return Observation(
            inputs=self._rows.cut(first - 1, last - 1).inputs().map(jnp.asarray),
            readings=jax.tree.map(jnp.asarray, self._rows.cut(first, last).readings()),
        )


def is_kept(step: int, last: int) -> bool:
    """Whether the state of a step is kept: the first and the last, every hour of the last day, every day before."""
    return step in {0, last} or step % STEPS_PER_DAY == 0 or (step % STRIDE == 0 and last - step <= STEPS_PER_DAY)
