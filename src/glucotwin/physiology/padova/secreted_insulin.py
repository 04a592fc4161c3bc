"""Plasma and liver insulin where the pancreas secretes: the liver extracts less when more comes through it."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractOrgan
from glucotwin.physiology.padova.insulin import PadovaPlasmaInsulinState
from glucotwin.physiology.signal import Signals

LARGEST_EXTRACTION_FRACTION = 0.9
"""The published line is followed between no extraction and this share."""


class PadovaSecretedInsulin(AbstractOrgan[PadovaPlasmaInsulinState]):
    """Two pools; what is secreted enters the liver, what is injected enters plasma (Dalla Man 2007, eq. 3-8).

    | letter | parameter |
    |---|---|
    | m1 | liver_to_plasma_per_min |
    | m2 | plasma_to_liver_per_min |
    | m4 | clearance_per_min |
    | m5 | extraction_slope in min kg/pmol |
    | m6 | extraction_intercept: of the share that the liver extracts, HE = m6 - m5 S |
    | VI, BW | volume_l_per_kg, weight_kg |
    | Ib | basal_insulin_pmoll |
    | Sb | basal_secretion_pmol_per_kg_per_min |
    """

    name = "plasma_insulin"

    liver_to_plasma_per_min: Float[Array, ""]
    plasma_to_liver_per_min: Float[Array, ""]
    clearance_per_min: Float[Array, ""]
    extraction_slope: Float[Array, ""]
    extraction_intercept: Float[Array, ""]
    volume_l_per_kg: Float[Array, ""]
    weight_kg: Float[Array, ""]
    basal_insulin_pmoll: Float[Array, ""]
    basal_secretion_pmol_per_kg_per_min: Float[Array, ""]

    def initial_state(self) -> PadovaPlasmaInsulinState:
        """At the basal concentration."""
        plasma = self.basal_insulin_pmoll * self.volume_l_per_kg
        secreted = self.basal_secretion_pmol_per_kg_per_min
        leaving = self.liver_to_plasma_per_min + self._extraction_per_min(secreted)
        liver = (self.plasma_to_liver_per_min * plasma + secreted) / leaving
        return PadovaPlasmaInsulinState(plasma_pmol_per_kg=plasma, liver_pmol_per_kg=liver)

    def emit(self, state: PadovaPlasmaInsulinState, signals: Signals, inputs: Inputs) -> Signals:
        """Plasma insulin concentration."""
        return signals.sending(insulin_pmoll=state.plasma_pmol_per_kg / self.volume_l_per_kg)

    def derivative(self, state: PadovaPlasmaInsulinState, signals: Signals, inputs: Inputs) -> PadovaPlasmaInsulinState:
        """Exchange, extraction and clearance."""
        secreted = signals.secretion_pmol_per_kg_per_min
        to_liver = self.plasma_to_liver_per_min * state.plasma_pmol_per_kg
        to_plasma = self.liver_to_plasma_per_min * state.liver_pmol_per_kg
        cleared = self.clearance_per_min * signals.clearance_factor * state.plasma_pmol_per_kg
        extracted = self._extraction_per_min(secreted) * signals.clearance_factor * state.liver_pmol_per_kg
        injected = signals.insulin_appearance_pmol_per_min / self.weight_kg
        return PadovaPlasmaInsulinState(
            plasma_pmol_per_kg=to_plasma - to_liver - cleared + injected,
            liver_pmol_per_kg=to_liver - to_plasma - extracted + secreted,
        )

    def _extraction_per_min(self, secreted: Float[Array, ""]) -> Float[Array, ""]:
        """The rate m3 at which the liver extracts at a secretion in pmol/kg/min."""
        line = self.extraction_intercept - self.extraction_slope * secreted
        share = jnp.clip(line, 0.0, LARGEST_EXTRACTION_FRACTION)
        return share * self.liver_to_plasma_per_min / (1.0 - share)
