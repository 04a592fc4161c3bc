"""The meal model of type 2 and of no diabetes: the UVA/Padova equations with secretion.

Dalla Man, Rizza, Cobelli, IEEE Trans Biomed Eng 2007;54:1740-9: two average subjects, normal and with type 2 diabetes,
from tracer meals of 204 and 14 people. C-peptide: Van Cauter 1992. Injected insulin is absorbed as in the 2008 body.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

import jax.numpy as jnp

from glucotwin.core.unit import PMOL_PER_U
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import Number, Values, build_organ, positive_part
from glucotwin.physiology.insulin_product import REFERENCE, find_insulin_product
from glucotwin.physiology.module.kidney import Kidney
from glucotwin.physiology.module.registry import TYPE2_MODULES, module_organs, type2_module_parameters
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.padova.beta_cell import PadovaBetaCell
from glucotwin.physiology.padova.c_peptide import PadovaCPeptide, c_peptide_rates
from glucotwin.physiology.padova.cell import with_cell_defects
from glucotwin.physiology.padova.change import with_fasting_glucose, with_weight
from glucotwin.physiology.padova.depot import check_options, insulin_depots
from glucotwin.physiology.padova.excretion_rate import ExcretionRate
from glucotwin.physiology.padova.glucose import PadovaGlucose, PadovaInterstitium
from glucotwin.physiology.padova.gut import PadovaGut
from glucotwin.physiology.padova.insulin import PadovaInsulinAction
from glucotwin.physiology.padova.rest import HEPATIC_EXTRACTION_FRACTION, glucose_balance
from glucotwin.physiology.padova.secreted_insulin import PadovaSecretedInsulin
from glucotwin.physiology.padova.t1d_2008 import NO_CEILING
from glucotwin.physiology.parameter import Parameter, read_parameters
from glucotwin.physiology.subject import Subject
from glucotwin.physiology.table import read_rows

NAME = "padova-t2d"
OBESE_KG_PER_M2 = 30.0
NORMAL_FASTING_MGDL = 95.0
"""Fasting glucose below which hormones against lows begin to answer, whatever the person's own is."""

INJECTED = "basal_injected_u_per_min"
"""Name of the value that holds the constant rate of injected insulin at rest."""


@cache
def padova_t2d_parameters() -> Mapping[str, Parameter]:
    """The records of the parameters, by full name."""
    return MappingProxyType({**read_parameters("padova_t2d_parameters.csv"), **type2_module_parameters()})


def padova_t2d_subjects() -> tuple[Subject, ...]:
    """The two published average subjects and impaired glucose tolerance; they need no injected insulin."""
    return tuple(
        Subject(
            name=name,
            weight_kg=row["weight_kg"],
            basal_u_per_min=0.0,
            age_years=row["age_years"],
            total_daily_insulin_u=0.0,
            values=row,
        )
        for name, row in _table().items()
    )


def with_insulin_action(values: Values, factor: float) -> Values:
    """The subject whose insulin acts so many times as strongly on liver and muscle, at the same fasting glucose.

    Fasting insulin stays too, so that production without insulin and uptake at rest follow.
    """
    changed = dict(values)
    for name in ("glucose.production_insulin_effect", "glucose.uptake_insulin_effect"):
        changed[name] = factor * values[name]
    return changed


PADOVA_T2D_CHANGES: Mapping[str, Callable[[Values, float], Values]] = MappingProxyType(
    {
        "fasting_glucose_mgdl": with_fasting_glucose,
        "weight_kg": with_weight,
        "sensitivity": with_insulin_action,
    }
)
"""Changes by the name that a user gives; other independent numbers are simply replaced."""


def with_typical_type2(values: Values) -> dict[str, Number]:
    """The values, completed by the typical ones of every module and by the reference product's delay."""
    typical = {name: record.typical for name, record in type2_module_parameters().items()}
    return {**typical, "subcutis.delay_min": find_insulin_product(REFERENCE).delay_min, **values}


def padova_t2d_basal_u_per_min(values: Values) -> float:
    """The constant rate of injected insulin with which a subject rests; zero for who injects none."""
    return float(values.get(INJECTED, 0.0))


def compose_padova_t2d(values: Values, options: BodyOptions | None = None) -> Body:
    """The body from independent values, with everything that the steady state fixes derived from them.

    Basal secretion follows from fasting insulin, less what is injected, at the resting hepatic extraction; the line of
    extraction passes through that point, and production and uptake balance fasting glucose; portal insulin enters
    production as deviation. With every module left out it is the model of 2007.

    Args:
        values: ``age_years``, ``height_cm``, ``female`` and ``type2`` (1 or 0) for C-peptide, ``weight_kg``,
            ``basal_glucose_mgdl`` (Gb), ``basal_insulin_pmoll`` (Ib),
            ``basal_production_mg_per_kg_per_min`` (EGPb), ``basal_injected_u_per_min`` (0 when absent) and parameters
            by full name, those of modules typical when absent; others are ignored.
        options: insulin products and modules left out.

    Raises:
        ModelError: a module or product is not known, or the basal product is not among the products.
    """
    options = options or BodyOptions()
    check_options(options, TYPE2_MODULES)
    complete = _at_rest(with_typical_type2(values), options.without)
    modules = module_organs(complete, without=options.without, modules=TYPE2_MODULES)
    organs = (
        *(organ for organ in modules if organ.held),
        build_organ(PadovaBetaCell, complete),
        *insulin_depots(complete, options),
        *(build_organ(kind, complete) for kind in OWN_ORGANS),
        *(organ for organ in modules if not organ.held),
        *(() if "kidney" in options.without else (build_organ(ExcretionRate, complete),)),
        build_organ(PadovaInterstitium, complete),
    )
    return Body(name=NAME, organs=organs)


