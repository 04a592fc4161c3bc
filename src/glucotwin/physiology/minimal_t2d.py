"""The minimal body with insulin of its own: few parameters that the data of a person with type 2 diabetes can tell.

Without injections nobody measures insulin, so that secretion and sensitivity cannot be told apart by glucose: what own
insulin does against a rise is one parameter, their product (the disposition of Bergman 1981). Beta cells and insulin
action are one lag. Injected insulin acts beside by a sensitivity of its own.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.unit import PMOL_PER_U, PMOLL_PER_MUL
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import build_organ
from glucotwin.physiology.minimal import (
    RISK_FLOOR_MGDL,
    MinimalGut,
    MinimalPlasmaInsulin,
    MinimalSubcutis,
    vanishing_flux,
)
from glucotwin.physiology.organ import AbstractOrgan, AbstractState
from glucotwin.physiology.parameter import Parameter, read_parameters
from glucotwin.physiology.signal import Signals

NAME = "minimal-t2d"
MORNING_MIN = (240.0, 660.0)
"""Minutes of the day with a usual level of their own."""

FASTING, RESPONSE, SENSITIVITY, MEAL = (f"medicine-{name}" for name in ("fasting", "response", "sensitivity", "meal"))
"""Condition levels: logarithms of what medicines make of usual level, own response, sensitivity and appearance."""
REFERENCES: Mapping[str, str] = MappingProxyType(
    {
        FASTING: "glucose.reference_fasting",
        RESPONSE: "glucose.reference_response",
        SENSITIVITY: "glucose.reference_sensitivity",
        MEAL: "glucose.reference_meal",
    }
)
"""The parameter that holds each level as it was in the days to which the others belong."""


class SecretingGlucoseState(AbstractState):
    """Plasma and interstitial glucose, the glucose that own insulin answers, and the action of injected insulin."""

    glucose_mgdl: Float[Array, ""]
    answered_mgdl: Float[Array, ""]
    interstitial_mgdl: Float[Array, ""]
    action_per_min: Float[Array, ""]


class SecretingGlucose(AbstractOrgan[SecretingGlucoseState]):
    """Glucose by the minimal model, insulin of its own as a lagged answer to glucose.

    Equations:
        dG/dt = SG (B - G) - risk(G) (X + D max(Y - B, -Rb)) G + Ra / (VG BW) + flux
        dY/dt = r (G - Y);  dX/dt = p2 (SI (I - I_b) - X)
        B = Gb, times Fm from 4 to 11 o'clock

    | letter | parameter |
    |---|---|
    | SG | effectiveness_per_min |
    | Gb, Fm | basal_mgdl: where glucose settles; morning_factor |
    | r | response_per_min: beta cells and action in one lag |
    | D | own_response: sensitivity times secretion, per mg/dL above the usual level |
    | Rb | own_room_mgdl: own insulin ends so far below the usual level |
    | p2, SI | action_rate_per_min, sensitivity of injected insulin |
    | VG, BW | volume_dl_per_kg, weight_kg |
    | I_b | basal_insulin_pmoll: of injected insulin at the usual basal rate |
    | I_S | insulin_per_slope: plasma insulin by secretion, which ties D to SI where C-peptide was measured |
    | | reference_*: levels of medicines at which the numbers above hold; inputs without levels mean these |

    Limits: no first phase, no incretins of their own; own insulin is lowered by injected insulin only as far as glucose
    falls.
    """

    name = "glucose"
    uncertain = ("glucose_mgdl", "answered_mgdl", "interstitial_mgdl")

    effectiveness_per_min: Float[Array, ""]
    basal_mgdl: Float[Array, ""]
    morning_factor: Float[Array, ""]
    response_per_min: Float[Array, ""]
    own_response: Float[Array, ""]
    own_room_mgdl: Float[Array, ""]
    action_rate_per_min: Float[Array, ""]
    sensitivity: Float[Array, ""]
    volume_dl_per_kg: Float[Array, ""]
    weight_kg: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]
    risk_gain: Float[Array, ""]
    risk_exponent: Float[Array, ""]
    interstitial_delay_min: Float[Array, ""]
    insulin_per_slope: Float[Array, ""]
    reference_fasting: Float[Array, ""]
    reference_response: Float[Array, ""]
    reference_sensitivity: Float[Array, ""]
    reference_meal: Float[Array, ""]

    def initial_state(self) -> SecretingGlucoseState:
        """At the usual level."""
        return SecretingGlucoseState(
            glucose_mgdl=self.basal_mgdl,
            answered_mgdl=self.basal_mgdl,
            interstitial_mgdl=self.basal_mgdl,
            action_per_min=jnp.zeros_like(self.basal_mgdl),
        )

    def emit(self, state: SecretingGlucoseState, signals: Signals, inputs: Inputs) -> Signals:
        """Plasma and interstitial glucose."""
        return signals.sending(glucose_mgdl=state.glucose_mgdl, interstitial_mgdl=state.interstitial_mgdl)

    def derivative(self, state: SecretingGlucoseState, signals: Signals, inputs: Inputs) -> SecretingGlucoseState:
        """Minimal model with own and injected insulin, medicines, meals and what a fit could not explain."""
        sensitive = signals.sensitivity_factor * signals.uptake_sensitivity_factor
        excess_mul = (signals.insulin_pmoll - self.basal_insulin_pmoll) / PMOLL_PER_MUL
        injected = self.sensitivity * sensitive * self.medicine(SENSITIVITY, inputs) * excess_mul
        usual = self.usual_mgdl(inputs)
        own = sensitive * signals.secretion_factor * self.medicine(RESPONSE, inputs) * self.own_response
        action = state.action_per_min + own * jnp.maximum(state.answered_mgdl - usual, -self.own_room_mgdl)
        eaten = signals.glucose_appearance_mg_per_min * self.medicine(MEAL, inputs) / self.weight_kg
        appearance = (eaten + signals.added_production_mg_per_kg_per_min) / self.volume_dl_per_kg
        at_work = (signals.relative_production_per_min - signals.relative_uptake_per_min) * state.glucose_mgdl
        uptake = (self.effectiveness_per_min + self.risk(state.glucose_mgdl) * action) * state.glucose_mgdl
        production = self.effectiveness_per_min * usual * signals.hepatic_output_factor
        flux = vanishing_flux(jnp.asarray(inputs.unexplained_flux_mgdl_per_min), state.glucose_mgdl)
        return SecretingGlucoseState(
            glucose_mgdl=production - uptake + appearance + at_work + flux,
            answered_mgdl=self.response_per_min * (state.glucose_mgdl - state.answered_mgdl),
            interstitial_mgdl=(state.glucose_mgdl - state.interstitial_mgdl) / self.interstitial_delay_min,
            action_per_min=self.action_rate_per_min * (injected - state.action_per_min),
        )

    def usual_mgdl(self, inputs: Inputs) -> Float[Array, "..."]:
        """Where glucose settles at this hour under the medicines of the day."""
        minute = jnp.asarray(inputs.minute_of_day)
        morning = (minute >= MORNING_MIN[0]) & (minute < MORNING_MIN[1])
        return self.basal_mgdl * jnp.where(morning, self.morning_factor, 1.0) * self.medicine(FASTING, inputs)

    def medicine(self, level: str, inputs: Inputs) -> Float[Array, "..."]:
        """What medicines of the moment multiply a quantity by, against those of the days it belongs to."""
        if level not in inputs.condition_level:
            return jnp.ones_like(self.basal_mgdl)
        reference = getattr(self, REFERENCES[level].removeprefix("glucose."))
        return jnp.exp(inputs.level(level) - reference)

    def risk(self, glucose_mgdl: Float[Array, "..."]) -> Float[Array, "..."]:
        """How many times stronger insulin acts at low glucose; 1 from the basal level up."""
        floored = jnp.clip(glucose_mgdl, RISK_FLOOR_MGDL, self.basal_mgdl)
        distance = jnp.log(floored) ** self.risk_exponent - jnp.log(self.basal_mgdl) ** self.risk_exponent
        return 1.0 + 10.0 * self.risk_gain * distance**2


@cache
def minimal_t2d_parameters() -> Mapping[str, Parameter]:
    """The records of the parameters, by full name."""
    return read_parameters("minimal_t2d_parameters.csv")


def compose_minimal_t2d(
    values: Mapping[str, Float[Array, ""]], *, weight_kg: Float[Array, ""], basal_u_per_min: Float[Array, ""]
) -> Body:
    """The body from parameter values by full name.

    Args:
        values: fitted and fixed parameters.
        weight_kg: body weight.
        basal_u_per_min: usual rate of injected insulin; zero where none is.
    """
    appearance = basal_u_per_min * PMOL_PER_U
    nothing = {name: jnp.zeros_like(weight_kg) for name in REFERENCES.values()}
    clearance, volume = values["plasma_insulin.clearance_per_min"], values["plasma_insulin.volume_l_per_kg"]
    complete = {
        **nothing,
        **values,
        "weight_kg": weight_kg,
        "basal_u_per_min": basal_u_per_min,
        "basal_appearance_pmol_per_min": appearance,
        "basal_insulin_pmoll": appearance / (clearance * volume * weight_kg),
    }
    kinds = (MinimalSubcutis, MinimalPlasmaInsulin, MinimalGut, SecretingGlucose)
    return Body(name=NAME, organs=tuple(build_organ(kind, complete) for kind in kinds))
