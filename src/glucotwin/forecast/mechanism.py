"""The twin's view of every origin: its state and its forecasts, as base prediction and as features for a learner."""

from functools import cache
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import AnyArray, Array, Float
from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.domain.inputs import Inputs
from glucotwin.forecast.feature import FeatureTable, lagged
from glucotwin.forecast.record import PersonRecord
from glucotwin.physiology.body import Body
from glucotwin.twin.body.registry import DEFAULT_BODY
from glucotwin.twin.filter import Readings, initial_belief, look_ahead, run_filter
from glucotwin.twin.fit import model_of
from glucotwin.twin.personal_model import (
    REFERENCE_DAILY_INSULIN_U,
    PersonalModel,
    free_parameters,
    personal_model,
)
from glucotwin.twin.predictive import usual_future
from glucotwin.twin.state_space import Belief, extract, uncertain_fields
from glucotwin.twin.twin import Twin

LOOK_AHEAD_STEPS = np.array([1, 3, 6, 9, 12, 18, 24, 36, 48, 72, 96])
"""Steps ahead at which the twin's forecast is kept: 5 min to 8 h."""

FEATURE_STEPS = (3, 6, 12, 18, 24, 48)
MISSED_STEPS = (3, 6, 12, 24)
"""How long ago the forecasts were made whose error for the present reading is told to the learner."""

ORIGINS_AT_ONCE = 2048


class Seen(NamedTuple):
    """What the twin believes and predicts at every step as an origin.

    Attributes:
        mean_mgdl, sd_mgdl: predicted readings at ``LOOK_AHEAD_STEPS``, ``(step, ahead)``.
        state: its state at the origin by name, each ``(step,)``.
    """

    mean_mgdl: np.ndarray
    sd_mgdl: np.ndarray
    state: dict[str, np.ndarray]

    def mean_at(self, step: int) -> np.ndarray:
        """Predicted reading so many steps ahead, interpolated between the kept ones, ``(step,)``."""
        return _between(self.mean_mgdl, step)

    def sd_at(self, step: int) -> np.ndarray:
        """Its SD."""
        return _between(self.sd_mgdl, step)

    def with_stretch(self, stretch: slice, other: "Seen") -> "Seen":
        """The same, but for a stretch of steps that another twin has seen."""
        return jax.tree.map(
            lambda own, new: np.concatenate([own[: stretch.start], new[stretch], own[stretch.stop :]]), self, other
        )


def _between(values: np.ndarray, step: int) -> np.ndarray:
    after = int(np.searchsorted(LOOK_AHEAD_STEPS, step))
    if LOOK_AHEAD_STEPS[min(after, len(LOOK_AHEAD_STEPS) - 1)] == step:
        return values[:, after]
    before = after - 1
    share = (step - LOOK_AHEAD_STEPS[before]) / (LOOK_AHEAD_STEPS[after] - LOOK_AHEAD_STEPS[before])
    return (1.0 - share) * values[:, before] + share * values[:, after]


def see(twin: Twin, record: PersonRecord, *, future: Inputs | None = None) -> Seen:
    """Filters a record with the twin's most probable parameters and looks ahead from every step.

    Nothing after an origin enters: no food, no bolus and the usual basal rate are assumed, unless ``future`` is given.

    Args:
        twin: the person's twin.
        record: on the grid.
        future: inputs to assume after the origins, on the record's steps; beyond them the last is held.
    """
    point = jnp.asarray(twin.posterior.mean)
    return see_with(model_of(twin), point, record, basal_u_per_min=twin.basal_u_per_min, future=future)


def see_with(
    model: PersonalModel,
    point: Float[Array, " parameter"],
    record: PersonRecord,
    *,
    basal_u_per_min: float,
    future: Inputs | None = None,
) -> Seen:
    """The same with any parameters.

    Args:
        model: the family of bodies.
        point: unconstrained parameters; zero is the population's middle.
        record: on the grid.
        basal_u_per_min: assumed after the origins.
        future: as in ``see``.
    """
    longest = int(LOOK_AHEAD_STEPS[-1])
    assumed = future or usual_future(
        record.data, extra_steps=longest, zone=record.person.zone, basal_u_per_min=basal_u_per_min
    )
    padding = -record.steps % ORIGINS_AT_ONCE
    found = _see(
        model,
        point,
        _padded(record.data.inputs, padding),
        _padded_readings(record.data.readings, padding),
        _padded(assumed, padding + max(0, record.steps + longest - assumed.minutes)),
    )
    mean, variance, vector, flux, states = jax.tree.map(lambda one: np.asarray(one)[: record.steps], found)
    names = _uncertain_names(model.build(point)[0])
    state = {name: vector[:, index] for index, name in enumerate(names)} | {"flux_mgdl_per_min": flux} | states
    return Seen(mean, np.sqrt(variance), state)


