"""Signals: what organs tell each other within one instant."""

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import Array, Float


class Signals(eqx.Module):
    """One instant's messages between organs; every organ adds to or multiplies what those before it sent.

    Flows and concentrations start at zero, modifiers at one (neutral), so that an organ that is absent changes nothing.

    Attributes:
        glucose_appearance_mg_per_min: from gut or infusion into plasma.
        insulin_appearance_pmol_per_min: from depots (not secretion) into plasma.
        glucose_mgdl, interstitial_mgdl: plasma and interstitial glucose.
        insulin_pmoll: plasma insulin.
        insulin_action, hepatic_insulin_action: delayed insulin signals, in the body's own scale.
        emptying_factor, secretion_factor, sensitivity_factor, hepatic_output_factor, clearance_factor,
            appetite_factor: neutral modifiers of gastric emptying, insulin secretion, insulin sensitivity, endogenous
            glucose production, insulin clearance and appetite.
    """

    glucose_appearance_mg_per_min: Float[Array, ""]
    insulin_appearance_pmol_per_min: Float[Array, ""]
    glucose_mgdl: Float[Array, ""]
    interstitial_mgdl: Float[Array, ""]
    insulin_pmoll: Float[Array, ""]
    insulin_action: Float[Array, ""]
    hepatic_insulin_action: Float[Array, ""]
    emptying_factor: Float[Array, ""]
    secretion_factor: Float[Array, ""]
    sensitivity_factor: Float[Array, ""]
    hepatic_output_factor: Float[Array, ""]
    clearance_factor: Float[Array, ""]
    appetite_factor: Float[Array, ""]

    @classmethod
    def neutral(cls) -> "Signals":
        """Silence: nothing flows, every modifier is one."""
        zero, one = jnp.zeros(()), jnp.ones(())
        return cls(**{name: one if name.endswith("_factor") else zero for name in cls.__dataclass_fields__})

    def sending(self, **values: Float[Array, ""]) -> "Signals":
        """The same signals with some values replaced."""
        current: dict[str, Array] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return Signals(**(current | values))
