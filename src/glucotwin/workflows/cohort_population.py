"""The populations from which cohorts are drawn: one entry for each body that has one."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.physiology.padova.t1d_2008 import padova_t1d_2008_subjects
from glucotwin.physiology.population import GROUPS
from glucotwin.physiology.population_t2d import TYPE2_GROUPS
from glucotwin.physiology.subject import Subject
from glucotwin.physiology.table import read_rows
from glucotwin.simulate.excursion import Excursion, meal_excursions, spread_of
from glucotwin.simulate.population import accepted_people
from glucotwin.simulate.population_t2d import accepted_type2_people

Drawn = tuple[list[Subject], dict[str, int]]
Figure = tuple[float, float]
"""Mean and standard deviation; not a number where unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """Whom a cohort can be drawn of.

    Attributes:
        groups: names of its groups.
        usual_mix: shares when nobody asks for others.
        accept: people of a group by number, seed and mix of ethnicity, and how many candidates each rule refused.
        quantities: what is told of the people.
        published: published figures of a group by quantity, and how many people they are of (0 for studies).
        excursions: rises after meals beside the published ones; nothing where none are published.
    """

    groups: tuple[str, ...]
    usual_mix: Mapping[str, float]
    accept: Callable[[str, int, int, Mapping[str, float], ProgressCallback], Drawn]
    quantities: tuple[str, ...]
    published: Callable[[str], tuple[Mapping[str, Figure], int]]
    excursions: Callable[[str, str, Sequence[Subject]], list[Excursion]]


QUANTITIES = (
    "age_years",
    "weight_kg",
    "carb_ratio_g_per_u",
    "correction_factor_mgdl_per_u",
    "total_daily_insulin_u",
    "daily_insulin_u_per_kg",
    "basal_u_per_h",
    "basal_share_pct",
)
"""Of people with type 1 diabetes."""

TYPE2_QUANTITIES = (
    "age_years",
    "weight_kg",
    "bmi_kg_per_m2",
    "duration_years",
    "egfr_ml_per_min",
    "hba1c_pct",
    "mean_glucose_mgdl",
    "fasting_glucose_mgdl",
    "two_hour_glucose_mgdl",
    "fasting_c_peptide_nmoll",
    "action_index",
    "static_index",
    "dynamic_index",
    "daily_insulin_u_per_kg",
)
"""Of the type 2 population."""


def quantity_of(subjects: Sequence[Subject], name: str) -> np.ndarray:
    """A quantity of every subject, one of those of its population."""
    derived = {
        "daily_insulin_u_per_kg": lambda one: (one.total_daily_insulin_u or 0.0) / one.weight_kg,
        "basal_u_per_h": lambda one: 60.0 * one.basal_u_per_min,
        "basal_share_pct": lambda one: (
            100.0 * one.basal_u_per_min * MINUTES_PER_DAY / (one.total_daily_insulin_u or float("nan"))
        ),
    }
    compute = derived.get(name, lambda one: one.values[name] if name in one.values else getattr(one, name))
    return np.array([compute(one) for one in subjects], dtype=np.float64)


def _accept_type1(group: str, count: int, seed: int, mix: Mapping[str, float], progress: ProgressCallback) -> Drawn:
    return accepted_people(group, count, seed=seed, ethnicity_mix=mix, progress=progress)


def _accept_type2(group: str, count: int, seed: int, mix: Mapping[str, float], progress: ProgressCallback) -> Drawn:
    return accepted_type2_people(group, count, seed=seed, ethnicity_mix=mix, progress=progress)


def _published_type1(group: str) -> tuple[Mapping[str, Figure], int]:
    people = [one for one in padova_t1d_2008_subjects() if one.group == group]
    columns = {name: quantity_of(people, name) for name in QUANTITIES} if people else {}
    return {name: (float(values.mean()), spread_of(values)) for name, values in columns.items()}, len(people)


def _published_type2(group: str) -> tuple[Mapping[str, Figure], int]:
    rows = [row for row in read_rows("t2d_published.csv") if row["group"] == group]
    return {row["quantity"]: (float(row["mean"]), float(row["sd"] or math.nan)) for row in rows}, 0


def _no_excursions(body: str, group: str, subjects: Sequence[Subject]) -> list[Excursion]:
    del body, group, subjects
    return []


POPULATIONS: Mapping[str, Population] = MappingProxyType(
    {
        "padova-t1d": Population(
            groups=GROUPS,
            usual_mix={"adult": 1.0},
            accept=_accept_type1,
            quantities=QUANTITIES,
            published=_published_type1,
            excursions=meal_excursions,
        ),
        "padova-t2d": Population(
            groups=TYPE2_GROUPS,
            usual_mix={
                "obese-early": 0.3,
                "obese-late": 0.25,
                "lean-early": 0.15,
                "lean-late": 0.1,
                "insulin-treated": 0.2,
            },
            accept=_accept_type2,
            quantities=TYPE2_QUANTITIES,
            published=_published_type2,
            excursions=_no_excursions,
        ),
    }
)
"""By body."""


def population_of(body: str) -> Population:
    """The population of a body.

    Raises:
        DataError: it has none.
    """
    name = body.replace("_", "-")
    if name not in POPULATIONS:
        raise DataError(
            ErrorCode.UNKNOWN_NAME,
            f"Nobody can be drawn for the body {body!r}.",
            hint=f"Bodies with a population: {', '.join(POPULATIONS)}.",
        )
    return POPULATIONS[name]