@cache
def mechanism_names() -> tuple[str, ...]:
    """Names of the twin's features, in order."""
    usual = personal_model(weight_kg=None, daily_insulin_u=REFERENCE_DAILY_INSULIN_U, basal_u_per_min=0.01)
    body, _ = usual.build(jnp.zeros(len(free_parameters())))
    states = (*_uncertain_names(body), "flux_mgdl_per_min", *(name for name, _, _ in _told_fields(body)))
    return (
        *(f"twin_change_{step * 5}_mgdl" for step in FEATURE_STEPS),
        *(f"twin_missed_{step * 5}_mgdl" for step in MISSED_STEPS),
        "twin_sd_60_mgdl",
        *(f"twin_{name}" for name in states),
    )


def mechanism_table(seen: Seen, record: PersonRecord) -> FeatureTable:
    """The twin's features at every origin: where it sees glucose going, its state, and what it lately missed."""
    held = record.held_mgdl
    columns: dict[str, np.ndarray] = {}
    for step in FEATURE_STEPS:
        columns[f"twin_change_{step * 5}_mgdl"] = seen.mean_at(step) - held
    for step in MISSED_STEPS:
        columns[f"twin_missed_{step * 5}_mgdl"] = held - lagged(seen.mean_at(step), step)
    columns["twin_sd_60_mgdl"] = seen.sd_at(12)
    columns |= {f"twin_{name}": values for name, values in seen.state.items()}
    names = mechanism_names()
    if not set(names) <= set(columns):
        raise ModelError(
            ErrorCode.INVALID_VALUE,
            f"Learned forecasts know the body {DEFAULT_BODY}; this twin has another one.",
            hint="Forecast with the twin alone, or fit it with --body minimal.",
        )
    return FeatureTable(names=names, values=np.stack([columns[name] for name in names], axis=1))


@eqx.filter_jit
def _see(
    model: PersonalModel, point: Float[Array, " parameter"], inputs: Inputs, readings: Readings, future: Inputs
) -> tuple[Array, Array, Array, Array, dict[str, Array]]:
    body, noise = model.build(point)
    present = jnp.asarray(readings.kind) > 0
    first = jnp.where(present.any(), jnp.asarray(readings.glucose_mgdl)[jnp.argmax(present)], 140.0)
    beliefs = run_filter(body, noise, initial_belief(body, noise, first), inputs, readings).beliefs
    coming = jnp.arange(int(LOOK_AHEAD_STEPS[-1]))

    def from_origin(origin: Array, belief: Belief) -> tuple[Array, Array]:
        ahead = look_ahead(body, noise, belief, future.map(lambda values: jnp.asarray(values)[origin + coming]))
        return ahead.mean_mgdl[LOOK_AHEAD_STEPS - 1], ahead.variance[LOOK_AHEAD_STEPS - 1]

    origins = jnp.arange(present.size)
    mean, variance = jax.lax.map(lambda pair: from_origin(*pair), (origins, beliefs), batch_size=ORIGINS_AT_ONCE)
    vector = jax.vmap(lambda state: extract(body, state))(beliefs.body)
    return mean, variance, vector, beliefs.flux_mgdl_per_min, _told_states(body, beliefs)


def _told_states(body: Body, beliefs: Belief) -> dict[str, Array]:
    """States that only inputs move: insulin and food on their way as the person's own body handles them."""
    return {name: getattr(beliefs.body[organ], field) for name, organ, field in _told_fields(body)}


def _told_fields(body: Body) -> list[tuple[str, str, str]]:
    """Name, organ and field of those states."""
    return [
        (f"{organ.name}_{field}", organ.name, field)
        for organ in body.organs
        for field in organ.initial_state().__dataclass_fields__
        if field not in organ.uncertain
    ]


def _uncertain_names(body: Body) -> list[str]:
    return [f"{organ}_{field}" for organ, field in uncertain_fields(body)]


def _padded(inputs: Inputs, steps: int) -> Inputs:
    """Lengthened by quiet steps, so that records of similar length share a compiled function."""
    return inputs.map(lambda values: _lengthened(values, steps))


def _padded_readings(readings: Readings, steps: int) -> Readings:
    return jax.tree.map(lambda values: _lengthened(values, steps, last=0), readings)


def _lengthened(values: AnyArray, steps: int, *, last: int | None = None) -> np.ndarray:
    array = np.asarray(values)
    end = array[-1:] if last is None else np.full(1, last, dtype=array.dtype)
    return np.concatenate([array, np.repeat(end, steps)])
