"""Virtual people of ``padova-t2d``: log-normal about the published columns, in groups, with what else makes a person.

The joint distribution of the type 2 simulator of Visentin 2020 is not public. Spreads, medians of groups and
correlations stand with their reasons in ``t2d_population.csv`` and ``t2d_correlations.csv``; see
``docs/decisions/0060-type2-population.md``.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from types import MappingProxyType

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri
from scipy.stats import chi2

from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.core.unit import MINUTES_PER_DAY, PMOL_PER_U
from glucotwin.physiology.module.registry import type2_module_parameters
from glucotwin.physiology.padova.t2d import INJECTED, padova_t2d_subjects
from glucotwin.physiology.parameter import PriorKind
from glucotwin.physiology.population import (
    HEIGHT_CM,
    Candidates,
    apply_ethnicity,
    candidate_draws,
    drawn_labels,
)
from glucotwin.physiology.table import read_rows

TYPE2_GROUPS = ("normal", "impaired", "lean-early", "lean-late", "obese-early", "obese-late", "insulin-treated")
WITHOUT_DIABETES = frozenset({"normal", "impaired"})
EVERYBODY = "all"
FEMALE_FRACTION = 0.45
"""Share of women (chosen: somewhat fewer than men have type 2 diabetes)."""

PRODUCTION_PER_FASTING = 0.004
"""Production at rest in mg/kg/min per mg/dL of fasting glucose beyond the column's (DeFronzo 1989, from memory).

Between nine very obese people with type 2 diabetes and seven without it was 0.006 (Diabetologia 2001;44:983-91)."""

SCALES: Mapping[str, tuple[Callable[..., np.ndarray], Callable[[np.ndarray], np.ndarray]]] = MappingProxyType(
    {"normal": (np.asarray, np.asarray), "lognormal": (np.log, np.exp), "logitnormal": (logit, expit)}
)
"""By kind of distribution: to the scale on which it is normal, and back."""

Row = Mapping[str, str]


def draw_type2_candidates(
    group: str, index: np.ndarray, *, seed: int, ethnicity_mix: Mapping[str, float] | None = None
) -> Candidates:
    """Draws candidates of a group; a candidate depends on its group, number and seed alone.

    Args:
        group: one of ``TYPE2_GROUPS``.
        index: numbers of the draws, ``(candidates,)``.
        seed: of the population.
        ethnicity_mix: shares by label; labels move only parameters with a cited effect.

    Raises:
        ModelError: there is no such group.
    """
    if group not in TYPE2_GROUPS:
        raise ModelError(
            ErrorCode.UNKNOWN_NAME, f"There is no group {group!r}.", hint=f"Groups: {', '.join(TYPE2_GROUPS)}."
        )
    rows, modules = _rows(group), _module_spreads()
    names = tuple(row["name"] for row in rows)
    normal, uniform = candidate_draws(group, index, seed=seed, normals=len(names) + len(modules) + 1)
    independent = normal[:, : len(names)]
    scores = independent @ _factor(names).T
    drawn = {row["name"]: _drawn(row, scores[:, column]) for column, row in enumerate(rows)}
    female = uniform[:, 0] < FEMALE_FRACTION
    height = _height_cm(female, normal[:, -1])
    ethnicity = drawn_labels(uniform[:, 1], ethnicity_mix or {})
    values = _module_values(normal[:, len(names) : -1]) | _values(group, drawn, female, height)
    values |= _regimen(group, uniform[:, 2])
    apply_ethnicity(values, ethnicity)
    return Candidates(
        group=group,
        index=index,
        values=values,
        age_years=drawn["age_years"],
        female=female,
        height_cm=height,
        ethnicity=ethnicity,
        distance=(independent**2).sum(axis=1),
    )


def largest_type2_distance(group: str) -> float:
    """Squared Mahalanobis distance that 95 % of a group's draws do not exceed."""
    return float(chi2.ppf(0.95, len(_rows(group))))


@cache
def _rows(group: str) -> tuple[Row, ...]:
    """Distributions of a group, its own first."""
    rows = read_rows("t2d_population.csv")
    return tuple(row for wanted in (group, EVERYBODY) for row in rows if row["group"] == wanted)


@cache
def _factor(names: tuple[str, ...]) -> np.ndarray:
    """Lower Cholesky factor of the correlations between scores, ``(names, names)``."""
    correlation = np.eye(len(names))
    for row in read_rows("t2d_correlations.csv"):
        first, second = names.index(row["first"]), names.index(row["second"])
        correlation[first, second] = correlation[second, first] = float(row["correlation"])
    return np.linalg.cholesky(correlation)


def _drawn(row: Row, scores: np.ndarray) -> np.ndarray:
    """Values of one quantity from its scores; the distribution ends at its edges, where clipping would heap people."""
    first, second = float(row["first"]), float(row["second"])
    if second == 0.0:
        return np.full(scores.shape, first)
    straightened, back = SCALES[row["kind"]]
    middle = straightened(first)
    with np.errstate(divide="ignore"):  # an edge at nothing is infinitely far on a logarithmic scale
        low, high = (ndtr((straightened(float(row[edge])) - middle) / second) for edge in ("low", "high"))
    return back(middle + second * ndtri(low + ndtr(scores) * (high - low)))


