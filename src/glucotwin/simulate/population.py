"""Accepts drawn people by how they behave: plausible at rest, and with a carb ratio that a meal gives them.

Rules of the 2013 UVA/Padova population (Dalla Man et al., J Diabetes Sci Technol 2014;8:26-34): the carb ratio is found
by simulating a 50 g meal; the correction factor is 1700 by daily insulin; glucose without insulin exceeds 300 mg/dL;
the parameters lie within the 95 % Mahalanobis distance.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.padova.rest import glucose_balance, u_per_min_from_flow, without_insulin_mgdl
from glucotwin.physiology.padova.t1d import (
    compose_padova_t1d,
    level_basal_profiles,
    padova_t1d_parameters,
    resting_state,
    with_typical,
)
from glucotwin.physiology.population import Candidates, draw_candidates, joint_distribution
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.cohort import simulate_cohort

MEAL_G, MEAL_MIN, AFTER_MEAL_MIN = 50.0, 30, 180
"""The meal by which the carb ratio is found, when it starts, and when glucose has to be back."""

BACK_FRACTION = 0.975
"""Glucose after those three hours against basal: the middle of the published 85 to 110 %."""

BISECTIONS = 9
SMALLEST_RATIO_G_PER_U, LARGEST_RATIO_G_PER_U = 2.0, {"adult": 30.0, "adolescent": 30.0, "child": 40.0}
LOWEST_AFTER_MEAL_MGDL = 90.0
CARBS_PER_DAY_G = {"adult": 180.0, "adolescent": 180.0, "child": 135.0}
CORRECTION_RULE = 1700.0
DAILY_INSULIN_U_PER_KG = (0.2, 2.0)
WITHOUT_INSULIN_MGDL = 300.0

BATCH = 256
"""Candidates drawn and judged at once; who is accepted does not depend on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the rules found about candidates; every array has one entry per candidate.

    Attributes:
        accepted: whether all rules hold.
        basal_u_per_min, carb_ratio_g_per_u: found for each, also for those not accepted.
        rules: which candidates each rule lets pass, by rule.
    """

    accepted: np.ndarray
    basal_u_per_min: np.ndarray
    carb_ratio_g_per_u: np.ndarray
    rules: Mapping[str, np.ndarray]


def accepted_people(
    group: str,
    count: int,
    *,
    seed: int,
    ethnicity_mix: Mapping[str, float] | None = None,
    progress: ProgressCallback = silent,
) -> tuple[list[Subject], dict[str, int]]:
    """The first accepted people of a group, and how many candidates each rule refused.

    Person k is the k-th accepted draw, so a larger population of the same seed begins with the smaller one.

    Args:
        group: ``adult``, ``adolescent`` or ``child``.
        count: how many people.
        seed: of the population.
        ethnicity_mix: shares by label.
        progress: told the fraction of people found.
    """

    def batch(index: np.ndarray) -> tuple[Mapping[str, np.ndarray], Makes]:
        candidates = draw_candidates(group, index, seed=seed, ethnicity_mix=ethnicity_mix)
        judged = judge(candidates)
        return judged.rules, lambda rows, first: _subjects(candidates, judged, rows, first=first)

    return first_accepted(count, batch, progress=progress)


Makes = Callable[[np.ndarray, int], list[Subject]]
"""Subjects of some rows of a batch, numbered from one beyond the second argument on."""


def first_accepted(
    count: int, batch: Callable[[np.ndarray], tuple[Mapping[str, np.ndarray], Makes]], *, progress: ProgressCallback
) -> tuple[list[Subject], dict[str, int]]:
    """The first people who pass every rule, and how many candidates each rule refused.

    Args:
        count: how many people.
        batch: for numbers of draws, which candidates each rule lets pass, and their subjects.
        progress: told the fraction of people found.
    """
    people: list[Subject] = []
    refused: dict[str, int] = {"drawn": 0}
    first = 0
    while len(people) < count:
        rules, subjects = batch(np.arange(first, first + BATCH))
        accepted = np.logical_and.reduce(list(rules.values()))
        rows = np.flatnonzero(accepted)[: count - len(people)]
        looked_at = int(rows[-1]) + 1 if len(people) + rows.size >= count else BATCH
        refused["drawn"] += looked_at
        for rule, passes in rules.items():
            refused[rule] = refused.get(rule, 0) + int((~passes[:looked_at]).sum())
        people += subjects(rows, len(people))
        first += BATCH
        progress("Drawing virtual people", len(people) / count)
    return people, refused


def judge(candidates: Candidates) -> Judged:
    """Applies the rules to candidates."""
    values = {name: jnp.asarray(array) for name, array in candidates.values.items()}
    basal = np.asarray(jax.jit(jax.vmap(_basal_u_per_min))(values))
    possible = {
        "bounds": _within_bounds(candidates.values),
        "distance": candidates.distance <= joint_distribution().largest_distance,
        "steady state": _rests(candidates.values) & np.isfinite(basal) & (basal > 0.0),
        "glucose without insulin": _without_insulin(candidates.values) > WITHOUT_INSULIN_MGDL,
    }
    ratio, lowest = _carb_ratios(candidates, np.where(np.isfinite(basal) & (basal > 0.0), basal, 0.01))
    largest = LARGEST_RATIO_G_PER_U[candidates.group]
    daily = basal * MINUTES_PER_DAY + CARBS_PER_DAY_G[candidates.group] / ratio
    per_kg = daily / candidates.values["weight_kg"]
    possible |= {
        "carb ratio": (ratio > SMALLEST_RATIO_G_PER_U) & (ratio < largest),
        "low after the meal": lowest
        >= np.minimum(LOWEST_AFTER_MEAL_MGDL, 0.8 * candidates.values["basal_glucose_mgdl"]),
        "daily insulin": (per_kg > DAILY_INSULIN_U_PER_KG[0]) & (per_kg < DAILY_INSULIN_U_PER_KG[1]),
    }
    return Judged(
        accepted=np.logical_and.reduce(list(possible.values())),
        basal_u_per_min=basal,
        carb_ratio_g_per_u=ratio,
        rules=possible,
    )


def _basal_u_per_min(values: Mapping[str, jax.Array]) -> jax.Array:
    rest = resting_state(with_typical(values))
    return jnp.asarray(u_per_min_from_flow(rest["subcutis.basal_pmol_per_kg_per_min"], values["weight_kg"]))


def _within_bounds(values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Whether every parameter lies within the bounds of its record, within which the solver is accurate."""
    records = padova_t1d_parameters()
    inside = [
        (values[name] >= records[name].low) & (values[name] <= records[name].high)
        for name in joint_distribution().names
        if name in records
    ]
    return np.logical_and.reduce(inside)


