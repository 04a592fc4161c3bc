"""The 2008 UVA/Padova type 1 diabetes simulator: thirteen states, thirty published virtual subjects.

Dalla Man, Rizza, Cobelli, IEEE Trans Biomed Eng 2007;54:1740-9 (equations); Kovatchev et al., J Diabetes Sci Technol
2009;3:44-55 (simulator). Subjects and their numbers: see ``data/ATTRIBUTION.md``.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from glucotwin.physiology.body import Body
from glucotwin.physiology.build import Values, build_organ, positive_part
from glucotwin.physiology.padova.glucose import PadovaGlucose, PadovaInterstitium
from glucotwin.physiology.padova.gut import PadovaGut
from glucotwin.physiology.padova.insulin import PadovaInsulinAction, PadovaPlasmaInsulin, PadovaSubcutis
from glucotwin.physiology.padova.rest import (
    basal_flow_pmol_per_kg_per_min,
    glucose_balance,
    insulin_rates,
    u_per_min_from_flow,
)
from glucotwin.physiology.parameter import Parameter, read_parameters
from glucotwin.physiology.subject import Subject
from glucotwin.physiology.table import read_rows

NAME = "padova-t1d-2008"

NO_CEILING = 1e6
"""A largest uptake that nobody reaches: the published equations have none."""


@cache
def padova_t1d_2008_parameters() -> Mapping[str, Parameter]:
    """The records of the parameters, by full name; bounds are the range over the thirty subjects with a margin."""
    return read_parameters("padova_t1d_2008_parameters.csv")


def padova_t1d_2008_subjects() -> tuple[Subject, ...]:
    """The thirty published subjects: ten adults, ten adolescents, ten children."""
    return tuple(
        Subject(
            name=name,
            weight_kg=row["weight_kg"],
            basal_u_per_min=padova_t1d_2008_basal_u_per_min(row),
            age_years=row["age_years"],
            carb_ratio_g_per_u=row["carb_ratio_g_per_u"],
            correction_factor_mgdl_per_u=row["correction_factor_mgdl_per_u"],
            total_daily_insulin_u=row["total_daily_insulin_u"],
            values=row,
        )
        for name, row in _table().items()
    )


def padova_t1d_2008_basal_u_per_min(values: Values) -> float:
    """The constant rate at which a subject with these values rests."""
    flow = basal_flow_pmol_per_kg_per_min(values, insulin_rates(values), values["basal_insulin_pmoll"])
    return float(u_per_min_from_flow(flow, values["weight_kg"]))


def compose_padova_t1d_2008(values: Values) -> Body:
    """The body from independent values, with everything that the steady state fixes derived from them.

    Changing a subject's fasting glucose, insulin or production here keeps it at rest there.

    Args:
        values: ``weight_kg``, ``basal_glucose_mgdl`` (Gb), ``basal_insulin_pmoll`` (Ib),
            ``basal_production_mg_per_kg_per_min`` (EGPb) and parameters by full name; others are ignored.
    """
    rates, balance = insulin_rates(values), glucose_balance(values)
    plasma = values["basal_glucose_mgdl"] * values["glucose.volume_dl_per_kg"]
    excess = plasma - values["glucose.excretion_threshold_mg_per_kg"]
    complete = {
        **values,
        **rates,
        "basal_mgdl": values["basal_glucose_mgdl"],
        "subcutis.basal_pmol_per_kg_per_min": basal_flow_pmol_per_kg_per_min(
            values, rates, values["basal_insulin_pmoll"]
        ),
        "glucose.production_mg_per_kg_per_min": balance.kp1,
        "glucose.uptake_max_mg_per_kg_per_min": balance.vm0,
        "glucose.uptake_ceiling_mg_per_kg_per_min": NO_CEILING,
        "glucose.basal_excretion_mg_per_kg_per_min": values["glucose.excretion_per_min"] * positive_part(excess),
    }
    kinds = (PadovaSubcutis, PadovaPlasmaInsulin, PadovaInsulinAction, PadovaGut, PadovaGlucose, PadovaInterstitium)
    return Body(name=NAME, organs=tuple(build_organ(kind, complete) for kind in kinds))


@cache
def _table() -> Mapping[str, Mapping[str, float]]:
    """The subjects' numbers by subject and column."""
    rows = {row.pop("subject"): row for row in read_rows("padova_t1d_2008_subjects.csv")}
    return MappingProxyType(
        {name: MappingProxyType({key: float(value) for key, value in row.items()}) for name, row in rows.items()}
    )
