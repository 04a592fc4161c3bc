"""Insulin on its way into the blood, one organ per product: under the skin, or through the lung."""

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.unit import PMOL_PER_U
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractOrgan, AbstractState
from glucotwin.physiology.signal import Signals

TRANSIT_STAGES = 2
"""Stages of the distributed delay."""


class SubcutaneousDepotState(AbstractState):
    """Insulin of one product under the skin."""

    entering_u: Float[Array, ""]
    delayed_u: Float[Array, ""]
    injected_u: Float[Array, ""]
    dissociated_u: Float[Array, ""]


class SubcutaneousDepot(AbstractOrgan[SubcutaneousDepotState]):
    """One insulin product under the skin: a distributed delay, then the two depots of Dalla Man 2007.

    Dalla Man et al., IEEE Trans Biomed Eng 2007;54:1740-9 (depots); Schiavon et al., IEEE Trans Biomed Eng
    2018;65:2281-6 (subject-specific delay). The paper's pure delay is distributed here over two equal stages of the
    same mean, which keeps derivatives smooth. Rates of a product are those of its record, scaled by how fast this
    person absorbs the reference product.

    Equations:
        entering'    = u - 2 a entering / tau
        delayed'     = 2 a (entering - delayed) / tau
        injected'    = 2 a delayed / tau - a (kd + ka1) injected
        dissociated' = a (kd injected - ka2 dissociated)
        Ra_I         = 6000 F b a (ka1 injected + ka2 dissociated)

    | letter | parameter or signal |
    |---|---|
    | u | dose of this product in U/min |
    | tau | delay_min |
    | kd | dissociation_per_min |
    | ka1, ka2 | injected_absorption_per_min, dissociated_absorption_per_min |
    | F | bioavailability_fraction, by which the unit's potency is expressed too |
    | a, b | signals absorption_factor and bioavailability_factor (site, heat, catheter) |
    | Ra_I | signal insulin_appearance_pmol_per_min |

    Limits: doses do not compete (absorption is linear in the dose), and the day-to-day variation of absorption is not
    in the equations: scenarios vary ``absorption_factor``.
    """

    name: str = eqx.field(static=True)
    product: str = eqx.field(static=True)
    delay_min: Float[Array, ""]
    dissociation_per_min: Float[Array, ""]
    injected_absorption_per_min: Float[Array, ""]
    dissociated_absorption_per_min: Float[Array, ""]
    bioavailability_fraction: Float[Array, ""]
    basal_u_per_min: Float[Array, ""]

    @property
    def insulin_products(self) -> tuple[str, ...]:
        """Its own."""
        return (self.product,)

    def initial_state(self) -> SubcutaneousDepotState:
        """In balance with this product's part of the basal insulin."""
        transit = self.basal_u_per_min * self.delay_min / TRANSIT_STAGES
        injected = self.basal_u_per_min / (self.dissociation_per_min + self.injected_absorption_per_min)
        return SubcutaneousDepotState(
            entering_u=transit,
            delayed_u=transit,
            injected_u=injected,
            dissociated_u=injected * self.dissociation_per_min / self.dissociated_absorption_per_min,
        )

    def emit(self, state: SubcutaneousDepotState, signals: Signals, inputs: Inputs) -> Signals:
        """Insulin entering plasma from both depots."""
        absorbed = (
            self.injected_absorption_per_min * state.injected_u
            + self.dissociated_absorption_per_min * state.dissociated_u
        )
        effective = self.bioavailability_fraction * signals.bioavailability_factor * signals.absorption_factor
        return signals.adding(insulin_appearance_pmol_per_min=PMOL_PER_U * effective * absorbed)

    def derivative(self, state: SubcutaneousDepotState, signals: Signals, inputs: Inputs) -> SubcutaneousDepotState:
        """Delay, dissociation and absorption."""
        speed = signals.absorption_factor
        stage = TRANSIT_STAGES * speed / self.delay_min
        dissociated = speed * self.dissociation_per_min * state.injected_u
        return SubcutaneousDepotState(
            entering_u=jnp.asarray(inputs.dose_u_per_min(self.product)) - stage * state.entering_u,
            delayed_u=stage * (state.entering_u - state.delayed_u),
            injected_u=stage * state.delayed_u
            - dissociated
            - speed * self.injected_absorption_per_min * state.injected_u,
            dissociated_u=dissociated - speed * self.dissociated_absorption_per_min * state.dissociated_u,
        )


class InhaledDepotState(AbstractState):
    """Insulin of one product in the lung."""

    lung_u: Float[Array, ""]


class InhaledDepot(AbstractOrgan[InhaledDepotState]):
    """One inhaled insulin product: the lung as a single compartment (Visentin 2018, inhaled route).

    Visentin et al., J Diabetes Sci Technol 2018;12:273-81.

    Equations:
        lung' = u - ka lung
        Ra_I  = 6000 F ka lung

    | letter | parameter |
    |---|---|
    | ka | absorption_per_min |
    | F | bioavailability_fraction: of the units on the cartridge |

    Limits: no effect of smoking, asthma or a cold on absorption.
    """

    name: str = eqx.field(static=True)
    product: str = eqx.field(static=True)
    absorption_per_min: Float[Array, ""]
    bioavailability_fraction: Float[Array, ""]

    @property
    def insulin_products(self) -> tuple[str, ...]:
        """Its own."""
        return (self.product,)

    def initial_state(self) -> InhaledDepotState:
        """Empty: nobody inhales basal insulin."""
        return InhaledDepotState(lung_u=0.0 * self.absorption_per_min)

    def emit(self, state: InhaledDepotState, signals: Signals, inputs: Inputs) -> Signals:
        """Insulin entering plasma."""
        absorbed = self.bioavailability_fraction * self.absorption_per_min * state.lung_u
        return signals.adding(insulin_appearance_pmol_per_min=PMOL_PER_U * absorbed)

    def derivative(self, state: InhaledDepotState, signals: Signals, inputs: Inputs) -> InhaledDepotState:
        """Inhalation and absorption."""
        inhaled = jnp.asarray(inputs.dose_u_per_min(self.product))
        return InhaledDepotState(lung_u=inhaled - self.absorption_per_min * state.lung_u)
