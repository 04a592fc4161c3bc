"""Interventions: the same person, hours and circumstances with other inputs, for every posterior draw."""

from typing import Any, NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import AnyArray, Array, Bool, Float
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.physiology.minimal_lived import EXERCISE, lived_body
from glucotwin.simulate.solver import step_minutes
from glucotwin.twin.body.registry import fit_body
from glucotwin.twin.discrepancy import discrepancies
from glucotwin.twin.dosing import Seen
from glucotwin.twin.effect import causal_body, with_kinetics
from glucotwin.twin.filter import Readings
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.smoother import TRACKING_NOISE, explaining_flux, smoothed_states
from glucotwin.twin.state_space import STEP_MIN, with_flux
from glucotwin.twin.twin import Twin

EFFECT_STREAM = "effect-draws"

EXERCISE_STRENGTHS = (
    "exercise.uptake_per_count",
    "exercise.production_per_count",
    "exercise.hard_production_per_count",
    "exercise.sensitivity_per_count",
)
"""What a bout does is proportional to all of them together."""


class Contrast(NamedTuple):
    """Sensor glucose at each step's start under the original and the changed inputs; axes draw, step.

    Of several changes asked at once the changed glucose has the axes draw, change, step.
    """

    original_mgdl: Float[Array, "draw time"]
    changed_mgdl: Float[Array, "draw *change time"]


class EffectDraws(NamedTuple):
    """What interventions do in each draw: fall per unit, rise per gram, and factors (see ``discrepancy``)."""

    correction_factor_mgdl_per_u: Float[Array, " draw"]
    carb_factor_mgdl_per_g: Float[Array, " draw"]
    insulin_time_factor: Float[Array, " draw"]
    carb_time_factor: Float[Array, " draw"]
    persistence_factor: Float[Array, " draw"]
    exercise_factor: Float[Array, " draw"]


class Addition(NamedTuple):
    """What the fitted body has to be given before it can answer a change.

    Attributes:
        modules: names among ``minimal_lived.LIVED_MODULES``.
        products: insulins, the usual one first.
    """

    modules: frozenset[str] = frozenset()
    products: tuple[str, ...] = (REFERENCE,)

    def body(self, body: Body) -> Body:
        """The body with what is added."""
        return body if self == Addition() else lived_body(body, products=self.products, modules=self.modules)


NO_ADDITION = Addition()


class Response(NamedTuple):
    """Dosing that answers the change.

    Attributes:
        policy: a ``dosing.DosingPolicy``.
        acts: at which steps it doses; at others insulin is as recorded.
        asked: at which steps a bolus is asked for.
        announced_g: carbohydrate that it is asked for.
        on_board_u: insulin of earlier boluses that still acts.
    """

    policy: Any
    acts: Bool[AnyArray, " time"]
    asked: Bool[AnyArray, " time"]
    announced_g: Float[AnyArray, " time"]
    on_board_u: Float[AnyArray, " time"]


def effect_draws(twin: Twin, count: int, *, seed: int = 0, per_occasion: bool = True) -> EffectDraws:
    """Draws of what interventions do; the same for the same person and seed.

    Args:
        twin: of the person.
        count: how many.
        seed: of the draws.
        per_occasion: whether a draw is one occasion, with what differs from occasion to occasion; else it is a person
            over many days, with what is usual.
    """
    key = stream_key(root_key(seed), subject=twin.person.person_id, stream=EFFECT_STREAM)
    score = jax.vmap(lambda index: jax.random.normal(jax.random.fold_in(key, index), (6,)))(jnp.arange(count))
    factors = discrepancies(fit_body(twin.body).discrepancy)
    effect = twin.effect

    def factor(name: str, column: int, own_log_sd: float = 0.0) -> Float[Array, " draw"]:
        one = factors[name]
        log_sd = np.hypot(one.log_sd, own_log_sd) if per_occasion else own_log_sd
        return jnp.exp(one.log_median + float(log_sd) * score[:, column])

    return EffectDraws(
        effect.correction_factor_mgdl_per_u * factor("insulin_effect", 0, effect.correction_factor_log_sd),
        effect.carb_factor_mgdl_per_g * factor("carb_effect", 1, effect.carb_factor_log_sd),
        factor("insulin_time", 2),
        factor("carb_time", 3),
        factor("persistence", 4),
        factor("exercise_effect", 5),
    )


