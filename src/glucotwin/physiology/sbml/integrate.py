"""Integrates a model by itself: SciPy's stiff solvers, events found where their condition turns."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp
from scipy.optimize import OptimizeResult

from glucotwin.core.error import DataError, ErrorCode, SolverError
from glucotwin.physiology.sbml.expression import TIME_NAME, Value, evaluate
from glucotwin.physiology.sbml.model import Event, SbmlModel

RELATIVE_TOLERANCE, ABSOLUTE_TOLERANCE = 1e-8, 1e-10
MOST_FIRINGS = 10_000
LARGEST_NUDGE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class SbmlCourse:
    """What became of a model.

    Attributes:
        time: in the model's own unit, shape ``(points,)``.
        values: states and rules by identifier, each ``(points,)``.
        events: what fired, and when.
    """

    time: np.ndarray
    values: Mapping[str, np.ndarray]
    events: tuple[tuple[float, str], ...]


def integrate(
    model: SbmlModel, *, until: float, points: int = 201, changes: Mapping[str, float] | None = None
) -> SbmlCourse:
    """The course of a model from its start.

    Args:
        model: as read.
        until: end, in the model's own unit of time.
        points: how many moments to keep, both ends included.
        changes: other values of constants and held species, and other starts of states, by identifier.

    Raises:
        ModelError: a change is of something that is not there or not to be set.
        DataError: the end or the number of points makes no sense.
        SolverError: the solver gave up, or the course left the finite numbers.
    """
    if not (until > 0.0 and np.isfinite(until)) or points < 2:
        raise DataError(ErrorCode.INVALID_VALUE, "The end must lie after the start, with two points or more.")
    changes = changes or {}
    starts = {name: value for name, value in changes.items() if name in model.rates}
    constants = model.constants({name: value for name, value in changes.items() if name not in starts})
    states = np.array([starts.get(name, model.quantities[name].value) for name in model.states])
    time = np.linspace(0.0, until, points)
    kept, fired = _run(model, constants, states, time)
    values = {**constants, **dict(zip(model.states, kept, strict=True)), TIME_NAME: time}
    with np.errstate(all="ignore"):
        known = model.complete(values, np)
    wanted = (*model.states, *model.rule_names)
    told = {name: np.broadcast_to(np.asarray(known[name], dtype=np.float64), time.shape) for name in wanted}
    return SbmlCourse(time=time, values=told, events=fired)


def resting_states(
    model: SbmlModel, constants: Mapping[str, Value], *, start: np.ndarray, within: float, tolerance: float = 1e-6
) -> np.ndarray:
    """Where the states settle with everything else held.

    Args:
        model: as read; its events do not fire on the way.
        constants: of everything held.
        start: states to begin with.
        within: how long it may take, in the model's own unit of time.
        tolerance: how far a state may still move by then, relative to its size, over a tenth of that time.

    Raises:
        SolverError: it does not settle; names what still moves.
    """
    if not start.size:
        return start
    solution = _solve(model.derivative(constants), (0.0, within), start, np.array([0.9 * within, within]))
    before, after = solution.y[:, 0], solution.y[:, -1]
    moving = np.abs(after - before) / np.maximum(np.abs(after), 1e-6 * max(1.0, float(np.max(np.abs(after)))))
    worst = int(np.argmax(moving))
    if not moving[worst] <= tolerance:
        raise SolverError(
            ErrorCode.NOT_CONVERGED,
            f"The model {model.source.identifier!r} does not come to rest within {within:g}: "
            f"{model.states[worst]} still moves.",
            hint="Give it longer (rest_within), or start from the file's own values (start: file).",
        )
    return after


def _run(
    model: SbmlModel, constants: Mapping[str, Value], start: np.ndarray, time: np.ndarray
) -> tuple[np.ndarray, tuple[tuple[float, str], ...]]:
    """States at the moments, from one event to the next, and what fired."""
    kept = np.empty((start.size, time.size))
    fired: list[tuple[float, str]] = []
    triggers = [_trigger(model, one, constants) for one in model.events]
    states, now, filled = start, 0.0, 0
    if start.size == 0:
        return kept, ()
    before = {one.identifier: one.starts_true for one in model.events}
    while True:
        states, names = _settled(model, constants, now, states, before)
        fired += [(now, name) for name in names]
        if len(fired) > MOST_FIRINGS:
            raise _endless(fired[-1][1])
        rest = time[filled:]
        solution = _solve(model.derivative(constants), (now, float(time[-1])), states, rest, triggers)
        reached = len(solution.t)  # an empty list where an event comes before the next moment
        if reached:
            kept[:, filled : filled + reached] = solution.y
        filled += reached
        if solution.status != 1:
            return kept, tuple(fired)
        place = next(one for one, found in enumerate(solution.t_events) if found.size)
        turn = float(solution.t_events[place][-1]), solution.y_events[place][-1]
        event = model.events[place]
        before = _conditions(model, constants, *_beside(model, event, constants, *turn, holds=False))
        now, states = _beside(model, event, constants, *turn, holds=True)


def _settled(
    model: SbmlModel, constants: Mapping[str, Value], time: float, states: np.ndarray, before: Mapping[str, bool]
) -> tuple[np.ndarray, list[str]]:
    """The states after all events whose condition has come true, and those that these bring about; and their names.

    Args:
        model: with the events.
        constants: of everything held.
        time: now.
        states: now.
        before: which conditions held a moment ago.
    """
    fired: list[str] = []
    while True:
        holding = _conditions(model, constants, time, states)
        turned = [one for one in model.events if holding[one.identifier] and not before[one.identifier]]
        if not turned:
            return states, fired
        fired += [one.identifier for one in turned]
        if len(fired) > MOST_FIRINGS:
            raise _endless(fired[-1])
        before, states = holding, _after(model, turned, constants, time, states)


def _conditions(model: SbmlModel, constants: Mapping[str, Value], time: float, states: np.ndarray) -> dict[str, bool]:
    """Which events' conditions hold."""
    if not model.events:
        return {}
    known = _known(model, constants, time, states)
    return {one.identifier: bool(evaluate(one.trigger, known, np)) for one in model.events}


