"""What interventions do: how far one unit of insulin lowers and one gram of carbohydrate raises glucose.

Records of automated pumps hide these effects: insulin is given because glucose rises, meals are miscounted, and the
effects that best *predict* are then far smaller than those that a dose *causes*. What-ifs therefore do not take them
from the fit alone: they are anchored at the person's own therapy settings or, without them, at the clinical rules by
total daily insulin (1700 rule for the correction factor, 500 rule for the carbohydrate ratio), and moved by the fit as
far as it can be trusted.
"""

import math

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.therapy import DailySchedule
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.body import Body, BodyState
from glucotwin.simulate.solver import step_minutes
from glucotwin.twin.body.fit_body import TimeCourse
from glucotwin.twin.body.registry import fit_body
from glucotwin.twin.grid import coarse_inputs
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import EffectEstimate

CORRECTION_RULE = 1700.0
"""mg/dL per U times total daily insulin (the rule of the 2013 simulator's population, Dalla Man 2014)."""

CARB_RULE = 500.0
"""g per U times total daily insulin."""

ANCHOR_LOG_SD = 0.3
"""How far people lie from the rules or from their own settings."""

CONFOUNDING_LOG_SD = {TherapyKind.CLOSED_LOOP: 2.0, TherapyKind.PUMP: 0.8, TherapyKind.INJECTIONS: 0.8}
"""How far the effect that predicts may lie from the effect that is caused, by how insulin is given."""

OWN_FIT, OWN_LOG_SD = "own-fit", 0.6
"""Anchor and spread of the effect of injected insulin in people with insulin of their own: the prior's spread."""

BLOCK_HOURS = {"night": 6.0, "morning": 5.0, "afternoon": 6.0, "evening": 7.0}
"""Length of the blocks of the day in which insulin sensitivity is constant."""

FASTEST_PER_MIN = 0.4
"""Rates above it would not be resolved by a step of five minutes."""

FASTEST_RETURN_PER_MIN = 0.08
"""Upper bound of glucose effectiveness: with a faster return the same fall per unit would need an unstable action."""

PROBE_STEPS = 96
PROBE_MINUTE_OF_DAY = 720.0
PROBE_INSULIN_U = 0.05
PROBE_CARBS_G = 0.5


def estimate_effect(
    model: PersonalModel, point: Float[Array, " parameter"], timeline: Timeline, window: Window, daily_insulin_u: float
) -> EffectEstimate:
    """Combines the anchor with what the fit says, each by its precision on the logarithmic scale.

    Args:
        model: the family of bodies.
        point: the fitted unconstrained parameters.
        timeline: for settings and the kind of therapy.
        window: the fitted days.
        daily_insulin_u: mean total insulin per day.
    """
    body, _ = model.build(point)
    fitted = [float(one) for one in day_mean_effects(body, model.basal_u_per_min)]
    if fit_body(model.body_name).own_insulin:
        return _own_effect(*fitted)
    anchor, correction_factor, carb_factor = _anchor(timeline, window, daily_insulin_u)
    trust = CONFOUNDING_LOG_SD.get(timeline.person.therapy, CONFOUNDING_LOG_SD[TherapyKind.CLOSED_LOOP])
    precision = np.array([ANCHOR_LOG_SD**-2, trust**-2])
    share = float(precision[0] / precision.sum())
    log_sd = float(precision.sum() ** -0.5)
    medians = [
        math.exp(share * math.log(known) + (1.0 - share) * math.log(max(own, 1e-3)))
        for known, own in zip((correction_factor, carb_factor), fitted, strict=True)
    ]
    return EffectEstimate(
        correction_factor_mgdl_per_u=medians[0],
        correction_factor_log_sd=log_sd,
        carb_factor_mgdl_per_g=medians[1],
        carb_factor_log_sd=log_sd,
        anchored_share=share,
        anchor=anchor,
    )


def _own_effect(correction_factor: float, carb_factor: float) -> EffectEstimate:
    """What the fit says: no rule by daily insulin holds where most insulin is the body's own, and no pump confounds."""
    return EffectEstimate(
        correction_factor_mgdl_per_u=max(correction_factor, 1e-3),
        correction_factor_log_sd=OWN_LOG_SD,
        carb_factor_mgdl_per_g=max(carb_factor, 1e-3),
        carb_factor_log_sd=ANCHOR_LOG_SD,
        anchored_share=0.0,
        anchor=OWN_FIT,
    )


