"""Own days with habits: every occasion with effects of its own, and lows treated as they come.

The days as they were are the same in each draw; a habit changes them by what it does on each of its occasions. All
insulin but that of the habit is held. What differs from occasion to occasion averages out over the days, and which
days there were is drawn too, so that intervals are those of days like these.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.advise.change import Change, apply_changes
from glucotwin.advise.low_care import LivedLows, LowMemory, lived_lows, treat_lows, untreated, usual_care
from glucotwin.advise.own_days import HISTORY_MIN, HISTORY_STEPS, OwnDays, own_days
from glucotwin.advise.replay import FLOOR_MGDL, check_gaps, check_window, usable_draws
from glucotwin.advise.replay_input import addition_of, as_lived, history_of, replay_data
from glucotwin.advise.setting_replay import Prepared, prepare, scaled_by
from glucotwin.core.array import AnyArray, Array, Float, Int
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.body import BodyState
from glucotwin.simulate.solver import step_minutes
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import STEPS_PER_DAY
from glucotwin.twin.intervention import Contrast
from glucotwin.twin.occasion import occasion_draws, occasion_factors
from glucotwin.twin.state_space import STEP_MIN, with_flux
from glucotwin.twin.twin import Twin

DRAWS = 64
DAY_STREAM = "habit-days"

OCCASIONS_FROM_MIN = (5 * 60.0, 11 * 60.0, 16 * 60.0)
"""Local minutes at which a part of the day, and with it another occasion, begins."""

COMPOSITION = tuple(f"{name}_g_per_min" for name in ("protein", "fat", "fibre"))


class HabitRuns(NamedTuple):
    """Glucose of days in mg/dL, per draw of the twin.

    Attributes:
        before: as they were.
        after: with each habit.
        drawn: which steps make the days that each draw is judged by (see ``drawn_days``).
    """

    before: Float[np.ndarray, "draw step"]
    after: Float[np.ndarray, "habit draw step"]
    drawn: Int[np.ndarray, "draw step"]

    def judged(self, habit: int) -> tuple[np.ndarray, np.ndarray]:
        """The drawn days as they were and with a habit, each ``(draw, step)``."""
        before, after = (np.take_along_axis(one, self.drawn, axis=1) for one in (self.before, self.after[habit]))
        return before, after


def replay_habits(
    twin: Twin, timeline: Timeline, *, window: Window, habits: Sequence[tuple[Change, ...]], seed: int = 0
) -> HabitRuns:
    """Replays days with habits that all need the same organs.

    Args:
        twin: the person's twin.
        timeline: their data.
        window: the days, at most 14; it must contain every change.
        habits: the changes of each.
        seed: of the draws.

    Raises:
        DataError: a change lies outside the window, the window is too long, or too few of its readings exist.
        SolverError: most draws run away.
    """
    for changes in habits:
        check_window(window, changes)
    addition = addition_of(timeline, habits[0])
    lived, span = as_lived(twin, timeline), history_of(window, HISTORY_MIN)
    check_gaps(replay_data(twin, lived, span))
    days = own_days(twin, timeline, window)
    occasions = occasions_of(np.asarray(days.inputs.minute_of_day))
    model, points = model_of(twin), twin.draws(DRAWS, seed=seed)
    draws = occasion_draws(twin, DRAWS, int(occasions[-1]) + 1, seed=seed)
    own = {name: values[:, occasions] for name, values in occasion_factors(model, points, draws, addition).items()}
    told = [_added(replay_data(twin, apply_changes(lived, one), span).inputs, days.inputs) for one in habits]
    days = eqx.tree_at(lambda one: one.inputs, days, _added(days.inputs, days.inputs))
    runs = _replayed(
        prepare(model, points, draws.lasting, days, addition, own),
        days,
        jax.tree.map(lambda *values: np.stack(values), *told),
        own,
        draws.composition_factor[:, occasions],
    )
    before, after = (np.maximum(np.asarray(one)[..., HISTORY_STEPS:], FLOOR_MGDL) for one in usable_draws(runs))
    drawn = drawn_days(before.shape, subject=twin.person.person_id, seed=seed)
    return HabitRuns(before, np.moveaxis(after, 1, 0), drawn)


def occasions_of(minute_of_day: np.ndarray) -> np.ndarray:
    """Number of the occasion that each step belongs to, from 0.

    Args:
        minute_of_day: local, ``(step,)``.
    """
    part = np.searchsorted(np.asarray(OCCASIONS_FROM_MIN), minute_of_day, side="right") % len(OCCASIONS_FROM_MIN)
    return np.concatenate([[0], np.cumsum(np.diff(part) != 0)])


def drawn_days(shape: tuple[int, ...], *, subject: str, seed: int = 0) -> np.ndarray:
    """Steps of days drawn with replacement, per draw: whole days only, what is left over stays (a bootstrap over days).

    Args:
        shape: draws and steps.
        subject: whose.
        seed: of the draws.
    """
    draws, steps = shape
    whole = steps // STEPS_PER_DAY
    rest = np.broadcast_to(np.arange(whole * STEPS_PER_DAY, steps), (draws, steps - whole * STEPS_PER_DAY))
    key = stream_key(root_key(seed), subject=subject, stream=DAY_STREAM)
    days = np.asarray(jax.random.randint(key, (draws, whole), 0, max(whole, 1)))
    inside = (days[:, :, None] * STEPS_PER_DAY + np.arange(STEPS_PER_DAY)).reshape(draws, -1)
    return np.concatenate([inside, rest], axis=1)


def _added(changed: Inputs, lived: Inputs) -> Inputs:
    """Inputs with what is added of protein, fat and fibre: the gut's rates are those of usual meals already."""
    more = [np.asarray(getattr(changed, name)) - np.asarray(getattr(lived, name)) for name in COMPOSITION]
    return eqx.tree_at(lambda one: [getattr(one, name) for name in COMPOSITION], changed, more)


