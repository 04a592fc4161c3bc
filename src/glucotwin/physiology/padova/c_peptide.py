"""C-peptide, which is secreted with insulin one for one and passes the liver."""

import math

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractOrgan, AbstractState
from glucotwin.physiology.signal import Signals

SHORT_HALF_LIFE_MIN = {"normal": 4.991, "obese": 4.496, "type2": 4.693}
SHORT_FRACTION = {"normal": 0.766, "obese": 0.781, "type2": 0.778}
LONG_HALF_LIFE_MIN, LONG_PER_YEAR = 26.705, 0.209
VOLUME_L = {"male": (0.344, 2.061), "female": (0.795, 1.819)}
"""Volume of distribution: at no body surface, and per m² of it."""


class PadovaCPeptideState(AbstractState):
    """C-peptide in plasma and in the slower compartment."""

    plasma_pmol: Float[Array, ""]
    remote_pmol: Float[Array, ""]


class PadovaCPeptide(AbstractOrgan[PadovaCPeptideState]):
    """Two compartments with the kinetics that Van Cauter 1992 gives by age, sex, build and diabetes.

    | letter | parameter |
    |---|---|
    | k01 | elimination_per_min |
    | k21, k12 | to_remote_per_min, to_plasma_per_min |
    | V, BW | volume_l, weight_kg |
    | Sb | basal_secretion_pmol_per_kg_per_min |
    """

    name = "c_peptide"

    elimination_per_min: Float[Array, ""]
    to_remote_per_min: Float[Array, ""]
    to_plasma_per_min: Float[Array, ""]
    volume_l: Float[Array, ""]
    weight_kg: Float[Array, ""]
    basal_secretion_pmol_per_kg_per_min: Float[Array, ""]

    def initial_state(self) -> PadovaCPeptideState:
        """In balance with basal secretion."""
        plasma = self.basal_secretion_pmol_per_kg_per_min * self.weight_kg / self.elimination_per_min
        return PadovaCPeptideState(
            plasma_pmol=plasma, remote_pmol=plasma * self.to_remote_per_min / self.to_plasma_per_min
        )

    def emit(self, state: PadovaCPeptideState, signals: Signals, inputs: Inputs) -> Signals:
        """Plasma C-peptide concentration."""
        return signals.sending(c_peptide_pmoll=state.plasma_pmol / self.volume_l)

    def derivative(self, state: PadovaCPeptideState, signals: Signals, inputs: Inputs) -> PadovaCPeptideState:
        """Secretion, exchange and elimination."""
        secreted = signals.secretion_pmol_per_kg_per_min * self.weight_kg
        to_remote = self.to_remote_per_min * state.plasma_pmol - self.to_plasma_per_min * state.remote_pmol
        return PadovaCPeptideState(
            plasma_pmol=secreted - self.elimination_per_min * state.plasma_pmol - to_remote,
            remote_pmol=jnp.asarray(to_remote),
        )


def c_peptide_rates(*, build: str, age_years: float, sex: str, height_cm: float, weight_kg: float) -> dict[str, float]:
    """Kinetics by covariates, by full name (Van Cauter 1992, Diabetes 41:368).

    Args:
        build: ``normal``, ``obese`` or ``type2``.
        age_years: age.
        sex: ``male`` or ``female``.
        height_cm: height, for the body surface.
        weight_kg: weight, for the body surface.
    """
    fast = math.log(2.0) / SHORT_HALF_LIFE_MIN[build]
    slow = math.log(2.0) / (LONG_HALF_LIFE_MIN + LONG_PER_YEAR * age_years)
    share = SHORT_FRACTION[build]
    to_plasma = share * slow + (1.0 - share) * fast
    elimination = fast * slow / to_plasma
    surface_m2 = 0.20247 * (height_cm / 100.0) ** 0.725 * weight_kg**0.425
    fixed, per_m2 = VOLUME_L[sex]
    return {
        "c_peptide.to_plasma_per_min": to_plasma,
        "c_peptide.elimination_per_min": elimination,
        "c_peptide.to_remote_per_min": fast + slow - to_plasma - elimination,
        "c_peptide.volume_l": fixed + per_m2 * surface_m2,
    }
