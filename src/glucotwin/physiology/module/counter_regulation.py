"""Hormones against low glucose: glucagon, its own and injected, and adrenaline; weaker the longer diabetes lasts."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractOrgan, AbstractState
from glucotwin.physiology.signal import Signals

GLUCAGON, NASAL_GLUCAGON = "glucagon", "glucagon-nasal"
"""Names of the doses in ``Inputs.medication_mg_per_min``: under the skin or into muscle, and by nose."""

PG_PER_MG_AND_L_PER_ML = 1e6
"""pg/mL in one mg/L."""

FALL_MEMORY_MIN = 5.0
"""Over which the rate of fall of glucose is judged, since organs do not hear each other's derivatives."""

SEVERE_MGDL = 40.0
"""Glucose at which the adrenergic drive is full."""


class CounterRegulationState(AbstractState):
    """Glucagon on its way, in plasma and in action, and the adrenergic response."""

    site_mg: Float[Array, ""]
    tissue_mg: Float[Array, ""]
    nose_mg: Float[Array, ""]
    secretion_pgml_per_min: Float[Array, ""]
    glucagon_pgml: Float[Array, ""]
    action_pgml: Float[Array, ""]
    adrenergic: Float[Array, ""]
    glucose_before_mgdl: Float[Array, ""]


