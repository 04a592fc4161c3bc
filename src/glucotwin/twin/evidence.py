"""What laboratory values say about a body: fasting glucose, HbA1c and C-peptide beside the glucose of the days.

They enter a fit as independent terms of its likelihood. An HbA1c speaks of the mean glucose that the body keeps with
the person's meals, and a person's own glycation ratio is averaged over; a C-peptide speaks of secretion at the glucose
of that moment, and so tells apart secretion and sensitivity, whose product is all that glucose tells.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import polars as pl

from glucotwin.core.array import AnyArray, Array, Float
from glucotwin.core.unit import MGDL_PER_MMOLL, MINUTES_PER_DAY
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.imputation import ASSUMED_WEIGHT_KG
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import LabResult
from glucotwin.domain.person import Sex
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.body import Body
from glucotwin.physiology.padova.c_peptide import c_peptide_rates

FASTING_LOG_SD = 0.15
"""Of one fasting glucose about the level of two weeks: day to day 0.14 (Ollerton 1999), laboratory 0.03."""
HBA1C_LOG_SD = 0.08
"""Of an HbA1c about that of the mean glucose: people's own ratio 0.07 (chosen), laboratory 0.02, other weeks 0.03."""
C_PEPTIDE_LOG_SD = 0.35
"""Of a C-peptide about that of secretion at the moment's glucose: kinetics, delay and room of secretion (chosen)."""
ADAG_SLOPE, ADAG_OFFSET = 28.7, 46.7
KNOWN_FOR = timedelta(days=120)
"""Values older than the red cells' life say nothing of these days."""
NEAR = timedelta(minutes=20)
"""A C-peptide counts when glucose was measured so shortly before or after."""
WEAK_KIDNEY_EGFR = 60.0
"""Below, the kidney keeps C-peptide, and HbA1c begins to mislead: below 30 (KDIGO 2022) it is left out."""
MISLEADING_EGFR = 30.0
ANAEMIA_G_PER_DL: Mapping[Sex, float] = MappingProxyType({Sex.FEMALE: 12.0, Sex.MALE: 13.0, Sex.UNKNOWN: 12.0})
"""Haemoglobin below which HbA1c is left out (WHO 2011)."""
UNITS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "fasting": {"mg/dL": 1.0, "mmol/L": MGDL_PER_MMOLL},
        "c-peptide": {"pmol/L": 1.0, "nmol/L": 1000.0, "ng/mL": 331.0, "ug/L": 331.0},
        "egfr": {"mL/min/{1.73_m2}": 1.0},
        "haemoglobin": {"g/dL": 1.0, "g/L": 0.1},
    }
)
NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "fasting": ("fasting glucose", "1558-6", "14771-0"),
        "hba1c": ("hba1c", "4548-4", "59261-8"),
        "c-peptide": ("c-peptide", "1986-9", "14633-2"),
        "egfr": ("egfr", "69405-9"),
        "haemoglobin": ("haemoglobin", "hemoglobin", "718-7"),
    }
)


class Evidence(eqx.Module):
    """Laboratory values of the months before a fit's end.

    Attributes:
        fasting_mgdl: fasting glucose.
        hba1c_pct: HbA1c (NGSP).
        c_peptide_pmoll: C-peptide, and ``c_peptide_glucose_mgdl`` the glucose beside it.
        c_peptide_per_secretion: pmol/L of C-peptide that 1 pmol/kg/min of secretion keeps up.
        carbs_mg_per_min: what is eaten on average; not finite where it is not known.
        weight_kg: body weight.
    """

    fasting_mgdl: Float[AnyArray, " fasting"]
    hba1c_pct: Float[AnyArray, " hba1c"]
    c_peptide_pmoll: Float[AnyArray, " peptide"]
    c_peptide_glucose_mgdl: Float[AnyArray, " peptide"]
    c_peptide_per_secretion: Float[AnyArray, ""]
    carbs_mg_per_min: Float[AnyArray, ""]
    weight_kg: Float[AnyArray, ""]

    @property
    def count(self) -> int:
        """How many values there are."""
        return self.fasting_mgdl.size + self.hba1c_pct.size + self.c_peptide_pmoll.size


def evidence_of(timeline: Timeline, window: Window) -> Evidence:
    """The laboratory values that speak of a window's days; nothing after its end.

    HbA1c is left out with anaemia or an eGFR below 30, C-peptide with an eGFR below 60.

    Args:
        timeline: the person's data.
        window: the fitted days.
    """
    labs = timeline.frame(LabResult).filter(
        pl.col("time").is_between(window.start - KNOWN_FOR, window.end, closed="left")
    )
    egfr = next(iter(_values(labs, "egfr", latest=True)), np.inf)
    haemoglobin = next(iter(_values(labs, "haemoglobin", latest=True)), np.inf)
    misled = egfr < MISLEADING_EGFR or haemoglobin < ANAEMIA_G_PER_DL[timeline.person.sex]
    peptide = [] if egfr < WEAK_KIDNEY_EGFR else list(_with_glucose(labs, timeline))
    return Evidence(
        fasting_mgdl=np.array(list(_values(labs, "fasting"))),
        hba1c_pct=np.array([] if misled else list(_hba1c_pct(labs))),
        c_peptide_pmoll=np.array([value for value, _ in peptide]),
        c_peptide_glucose_mgdl=np.array([glucose for _, glucose in peptide]),
        c_peptide_per_secretion=np.asarray(_c_peptide_per_secretion(timeline, window)),
        carbs_mg_per_min=np.asarray(_carbs_mg_per_min(timeline, window)),
        weight_kg=np.asarray(timeline.person.weight_kg(window.end.date()) or ASSUMED_WEIGHT_KG),
    )