@eqx.filter_jit
def _replayed(
    prepared: Prepared, days: OwnDays, habits: Inputs, factors: Mapping[str, AnyArray], composition_factor: Array
) -> Contrast:
    """Every draw's days as they were and with each habit; axes draw, habit, step."""

    def lane(draw: Prepared, own: dict[str, Array], strength: Array, habit: Inputs) -> Array:
        amounts = [jnp.asarray(getattr(habit, name)) * strength for name in COMPOSITION]
        eaten = eqx.tree_at(lambda one: [getattr(one, name) for name in COMPOSITION], habit, amounts)
        return _lane(draw, days, scaled_by(with_flux(eaten, draw.flux), own))

    over_habits = jax.vmap(lane, in_axes=(None, None, None, 0))
    lanes = jax.vmap(over_habits, in_axes=(0, 0, 0, None))
    own = {name: jnp.asarray(values) for name, values in factors.items()}
    return Contrast(prepared.factual_mgdl, lanes(prepared, own, composition_factor, habits.map(jnp.asarray)))


def _lane(draw: Prepared, days: OwnDays, inputs: Inputs) -> Float[Array, " step"]:
    """One draw's days with one habit."""

    def step(
        memory: tuple[BodyState, LowMemory], now: tuple[Inputs, LivedLows]
    ) -> tuple[tuple[BodyState, LowMemory], Array]:
        (state, treated), (rates, lows) = memory, now
        seen = draw.body.signals(state, rates).interstitial_mgdl
        treated, answered = treat_lows(treated, lows, rates, seen)
        return (step_minutes(draw.body, state, answered, minutes=STEP_MIN), treated), seen

    lows = lived_lows(draw.factual_mgdl, days, same_within_min=usual_care().wait_min)
    return jax.lax.scan(step, (draw.start, untreated()), (inputs, lows))[1]
