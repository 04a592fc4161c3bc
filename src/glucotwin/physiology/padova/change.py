"""Changes of a subject of the UVA/Padova equations that keep it at rest."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from glucotwin.physiology.build import Values
from glucotwin.physiology.padova.rest import glucose_balance, resting_insulin_pmoll


def with_fasting_glucose(values: Values, fasting_glucose_mgdl: float) -> Values:
    """The subject resting at another glucose at the same insulin: production and uptake follow."""
    return {**values, "basal_glucose_mgdl": fasting_glucose_mgdl}


def with_weight(values: Values, weight_kg: float) -> Values:
    """The subject lighter or heavier: everything per kg stays, so insulin needs follow weight."""
    return {**values, "weight_kg": weight_kg}


def with_sensitivity(values: Values, factor: float) -> Values:
    """The subject with insulin that acts so many times as strongly on liver and muscle, at rest at the same glucose.

    What the liver makes without insulin and what muscle takes at a given action stay as they are, so the subject needs
    another basal insulin.
    """
    balance = glucose_balance(values)
    insulin = resting_insulin_pmoll(balance, values, sensitivity=factor)
    plasma = values["basal_glucose_mgdl"] * values["glucose.volume_dl_per_kg"]
    return {
        **values,
        "basal_insulin_pmoll": insulin,
        "basal_production_mg_per_kg_per_min": balance.kp1 - balance.kp2 * plasma - factor * balance.kp3 * insulin,
        "glucose.production_insulin_effect": factor * values["glucose.production_insulin_effect"],
        "glucose.uptake_insulin_effect": factor * values["glucose.uptake_insulin_effect"],
    }


PADOVA_CHANGES: Mapping[str, Callable[[Values, float], Values]] = MappingProxyType(
    {
        "fasting_glucose_mgdl": with_fasting_glucose,
        "weight_kg": with_weight,
        "sensitivity": with_sensitivity,
    }
)
"""Changes by the name that a user gives; other independent numbers are simply replaced."""
