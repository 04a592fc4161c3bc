"""What a person's model predicts from many origins at once, for every posterior draw."""

from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import AnyArray, Array, Float, Int
from glucotwin.domain.imputation import ImputedInput
from glucotwin.domain.inputs import Inputs, clock_arrays
from glucotwin.twin.filter import Readings, initial_belief, look_ahead, run_filter
from glucotwin.twin.grid import GriddedData, with_flux_power
from glucotwin.twin.imputed_flux import imputed_flux_power
from glucotwin.twin.medicine_level import LEVELS as MEDICINE_LEVELS
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.state_space import STEP_MIN


class Predictive(NamedTuple):
    """Mean and variance of the coming readings, axes draw, origin, coming step."""

    mean_mgdl: Float[Array, "draw origin step"]
    variance: Float[Array, "draw origin step"]


@eqx.filter_jit
def predict_from(
    model: PersonalModel,
    points: Float[Array, "draw parameter"],
    inputs: Inputs,
    readings: Readings,
    future: Inputs,
    origins: Int[AnyArray, " origin"],
    steps: int,
) -> Predictive:
    """Filters a window and looks ahead from chosen steps, knowing nothing that came after them.

    Args:
        model: the family of bodies.
        points: unconstrained parameters of each draw.
        inputs: what went in, per step of the window.
        readings: at each step's start.
        future: what is assumed of the inputs after an origin, on the window's steps and ``steps`` beyond.
        origins: indices of the steps to look ahead from.
        steps: how many coming steps to predict.
    """
    coming = jnp.asarray(origins)[:, None] + jnp.arange(steps)[None]
    assumed = future.map(lambda values: jnp.asarray(values)[coming])

    def draw(point: Float[Array, " parameter"]) -> Predictive:
        body, noise = model.build(point)
        guess = initial_belief(body, noise, jnp.asarray(_first_reading(readings)))
        beliefs = run_filter(body, noise, guess, inputs, readings).beliefs
        starts = jax.tree.map(lambda values: values[jnp.asarray(origins)], beliefs)
        ahead = jax.vmap(lambda belief, now: look_ahead(body, noise, belief, now))(starts, assumed)
        return Predictive(ahead.mean_mgdl, ahead.variance)

    return jax.lax.map(draw, points, batch_size=8)


def _first_reading(readings: Readings) -> Float[Array, ""]:
    present = jnp.asarray(readings.kind) > 0
    return jnp.where(present.any(), jnp.asarray(readings.glucose_mgdl)[jnp.argmax(present)], 140.0)


def usual_future(data: GriddedData, *, extra_steps: int, zone: str, basal_u_per_min: float) -> Inputs:
    """No food, no bolus, the usual basal rate: what is assumed when nothing is announced.

    Factors of parameters and levels of medicines stay as they are in the data, behind its end as they were last.
    """
    steps = data.steps + extra_steps
    clock = clock_arrays(data.start, steps * int(STEP_MIN), zone)
    zeros = np.zeros(steps)
    basal = [one for one in data.imputed if one.quantity is ImputedInput.BASAL]
    quiet = with_flux_power(data.inputs.map(lambda values: zeros), imputed_flux_power(basal, data.start, steps))
    factors = {name: _held(values, extra_steps) for name, values in data.inputs.parameter_factor.items()}
    levels = {
        name: _held(values, extra_steps) if name in MEDICINE_LEVELS else zeros
        for name, values in data.inputs.condition_level.items()
    }
    return eqx.tree_at(
        lambda one: (
            one.parameter_factor,
            one.condition_level,
            one.minute_utc,
            one.minute_of_day,
            one.insulin_u_per_min,
        ),
        quiet,
        (
            factors,
            levels,
            clock["minute_utc"][:: int(STEP_MIN)].astype(np.float64),
            clock["minute_of_day"][:: int(STEP_MIN)],
            {"rapid": zeros + basal_u_per_min},
        ),
    )


def _held(values: Float[AnyArray, " step"], extra_steps: int) -> np.ndarray:
    return np.append(values, np.full(extra_steps, np.asarray(values)[-1]))