@eqx.filter_jit
def contrast(
    model: PersonalModel,
    points: Float[Array, "draw parameter"],
    effects: EffectDraws,
    original: Inputs,
    changed: Inputs,
    readings: Readings,
    addition: Addition = NO_ADDITION,
    response: Response | None = None,
    kept: Float[AnyArray, "*change time"] | None = None,
) -> Contrast:
    """Runs every draw through the original and the changed inputs with the same unexplained flux.

    All draws share one course of glucose: the readings smoothed in both directions with the fitted body, and where
    there are none, as ahead, what that body expects. The flux is what makes a draw's original run follow this course;
    under the change it stays at its factual value, so that the difference comes from the mechanism alone.

    Args:
        model: the family of bodies.
        points: unconstrained parameters of each draw.
        effects: what interventions do in each draw.
        original: rates per step as they were (or are expected).
        changed: the same with the changes; of several alternatives a leading axis tells them apart.
        readings: at each step's start; none where the future is.
        addition: organs that the change needs and the fitted body lacks.
        response: dosing that answers the change; None where all other insulin is held.
        kept: share of the unexplained flux that is left at each step of each alternative; None where all of it is.
    """
    guess = jnp.asarray(readings.glucose_mgdl)[jnp.argmax(jnp.asarray(readings.kind) > 0)]
    fitted, _ = model.build(jnp.mean(points, axis=0))
    smoothed = smoothed_states(fitted, TRACKING_NOISE, original, readings, guess)

    def draw(one: tuple[Array, EffectDraws]) -> Contrast:
        point, effect = one
        body = body_of_draw(model, point, effect, addition)
        start, flux = explaining_flux(body, original, smoothed)
        factual = _run(body, start, with_flux(original, flux))

        def alternative(inputs: Inputs, left: Float[Array, " time"] | None) -> Float[Array, " time"]:
            disturbed = with_flux(inputs, flux if left is None else flux * left)
            if response is None:
                return _run(body, start, disturbed)
            return _answered(body, start, disturbed, factual, response)

        several = jnp.ndim(changed.carbs_g_per_min) == 2
        left = None if kept is None else jnp.asarray(kept)
        return Contrast(factual, jax.vmap(alternative)(changed, left) if several else alternative(changed, left))

    return jax.lax.map(draw, (points, effects), batch_size=8)


def body_of_draw(
    model: PersonalModel, point: Float[Array, " parameter"], effect: EffectDraws, addition: Addition = NO_ADDITION
) -> Body:
    """The causal body of one draw: what interventions do in it, with what it has to be given beside.

    Args:
        model: the family of bodies.
        point: unconstrained parameters of the draw.
        effect: what interventions do in it.
        addition: organs that the question needs and the fitted body lacks.
    """
    fitted, _ = model.build(point)
    slowed = with_kinetics(fitted, effect.insulin_time_factor, effect.carb_time_factor, effect.persistence_factor)
    scaled = causal_body(
        slowed, model.basal_u_per_min, effect.correction_factor_mgdl_per_u, effect.carb_factor_mgdl_per_g
    )
    body = addition.body(fit_body(model.body_name).causal(scaled))
    if EXERCISE not in addition.modules:
        return body
    # Uptake and production oppose each other: scaling one alone would turn the effect round.
    worked = {name: body.parameters()[name] * effect.exercise_factor for name in EXERCISE_STRENGTHS}
    return body.with_parameters(worked)


def _run(body: Body, start: BodyState, inputs: Inputs) -> Float[Array, " time"]:
    def step(state: BodyState, now: Inputs) -> tuple[BodyState, Float[Array, ""]]:
        seen = body.signals(state, now).interstitial_mgdl
        return step_minutes(body, state, now, minutes=STEP_MIN), seen

    return jax.lax.scan(step, start, inputs.map(jnp.asarray))[1]


def _answered(
    body: Body, start: BodyState, inputs: Inputs, factual_mgdl: Float[Array, " time"], response: Response
) -> Float[Array, " time"]:
    """A run in which a policy doses at some steps."""
    policy = response.policy

    def step(
        state: tuple[BodyState, Any], now: tuple[Inputs, Float[Array, ""], Response]
    ) -> tuple[tuple[BodyState, Any], Float[Array, ""]]:
        (own, memory), (rates, factual, situation) = state, now
        glucose = body.signals(own, rates).interstitial_mgdl
        recorded = jnp.asarray(rates.insulin_u_per_min[REFERENCE])
        seen = Seen(
            glucose_mgdl=glucose,
            factual_mgdl=factual,
            asked=jnp.asarray(situation.asked),
            announced_g=jnp.asarray(situation.announced_g),
            on_board_u=jnp.asarray(situation.on_board_u),
            recorded_u_per_min=recorded,
            minute_of_day=jnp.asarray(rates.minute_of_day),
            acts=jnp.asarray(situation.acts),
        )
        memory, dosed = policy.dose(memory, seen)
        given = jnp.where(situation.acts, jnp.maximum(dosed, 0.0), recorded)
        answered = eqx.tree_at(lambda one: one.insulin_u_per_min[REFERENCE], rates, given)
        return (step_minutes(body, own, answered, minutes=STEP_MIN), memory), glucose

    situations = jax.tree.map(jnp.asarray, response._replace(policy=None))
    steps = (inputs.map(jnp.asarray), factual_mgdl, situations)
    return jax.lax.scan(step, (start, policy.initial_state()), steps)[1]


def share_in_range(glucose_mgdl: np.ndarray, low: float, high: float) -> np.ndarray:
    """Percent of the last axis within ``[low, high]``."""
    return 100.0 * np.mean((glucose_mgdl >= low) & (glucose_mgdl <= high), axis=-1)