@cache
def _module_spreads() -> tuple[str, ...]:
    """Module parameters in which people differ and that no table of groups has."""
    told = {row["name"] for row in read_rows("t2d_population.csv")}
    records = type2_module_parameters()
    return tuple(name for name, one in records.items() if one.prior is PriorKind.LOG_NORMAL and name not in told)


def _module_values(scores: np.ndarray) -> dict[str, np.ndarray]:
    records = type2_module_parameters()
    return {
        name: np.clip(
            records[name].typical * np.exp(records[name].spread * scores[:, column]),
            records[name].low,
            records[name].high,
        )
        for column, name in enumerate(_module_spreads())
    }


def _height_cm(female: np.ndarray, scores: np.ndarray) -> np.ndarray:
    women, men = HEIGHT_CM["adult"][True], HEIGHT_CM["adult"][False]
    return np.where(female, women[0] + women[1] * scores, men[0] + men[1] * scores)


def _values(
    group: str, drawn: Mapping[str, np.ndarray], female: np.ndarray, height_cm: np.ndarray
) -> dict[str, np.ndarray]:
    """Independent numbers of the body: the column's, with what was drawn on top."""
    healthy = group in WITHOUT_DIABETES
    column = next(one for one in padova_t2d_subjects() if one.group == ("normal" if healthy else "t2d")).values
    count = female.size
    values = {name: np.full(count, number) for name, number in column.items()}
    weight = drawn["bmi_kg_per_m2"] * (height_cm / 100.0) ** 2
    injected = drawn["injected_u_per_kg_per_day"] * weight / MINUTES_PER_DAY
    fasting = drawn["basal_glucose_mgdl"]
    direct = _names(drawn, ("incretin.", "circadian.", "exercise."))
    return values | {
        **{name: drawn[name] for name in direct},
        **_acting(values, drawn),
        "age_years": drawn["age_years"],
        "height_cm": height_cm,
        "female": female.astype(np.float64),
        "weight_kg": weight,
        "bmi_kg_per_m2": drawn["bmi_kg_per_m2"],
        "duration_years": np.minimum(drawn["duration_years"], drawn["age_years"] - 15.0),
        "egfr_ml_per_min": drawn["egfr_ml_per_min"],
        "glycation_gap_pct": drawn["glycation_gap_pct"],
        "basal_glucose_mgdl": fasting,
        "basal_extraction_fraction": drawn["basal_extraction_fraction"],
        "basal_production_mg_per_kg_per_min": drawn["basal_production_factor"]
        * (
            values["basal_production_mg_per_kg_per_min"]
            + PRODUCTION_PER_FASTING * (fasting - values["basal_glucose_mgdl"])
        ),
        INJECTED: injected,
        "basal_insulin_pmoll": drawn["own_insulin_pmoll"]
        + _injected_pmoll(values, injected / weight, drawn["basal_extraction_fraction"]),
        # Tanaka et al., J Am Coll Cardiol 2001;37:153-6.
        "exercise.maximal_heart_rate_bpm": 208.0 - 0.7 * drawn["age_years"],
    }


def _names(drawn: Iterable[str], prefixes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in drawn if name.startswith(prefixes))


def _acting(values: Mapping[str, np.ndarray], drawn: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The column's gains and rates times the group's factor and the person's."""
    of_group = {
        "glucose.production_insulin_effect": "action_factor",
        "glucose.uptake_insulin_effect": "action_factor",
        "beta_cell.static_gain": "static_factor",
        "beta_cell.dynamic_gain": "dynamic_factor",
        "insulin_action.uptake_rate_per_min": "",
        "gut.absorption_per_min": "",
        "gut.emptying_max_per_min": "",
    }
    return {name: values[name] * drawn[name] * (drawn[group] if group else 1.0) for name, group in of_group.items()}


def _injected_pmoll(
    values: Mapping[str, np.ndarray], u_per_kg_per_min: np.ndarray, extraction_fraction: np.ndarray
) -> np.ndarray:
    """Plasma insulin that an even delivery holds by itself."""
    # Of what goes from plasma to the liver, what is not extracted comes back.
    extracted = extraction_fraction * values["plasma_insulin.plasma_to_liver_per_min"]
    leaving = extracted + values["plasma_insulin.clearance_per_min"]
    return u_per_kg_per_min * PMOL_PER_U / leaving / values["plasma_insulin.volume_l_per_kg"]


PREMIXED_FRACTION = 0.35
"""Share of insulin-treated people on premixed instead of basal insulin (chosen; it differs by country)."""


def _regimen(group: str, uniform: np.ndarray) -> dict[str, np.ndarray]:
    """1 for premixed insulin, 0 for basal or none."""
    premixed = (uniform < PREMIXED_FRACTION) & (group == "insulin-treated")
    return {"premixed": premixed.astype(np.float64)}