def minimal_t2d_surprise(body: Body, evidence: Evidence) -> Float[Array, " value"]:
    """By how many SDs laboratory values differ from what ``minimal-t2d`` says, on the logarithm.

    Args:
        body: with its numbers.
        evidence: laboratory values.
    """
    own = body.parameters()
    basal = own["glucose.basal_mgdl"]
    hba1c = (mean_glucose_mgdl(own, evidence) + ADAG_OFFSET) / ADAG_SLOPE
    slope = own["glucose.own_response"] / (own["glucose.sensitivity"] * own["glucose.insulin_per_slope"])
    above = jnp.maximum(evidence.c_peptide_glucose_mgdl - basal, -0.9 * own["glucose.own_room_mgdl"])
    peptide = slope * (own["glucose.own_room_mgdl"] + above) * evidence.c_peptide_per_secretion
    return jnp.concatenate(
        [
            jnp.log(evidence.fasting_mgdl / basal) / FASTING_LOG_SD,
            jnp.log(evidence.hba1c_pct / hba1c) / HBA1C_LOG_SD,
            jnp.log(evidence.c_peptide_pmoll / peptide) / C_PEPTIDE_LOG_SD,
        ]
    )


def mean_glucose_mgdl(own: Mapping[str, Array], evidence: Evidence) -> Float[Array, ""]:
    """Mean glucose at which what is eaten is taken up again: the balance of ``minimal-t2d`` over whole days.

    Args:
        own: the body's parameters by name.
        evidence: what is eaten, and weight.
    """
    basal, rest, response = (own[f"glucose.{name}"] for name in ("basal_mgdl", "effectiveness_per_min", "own_response"))
    eaten = own["gut.bioavailability"] * evidence.carbs_mg_per_min
    appearance = eaten / (evidence.weight_kg * own["glucose.volume_dl_per_kg"])
    linear = rest + response * basal
    return basal + 2.0 * appearance / (linear + jnp.sqrt(linear**2 + 4.0 * response * appearance))


def _values(labs: pl.DataFrame, name: str, *, latest: bool = False) -> Iterator[float]:
    rows = _named(labs, name)
    for value, unit in (rows.tail(1) if latest else rows).select("value", "unit").iter_rows():
        factor = UNITS[name].get(unit)
        if factor is not None and value > 0.0:
            yield factor * value


def _named(labs: pl.DataFrame, name: str) -> pl.DataFrame:
    return labs.filter(pl.col("analyte").str.to_lowercase().is_in(NAMES[name]))


def _hba1c_pct(labs: pl.DataFrame) -> Iterator[float]:
    for value, unit in _named(labs, "hba1c").select("value", "unit").iter_rows():
        if unit in {"%", "mmol/mol"}:
            yield value if unit == "%" else 0.09148 * value + 2.152


def _with_glucose(labs: pl.DataFrame, timeline: Timeline) -> Iterator[tuple[float, float]]:
    """Every C-peptide with the glucose measured next to it, by laboratory, finger-stick or sensor."""
    glucose = timeline.frame(GlucoseReading).select("time", "glucose_mgdl")
    rows = _named(labs, "fasting")
    known = rows.filter(pl.col("unit").is_in(list(UNITS["fasting"]))).select(
        "time", glucose_mgdl=pl.col("value") * pl.col("unit").replace_strict(UNITS["fasting"], default=None)
    )
    every = pl.concat([glucose, known]).sort("time")
    for time, value, unit in _named(labs, "c-peptide").select("time", "value", "unit").iter_rows():
        near = every.filter(pl.col("time").is_between(time - NEAR, time + NEAR))
        factor = UNITS["c-peptide"].get(unit)
        if factor is not None and value > 0.0 and len(near):
            yield factor * value, float(np.mean(near["glucose_mgdl"].to_numpy()))


def _c_peptide_per_secretion(timeline: Timeline, window: Window) -> float:
    person = timeline.person
    weight = person.weight_kg(window.end.date()) or ASSUMED_WEIGHT_KG
    rates = c_peptide_rates(
        build="type2",
        age_years=float(person.age_years(window.end.date()) or 60),
        sex="female" if person.sex is Sex.FEMALE else "male",
        height_cm=person.height_cm or 170.0,
        weight_kg=weight,
    )
    return weight / (rates["c_peptide.elimination_per_min"] * rates["c_peptide.volume_l"])


def _carbs_mg_per_min(timeline: Timeline, window: Window) -> float:
    """Of the days with at least one meal on record."""
    meals = timeline.cut(window).frame(Meal)
    if meals.is_empty():
        return 0.0
    zone = timeline.person.zone
    days = meals["time"].dt.convert_time_zone(zone).dt.date().n_unique()
    return 1000.0 * float(meals["carbs_g"].sum()) / (days * MINUTES_PER_DAY)
