"""The kidney: glucose in urine at the rate of filtration, softly above a threshold."""

import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.module.low_glucose import NoState
from glucotwin.physiology.organ import AbstractOrgan
from glucotwin.physiology.signal import Signals

DL_PER_KG_AND_ML = 1.0 / (100.0 * 70.0)
"""Filtration in dL/min per kg of a 70 kg person per mL/min."""


class Kidney(AbstractOrgan[NoState]):
    """Excretion of glucose above a soft threshold, at the rate of filtration.

    The filtered load less what the tubules can take back, with splay (Johansen et al., Diabetologia 1984;26:180-2;
    Osaki et al., Diabetes Ther 2019;10:1531-4). It stands in for the published ke1 max(Gp - ke2, 0), whose slope is a
    fifteenth of filtration.

    Equations:
        excretion = GFR w [ln(1 + exp[(G - T theta) / w]) - ln(1 + exp[-T theta / w])]

    | letter | parameter or signal |
    |---|---|
    | GFR | egfr_ml_per_min, in dL/min per kg |
    | T, w | threshold_mgdl, splay_mgdl |
    | theta | signal renal_threshold_factor (SGLT2 inhibitors) |

    Limits: the threshold is one number for all nephrons of a person; no loss of water or salt.
    """

    name = "kidney"

    egfr_ml_per_min: Float[Array, ""]
    threshold_mgdl: Float[Array, ""]
    splay_mgdl: Float[Array, ""]

    def initial_state(self) -> NoState:
        """Nothing."""
        return NoState()

    def emit(self, state: NoState, signals: Signals, inputs: Inputs) -> Signals:
        """Glucose lost in urine."""
        return signals.adding(
            excretion_mg_per_kg_per_min=self.excretion(signals.glucose_mgdl, signals.renal_threshold_factor)
        )

    def derivative(self, state: NoState, signals: Signals, inputs: Inputs) -> NoState:
        """Nothing."""
        return state

    def excretion(self, glucose_mgdl: Float[Array, ""], threshold_factor: Float[Array, ""]) -> Float[Array, ""]:
        """Excretion in mg/kg/min at a plasma glucose, never negative."""
        threshold = self.threshold_mgdl * threshold_factor / self.splay_mgdl
        over = jax.nn.softplus(glucose_mgdl / self.splay_mgdl - threshold) - jax.nn.softplus(-threshold)
        return self.egfr_ml_per_min * DL_PER_KG_AND_ML * self.splay_mgdl * over

    def excretion_at_rest(self, glucose_mgdl: Float[Array, ""]) -> Float[Array, ""]:
        """Excretion in mg/kg/min without any medicine."""
        return self.excretion(glucose_mgdl, jnp.ones_like(self.splay_mgdl))