OWN_ORGANS = (PadovaSecretedInsulin, PadovaCPeptide, PadovaInsulinAction, PadovaGut, PadovaGlucose)


def _at_rest(values: Values, without: frozenset[str]) -> dict[str, Number]:
    """The values with what the steady state fixes."""
    if "insulin-signalling" not in without:
        values = with_cell_defects(values, excretion_at=lambda glucose: _basal_excretion(values, without, glucose))
    secretion, excretion = basal_secretion_pmol_per_kg_per_min(values), _basal_excretion(values, without)
    balance = glucose_balance(values, excretion=excretion)
    return {
        **({} if "c_peptide.volume_l" in values else c_peptide_kinetics(values)),
        **values,
        "basal_mgdl": values["basal_glucose_mgdl"],
        "counter_regulation.basal_mgdl": _smaller(values["basal_glucose_mgdl"], NORMAL_FASTING_MGDL),
        "basal_secretion_pmol_per_kg_per_min": secretion,
        "beta_cell.basal_pmol_per_kg_per_min": secretion,
        "excretion_rate.volume_dl_per_kg": values["glucose.volume_dl_per_kg"],
        "subcutis.basal_pmol_per_kg_per_min": _injected_pmol_per_kg_per_min(values),
        "plasma_insulin.extraction_intercept": _extraction(values)
        + values["plasma_insulin.extraction_slope"] * secretion,
        "glucose.production_mg_per_kg_per_min": balance.kp1,
        "glucose.uptake_max_mg_per_kg_per_min": balance.vm0,
        "glucose.uptake_ceiling_mg_per_kg_per_min": NO_CEILING,
        "glucose.basal_excretion_mg_per_kg_per_min": excretion,
        "glucose.excretion_per_min": values["glucose.excretion_per_min"] if "kidney" in without else 0.0,
    }


def basal_secretion_pmol_per_kg_per_min(values: Values) -> Number:
    """The secretion Sb that, with what is injected, keeps fasting insulin where it is (Dalla Man 2007, eq. 9)."""
    m1, m2 = values["plasma_insulin.liver_to_plasma_per_min"], values["plasma_insulin.plasma_to_liver_per_min"]
    plasma = values["basal_insulin_pmoll"] * values["plasma_insulin.volume_l_per_kg"]
    injected = _injected_pmol_per_kg_per_min(values)
    liver = ((m2 + values["plasma_insulin.clearance_per_min"]) * plasma - injected) / m1
    return (m1 / (1.0 - _extraction(values))) * liver - m2 * plasma


def _injected_pmol_per_kg_per_min(values: Values) -> Number:
    return values.get(INJECTED, 0.0) * (PMOL_PER_U / values["weight_kg"])


def _extraction(values: Values) -> Number:
    """The share that the liver extracts at rest (HEb)."""
    return values.get("basal_extraction_fraction", HEPATIC_EXTRACTION_FRACTION)


def _basal_excretion(values: Values, without: frozenset[str], glucose_mgdl: Number | None = None) -> Number:
    """What the kidney loses at rest, or at another glucose, by whatever excretes in this body."""
    glucose = values["basal_glucose_mgdl"] if glucose_mgdl is None else glucose_mgdl
    if "kidney" not in without:
        return build_organ(Kidney, values).excretion_at_rest(jnp.asarray(glucose))
    plasma = glucose * values["glucose.volume_dl_per_kg"]
    return values["glucose.excretion_per_min"] * positive_part(plasma - values["glucose.excretion_threshold_mg_per_kg"])


def _smaller(value: Number, bound: float) -> Number:
    return min(value, bound) if isinstance(value, float) else jnp.minimum(value, bound)


def c_peptide_kinetics(values: Values) -> dict[str, float]:
    """Kinetics of C-peptide by full name, from the subject's age, sex, build and diabetes.

    Args:
        values: plain numbers of ``age_years``, ``height_cm``, ``weight_kg``, ``female`` and ``type2``.
    """
    height_cm, weight_kg = float(values["height_cm"]), float(values["weight_kg"])
    obese = weight_kg / (height_cm / 100.0) ** 2 >= OBESE_KG_PER_M2
    return c_peptide_rates(
        build="type2" if values["type2"] else "obese" if obese else "normal",
        age_years=float(values["age_years"]),
        sex="female" if values["female"] else "male",
        height_cm=height_cm,
        weight_kg=weight_kg,
    )


@cache
def _table() -> Mapping[str, Mapping[str, float]]:
    """The subjects' numbers by subject and name."""
    rows = read_rows("padova_t2d_subjects.csv")
    names = [column for column in rows[0] if column != "name"]
    return MappingProxyType(
        {subject: MappingProxyType({row["name"]: float(row[subject]) for row in rows}) for subject in names}
    )
