"""The UVA/Padova type 1 body written for fitting one person's twin: the equations of 2008 with glucose in mg/dL.

Dalla Man, Rizza, Cobelli, IEEE Trans Biomed Eng 2007;54:1740-9; Dalla Man 2006 (stomach). What differs from
``padova-t1d-2008`` is the form: all insulin is one linear chain and stomach and gut another organ, both resolved within
the steps of five minutes that inference takes; production is written as a deviation from rest, so that glucose rests at
the same level whatever the sensitivity of the hour; sensitivity has four values over the day.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.unit import PMOL_PER_U
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import Values, build_organ
from glucotwin.physiology.padova.reduced_glucose import ReducedGlucose
from glucotwin.physiology.padova.reduced_supply import ReducedGut, ReducedInsulin
from glucotwin.physiology.padova.rest import insulin_rates
from glucotwin.physiology.padova.t1d_2008 import padova_t1d_2008_subjects
from glucotwin.physiology.parameter import Parameter, read_parameters
from glucotwin.physiology.subject import Subject

NAME = "padova-t1d-reduced"

BLOCKS = ("night", "morning", "afternoon", "evening")
"""00-06, 06-11, 11-17, 17-24 local time."""


@cache
def reduced_parameters() -> Mapping[str, Parameter]:
    """The records of the reduced body's parameters."""
    return read_parameters("padova_t1d_reduced_parameters.csv")


def compose_reduced(
    values: Mapping[str, Float[Array, ""]], *, weight_kg: Float[Array, ""], basal_u_per_min: Float[Array, ""]
) -> Body:
    """The reduced body from parameter values by full name, with the insulin that the usual basal rate keeps up."""
    short = {name.replace("insulin.", "plasma_insulin.", 1): value for name, value in values.items()}
    rates = {name.removeprefix("plasma_"): rate for name, rate in insulin_rates(short).items()}
    to_liver, to_plasma = values["insulin.plasma_to_liver_per_min"], values["insulin.liver_to_plasma_per_min"]
    returned = to_plasma * to_liver / (to_plasma + rates["insulin.extraction_per_min"])
    leaving = values["insulin.volume_l_per_kg"] * (to_liver + rates["insulin.clearance_per_min"] - returned)
    complete = {
        **values,
        **rates,
        "weight_kg": weight_kg,
        "basal_u_per_min": basal_u_per_min,
        "basal_insulin_pmoll": basal_u_per_min * PMOL_PER_U / (weight_kg * leaving),
    }
    kinds = (ReducedInsulin, ReducedGut, ReducedGlucose)
    return Body(name=NAME, organs=tuple(build_organ(kind, complete) for kind in kinds))


def compose_reduced_of(values: Values) -> Body:
    """The reduced body of a subject: ``weight_kg``, ``basal_u_per_min`` and parameters, typical where absent."""
    own = {name: values.get(name, record.typical) for name, record in reduced_parameters().items()}
    return compose_reduced(
        {name: jnp.asarray(value, dtype=jnp.float64) for name, value in own.items()},
        weight_kg=jnp.asarray(values["weight_kg"], dtype=jnp.float64),
        basal_u_per_min=jnp.asarray(values["basal_u_per_min"], dtype=jnp.float64),
    )


def reduced_values(values: Mapping[str, float]) -> dict[str, float]:
    """Values of the reduced body that stand for those of a 2008 subject; sensitivity the same all day."""
    sensitivity = (values["glucose.production_insulin_effect"] * values["glucose.uptake_insulin_effect"]) ** 0.5
    renamed = {
        "insulin.dissociation_per_min": values["subcutis.dissociation_per_min"],
        "insulin.injected_absorption_per_min": values["subcutis.injected_absorption_per_min"],
        "insulin.dissociated_absorption_per_min": values["subcutis.dissociated_absorption_per_min"],
        "insulin.liver_to_plasma_per_min": values["plasma_insulin.liver_to_plasma_per_min"],
        "insulin.plasma_to_liver_per_min": values["plasma_insulin.plasma_to_liver_per_min"],
        "insulin.volume_l_per_kg": values["plasma_insulin.volume_l_per_kg"],
        "insulin.uptake_rate_per_min": values["insulin_action.uptake_rate_per_min"],
        "insulin.production_rate_per_min": values["insulin_action.production_rate_per_min"],
        "gut.emptying_share": values["gut.emptying_min_per_min"] / values["gut.emptying_max_per_min"],
        "glucose.interstitial_exchange_per_min": values["interstitium.exchange_per_min"],
        "glucose.basal_mgdl": values["basal_glucose_mgdl"],
        "glucose.basal_production_mg_per_kg_per_min": values["basal_production_mg_per_kg_per_min"],
        "glucose.uptake_per_production": values["glucose.uptake_insulin_effect"]
        / values["glucose.production_insulin_effect"],
        **{f"glucose.sensitivity_{block}": sensitivity for block in BLOCKS},
    }
    same = {name: values[name] for name in reduced_parameters() if name in values}
    return {**same, **renamed}


def reduced_subjects() -> tuple[Subject, ...]:
    """The thirty published subjects of the 2008 body."""
    return tuple(
        replace(
            one,
            values={
                **reduced_values(one.values),
                "weight_kg": one.weight_kg,
                "basal_u_per_min": one.basal_u_per_min,
            },
        )
        for one in padova_t1d_2008_subjects()
    )


def _with_sensitivity(values: Values, factor: float) -> Values:
    names = [f"glucose.sensitivity_{block}" for block in BLOCKS]
    return {**values, **{name: factor * values.get(name, reduced_parameters()[name].typical) for name in names}}


REDUCED_CHANGES: Mapping[str, Callable[[Values, float], Values]] = MappingProxyType(
    {
        "fasting_glucose_mgdl": lambda values, value: {**values, "glucose.basal_mgdl": value},
        "weight_kg": lambda values, value: {**values, "weight_kg": value},
        "sensitivity": _with_sensitivity,
    }
)
"""Changes by the name that a user gives."""
