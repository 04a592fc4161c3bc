"""Agonists of the incretin receptors, daily and weekly: secretion at high glucose, production, stomach, appetite."""

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.module.oral_dose import OralDoseState as DepotState
from glucotwin.physiology.module.oral_dose import after_step, saturation
from glucotwin.physiology.organ import AbstractModulator, AbstractState, approached
from glucotwin.physiology.signal import Signals

MINUTES_PER_HOUR = 60.0
NMOL_PER_MG_AND_G_PER_MOL = 1e6


class Glp1AgonistState(AbstractState):
    """Under the skin and in the body in mg, and how far the stomach has got used to it."""

    site_mg: Float[Array, ""]
    body_mg: Float[Array, ""]
    tolerance: Float[Array, ""]


class Glp1Agonist(AbstractModulator[Glp1AgonistState]):
    """One agonist of GLP-1, or of GLP-1 and GIP, with its own kinetics.

    Overgaard et al. 2016 and 2019 (liraglutide, semaglutide), Cirincione et al. 2017 (exenatide), Schneck et al. 2024
    (tirzepatide); their two compartments are one here, of the same clearance and total volume. Strengths are proposed
    and stand with their reasons in the records.

    Equations:
        site' = dose - ka site
        body' = ka site - CL / V body,   C = F body / V / M
        CL    = CL0 (BW / W)^a (GFR / 80)^b m^(1 - female)
        share = C / (C + C50)
        high_glucose_secretion_factor = 1 + s share
        hepatic_output_factor         = 1 - g share
        emptying_factor               = 1 - d share (1 - tolerance)
        appetite_factor               = 1 - h share
        tolerance'                    = (t share - tolerance) / tau

    | letter | parameter |
    |---|---|
    | ka, F | absorption_per_min, bioavailability_fraction |
    | CL0, V, M | clearance_l_per_h, volume_l, molar_mass_g_per_mol |
    | W, a, b, m | reference_weight_kg, weight_exponent, egfr_exponent, male_clearance_factor |
    | C50 | half_effect_nmoll |
    | s, g | secretion_gain_fraction, production_loss_fraction |
    | d, t, tau | emptying_loss_fraction, tolerance_fraction (0 for short action), tolerance_days |
    | h | appetite_loss_fraction |
    | BW, GFR | weight_kg, egfr_ml_per_min; ``female`` is 1 or 0 |

    Limits: glucagon is not a state; GIP is not told apart from GLP-1; nausea is not here; nobody eats less by
    ``appetite_factor`` unless what they eat is drawn with it.
    """

    name: str = eqx.field(static=True)
    medicine: str = eqx.field(static=True)
    absorption_per_min: Float[Array, ""]
    bioavailability_fraction: Float[Array, ""]
    clearance_l_per_h: Float[Array, ""]
    volume_l: Float[Array, ""]
    molar_mass_g_per_mol: Float[Array, ""]
    reference_weight_kg: Float[Array, ""]
    weight_exponent: Float[Array, ""]
    egfr_exponent: Float[Array, ""]
    male_clearance_factor: Float[Array, ""]
    half_effect_nmoll: Float[Array, ""]
    secretion_gain_fraction: Float[Array, ""]
    production_loss_fraction: Float[Array, ""]
    emptying_loss_fraction: Float[Array, ""]
    tolerance_fraction: Float[Array, ""]
    tolerance_days: Float[Array, ""]
    appetite_loss_fraction: Float[Array, ""]
    weight_kg: Float[Array, ""]
    egfr_ml_per_min: Float[Array, ""]
    female: Float[Array, ""]

    @property
    def medications(self) -> tuple[str, ...]:
        """Its own."""
        return (self.medicine,)

    def initial_state(self) -> Glp1AgonistState:
        """None injected."""
        zero = jnp.zeros_like(self.volume_l)
        return Glp1AgonistState(site_mg=zero, body_mg=zero, tolerance=zero)

    def emit(self, state: Glp1AgonistState, signals: Signals, inputs: Inputs) -> Signals:
        """What the receptors do."""
        share = self._share(state)
        return signals.scaling(
            high_glucose_secretion_factor=1.0 + self.secretion_gain_fraction * share,
            hepatic_output_factor=1.0 - self.production_loss_fraction * share,
            emptying_factor=1.0 - self.emptying_loss_fraction * share * (1.0 - state.tolerance),
            appetite_factor=1.0 - self.appetite_loss_fraction * share,
        )

    def advance(self, state: Glp1AgonistState, signals: Signals, inputs: Inputs, *, minutes: float) -> Glp1AgonistState:
        """Absorption, elimination and habituation over the step."""
        after = after_step(
            DepotState(gut_amount=state.site_mg, body_amount=state.body_mg),
            minutes * inputs.medication(self.medicine),
            absorption_per_min=self.absorption_per_min,
            elimination_per_min=self.clearance_of_person_l_per_h() / MINUTES_PER_HOUR / self.volume_l,
            minutes=minutes,
        )
        used_to = self.tolerance_fraction * self._share(state)
        rate = 1.0 / (self.tolerance_days * MINUTES_PER_DAY)
        return Glp1AgonistState(
            site_mg=after.gut_amount,
            body_mg=after.body_amount,
            tolerance=approached(state.tolerance, used_to, rate, minutes),
        )

    def clearance_of_person_l_per_h(self) -> Float[Array, ""]:
        """Clearance at this weight, kidney function and sex."""
        by_weight = (self.weight_kg / self.reference_weight_kg) ** self.weight_exponent
        by_sex = self.female + (1.0 - self.female) * self.male_clearance_factor
        return self.clearance_l_per_h * by_weight * by_sex * (self.egfr_ml_per_min / 80.0) ** self.egfr_exponent

    def level_nmoll(self, state: Glp1AgonistState) -> Float[Array, ""]:
        """Concentration in plasma."""
        available_mg = self.bioavailability_fraction * state.body_mg
        return available_mg * NMOL_PER_MG_AND_G_PER_MOL / self.volume_l / self.molar_mass_g_per_mol

    def _share(self, state: Glp1AgonistState) -> Float[Array, ""]:
        return saturation(self.level_nmoll(state), self.half_effect_nmoll)