def _endless(event: str) -> SolverError:
    return SolverError(ErrorCode.NOT_CONVERGED, f"The event {event!r} fires without end.")


def _solve(
    rate: Callable[[float, np.ndarray], np.ndarray],
    span: tuple[float, float],
    start: np.ndarray,
    moments: np.ndarray,
    triggers: Sequence[Callable[[float, np.ndarray], float]] = (),
) -> OptimizeResult:
    with np.errstate(all="ignore"):
        solution = solve_ivp(
            rate,
            span,
            start,
            method="LSODA",
            t_eval=moments,
            events=list(triggers) or None,
            max_step=(span[1] - span[0]) / 20.0 or np.inf,
            rtol=RELATIVE_TOLERANCE,
            atol=ABSOLUTE_TOLERANCE,
        )
    if solution.status < 0 or not np.all(np.isfinite(np.asarray(solution.y))):
        raise SolverError(ErrorCode.NOT_FINITE, f"The integration ended before {span[1]:g}: {solution.message}")
    return solution


def _holds(model: SbmlModel, event: Event, constants: Mapping[str, Value], time: float, states: np.ndarray) -> bool:
    """Whether an event's condition is true."""
    return bool(evaluate(event.trigger, _known(model, constants, time, states), np))


def _known(model: SbmlModel, constants: Mapping[str, Value], time: float, states: np.ndarray) -> dict[str, Value]:
    return model.complete({**constants, **dict(zip(model.states, states, strict=True)), TIME_NAME: time}, np)


def _trigger(model: SbmlModel, event: Event, constants: Mapping[str, Value]) -> Callable[[float, np.ndarray], float]:
    """Passes zero upwards where the event's condition turns true."""

    def turns(time: float, states: np.ndarray) -> float:
        return 0.5 if _holds(model, event, constants, time, states) else -0.5

    turns.terminal = True  # pyright: ignore[reportFunctionMemberAccess]  # how SciPy is told
    turns.direction = 1.0  # pyright: ignore[reportFunctionMemberAccess]
    return turns


def _beside(
    model: SbmlModel, event: Event, constants: Mapping[str, Value], time: float, states: np.ndarray, *, holds: bool
) -> tuple[float, np.ndarray]:
    """Time and states on that side of the turn that was found on which the condition holds, or does not."""
    slope = model.derivative(constants)(time, states)
    step = np.spacing(max(1.0, abs(time))) * (1.0 if holds else -1.0)
    shift = 0.0
    while _holds(model, event, constants, time + shift, states + shift * slope) != holds and abs(shift) < LARGEST_NUDGE:
        shift = 2.0 * shift or step
    return time + shift, states + shift * slope


def _after(
    model: SbmlModel, events: Sequence[Event], constants: Mapping[str, Value], time: float, states: np.ndarray
) -> np.ndarray:
    """The states after events that come at once: all of them see the values before."""
    known = _known(model, constants, time, states)
    new = {name: evaluate(formula, known, np) for event in events for name, formula in event.assignments}
    return np.array([new.get(name, value) for name, value in zip(model.states, states, strict=True)], dtype=np.float64)
