"""The 2008 UVA/Padova type 1 diabetes simulator: thirteen states, thirty published virtual subjects.

Dalla Man, Rizza, Cobelli, IEEE Trans Biomed Eng 2007;54:1740-9 (equations); Kovatchev et al., J Diabetes Sci Technol
2009;3:44-55 (simulator). Subjects and their numbers: see ``data/ATTRIBUTION.md``.
"""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.unit import PMOL_PER_U
from glucotwin.physiology.body import Body
from glucotwin.physiology.padova.glucose import PadovaGlucose, PadovaInterstitium
from glucotwin.physiology.padova.gut import PadovaGut
from glucotwin.physiology.padova.insulin import PadovaInsulinAction, PadovaPlasmaInsulin, PadovaSubcutis
from glucotwin.physiology.parameter import Parameter, read_parameters
from glucotwin.physiology.subject import Subject

NAME = "padova-t1d-2008"

HEPATIC_EXTRACTION_FRACTION = 0.6
"""Share of insulin that the liver extracts at rest (HEb), equal in all published subjects."""

CLEARANCE_PER_EXCHANGE = 0.4
"""Peripheral clearance m4 per exchange rate m2, from the steady state at that extraction (Dalla Man 2007, eq. 9)."""

Values = Mapping[str, Float[Array, ""] | float]
"""Numbers by name: of a table (then no program is compiled to derive the others), or traced."""


@cache
def padova_t1d_2008_parameters() -> Mapping[str, Parameter]:
    """The records of the parameters, by full name; bounds are the range over the thirty subjects with a margin."""
    return read_parameters("padova_t1d_2008_parameters.csv")


def padova_t1d_2008_subjects() -> tuple[Subject, ...]:
    """The thirty published subjects: ten adults, ten adolescents, ten children."""
    return tuple(_subject(name, row) for name, row in _table().items())


def padova_t1d_2008_body(subject: str) -> Body:
    """The body of a published subject, e.g. ``adult#001``.

    Raises:
        NotFoundError: there is no such subject.
    """
    row = _table().get(subject)
    if row is None:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME,
            f"The body {NAME} has no subject {subject!r}.",
            hint="Use adult#001 to adult#010, adolescent#001 to adolescent#010 or child#001 to child#010.",
        )
    return compose_padova_t1d_2008(row)


def compose_padova_t1d_2008(values: Values) -> Body:
    """The body from independent values, with everything that the steady state fixes derived from them.

    Changing a subject's fasting glucose, insulin or production here keeps it at rest there.

    Args:
        values: ``weight_kg``, ``basal_glucose_mgdl`` (Gb), ``basal_insulin_pmoll`` (Ib),
            ``basal_production_mg_per_kg_per_min`` (EGPb) and parameters by full name; others are ignored.
    """
    weight_kg, basal_insulin_pmoll = _array(values["weight_kg"]), _array(values["basal_insulin_pmoll"])
    basal_mgdl = _array(values["basal_glucose_mgdl"])
    insulin = _insulin_rates(values)
    return Body(
        name=NAME,
        organs=(
            PadovaSubcutis(
                weight_kg=weight_kg,
                basal_pmol_per_kg_per_min=_array(_basal_flow(values, insulin)),
                **_of(values, PadovaSubcutis.name),
            ),
            PadovaPlasmaInsulin(
                weight_kg=weight_kg,
                basal_insulin_pmoll=basal_insulin_pmoll,
                **_arrays(insulin),
                **_of(values, PadovaPlasmaInsulin.name),
            ),
            PadovaInsulinAction(basal_insulin_pmoll=basal_insulin_pmoll, **_of(values, PadovaInsulinAction.name)),
            PadovaGut(**_of(values, PadovaGut.name)),
            PadovaGlucose(
                weight_kg=weight_kg,
                basal_mgdl=basal_mgdl,
                basal_insulin_pmoll=basal_insulin_pmoll,
                **_arrays(_glucose_balance(values)),
                **_of(values, PadovaGlucose.name),
            ),
            PadovaInterstitium(basal_mgdl=basal_mgdl, **_of(values, PadovaInterstitium.name)),
        ),
    )


def _insulin_rates(values: Values) -> Values:
    """Extraction m30 and clearance m4 at the resting hepatic extraction."""
    extraction = HEPATIC_EXTRACTION_FRACTION / (1.0 - HEPATIC_EXTRACTION_FRACTION)
    return {
        "extraction_per_min": extraction * values["plasma_insulin.liver_to_plasma_per_min"],
        "clearance_per_min": CLEARANCE_PER_EXCHANGE * values["plasma_insulin.plasma_to_liver_per_min"],
    }


def _basal_flow(values: Values, rates: Values) -> Float[Array, ""] | float:
    """The insulin flow u2ss in pmol/kg/min that keeps plasma at its basal concentration."""
    to_plasma = values["plasma_insulin.liver_to_plasma_per_min"]
    to_liver = values["plasma_insulin.plasma_to_liver_per_min"]
    plasma = values["basal_insulin_pmoll"] * values["plasma_insulin.volume_l_per_kg"]
    returned = to_plasma * to_liver / (to_plasma + rates["extraction_per_min"])
    return plasma * (to_liver + rates["clearance_per_min"] - returned)


def _glucose_balance(values: Values) -> Values:
    """Production kp1 and uptake Vm0 that balance basal glucose and insulin."""
    plasma = values["basal_glucose_mgdl"] * values["glucose.volume_dl_per_kg"]
    production = values["basal_production_mg_per_kg_per_min"]
    into_tissue = production - values["glucose.independent_use_mg_per_kg_per_min"]
    tissue = (values["glucose.to_tissue_per_min"] * plasma - into_tissue) / values["glucose.to_plasma_per_min"]
    return {
        "production_mg_per_kg_per_min": production
        + values["glucose.production_glucose_effect_per_min"] * plasma
        + values["glucose.production_insulin_effect"] * values["basal_insulin_pmoll"],
        "uptake_max_mg_per_kg_per_min": into_tissue * (values["glucose.uptake_half_mg_per_kg"] + tissue) / tissue,
    }


@cache
def _table() -> Mapping[str, Mapping[str, float]]:
    """The subjects' numbers by subject and column."""
    file = resources.files("glucotwin.physiology") / "data" / "padova_t1d_2008_subjects.csv"
    lines = (line for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    rows = {row.pop("subject"): row for row in csv.DictReader(lines)}
    return MappingProxyType(
        {name: MappingProxyType({key: float(value) for key, value in row.items()}) for name, row in rows.items()}
    )


def _subject(name: str, row: Mapping[str, float]) -> Subject:
    flow = float(_basal_flow(row, _insulin_rates(row)))
    return Subject(
        name=name,
        weight_kg=row["weight_kg"],
        basal_u_per_min=flow * row["weight_kg"] / PMOL_PER_U,
        age_years=row["age_years"],
        carb_ratio_g_per_u=row["carb_ratio_g_per_u"],
        correction_factor_mgdl_per_u=row["correction_factor_mgdl_per_u"],
        total_daily_insulin_u=row["total_daily_insulin_u"],
    )


def _of(values: Values, organ: str) -> dict[str, Float[Array, ""]]:
    prefix = f"{organ}."
    return _arrays({name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)})


def _arrays(values: Values) -> dict[str, Float[Array, ""]]:
    return {name: _array(value) for name, value in values.items()}


def _array(value: Float[Array, ""] | float) -> Float[Array, ""]:
    return jnp.asarray(value, dtype=jnp.float64)
