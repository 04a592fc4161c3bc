"""The injection site: how scarred tissue, warmth and an ageing catheter change the way insulin takes."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.condition import ConditionKind
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.rasterise import CATHETER_AGE
from glucotwin.physiology.organ import AbstractModulator, AbstractState
from glucotwin.physiology.signal import Signals


class InjectionSiteState(AbstractState):
    """What the site is like now."""

    absorption_factor: Float[Array, ""]
    bioavailability_factor: Float[Array, ""]


class InjectionSite(AbstractModulator[InjectionSiteState]):
    """Multipliers of absorption by the state of the site.

    Famulla et al., Diabetes Care 2016;39:1486-92 (lipohypertrophy); J Diabetes Sci Technol 2015;9:639-43 (local heat);
    Olsson et al., Diabetes Res Clin Pract 1991;12:19-24 (age of the catheter).

    Equations:
        absorption_factor      = (1 - l L) (1 + h H) (1 + c min(days, d))
        bioavailability_factor = 1 - f L

    | letter | parameter or input |
    |---|---|
    | L, H | condition levels lipohypertrophy and heat, 0 to 1 |
    | days | condition level catheter-age |
    | l, f | lump_speed_loss_fraction, lump_exposure_loss_fraction |
    | h | heat_speed_gain_fraction |
    | c, d | catheter_speed_gain_per_day, catheter_days |

    Limits: all products at one site are changed alike; an occlusion is a fault of the pump, not of the site.
    """

    name = "injection_site"

    lump_speed_loss_fraction: Float[Array, ""]
    lump_exposure_loss_fraction: Float[Array, ""]
    heat_speed_gain_fraction: Float[Array, ""]
    catheter_speed_gain_per_day: Float[Array, ""]
    catheter_days: Float[Array, ""]

    def initial_state(self) -> InjectionSiteState:
        """A healthy site."""
        one = jnp.ones_like(self.catheter_days)
        return InjectionSiteState(absorption_factor=one, bioavailability_factor=one)

    def emit(self, state: InjectionSiteState, signals: Signals, inputs: Inputs) -> Signals:
        """Both factors."""
        return signals.scaling(
            absorption_factor=state.absorption_factor, bioavailability_factor=state.bioavailability_factor
        )

    def advance(
        self, state: InjectionSiteState, signals: Signals, inputs: Inputs, *, minutes: float
    ) -> InjectionSiteState:
        """The site as it is this minute."""
        lump, heat = inputs.level(ConditionKind.LIPOHYPERTROPHY), inputs.level(ConditionKind.HEAT)
        days = jnp.minimum(inputs.level(CATHETER_AGE), self.catheter_days)
        return InjectionSiteState(
            absorption_factor=(1.0 - self.lump_speed_loss_fraction * lump)
            * (1.0 + self.heat_speed_gain_fraction * heat)
            * (1.0 + self.catheter_speed_gain_per_day * days),
            bioavailability_factor=1.0 - self.lump_exposure_loss_fraction * lump,
        )
