"""Past days as they probably were: what was eaten instead of what was logged, and how the body stood on each day."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import polars as pl

from glucotwin.domain.frame import frame_from_records
from glucotwin.domain.inputs import Inputs, minute_utc_from
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline
from glucotwin.twin.grid import GriddedData
from glucotwin.twin.latent.estimate import Latent, LatentKind, Latents
from glucotwin.twin.latent.influence import parameter_factors
from glucotwin.twin.latent.layout import ABSORBED_STEPS
from glucotwin.twin.latent.regressor import regressors
from glucotwin.twin.state_space import STEP_MIN

FOUND = "found"
"""Source of a meal that nobody logged."""


SURE_SCORE = 3.0
"""An amount of so many SDs from nothing is taken for a meal; with fewer most were none (virtual people)."""


def found_meals(latents: Latents) -> tuple[Latent, ...]:
    """Unlogged meals that are all but certain."""
    return tuple(one for one in latents.of_kind(LatentKind.UNLOGGED_MEAL) if one.mean > SURE_SCORE * one.sd)


def explained_timeline(timeline: Timeline, latents: Latents) -> Timeline:
    """The records with the carbohydrate that was probably eaten, logged or not.

    Args:
        timeline: as recorded; days that were not fitted stay as they are.
        latents: of a twin of the person.
    """
    frame = timeline.frame(Meal)
    factor = pl.lit(1.0)
    for one in latents.of_kind(LatentKind.MEAL_CARBS):
        # The records of a meal were put on steps of five minutes.
        within = (pl.col("time") >= one.start) & (pl.col("time") < one.end)
        factor = pl.when(within).then(one.value).otherwise(factor)
    nutrients = [(pl.col(name) * factor).alias(name) for name in ("carbs_g", "protein_g", "fat_g", "fibre_g")]
    meals = [Meal(time=one.start, carbs_g=one.value, duration_min=1.0, source=FOUND) for one in found_meals(latents)]
    eaten = frame.with_columns(nutrients)
    if meals:
        eaten = pl.concat([eaten, frame_from_records(Meal, meals)]).sort("time", maintain_order=True)
    return replace(timeline, streams={**timeline.streams, "meal": eaten})


def explained_data(data: GriddedData, timeline: Timeline, latents: Latents) -> GriddedData:
    """The grid with insulin's action of every day, the absorption of every meal, and the person's effects.

    Args:
        data: of any hours; beyond the fitted days only the person's effects hold.
        timeline: the person's data.
        latents: of a twin of the person.
    """
    action, absorption = _by_day(data, latents), _by_meal(data, latents)
    flux = np.array(data.inputs.unexplained_flux_mgdl_per_min, dtype=np.float64)
    sizes = {one.kind: one.mean for one in latents.estimates if one.kind.is_effect}
    for series in regressors(data, timeline):
        size = sizes.get(series.kind, series.prior_mean)
        action += size * series.log_action
        flux += size * series.flux_mgdl_per_min
    factors = {
        name: np.asarray(values)
        for name, values in parameter_factors(jnp.asarray(action), jnp.asarray(absorption)).items()
    }
    inputs = eqx.tree_at(
        lambda one: (one.parameter_factor, one.unexplained_flux_mgdl_per_min), data.inputs, (factors, flux)
    )
    return replace(data, inputs=inputs)


def effect_factors(
    data: GriddedData, timeline: Timeline, latents: Latents | None, *, ahead_steps: int
) -> dict[str, np.ndarray] | None:
    """Factors of the body's parameters by illness, stress, short nights and the cycle, as this person answers to them.

    Args:
        data: the hours up to an origin.
        timeline: the person's data; nothing after the origin is looked at.
        latents: of a twin of the person.
        ahead_steps: so many coming steps are told too, what the person is in at the origin being held.

    Returns:
        By parameter, over the steps of the data and the coming ones; None where there is no occasion for an effect or
        none was estimated.
    """
    sizes = {} if latents is None else {one.kind: one.mean for one in latents.estimates if one.kind.is_effect}
    series = [one for one in regressors(data, timeline, ahead_steps=ahead_steps) if one.kind in sizes] if sizes else []
    if not series:
        return None
    action = np.sum([sizes[one.kind] * one.log_action for one in series], axis=0)
    factors = parameter_factors(jnp.asarray(action), jnp.zeros(action.size))
    return {name: np.asarray(values) for name, values in factors.items()}


def with_factors(inputs: Inputs, factors: Mapping[str, np.ndarray] | None) -> Inputs:
    """Inputs under the first factors of each parameter; as they are where there are none."""
    if factors is None:
        return inputs
    own = {name: values[: inputs.minutes] for name, values in factors.items()}
    return eqx.tree_at(lambda one: one.parameter_factor, inputs, own)


def _by_day(data: GriddedData, latents: Latents) -> np.ndarray:
    values = np.zeros(data.steps)
    for one in latents.of_kind(LatentKind.DAY_SENSITIVITY):
        values[_steps(data, one)] = one.mean
    return values


def _by_meal(data: GriddedData, latents: Latents) -> np.ndarray:
    values = np.zeros(data.steps)
    kinds = (LatentKind.MEAL_ABSORPTION, LatentKind.UNLOGGED_MEAL)
    for one in sorted((one for one in latents.estimates if one.kind in kinds), key=lambda one: one.start):
        while_absorbed = timedelta(minutes=ABSORBED_STEPS * STEP_MIN)
        own = one.mean if one.kind is LatentKind.MEAL_ABSORPTION else 0.0
        values[_steps(data, replace(one, end=one.start + while_absorbed))] = own
    return values


def _steps(data: GriddedData, one: Latent) -> slice:
    """Steps of the grid within a latent input's time."""
    first, last = (
        round((minute_utc_from(time) - minute_utc_from(data.start)) / STEP_MIN) for time in (one.start, one.end)
    )
    return slice(min(max(first, 0), data.steps), min(max(last, 0), data.steps))
