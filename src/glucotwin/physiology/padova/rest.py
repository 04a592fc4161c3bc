"""The steady state of the UVA/Padova equations: what follows from a subject's independent numbers at rest."""

from typing import NamedTuple

import jax.numpy as jnp

from glucotwin.core.unit import PMOL_PER_U
from glucotwin.physiology.build import Number, Values

HEPATIC_EXTRACTION_FRACTION = 0.6
"""Share of insulin that the liver extracts at rest (HEb), equal in all published subjects."""

CLEARANCE_PER_EXCHANGE = 0.4
"""Peripheral clearance m4 per exchange rate m2, from the steady state at that extraction (Dalla Man 2007, eq. 9)."""


class Balance(NamedTuple):
    """Production and uptake of a glucose organ, in the letters of the paper.

    Attributes:
        kp1, kp2, kp3: production without glucose and insulin, and what both take from it.
        vm0, vmx: uptake at the reference insulin and per insulin above it.
        reference_pmoll: the insulin at which uptake is vm0 (Ib).
    """

    kp1: Number
    kp2: Number
    kp3: Number
    vm0: Number
    vmx: Number
    reference_pmoll: Number


def insulin_rates(values: Values, *, clearance_factor: Number = 1.0) -> dict[str, Number]:
    """Extraction m30 and clearance m4 at the resting hepatic extraction, by full name."""
    extraction = HEPATIC_EXTRACTION_FRACTION / (1.0 - HEPATIC_EXTRACTION_FRACTION)
    exchange = CLEARANCE_PER_EXCHANGE * clearance_factor
    return {
        "plasma_insulin.extraction_per_min": extraction
        * clearance_factor
        * values["plasma_insulin.liver_to_plasma_per_min"],
        "plasma_insulin.clearance_per_min": exchange * values["plasma_insulin.plasma_to_liver_per_min"],
    }


def basal_flow_pmol_per_kg_per_min(values: Values, rates: Values, insulin_pmoll: Number) -> Number:
    """The insulin flow u2ss that keeps plasma at a concentration."""
    to_plasma = values["plasma_insulin.liver_to_plasma_per_min"]
    to_liver = values["plasma_insulin.plasma_to_liver_per_min"]
    plasma = insulin_pmoll * values["plasma_insulin.volume_l_per_kg"]
    returned = to_plasma * to_liver / (to_plasma + rates["plasma_insulin.extraction_per_min"])
    return plasma * (to_liver + rates["plasma_insulin.clearance_per_min"] - returned)


def u_per_min_from_flow(flow_pmol_per_kg_per_min: Number, weight_kg: Number) -> Number:
    """A delivery rate in U/min from an insulin flow into plasma."""
    return flow_pmol_per_kg_per_min * weight_kg / PMOL_PER_U


def glucose_balance(values: Values, *, excretion: Number = 0.0) -> Balance:
    """Production kp1 and uptake Vm0 that balance basal glucose, insulin and production (Gb, Ib, EGPb).

    Args:
        values: of the subject.
        excretion: lost in urine at basal glucose, in mg/kg/min.
    """
    plasma = values["basal_glucose_mgdl"] * values["glucose.volume_dl_per_kg"]
    production = values["basal_production_mg_per_kg_per_min"]
    into_tissue = production - values["glucose.independent_use_mg_per_kg_per_min"] - excretion
    tissue = (values["glucose.to_tissue_per_min"] * plasma - into_tissue) / values["glucose.to_plasma_per_min"]
    kp2, kp3 = values["glucose.production_glucose_effect_per_min"], values["glucose.production_insulin_effect"]
    return Balance(
        kp1=production + kp2 * plasma + kp3 * values["basal_insulin_pmoll"],
        kp2=kp2,
        kp3=kp3,
        vm0=into_tissue * (values["glucose.uptake_half_mg_per_kg"] + tissue) / tissue,
        vmx=values["glucose.uptake_insulin_effect"],
        reference_pmoll=values["basal_insulin_pmoll"],
    )


def resting_insulin_pmoll(
    balance: Balance,
    values: Values,
    *,
    excretion: Number = 0.0,
    added_production: Number = 0.0,
    sensitivity: Number = 1.0,
) -> Number:
    """The insulin at which a body with this balance rests at its basal glucose.

    Production less use and excretion goes into tissue, whose glucose follows from the exchange; uptake has to equal
    that flow. Both sides are quadratic in insulin.

    Args:
        balance: production and uptake.
        values: of the subject (pools, exchange, basal glucose).
        excretion: lost in urine at basal glucose, in mg/kg/min.
        added_production: by dawn, in mg/kg/min.
        sensitivity: of the hour, against the subject's own.
    """
    plasma = values["basal_glucose_mgdl"] * values["glucose.volume_dl_per_kg"]
    km = values["glucose.uptake_half_mg_per_kg"]
    # Flow into tissue a - b I; tissue glucose c + d I; capacity v + x I.
    a = (
        balance.kp1
        + added_production
        - balance.kp2 * plasma
        - values["glucose.independent_use_mg_per_kg_per_min"]
        - excretion
    )
    b = balance.kp3 * sensitivity
    c = (values["glucose.to_tissue_per_min"] * plasma - a) / values["glucose.to_plasma_per_min"]
    d = b / values["glucose.to_plasma_per_min"]
    x = balance.vmx * sensitivity
    v = balance.vm0 - x * balance.reference_pmoll
    quadratic, constant = (x + b) * d, v * c - a * (km + c)
    linear = v * d + x * c - a * d + b * (km + c)
    return (-linear + (linear**2 - 4.0 * quadratic * constant) ** 0.5) / (2.0 * quadratic)


def without_insulin_mgdl(balance: Balance, values: Values, *, excretion_slope: Number, threshold: Number) -> Number:
    """Glucose at which a body settles without any insulin, by the published excretion above its threshold.

    Uptake cannot fall below zero: without insulin it is what is left of Vm0. Solved by bisection of the balance.

    Args:
        balance: production and uptake.
        values: of the subject.
        excretion_slope: ke1 per min.
        threshold: ke2 in mg/kg.
    """
    v = balance.vm0 - balance.vmx * balance.reference_pmoll
    v = jnp.maximum(v, 0.0)
    low, high = 0.0 * v, 0.0 * v + 20_000.0
    for _ in range(60):
        middle = (low + high) / 2.0
        produced = balance.kp1 - balance.kp2 * middle
        flow = jnp.maximum(produced, 0.0) - values["glucose.independent_use_mg_per_kg_per_min"]
        flow = flow - excretion_slope * jnp.maximum(middle - threshold, 0.0)
        tissue = (values["glucose.to_tissue_per_min"] * middle - flow) / values["glucose.to_plasma_per_min"]
        tissue = jnp.maximum(tissue, 0.0)
        rises = flow > v * tissue / (values["glucose.uptake_half_mg_per_kg"] + tissue)
        low, high = jnp.where(rises, middle, low), jnp.where(rises, high, middle)
    return low / values["glucose.volume_dl_per_kg"]