class CounterRegulation(AbstractOrgan[CounterRegulationState]):
    """Glucagon secretion, kinetics and action, and the adrenergic response to low glucose.

    Dalla Man et al., J Diabetes Sci Technol 2014;8:26-34, equations A18 to A23, and Visentin et al., J Diabetes Sci
    Technol 2018;12:273-81 (no static secretion at or above basal glucose); Wendt et al. 2017, from memory
    (saturable action); Bolli et al., Diabetes 1983;32:134-41 and Sherr et al., Diabetes Care 2013;36:1470-6 (loss with
    duration). The simulator's own parameters are not published: see the records.

    Equations:
        SRs'  = -rho [SRs - n Hb - s sigma max(Gb - G, 0) / (1 + max(I - Ib, 0) / Is)]
        H'    = -n (H - Ra_H / n) + SRs + s delta max(-dG/dt, 0)
        XH'   = kH [max(H - Hb, 0) - XH]
        added_production = g [Emax XH / (E50 + XH) + s_a P A]
        A'    = ka [clip((Ga - G) / (Ga - 40), 0, 1) - A]
        sc: site' = dose - (kh1 + kh2) site;  tissue' = kh1 site - kh3 tissue;  Ra_H = (kh3 tissue + kn nose) / V
        s     = s_inf + (1 - s_inf) exp(-years / tau),  s_a likewise with its own floor and tau

    | letter | parameter or signal |
    |---|---|
    | rho, sigma, delta | secretion_rate_per_min, static_gain, dynamic_gain |
    | Is | insulin_brake_pmoll: plasma insulin above basal that halves the static response |
    | n, Hb, V | clearance_per_min, basal_pgml, volume_l_per_kg times weight_kg |
    | kH, Emax, E50 | action_rate_per_min, production_max_mg_per_kg_per_min, half_action_pgml |
    | kh1, kh2, kh3 | transfer_per_min, loss_per_min, absorption_per_min |
    | kn, Fn | nasal_absorption_per_min, nasal_bioavailability_fraction |
    | Ga, ka, P | adrenergic_threshold_mgdl, adrenergic_rate_per_min, adrenergic_production_mg_per_kg_per_min |
    | years | duration_years: since diagnosis |
    | s_inf, tau | glucagon_floor_fraction, glucagon_loss_years; adrenergic_floor_fraction, adrenergic_loss_years |
    | g | signal glycogen_factor |

    Limits: no growth hormone and cortisol, no memory of the last low (awareness does not fall after it), and the rate
    of fall is judged over five minutes.
    """

    name = "counter_regulation"

    secretion_rate_per_min: Float[Array, ""]
    static_gain: Float[Array, ""]
    dynamic_gain: Float[Array, ""]
    insulin_brake_pmoll: Float[Array, ""]
    clearance_per_min: Float[Array, ""]
    basal_pgml: Float[Array, ""]
    volume_l_per_kg: Float[Array, ""]
    action_rate_per_min: Float[Array, ""]
    production_max_mg_per_kg_per_min: Float[Array, ""]
    half_action_pgml: Float[Array, ""]
    transfer_per_min: Float[Array, ""]
    loss_per_min: Float[Array, ""]
    absorption_per_min: Float[Array, ""]
    nasal_absorption_per_min: Float[Array, ""]
    nasal_bioavailability_fraction: Float[Array, ""]
    adrenergic_threshold_mgdl: Float[Array, ""]
    adrenergic_rate_per_min: Float[Array, ""]
    adrenergic_production_mg_per_kg_per_min: Float[Array, ""]
    glucagon_floor_fraction: Float[Array, ""]
    glucagon_loss_years: Float[Array, ""]
    adrenergic_floor_fraction: Float[Array, ""]
    adrenergic_loss_years: Float[Array, ""]
    duration_years: Float[Array, ""]
    weight_kg: Float[Array, ""]
    basal_mgdl: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]

    @property
    def medications(self) -> tuple[str, ...]:
        """Those above."""
        return (GLUCAGON, NASAL_GLUCAGON)

    def initial_state(self) -> CounterRegulationState:
        """Basal glucagon, nothing injected, nothing alarming."""
        zero = jnp.zeros_like(self.basal_pgml)
        return CounterRegulationState(
            site_mg=zero,
            tissue_mg=zero,
            nose_mg=zero,
            secretion_pgml_per_min=self.clearance_per_min * self.basal_pgml,
            glucagon_pgml=self.basal_pgml,
            action_pgml=zero,
            adrenergic=zero,
            glucose_before_mgdl=self.basal_mgdl,
        )

    def emit(self, state: CounterRegulationState, signals: Signals, inputs: Inputs) -> Signals:
        """Glucagon in plasma, and glucose that both hormones release from the liver's glycogen."""
        released = (
            self.production_max_mg_per_kg_per_min * state.action_pgml / (self.half_action_pgml + state.action_pgml)
        )
        retained = _retained(self.duration_years, self.adrenergic_floor_fraction, self.adrenergic_loss_years)
        adrenergic = retained * self.adrenergic_production_mg_per_kg_per_min * state.adrenergic
        return signals.sending(glucagon_pgml=state.glucagon_pgml).adding(
            added_production_mg_per_kg_per_min=signals.glycogen_factor * (released + adrenergic)
        )

    def derivative(self, state: CounterRegulationState, signals: Signals, inputs: Inputs) -> CounterRegulationState:
        """Absorption, secretion, clearance and action of glucagon; the adrenergic drive."""
        glucose = signals.glucose_mgdl
        falling = (state.glucose_before_mgdl - glucose) / FALL_MEMORY_MIN
        retained = _retained(self.duration_years, self.glucagon_floor_fraction, self.glucagon_loss_years)
        dynamic = retained * self.dynamic_gain * jnp.maximum(falling, 0.0)
        excess = jnp.maximum(state.glucagon_pgml - self.basal_pgml, 0.0)
        return CounterRegulationState(
            site_mg=jnp.asarray(inputs.medication(GLUCAGON))
            - (self.transfer_per_min + self.loss_per_min) * state.site_mg,
            tissue_mg=self.transfer_per_min * state.site_mg - self.absorption_per_min * state.tissue_mg,
            nose_mg=self.nasal_bioavailability_fraction * inputs.medication(NASAL_GLUCAGON)
            - self.nasal_absorption_per_min * state.nose_mg,
            secretion_pgml_per_min=self.secretion_rate_per_min
            * (self._static_secretion(retained, signals) - state.secretion_pgml_per_min),
            glucagon_pgml=state.secretion_pgml_per_min
            + dynamic
            + self._appearance(state)
            - self.clearance_per_min * state.glucagon_pgml,
            action_pgml=self.action_rate_per_min * (excess - state.action_pgml),
            adrenergic=self.adrenergic_rate_per_min * (self._alarm(glucose) - state.adrenergic),
            glucose_before_mgdl=(glucose - state.glucose_before_mgdl) / FALL_MEMORY_MIN,
        )

    def _static_secretion(self, retained: Float[Array, ""], signals: Signals) -> Float[Array, ""]:
        """Secretion that the present glucose calls for, in pg/mL/min of plasma."""
        lack = jnp.maximum(self.basal_mgdl - signals.glucose_mgdl, 0.0)
        brake = 1.0 + jnp.maximum(signals.insulin_pmoll - self.basal_insulin_pmoll, 0.0) / self.insulin_brake_pmoll
        return self.clearance_per_min * self.basal_pgml + retained * self.static_gain * lack / brake

    def _appearance(self, state: CounterRegulationState) -> Float[Array, ""]:
        """Injected and nasal glucagon entering plasma, in pg/mL/min."""
        absorbed_mg = self.absorption_per_min * state.tissue_mg + self.nasal_absorption_per_min * state.nose_mg
        return PG_PER_MG_AND_L_PER_ML * absorbed_mg / (self.volume_l_per_kg * self.weight_kg)

    def _alarm(self, glucose_mgdl: Float[Array, ""]) -> Float[Array, ""]:
        """How alarming glucose is, 0 to 1."""
        threshold = self.adrenergic_threshold_mgdl
        return jnp.clip((threshold - glucose_mgdl) / (threshold - SEVERE_MGDL), 0.0, 1.0)


def _retained(years: Float[Array, ""], floor: Float[Array, ""], loss_years: Float[Array, ""]) -> Float[Array, ""]:
    """Share of a response that is left after years of diabetes."""
    return floor + (1.0 - floor) * jnp.exp(-years / loss_years)