def _rests(values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Whether production, uptake and tissue glucose at rest are positive and use is less than production."""
    balance = jax.jit(jax.vmap(glucose_balance))(_device(values))
    into_tissue = values["basal_production_mg_per_kg_per_min"] - values["glucose.independent_use_mg_per_kg_per_min"]
    return (into_tissue > 0.1) & (np.asarray(balance.vm0) > 0.0) & (np.asarray(balance.kp1) > 0.0)


def _without_insulin(values: Mapping[str, np.ndarray]) -> np.ndarray:
    def one(mine: Mapping[str, jax.Array]) -> jax.Array:
        return jnp.asarray(
            without_insulin_mgdl(
                glucose_balance(mine),
                mine,
                excretion_slope=mine["glucose.excretion_per_min"],
                threshold=mine["glucose.excretion_threshold_mg_per_kg"],
            )
        )

    return np.asarray(jax.jit(jax.vmap(one))(_device(values)))


def _device(values: Mapping[str, np.ndarray]) -> dict[str, jax.Array]:
    return {name: jnp.asarray(array) for name, array in values.items()}


def _carb_ratios(candidates: Candidates, basal_u_per_min: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Carb ratios in g/U that bring glucose back after the meal, and the lowest glucose with them, in mg/dL."""
    bodies = _reference_bodies(candidates)
    target = BACK_FRACTION * candidates.values["basal_glucose_mgdl"]
    low = np.full(target.size, np.log(SMALLEST_RATIO_G_PER_U))
    high = np.full(target.size, np.log(2.0 * LARGEST_RATIO_G_PER_U[candidates.group]))
    lowest = np.zeros(target.size)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2.0
        course = _after_meal(bodies, basal_u_per_min, np.exp(middle))
        # A larger ratio is less insulin and more glucose.
        above = course[:, -1] > target
        low, high, lowest = np.where(above, low, middle), np.where(above, middle, high), course.min(axis=1)
    return np.exp((low + high) / 2.0), lowest


def _reference_bodies(candidates: Candidates) -> Body:
    """The candidates' bodies at the reference sensitivity of their day."""
    options = BodyOptions(without=frozenset({"circadian"}))
    values = {name: jnp.asarray(array) for name, array in candidates.values.items()}
    return jax.jit(jax.vmap(lambda one: compose_padova_t1d(one, options)))(values)


def _after_meal(bodies: Body, basal_u_per_min: np.ndarray, ratio_g_per_u: np.ndarray) -> np.ndarray:
    """Glucose every five minutes until three hours after the meal."""
    minutes = MEAL_MIN + AFTER_MEAL_MIN
    insulin = np.repeat(basal_u_per_min[:, None], minutes, axis=1)
    insulin[:, MEAL_MIN] += MEAL_G / ratio_g_per_u
    carbs = np.zeros(minutes)
    carbs[MEAL_MIN : MEAL_MIN + 10] = MEAL_G / 10.0
    inputs = _with_insulin(constant_inputs(minutes, carbs_g_per_min=carbs), insulin)
    return np.asarray(simulate_cohort(bodies, inputs, stride=5).outputs["glucose_mgdl"])


def _with_insulin(inputs: Inputs, insulin_u_per_min: np.ndarray) -> Inputs:
    return eqx.tree_at(lambda one: one.insulin_u_per_min["rapid"], inputs, insulin_u_per_min)


def _subjects(candidates: Candidates, judged: Judged, rows: np.ndarray, *, first: int) -> list[Subject]:
    """Subjects of accepted candidates, numbered in order."""
    if not rows.size:
        return []
    chosen = {name: array[rows] for name, array in candidates.values.items()}
    basal, ratio = judged.basal_u_per_min[rows], judged.carb_ratio_g_per_u[rows]
    profiles, sensitivity = level_basal_profiles(chosen)
    daily = basal * MINUTES_PER_DAY + CARBS_PER_DAY_G[candidates.group] / ratio
    return [
        Subject(
            name=f"{candidates.group}#{first + place + 1:05d}",
            weight_kg=float(chosen["weight_kg"][place]),
            basal_u_per_min=float(basal[place]),
            age_years=float(candidates.age_years[row]),
            carb_ratio_g_per_u=float(ratio[place]),
            correction_factor_mgdl_per_u=float(CORRECTION_RULE / daily[place]),
            total_daily_insulin_u=float(daily[place]),
            basal_profile_u_per_h=tuple(float(rate) for rate in profiles[place]),
            carb_ratio_profile_g_per_u=tuple(float(ratio[place] * factor) for factor in sensitivity[place]),
            sex="female" if candidates.female[row] else "male",
            height_cm=float(candidates.height_cm[row]),
            ethnicity=str(candidates.ethnicity[row]),
            values={name: float(array[place]) for name, array in chosen.items()},
        )
        for place, row in enumerate(rows)
    ]
