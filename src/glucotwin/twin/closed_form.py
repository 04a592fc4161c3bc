"""The filter and the look-ahead of the minimal body in closed form: what a fit asks for thousands of times.

Inputs alone determine insulin, food and insulin action (``minimal_course``). Where glucose is above its usual level the
minimal model is linear in it, with a loss that changes over time: one exponential and Simpson's rule give a step of
five minutes. What is left, the hypoglycaemia risk term and a loss that fades as glucose runs out, is a small
correction, evaluated at the step's start and middle. Everything that origins share is worked out once per step.

``filter`` and ``driven`` do the same for any body by Runge-Kutta steps; tests compare them, and both with the
one-minute solver.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float, Int
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.minimal import MinimalGlucose, vanishing_flux
from glucotwin.twin.filter import INITIAL_SD_MGDL, Ahead, Innovation, Readings, reading_weight
from glucotwin.twin.minimal_course import Organs, OverStep, minimal_course, minimal_organs
from glucotwin.twin.state_space import STEP_MIN, Noise, flux_variance


class Step(NamedTuple):
    """What inputs make of a step: glucose ends at ``decay * glucose + added + per_flux * flux``, risk term apart.

    Attributes:
        decay, added_mgdl, per_flux_min: of the whole step.
        half_decay, half_added_mgdl, half_per_flux_min: of its first half.
        action_per_min, middle_action_per_min: insulin action at its start and middle.
        flux_mgdl_per_min: unexplained flux that the inputs bring.
        flux_variance: what the step adds to the variance of the flux.
    """

    decay: Float[Array, "*step"]
    added_mgdl: Float[Array, "*step"]
    per_flux_min: Float[Array, "*step"]
    half_decay: Float[Array, "*step"]
    half_added_mgdl: Float[Array, "*step"]
    half_per_flux_min: Float[Array, "*step"]
    action_per_min: Float[Array, "*step"]
    middle_action_per_min: Float[Array, "*step"]
    flux_mgdl_per_min: Float[Array, "*step"]
    flux_variance: Float[Array, "*step"]


class Moments(NamedTuple):
    """A belief in scalars: means of plasma glucose ``g``, interstitial glucose ``i`` and flux ``f``; covariances."""

    g: Float[Array, "*lane"]
    i: Float[Array, "*lane"]
    f: Float[Array, "*lane"]
    gg: Float[Array, "*lane"]
    gi: Float[Array, "*lane"]
    gf: Float[Array, "*lane"]
    ii: Float[Array, "*lane"]
    fi: Float[Array, "*lane"]
    ff: Float[Array, "*lane"]


class Constants(NamedTuple):
    """What holds at every step.

    Attributes:
        glucose: the organ, for its risk term.
        lag: what is left of interstitial glucose after a step, and the weights of plasma glucose at the step's start,
            middle and end in what replaces it.
        memory: autocorrelation of the flux from one step to the next.
        jump_variance, sensor_variance: of plasma glucose per step, and of a reading.
    """

    glucose: MinimalGlucose
    lag: tuple[Array, Array, Array, Array]
    memory: Float[Array, ""]
    jump_variance: Float[Array, ""]
    sensor_variance: Float[Array, ""]


class ClosedForm(NamedTuple):
    """Days ready to be filtered; lanes of the steps are days."""

    constants: Constants
    steps: Step
    start: Moments


def closed_form(body: Body, noise: Noise, inputs: Inputs, guess_mgdl: Float[Array, " day"]) -> ClosedForm:
    """Works out what inputs determine.

    Args:
        body: for which ``minimal_course.has_closed_form``.
        noise: the disturbance.
        inputs: rates held over each step, axes day, step.
        guess_mgdl: glucose at the beginning of each day's window.
    """
    organs = minimal_organs(body)
    constants = Constants(
        glucose=organs.glucose,
        lag=_lag(STEP_MIN / organs.glucose.interstitial_delay_min),
        memory=noise.flux_memory(),
        jump_variance=noise.jump_sd_mgdl**2,
        sensor_variance=noise.sensor_sd_mgdl**2,
    )
    nothing = jnp.zeros_like(guess_mgdl)
    variance, flux = nothing + INITIAL_SD_MGDL**2, nothing + noise.flux_sd_mgdl_per_min**2
    start = Moments(guess_mgdl, guess_mgdl, nothing, variance, nothing, nothing, variance, nothing, flux)
    return ClosedForm(constants, _steps(organs, noise, inputs.map(lambda values: jnp.asarray(values).T)), start)


def _steps(organs: Organs, noise: Noise, inputs: Inputs) -> Step:
    """Simpson's rule over the whole step and its counterpart over a half, both by start, middle and end."""
    course, rest = minimal_course(organs, inputs), organs.glucose.effectiveness_per_min
    action, production = course.action_per_min, rest * organs.glucose.basal_mgdl
    gained = OverStep(*(production + one for one in course.appearance_mgdl_per_min))
    early = STEP_MIN / 24.0 * (12.0 * rest + 5.0 * action.start + 8.0 * action.middle - action.end)
    late = STEP_MIN / 24.0 * (12.0 * rest - action.start + 8.0 * action.middle + 5.0 * action.end)
    half_decay, late_decay, late_growth = jnp.exp(-early), jnp.exp(-late), jnp.exp(late)
    decay = half_decay * late_decay
    from_start, from_middle = decay * gained.start, late_decay * gained.middle
    half_from_start, half_from_end = half_decay * gained.start, late_growth * gained.end
    return Step(
        decay=decay,
        added_mgdl=STEP_MIN / 6.0 * (from_start + 4.0 * from_middle + gained.end),
        per_flux_min=STEP_MIN / 6.0 * (decay + 4.0 * late_decay + 1.0),
        half_decay=half_decay,
        half_added_mgdl=STEP_MIN / 24.0 * (5.0 * half_from_start + 8.0 * gained.middle - half_from_end),
        half_per_flux_min=STEP_MIN / 24.0 * (5.0 * half_decay + 8.0 - late_growth),
        action_per_min=action.start,
        middle_action_per_min=action.middle,
        flux_mgdl_per_min=jnp.asarray(inputs.unexplained_flux_mgdl_per_min),
        flux_variance=jnp.zeros_like(decay) + flux_variance(noise, inputs),
    )


