"""People who are told where their glucose goes: they eat before a low, and correct highs by what is still to come."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.special import ndtr

from glucotwin.control.controller import DECISION_MIN
from glucotwin.control.zone_mpc.drift import drift_ahead, moved_drift
from glucotwin.control.zone_mpc.outlook import HISTORY, course_ahead, pushed
from glucotwin.core.array import AnyArray, Array, Bool, Float, UInt
from glucotwin.core.predictive_model import Responses
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.scenario.announcement import ANNOUNCED_CARBS
from glucotwin.simulate.reaction import ASLEEP, AbstractCareState, AbstractReaction, SelfCare, SelfCareState, with_added

LOW_MGDL = 70.0

LEADS = np.array([1, 3, 6, 9])
"""Steps ahead: the next reading, and the quarters of an hour in which a low is looked for."""

EVENTUAL = 36
"""Steps until what was injected and eaten has mostly acted: a correction is judged by glucose three hours ahead."""

ENOUGH_MGDL = 90.0
"""Where carbohydrate is to bring glucose."""

ACTS_AFTER = 24
"""Steps after which carbohydrate is counted on."""

QUIET_MIN = 30.0
"""Minutes after carbohydrate in which nobody is told to eat again."""

DRIFT_GAIN, DRIFT_MIN = 0.5, 40.0
"""As in zone-MPC: share of a new observation in the drift, and how long it goes on."""

_AHEAD = np.append(LEADS, EVENTUAL)


class LookAheadCareState(AbstractCareState):
    """What the advice remembers beside the person's own care; steps of five minutes, the latest first.

    ``insulin_u`` is what was given beyond the schedule and ``carbs_g`` what was told, ``step_u`` and ``step_g`` those
    of the step that runs; ``advised_g`` is advice on its way.
    """

    care: SelfCareState
    insulin_u: Float[Array, " step"]
    carbs_g: Float[Array, " step"]
    step_u: Float[Array, ""]
    step_g: Float[Array, ""]
    expected_mgdl: Float[Array, ""]
    drift_mgdl_per_min: Float[Array, ""]
    most_correction_u: Float[Array, ""]
    advised_g: Float[Array, " delay"]
    rescue_carbs_g_total: Float[Array, ""]
    correction_u_total: Float[Array, ""]
    warnings_total: Float[Array, ""]


class LookAheadCare(AbstractReaction[LookAheadCareState]):
    """Self-care with advice every five minutes, by what a model of the person says of the next three hours.

    Advice: where a low in the next 45 min is likely, the smallest amount of fast carbohydrate that is enough; and
    corrections no larger than what glucose three hours ahead asks for. It sees readings, doses and told carbohydrate.

    Attributes:
        care: what the person does by themselves.
        model: a ``PredictiveModel`` of the person.
        basal_u_per_h: the schedule by local hour.
        chance: a low at least so likely is told, 0-1.
        wakes: 1 where a sleeper hears it.
        heeds: share of advice that is followed, 0-1.
        key: key data of the random stream that decides which.
        amounts_g: what may be eaten, from the least.
        corrects: whether corrections are advised on.
        delay_steps: advice comes so much too late; for advice that knows nothing of now.
    """

    care: SelfCare
    model: Any
    basal_u_per_h: Float[AnyArray, "*people hour"]
    chance: Float[AnyArray, "*people"]
    wakes: Float[AnyArray, "*people"]
    heeds: Float[AnyArray, "*people"]
    key: UInt[AnyArray, "*people words"]
    amounts_g: tuple[float, ...] = eqx.field(static=True)
    corrects: bool = eqx.field(static=True, default=True)
    delay_steps: int = eqx.field(static=True, default=0)

    def initial_state(self) -> LookAheadCareState:
        """Nothing given yet, nothing told."""
        zero, unknown = jnp.zeros(()), jnp.full((), jnp.nan)
        return LookAheadCareState(
            care=self.care.initial_state(),
            insulin_u=jnp.zeros(HISTORY),
            carbs_g=jnp.zeros(HISTORY),
            step_u=zero,
            step_g=zero,
            expected_mgdl=unknown,
            drift_mgdl_per_min=zero,
            most_correction_u=jnp.full((), jnp.inf),
            advised_g=jnp.zeros(1 + self.delay_steps),
            rescue_carbs_g_total=zero,
            correction_u_total=zero,
            warnings_total=zero,
        )

    def react(
        self, state: LookAheadCareState, glucose_mgdl: Float[Array, ""], inputs: Inputs
    ) -> tuple[LookAheadCareState, Inputs]:
        """One minute: at a step's start the outlook, then what the person does of their own and of the advice."""
        minute = jnp.asarray(inputs.minute_utc)
        begins = minute % int(DECISION_MIN) == 0
        looked = self._looked(state, glucose_mgdl, inputs)
        state = jax.tree.map(lambda new, old: jnp.where(begins, new, old), looked, state)
        key = jax.random.fold_in(jax.random.wrap_key_data(jnp.asarray(self.key)), minute)
        heeded = jax.random.uniform(key) < self.heeds
        most_u = jnp.where(heeded, state.most_correction_u, jnp.inf)
        care, acted = self.care.act(state.care, glucose_mgdl, inputs, most_correction_u=most_u)
        hears = (jnp.asarray(inputs.level(ASLEEP)) < 0.5) | (self.wakes > 0.5)
        rested = care.since_treatment_min >= QUIET_MIN
        told_g = jnp.where(begins & heeded & hears & rested, state.advised_g[-1], 0.0)
        told = told_g > 0.0
        care = eqx.tree_at(lambda one: one.since_treatment_min, care, jnp.where(told, 1.0, care.since_treatment_min))
        hour = (jnp.asarray(inputs.minute_of_day) // 60.0).astype(jnp.int32) % 24
        scheduled_u = jnp.asarray(self.basal_u_per_h)[hour] / 60.0
        rescued_g = care.rescue_carbs_g_total - state.care.rescue_carbs_g_total
        after = LookAheadCareState(
            care=care,
            insulin_u=state.insulin_u,
            carbs_g=state.carbs_g,
            step_u=state.step_u + jnp.asarray(acted.dose_u_per_min(REFERENCE)) - scheduled_u,
            step_g=state.step_g + jnp.asarray(inputs.level(ANNOUNCED_CARBS)) + told_g,
            expected_mgdl=state.expected_mgdl,
            drift_mgdl_per_min=state.drift_mgdl_per_min,
            most_correction_u=state.most_correction_u,
            advised_g=state.advised_g,
            rescue_carbs_g_total=state.rescue_carbs_g_total + rescued_g + told_g,
            correction_u_total=care.correction_u_total,
            warnings_total=state.warnings_total + jnp.where(told, 1.0, 0.0),
        )
        return after, with_added(acted, told_g, jnp.zeros(()))

    def _looked(self, state: LookAheadCareState, glucose_mgdl: Float[Array, ""], inputs: Inputs) -> LookAheadCareState:
        """The state at the start of a step, with the outlook's advice."""
        insulin_u, carbs_g = pushed(state.insulin_u, state.step_u), pushed(state.carbs_g, state.step_g)
        drift = moved_drift(
            state.drift_mgdl_per_min, glucose_mgdl - state.expected_mgdl, gain=DRIFT_GAIN, lasts_min=DRIFT_MIN
        )
        responses: Responses = self.model.responses(jnp.asarray(inputs.minute_of_day))
        going_on = drift_ahead(drift, _AHEAD, lasts_min=DRIFT_MIN)
        course = course_ahead(responses, glucose_mgdl, insulin_u, carbs_g, going_on, _AHEAD)
        known = jnp.isfinite(glucose_mgdl)
        likely, advised_g = self._against_low(responses, course[:, :-1])
        wanted_u = (course[0, -1] - self.care.target_mgdl) / self.care.correction_factor_mgdl_per_u
        most_u = jnp.where(known, jnp.maximum(wanted_u, 0.0), jnp.inf) if self.corrects else jnp.inf
        return eqx.tree_at(
            lambda one: (
                one.insulin_u,
                one.carbs_g,
                one.step_u,
                one.step_g,
                one.expected_mgdl,
                one.drift_mgdl_per_min,
                one.most_correction_u,
                one.advised_g,
            ),
            state,
            (
                insulin_u,
                carbs_g,
                jnp.zeros(()),
                jnp.zeros(()),
                # Of the model alone, without the drift that was added.
                course[0, 0] - going_on[0],
                drift,
                jnp.asarray(most_u, dtype=jnp.float64),
                pushed(state.advised_g, jnp.where(known & likely, advised_g, 0.0)),
            ),
        )

    def _against_low(
        self, responses: Responses, course: Float[Array, "way step"]
    ) -> tuple[Bool[Array, ""], Float[Array, ""]]:
        """Whether a low is likely enough, and what to eat against it in g."""
        mean, ways = course[0], course[1:]
        sd = jnp.sqrt(jnp.sum(ways**2, axis=0) + jnp.asarray(responses.unexplained_sd_mgdl)[LEADS] ** 2)
        likely = jnp.max(ndtr((LOW_MGDL - mean) / sd)) >= self.chance
        rises = jnp.maximum(jnp.asarray(responses.carbs_mgdl_per_g)[0, ACTS_AFTER], 0.0)
        amounts = jnp.asarray(self.amounts_g)
        enough = amounts * rises >= ENOUGH_MGDL - jnp.min(mean)
        return likely, jnp.min(jnp.where(enough, amounts, amounts[-1]))
