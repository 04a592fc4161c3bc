"""The full type 1 body: the UVA/Padova equations with the features of 2013 and 2017 and what happens in a life.

Dalla Man et al., J Diabetes Sci Technol 2014;8:26-34; Visentin et al., J Diabetes Sci Technol 2018;12:273-81; the
papers of the modules stand with them. With every module left out it is the 2008 body.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from types import MappingProxyType

import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.array import Array
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import Number, Values, build_organ, positive_part
from glucotwin.physiology.insulin_product import REFERENCE, find_insulin_product
from glucotwin.physiology.module.circadian import Circadian, dawn_at
from glucotwin.physiology.module.comorbidity import liver_fat, renal_function
from glucotwin.physiology.module.kidney import Kidney
from glucotwin.physiology.module.registry import MODULES, module_organs, module_parameters
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.padova.depot import check_options, insulin_depots
from glucotwin.physiology.padova.glucose import PadovaGlucose, PadovaInterstitium
from glucotwin.physiology.padova.gut import PadovaGut
from glucotwin.physiology.padova.insulin import PadovaInsulinAction, PadovaPlasmaInsulin
from glucotwin.physiology.padova.rest import (
    Balance,
    basal_flow_pmol_per_kg_per_min,
    glucose_balance,
    insulin_rates,
    resting_insulin_pmoll,
    u_per_min_from_flow,
)
from glucotwin.physiology.padova.t1d_2008 import NO_CEILING, padova_t1d_2008_parameters, padova_t1d_2008_subjects
from glucotwin.physiology.parameter import Parameter
from glucotwin.physiology.subject import Subject

NAME = "padova-t1d"

ACTION_LEAD_MIN = 90.0
"""How long before an hour its basal insulin has to be given: absorption and action together."""


@cache
def padova_t1d_parameters() -> Mapping[str, Parameter]:
    """The records of all independent parameters, by full name; the depots' are the insulin products'."""
    records = {**padova_t1d_2008_parameters(), **module_parameters()}
    return MappingProxyType(records)


def with_typical(values: Values) -> dict[str, Number]:
    """The values, completed by the typical ones of every module and by the reference product's delay."""
    typical = {name: record.typical for name, record in module_parameters().items()}
    return {**typical, "subcutis.delay_min": find_insulin_product(REFERENCE).delay_min, **values}


def padova_t1d_subjects() -> tuple[Subject, ...]:
    """The thirty subjects published for the 2008 body, with typical modules and without intraday pattern and dawn."""
    return tuple(
        replace(one, basal_u_per_min=padova_t1d_basal_u_per_min(one.values)) for one in padova_t1d_2008_subjects()
    )


def padova_t1d_basal_u_per_min(values: Values) -> float:
    """The constant rate of rapid insulin at which a subject with these values rests."""
    rest = resting_state(with_typical(values))
    return float(u_per_min_from_flow(rest["subcutis.basal_pmol_per_kg_per_min"], values["weight_kg"]))


def compose_padova_t1d(values: Values, options: BodyOptions | None = None) -> Body:
    """The full body of a subject, at rest at its basal glucose whatever kidneys and liver do.

    Args:
        values: as for the 2008 body, and parameters of modules by full name; absent ones are typical.
        options: insulin products and modules left out.

    Raises:
        ModelError: a module or product is not known, or the basal product is not among the products.
    """
    options = options or BodyOptions()
    check_options(options, MODULES)
    complete = {**with_typical(values), "basal_mgdl": values["basal_glucose_mgdl"]}
    rest = resting_state(complete, options.without)
    complete |= rest
    if "low-glucose" in options.without:
        complete["glucose.uptake_ceiling_mg_per_kg_per_min"] = NO_CEILING
    modules = module_organs(complete, without=options.without)
    organs = (
        *(organ for organ in modules if organ.held),
        *insulin_depots(complete, options),
        build_organ(PadovaPlasmaInsulin, complete),
        build_organ(PadovaInsulinAction, complete),
        build_organ(PadovaGut, complete),
        build_organ(PadovaGlucose, complete),
        *(organ for organ in modules if not organ.held),
        build_organ(PadovaInterstitium, complete),
    )
    return Body(name=NAME, organs=organs)