def _lag(steps_per_delay: Array) -> tuple[Array, Array, Array, Array]:
    """A first-order lag over a step, for plasma glucose on the parabola through its start, middle and end."""
    whole = -jnp.expm1(-steps_per_delay)
    first = 1.0 - whole / steps_per_delay
    second = 1.0 - 2.0 * first / steps_per_delay
    return (
        jnp.exp(-steps_per_delay),
        whole - 3.0 * first + 2.0 * second,
        4.0 * (first - second),
        2.0 * second - first,
    )


def filter_days(form: ClosedForm, readings: Readings, every: int) -> tuple[Moments, Innovation]:
    """Filters days: the belief at every so-and-so-many-th step, after its reading; and what each reading said.

    Args:
        form: of the days.
        readings: at each step's start, axes day, step.
        every: of how many steps one belief is kept; divides the number of steps.

    Returns:
        Beliefs, axes kept step, day; innovations, axes day, step.
    """
    glucose, kind = jnp.asarray(readings.glucose_mgdl).T, jnp.asarray(readings.kind).T

    def one(now: Moments, given: tuple[Step, Array, Array]) -> tuple[Moments, Innovation]:
        step, value, what = given
        after, seen = _assimilate(form.constants, now, value, what)
        return _barrier(_predict(form.constants, _barrier(after), step)), seen

    def several(now: Moments, given: tuple[Step, Array, Array]) -> tuple[Moments, tuple[Moments, Innovation]]:
        last, seen = jax.lax.scan(one, now, given)
        return last, (now, seen)

    grouped = jax.tree.map(lambda v: v.reshape(-1, every, *v.shape[1:]), (form.steps, glucose, kind))
    before, seen = jax.lax.scan(several, form.start, grouped)[1]
    kept, _ = _assimilate(form.constants, before, grouped[1][:, 0], grouped[2][:, 0])
    days = form.start.g.shape
    return kept, Innovation(*(one.reshape(-1, *days).T for one in seen))


