"""The meal model of type 2 and of no diabetes: the UVA/Padova equations with secretion.

Dalla Man, Rizza, Cobelli, IEEE Trans Biomed Eng 2007;54:1740-9: two average subjects, normal and with type 2 diabetes,
from tracer meals of 204 and 14 people. C-peptide: Van Cauter 1992. Injected insulin is absorbed as in the 2008 body.
"""

import csv
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from glucotwin.physiology.body import Body
from glucotwin.physiology.build import Number, Values, build_organ, positive_part
from glucotwin.physiology.padova.beta_cell import PadovaBetaCell
from glucotwin.physiology.padova.c_peptide import PadovaCPeptide, c_peptide_rates
from glucotwin.physiology.padova.change import with_fasting_glucose, with_weight
from glucotwin.physiology.padova.glucose import PadovaGlucose, PadovaInterstitium
from glucotwin.physiology.padova.gut import PadovaGut
from glucotwin.physiology.padova.insulin import PadovaInsulinAction, PadovaSubcutis
from glucotwin.physiology.padova.rest import HEPATIC_EXTRACTION_FRACTION, glucose_balance
from glucotwin.physiology.padova.secreted_insulin import PadovaSecretedInsulin
from glucotwin.physiology.padova.t1d_2008 import NO_CEILING
from glucotwin.physiology.parameter import Parameter, read_parameters
from glucotwin.physiology.subject import Subject

NAME = "padova-t2d"
OBESE_KG_PER_M2 = 30.0


@cache
def padova_t2d_parameters() -> Mapping[str, Parameter]:
    """The records of the parameters, by full name."""
    return read_parameters("padova_t2d_parameters.csv")


def padova_t2d_subjects() -> tuple[Subject, ...]:
    """The two published average subjects and impaired glucose tolerance; they need no injected insulin."""
    return tuple(
        Subject(name=name, weight_kg=row["weight_kg"], basal_u_per_min=0.0, age_years=row["age_years"], values=row)
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


def compose_padova_t2d(values: Values) -> Body:
    """The body from independent values, with everything that the steady state fixes derived from them.

    Basal secretion follows from fasting insulin at a hepatic extraction of 0.6, the line of extraction passes through
    that point, and production and uptake balance fasting glucose; portal insulin enters production as deviation.

    Args:
        values: ``age_years``, ``height_cm``, ``female`` and ``type2`` (1 or 0) for C-peptide, ``weight_kg``,
            ``basal_glucose_mgdl`` (Gb), ``basal_insulin_pmoll`` (Ib),
            ``basal_production_mg_per_kg_per_min`` (EGPb) and parameters by full name; others are ignored.
    """
    secretion = basal_secretion_pmol_per_kg_per_min(values)
    balance = glucose_balance(values)
    plasma = values["basal_glucose_mgdl"] * values["glucose.volume_dl_per_kg"]
    complete = {
        **_c_peptide_kinetics(values),
        **values,
        "basal_mgdl": values["basal_glucose_mgdl"],
        "basal_secretion_pmol_per_kg_per_min": secretion,
        "beta_cell.basal_pmol_per_kg_per_min": secretion,
        "subcutis.basal_pmol_per_kg_per_min": 0.0,
        "plasma_insulin.extraction_intercept": HEPATIC_EXTRACTION_FRACTION
        + values["plasma_insulin.extraction_slope"] * secretion,
        "glucose.production_mg_per_kg_per_min": balance.kp1,
        "glucose.uptake_max_mg_per_kg_per_min": balance.vm0,
        "glucose.uptake_ceiling_mg_per_kg_per_min": NO_CEILING,
        "glucose.basal_excretion_mg_per_kg_per_min": values["glucose.excretion_per_min"]
        * positive_part(plasma - values["glucose.excretion_threshold_mg_per_kg"]),
    }
    kinds = (
        PadovaBetaCell,
        PadovaSubcutis,
        PadovaSecretedInsulin,
        PadovaCPeptide,
        PadovaInsulinAction,
        PadovaGut,
        PadovaGlucose,
        PadovaInterstitium,
    )
    return Body(name=NAME, organs=tuple(build_organ(kind, complete) for kind in kinds))


def basal_secretion_pmol_per_kg_per_min(values: Values) -> Number:
    """The secretion Sb that keeps fasting insulin where it is (Dalla Man 2007, eq. 9)."""
    m1, m2 = values["plasma_insulin.liver_to_plasma_per_min"], values["plasma_insulin.plasma_to_liver_per_min"]
    plasma = values["basal_insulin_pmoll"] * values["plasma_insulin.volume_l_per_kg"]
    liver = (m2 + values["plasma_insulin.clearance_per_min"]) * plasma / m1
    return (m1 / (1.0 - HEPATIC_EXTRACTION_FRACTION)) * liver - m2 * plasma


def _c_peptide_kinetics(values: Values) -> dict[str, float]:
    """Kinetics of C-peptide by the subject's age, sex, build and diabetes."""
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
    file = resources.files("glucotwin.physiology") / "data" / "padova_t2d_subjects.csv"
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    rows = list(csv.DictReader(lines))
    names = [column for column in rows[0] if column != "name"]
    return MappingProxyType(
        {subject: MappingProxyType({row["name"]: float(row[subject]) for row in rows}) for subject in names}
    )
