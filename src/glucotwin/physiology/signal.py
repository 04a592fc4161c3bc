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
        glucose_rate_mgdl_per_min: how fast plasma glucose rises, as sent by bodies whose pancreas listens.
        secretion_pmol_per_kg_per_min, c_peptide_pmoll: insulin that the pancreas secretes, and plasma C-peptide.
        insulin_pmoll, glucagon_pgml, ketone_mmoll, ethanol_g_per_l: plasma insulin and glucagon, blood
            beta-hydroxybutyrate and ethanol.
        insulin_action, hepatic_insulin_action: delayed insulin signals, in the body's own scale.
        added_production_mg_per_kg_per_min: endogenous production on top of what glucose and insulin allow; insulin can
            suppress it.
        relative_production_per_min, relative_uptake_per_min: production and insulin-independent uptake on top, as share
            of plasma glucose per minute (muscle at work).
        excretion_mg_per_kg_per_min: glucose lost in urine.
        production_mg_per_kg_per_min, uptake_mg_per_kg_per_min: total endogenous production and insulin-dependent
            uptake, as reported by the glucose organ for observers.
        emptying_factor, secretion_factor, sensitivity_factor, hepatic_output_factor, clearance_factor,
            appetite_factor: neutral modifiers of gastric emptying, insulin secretion, insulin sensitivity, endogenous
            glucose production, insulin clearance and appetite.
        uptake_sensitivity_factor, hepatic_sensitivity_factor: modifiers of insulin's effect on uptake and on production
            alone, on top of ``sensitivity_factor``.
        absorption_factor, bioavailability_factor: modifiers of how fast and how much insulin leaves its depot.
        glycogen_factor: what is left of the liver's glycogen for hormones to release, 1 when full.
        renal_threshold_factor: modifier of the glucose level above which the kidney excretes it.
        ketogenesis_factor: modifier of ketone production.
        carbohydrate_absorption_factor: modifier of how fast carbohydrate moves from gut to blood.
        carbohydrate_uptake_factor: modifier of how much of what leaves the gut reaches the blood.
        incretin_factor: modifier of what the person's own incretins add to secretion during absorption.
        glucose_response_factor: modifier of all secretion that answers glucose, but not of basal secretion.
        static_response_factor: modifier of the secretion that answers the level of glucose alone.
        high_glucose_secretion_factor: modifier of all secretion that acts only while glucose is above normal.
        secretion_floor_fraction: secretion on top whatever glucose is, as share of basal secretion.
    """

    glucose_appearance_mg_per_min: Float[Array, ""]
    insulin_appearance_pmol_per_min: Float[Array, ""]
    glucose_mgdl: Float[Array, ""]
    interstitial_mgdl: Float[Array, ""]
    glucose_rate_mgdl_per_min: Float[Array, ""]
    secretion_pmol_per_kg_per_min: Float[Array, ""]
    c_peptide_pmoll: Float[Array, ""]
    insulin_pmoll: Float[Array, ""]
    glucagon_pgml: Float[Array, ""]
    ketone_mmoll: Float[Array, ""]
    ethanol_g_per_l: Float[Array, ""]
    insulin_action: Float[Array, ""]
    hepatic_insulin_action: Float[Array, ""]
    added_production_mg_per_kg_per_min: Float[Array, ""]
    relative_production_per_min: Float[Array, ""]
    relative_uptake_per_min: Float[Array, ""]
    excretion_mg_per_kg_per_min: Float[Array, ""]
    production_mg_per_kg_per_min: Float[Array, ""]
    uptake_mg_per_kg_per_min: Float[Array, ""]
    emptying_factor: Float[Array, ""]
    secretion_factor: Float[Array, ""]
    sensitivity_factor: Float[Array, ""]
    uptake_sensitivity_factor: Float[Array, ""]
    hepatic_sensitivity_factor: Float[Array, ""]
    hepatic_output_factor: Float[Array, ""]
    clearance_factor: Float[Array, ""]
    absorption_factor: Float[Array, ""]
    bioavailability_factor: Float[Array, ""]
    glycogen_factor: Float[Array, ""]
    renal_threshold_factor: Float[Array, ""]
    ketogenesis_factor: Float[Array, ""]
    appetite_factor: Float[Array, ""]
    carbohydrate_absorption_factor: Float[Array, ""]
    carbohydrate_uptake_factor: Float[Array, ""]
    incretin_factor: Float[Array, ""]
    glucose_response_factor: Float[Array, ""]
    static_response_factor: Float[Array, ""]
    high_glucose_secretion_factor: Float[Array, ""]
    secretion_floor_fraction: Float[Array, ""]

    @classmethod
    def neutral(cls) -> "Signals":
        """Silence: nothing flows, every modifier is one."""
        zero, one = jnp.zeros(()), jnp.ones(())
        return cls(**{name: one if name.endswith("_factor") else zero for name in cls.__dataclass_fields__})

    def sending(self, **values: Float[Array, ""]) -> "Signals":
        """The same signals with some values replaced."""
        current: dict[str, Array] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return Signals(**(current | values))

    def adding(self, **flows: Float[Array, ""]) -> "Signals":
        """The same signals with something added to some of them."""
        return self.sending(**{name: getattr(self, name) + flow for name, flow in flows.items()})

    def scaling(self, **factors: Float[Array, ""]) -> "Signals":
        """The same signals with some of them multiplied."""
        return self.sending(**{name: getattr(self, name) * factor for name, factor in factors.items()})