def look_ahead_days(form: ClosedForm, beliefs: Moments, first: int, every: int, coming: int) -> Ahead:
    """Predicts the coming readings open loop from evenly spaced steps, axes coming step, origin, day.

    Args:
        form: of the days.
        beliefs: after the reading of each origin, axes origin, day.
        first: step of the first origin; divided by ``every``.
        every: steps from one origin to the next; divides the number of steps.
        coming: how many coming steps to predict.
    """
    origins, days = beliefs.g.shape
    # By place within a group and then by group, so that what all origins need at once lies side by side.
    grouped = jax.tree.map(lambda v: v.reshape(-1, every, days).transpose(1, 0, 2), form.steps)

    def one(now: Moments, ahead: Int[Array, ""]) -> tuple[Moments, Ahead]:
        place = (ahead % every, first // every + ahead // every, 0)
        step = jax.tree.map(lambda v: jax.lax.dynamic_slice(v, place, (1, origins, days))[0], grouped)
        after = _barrier(_predict(form.constants, now, step))
        return after, Ahead(after.i, after.ii + form.constants.sensor_variance)

    return jax.lax.scan(one, beliefs, jnp.arange(coming))[1]


def _assimilate(constants: Constants, now: Moments, glucose_mgdl: Array, kind: Array) -> tuple[Moments, Innovation]:
    """The belief after a reading or none: ``filter.assimilate`` in scalars."""
    variance, residual = now.ii + constants.sensor_variance, glucose_mgdl - now.i
    per_variance = reading_weight(residual, variance, kind) / variance
    gain_g, gain_i, gain_f = per_variance * now.gi, per_variance * now.ii, per_variance * now.fi
    after = Moments(
        g=now.g + gain_g * residual,
        i=now.i + gain_i * residual,
        f=now.f + gain_f * residual,
        gg=now.gg - gain_g * now.gi,
        gi=now.gi - gain_g * now.ii,
        gf=now.gf - gain_g * now.fi,
        ii=now.ii - gain_i * now.ii,
        fi=now.fi - gain_i * now.fi,
        ff=now.ff - gain_f * now.fi,
    )
    return after, Innovation(residual, variance)


class Correction(NamedTuple):
    """What the linear step lacks, in mg/dL per min, and how it changes with plasma glucose and flux."""

    value: Array
    by_glucose: Array
    by_flux: Array


def _correction(organ: MinimalGlucose, glucose_mgdl: Array, flux: Array, action: Array) -> Correction:
    """Insulin that acts more strongly on low glucose, and a loss that fades as glucose runs out."""

    def lacking(glucose: Array, flux: Array) -> Array:
        return vanishing_flux(flux, glucose) - flux - (organ.risk(glucose) - 1.0) * action * glucose

    one, zero = jnp.ones_like(glucose_mgdl), jnp.zeros_like(glucose_mgdl)
    value, by_glucose = jax.jvp(lacking, (glucose_mgdl, flux), (one, zero))
    return Correction(value, by_glucose, jax.jvp(lacking, (glucose_mgdl, flux), (zero, one))[1])


def _predict(constants: Constants, now: Moments, step: Step) -> Moments:
    """The belief one step later, linearised about the mean."""
    left, from_start, from_middle, from_end = constants.lag
    flux = now.f + step.flux_mgdl_per_min
    at_start = _correction(constants.glucose, now.g, flux, step.action_per_min)
    middle = step.half_decay * now.g + step.half_added_mgdl + step.half_per_flux_min * (flux + at_start.value)
    middle_g = step.half_decay + step.half_per_flux_min * at_start.by_glucose
    middle_f = step.half_per_flux_min * (1.0 + at_start.by_flux)
    between = _correction(constants.glucose, middle, flux, step.middle_action_per_min)
    end = step.decay * now.g + step.added_mgdl + step.per_flux_min * (flux + between.value)
    end_g = step.decay + step.per_flux_min * between.by_glucose * middle_g
    end_f = step.per_flux_min * (1.0 + between.by_flux + between.by_glucose * middle_f)
    return _spread(
        constants,
        now,
        step,
        means=(end, left * now.i + from_start * now.g + from_middle * middle + from_end * end),
        by_g=(end_g, from_start + from_middle * middle_g + from_end * end_g),
        by_f=(end_f, from_middle * middle_f + from_end * end_f),
    )


def _spread(
    constants: Constants,
    now: Moments,
    step: Step,
    *,
    means: tuple[Array, Array],
    by_g: tuple[Array, Array],
    by_f: tuple[Array, Array],
) -> Moments:
    """The moments from the means of plasma and interstitial glucose and their slopes along glucose and flux."""
    left, memory = constants.lag[0], constants.memory
    g_with_g = by_g[0] * now.gg + by_f[0] * now.gf
    g_with_i = by_g[0] * now.gi + by_f[0] * now.fi
    g_with_f = by_g[0] * now.gf + by_f[0] * now.ff
    i_with_g = by_g[1] * now.gg + left * now.gi + by_f[1] * now.gf
    i_with_i = by_g[1] * now.gi + left * now.ii + by_f[1] * now.fi
    i_with_f = by_g[1] * now.gf + left * now.fi + by_f[1] * now.ff
    return Moments(
        g=means[0],
        i=means[1],
        f=memory * now.f,
        gg=by_g[0] * g_with_g + by_f[0] * g_with_f + constants.jump_variance,
        gi=by_g[1] * g_with_g + left * g_with_i + by_f[1] * g_with_f,
        gf=memory * g_with_f,
        ii=by_g[1] * i_with_g + left * i_with_i + by_f[1] * i_with_f,
        fi=memory * i_with_f,
        ff=memory**2 * now.ff + step.flux_variance,
    )


def _barrier(moments: Moments) -> Moments:
    # Without it XLA works out everything before once more for each of the values.
    return jax.lax.optimization_barrier(moments)