def resting_state(complete: Values, without: frozenset[str] = frozenset()) -> dict[str, Number]:
    """What the steady state fixes, by full name: insulin rates, production, uptake, basal insulin and its delivery.

    Args:
        complete: the values of a subject with those of all modules.
        without: modules left out.
    """
    balance, excretion, rates = _balance(complete, without)
    insulin = resting_insulin_pmoll(balance, complete, excretion=excretion)
    return {
        **rates,
        "basal_insulin_pmoll": insulin,
        "subcutis.basal_pmol_per_kg_per_min": basal_flow_pmol_per_kg_per_min(complete, rates, insulin),
        "glucose.production_mg_per_kg_per_min": balance.kp1,
        "glucose.production_glucose_effect_per_min": balance.kp2,
        "glucose.production_insulin_effect": balance.kp3,
        # Uptake is written from the insulin at rest on; the line through it is the same.
        "glucose.uptake_max_mg_per_kg_per_min": balance.vm0 + balance.vmx * (insulin - balance.reference_pmoll),
        "glucose.basal_excretion_mg_per_kg_per_min": excretion,
        "glucose.excretion_per_min": complete["glucose.excretion_per_min"] if "kidney" in without else 0.0,
    }


def level_basal_profile(values: Values) -> tuple[float, ...]:
    """U/h of rapid insulin for the 24 local hours that keep glucose near its basal level over a day."""
    rates, _ = level_basal_profiles({name: np.asarray([value]) for name, value in values.items()})
    return tuple(float(rate) for rate in rates[0])


def level_basal_profiles(values: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Basal rates by local hour, and the insulin sensitivity in which a dose of the hour acts, both ``(people, 24)``.

    The steady state of each hour's sensitivity and dawn, delivered ahead of it by the time that insulin takes to act.

    Args:
        values: of several people, one entry each.
    """
    clocks = (60.0 * (jnp.arange(24.0) + 0.5) + ACTION_LEAD_MIN) % MINUTES_PER_DAY
    arrays = {name: jnp.asarray(array, dtype=jnp.float64) for name, array in values.items()}
    rates, sensitivity = jax.jit(jax.vmap(lambda one: _level_hours(one, clocks)))(arrays)
    return np.asarray(rates), np.asarray(sensitivity)


def _level_hours(values: Values, clocks_min: Array) -> tuple[Array, Array]:
    """Basal U/h and sensitivity of one person at clock times."""
    complete = with_typical(values)
    circadian = build_organ(Circadian, complete)
    balance, excretion, rates = _balance(complete, frozenset())

    def hour(clock: Array) -> tuple[Array, Array]:
        sensitivity = circadian.sensitivity_at(clock)
        insulin = resting_insulin_pmoll(
            balance,
            complete,
            excretion=excretion,
            added_production=circadian.dawn_production_mg_per_kg_per_min * dawn_at(clock),
            sensitivity=sensitivity,
        )
        flow = basal_flow_pmol_per_kg_per_min(complete, rates, insulin)
        return 60.0 * jnp.asarray(u_per_min_from_flow(flow, complete["weight_kg"])), sensitivity

    return jax.vmap(hour)(clocks_min)


def _balance(complete: Values, without: frozenset[str]) -> tuple[Balance, Number, dict[str, Number]]:
    """Production and uptake with this kidney and liver, excretion at rest, and insulin's rates."""
    published = glucose_balance(complete)
    output, clearance, hepatic = 1.0, 1.0, 1.0
    if "comorbidity" not in without:
        kidney = renal_function(complete)
        output, clearance = kidney.production_factor(), kidney.clearance_factor()
        hepatic = liver_fat(complete).sensitivity_factor()
    balance = published._replace(
        kp1=published.kp1 * output, kp2=published.kp2 * output, kp3=published.kp3 * output * hepatic
    )
    return balance, _basal_excretion(complete, without), insulin_rates(complete, clearance_factor=clearance)


def _basal_excretion(complete: Values, without: frozenset[str]) -> Number:
    if "kidney" not in without:
        return build_organ(Kidney, complete).excretion_at_rest(jnp.asarray(complete["basal_glucose_mgdl"]))
    plasma = complete["basal_glucose_mgdl"] * complete["glucose.volume_dl_per_kg"]
    excess = plasma - complete["glucose.excretion_threshold_mg_per_kg"]
    return complete["glucose.excretion_per_min"] * positive_part(excess)