def _anchor(timeline: Timeline, window: Window, daily_insulin_u: float) -> tuple[str, float, float]:
    """Name of the anchor, fall per unit and rise per gram."""
    settings = timeline.settings_at(window.end)
    if settings and settings.correction_factor_mgdl_per_u and settings.carb_ratio_g_per_u:
        correction = _day_mean(settings.correction_factor_mgdl_per_u)
        return "therapy-settings", correction, correction / _day_mean(settings.carb_ratio_g_per_u)
    return "daily-insulin-rule", CORRECTION_RULE / daily_insulin_u, CORRECTION_RULE / CARB_RULE


def _day_mean(schedule: DailySchedule) -> float:
    return schedule.total_per_day() / 24.0


def with_kinetics(
    body: Body,
    insulin_time_factor: Float[Array, ""],
    carb_time_factor: Float[Array, ""],
    persistence_factor: Float[Array, ""],
) -> Body:
    """The body with time courses drawn towards the population's and then slower by some factors.

    What a fit to predictions says of rates is distorted by all that it has to explain besides doses and meals; of each
    rate's distance from the causal one (``FitBody.causal_typical``) only a share (``kept_share``) is kept.
    """
    factors = {
        TimeCourse.INSULIN: insulin_time_factor,
        TimeCourse.CARBS: carb_time_factor,
        TimeCourse.PERSISTENCE: persistence_factor,
    }
    fitted = fit_body(body.name)
    parameters, typical = body.parameters(), fitted.causal_typical()
    rates = {
        name: typical[name] * (parameters[name] / typical[name]) ** fitted.kept_share / factors[course]
        for name, course in fitted.time_courses.items()
    }
    limits = {"glucose.effectiveness_per_min": FASTEST_RETURN_PER_MIN}
    return body.with_parameters(
        {name: jnp.minimum(rate, limits.get(name, FASTEST_PER_MIN)) for name, rate in rates.items()}
    )


def causal_body(
    body: Body,
    basal_u_per_min: Float[Array, ""],
    correction_factor_mgdl_per_u: Float[Array, ""],
    carb_factor_mgdl_per_g: Float[Array, ""],
) -> Body:
    """A body with insulin sensitivity and carbohydrate appearance scaled to given effects.

    Time courses and the pattern over the day stay as they are; small effects are proportional to both parameters, so
    one scaling is exact.
    """
    own_correction, own_carb = day_mean_effects(body, basal_u_per_min)
    parameters = body.parameters()
    fitted = fit_body(body.name)
    sensitivity = {
        name: parameters[name] * correction_factor_mgdl_per_u / own_correction for name in fitted.sensitivity.values()
    }
    appearance = parameters[fitted.carb_effect] * carb_factor_mgdl_per_g / own_carb
    return body.with_parameters(sensitivity | {fitted.carb_effect: appearance})


def day_mean_effects(body: Body, basal_u_per_min: Float[Array, ""]) -> tuple[Float[Array, ""], Float[Array, ""]]:
    """Largest fall per unit and largest rise per gram in mg/dL, from small probes at rest, as means over the day."""
    parameters = body.parameters()
    blocks = fit_body(body.name).sensitivity
    share = sum(hours * parameters[blocks[block]] for block, hours in BLOCK_HOURS.items()) / 24.0
    fall = _peak(body, basal_u_per_min, insulin_u=PROBE_INSULIN_U, carbs_g=0.0) / PROBE_INSULIN_U
    rise = _peak(body, basal_u_per_min, insulin_u=0.0, carbs_g=PROBE_CARBS_G) / PROBE_CARBS_G
    return fall * share / parameters[blocks["afternoon"]], rise


def _peak(body: Body, basal_u_per_min: Float[Array, ""], *, insulin_u: float, carbs_g: float) -> Float[Array, ""]:
    """Largest departure from rest after a small dose in the first step, in the afternoon."""
    once = np.zeros(PROBE_STEPS)
    once[0] = 1.0 / STEP_MIN
    resting = coarse_inputs(constant_inputs(PROBE_STEPS * int(STEP_MIN)))
    inputs = eqx.tree_at(
        lambda one: (one.minute_of_day, one.carbs_g_per_min, one.insulin_u_per_min),
        resting.map(jnp.asarray),
        (
            jnp.full(PROBE_STEPS, PROBE_MINUTE_OF_DAY),
            jnp.asarray(carbs_g * once),
            {"rapid": basal_u_per_min + insulin_u * jnp.asarray(once)},
        ),
    )

    def step(state: BodyState, now: Inputs) -> tuple[BodyState, Float[Array, ""]]:
        after = step_minutes(body, state, now, minutes=STEP_MIN)
        return after, body.signals(after, now).glucose_mgdl

    state = body.initial_state()
    rest = body.signals(state, inputs.map(lambda values: values[0])).glucose_mgdl
    return jnp.max(jnp.abs(jax.lax.scan(step, state, inputs)[1] - rest))
