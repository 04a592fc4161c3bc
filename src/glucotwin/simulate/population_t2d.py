"""Accepts drawn people of ``padova-t2d`` by how they live a day and take a glucose drink.

The rules are the definitions of the groups (WHO 2006, ADA) and those that the proposal for this population names:
fasting glucose of 110 to 220 mg/dL and no more than 400 mg/dL after glucose. What the drink shows is kept with the
person: fasting and two-hour glucose, and indices of insulin action and secretion in the scale of the minimal models.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np

from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.unit import MGDL_PER_MMOLL, MINUTES_PER_DAY, PMOLL_PER_MUL
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.build import Number, Values
from glucotwin.physiology.module.registry import TYPE2_MODULES
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.padova.rest import glucose_balance
from glucotwin.physiology.padova.t2d import (
    INJECTED,
    basal_secretion_pmol_per_kg_per_min,
    c_peptide_kinetics,
    compose_padova_t2d,
    padova_t2d_parameters,
)
from glucotwin.physiology.population import Candidates
from glucotwin.physiology.population_t2d import (
    WITHOUT_DIABETES,
    draw_type2_candidates,
    largest_type2_distance,
)
from glucotwin.physiology.subject import DailyDose, Subject
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.simulate.population import Makes, first_accepted

MODULES_OF_THE_DAY = frozenset({"circadian", "meal-time", "incretin", "kidney"})
MEALS = ((450, 50.0), (765, 70.0), (1140, 80.0))
EATING_MIN, STRIDE_MIN = 15, 5
DRINK_G, DRINK_MIN, DRINKING_MIN = 75.0, MINUTES_PER_DAY + 450, 5
END_MIN = MINUTES_PER_DAY + 750
"""A day of three meals, then a glucose drink next morning and five hours after it."""

FASTING_MGDL = {True: (70.0, 126.0), False: (110.0, 220.0)}
"""Fasting glucose by having no diabetes; who injects insulin may rest lower."""

ON_INSULIN_FASTING_MGDL = (85.0, 220.0)
TWO_HOURS_MGDL = {"normal": (60.0, 140.0), "impaired": (140.0, 200.0)}
HIGHEST_MGDL, LOWEST_MGDL = 400.0, 60.0
ADAG_SLOPE, ADAG_INTERCEPT = 28.7, 46.7
"""Mean glucose in mg/dL is 28.7 HbA1c - 46.7 (Nathan 2008)."""

GLUCOSE_EFFECTIVENESS = 0.024
"""Of glucose itself in dL/kg/min, as the formula from Caumo, J Clin Endocrinol Metab 2000;85:4396-402 (memory)."""

GLARGINE, GLARGINE_MIN = "glargine-u100", 22 * 60
PREMIX = ((435, 0.6), (1125, 0.4))
PREMIX_SHARES = {"rapid": 0.3, "nph": 0.7}
"""Premixed 30/70 twice a day, more of it in the morning: its parts as products."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GlucoseTest:
    """What a day and a drink of glucose show; every array has one entry per candidate.

    Attributes:
        mean_mgdl, lowest_mgdl: of the day.
        fasting_mgdl, two_hours_mgdl, highest_mgdl: of the drink.
        action_index: SI in 1e-4 dL/kg/min per µU/mL (Caumo 2000).
    """

    mean_mgdl: np.ndarray
    lowest_mgdl: np.ndarray
    fasting_mgdl: np.ndarray
    two_hours_mgdl: np.ndarray
    highest_mgdl: np.ndarray
    action_index: np.ndarray


def accepted_type2_people(
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
        group: one of ``TYPE2_GROUPS``.
        count: how many people.
        seed: of the population.
        ethnicity_mix: shares by label.
        progress: told the fraction of people found.
    """

    def batch(index: np.ndarray) -> tuple[Mapping[str, np.ndarray], Makes]:
        candidates = draw_type2_candidates(group, index, seed=seed, ethnicity_mix=ethnicity_mix)
        rules, test = judge_type2(candidates)
        return rules, lambda rows, first: _subjects(candidates, test, rows, first)

    return first_accepted(count, batch, progress=progress)


def judge_type2(candidates: Candidates) -> tuple[Mapping[str, np.ndarray], GlucoseTest]:
    """Which candidates each rule lets pass, and what the test showed."""
    rests = _rests(candidates.values)
    test = glucose_test(candidates)
    healthy = candidates.group in WITHOUT_DIABETES
    treated = candidates.group == "insulin-treated"
    low, high = ON_INSULIN_FASTING_MGDL if treated else FASTING_MGDL[healthy]
    fasting = candidates.values["basal_glucose_mgdl"]
    rules = {
        "bounds": _within_bounds(candidates.values),
        "distance": candidates.distance <= largest_type2_distance(candidates.group),
        "steady state": rests,
        "fasting glucose": (fasting > low) & (fasting < high),
        "tolerance": _tolerates(candidates.group, test),
        "highest": test.highest_mgdl <= HIGHEST_MGDL,
        "lowest": test.lowest_mgdl >= LOWEST_MGDL,
    }
    return rules, test


def glucose_test(candidates: Candidates) -> GlucoseTest:
    """Simulates the day and the drink."""
    run = simulate_cohort(
        _bodies(_device(dict(candidates.values) | _c_peptide(candidates))),
        _inputs(candidates.values[INJECTED]),
        outputs=("glucose_mgdl", "insulin_pmoll"),
        stride=STRIDE_MIN,
    )
    glucose, insulin = (np.asarray(run.outputs[name]) for name in ("glucose_mgdl", "insulin_pmoll"))
    day, start = MINUTES_PER_DAY // STRIDE_MIN, DRINK_MIN // STRIDE_MIN
    drink = glucose[:, start:]
    return GlucoseTest(
        mean_mgdl=glucose[:, :day].mean(axis=1),
        lowest_mgdl=glucose.min(axis=1),
        fasting_mgdl=drink[:, 0],
        two_hours_mgdl=drink[:, 120 // STRIDE_MIN],
        highest_mgdl=drink.max(axis=1),
        action_index=_action_index(drink, insulin[:, start:], candidates.values),
    )


def _inputs(injected_u_per_min: np.ndarray) -> Inputs:
    carbs, liquid = np.zeros(END_MIN), np.zeros(END_MIN)
    for minute, grams in MEALS:
        carbs[minute : minute + EATING_MIN] = grams / EATING_MIN
    drink = slice(DRINK_MIN, DRINK_MIN + DRINKING_MIN)
    carbs[drink] = liquid[drink] = DRINK_G / DRINKING_MIN
    inputs = constant_inputs(END_MIN, carbs_g_per_min=carbs)
    insulin = np.repeat(injected_u_per_min[:, None], END_MIN, axis=1)
    return eqx.tree_at(
        lambda one: (one.liquid_carbs_g_per_min, one.insulin_u_per_min["rapid"]), inputs, (liquid, insulin)
    )


def _action_index(glucose: np.ndarray, insulin: np.ndarray, values: Mapping[str, np.ndarray]) -> np.ndarray:
    """SI by the closed formula of Caumo 2000, in 1e-4 dL/kg/min per µU/mL."""
    above = np.maximum(glucose - glucose[:, :1], 0.0)
    relative = np.trapezoid(above / glucose, dx=STRIDE_MIN)
    dose_mg_per_kg = 1000.0 * DRINK_G * values["gut.bioavailability"] / values["weight_kg"]
    disposed = dose_mg_per_kg * relative / np.maximum(np.trapezoid(above, dx=STRIDE_MIN), 1.0)
    more_insulin = np.trapezoid(insulin - insulin[:, :1], dx=STRIDE_MIN) / PMOLL_PER_MUL
    return 1e4 * (disposed - GLUCOSE_EFFECTIVENESS * relative) / np.maximum(more_insulin, 1.0)


def _c_peptide(candidates: Candidates) -> dict[str, np.ndarray]:
    """Kinetics of C-peptide of every candidate, which the body cannot work out for many at once."""
    names = ("age_years", "height_cm", "weight_kg", "female", "type2")
    rows = zip(*(candidates.values[name] for name in names), strict=True)
    found = [c_peptide_kinetics(dict(zip(names, row, strict=True))) for row in rows]
    return {name: np.array([one[name] for one in found]) for name in found[0]}


def _within_bounds(values: Mapping[str, np.ndarray]) -> np.ndarray:
    records = padova_t2d_parameters()
    known = (name for name in values if name in records)
    return np.logical_and.reduce(
        [(values[name] >= records[name].low) & (values[name] <= records[name].high) for name in known]
    )


class AtRest(NamedTuple):
    """What a person's numbers imply at rest: uptake Vm0, production kp1 and secretion Sb."""

    uptake: Number
    production: Number
    secretion: Number


@jax.jit
@jax.vmap
def _at_rest(values: Values) -> AtRest:
    """Of every candidate."""
    balance = glucose_balance(values)
    return AtRest(balance.vm0, balance.kp1, basal_secretion_pmol_per_kg_per_min(values))


@jax.jit
@jax.vmap
def _bodies(values: Values) -> Body:
    """Of every candidate, with what the day and the drink need."""
    return compose_padova_t2d(values, BodyOptions(without=frozenset(TYPE2_MODULES) - MODULES_OF_THE_DAY))


def _device(values: Mapping[str, np.ndarray]) -> dict[str, jax.Array]:
    return {name: jnp.asarray(array) for name, array in values.items()}


def _rests(values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Whether secretion, production and uptake at rest are positive, and use is less than production."""
    uptake, production, secretion = (np.asarray(one) for one in _at_rest(_device(values)))
    into_tissue = values["basal_production_mg_per_kg_per_min"] - values["glucose.independent_use_mg_per_kg_per_min"]
    return (into_tissue > 0.1) & (uptake > 0.0) & (production > 0.0) & (secretion > 0.1)


def _tolerates(group: str, test: GlucoseTest) -> np.ndarray:
    """Whether glucose after the drink is what defines the group."""
    if group in TWO_HOURS_MGDL:
        low, high = TWO_HOURS_MGDL[group]
        return (test.two_hours_mgdl >= low) & (test.two_hours_mgdl < high)
    diabetic = (test.two_hours_mgdl >= TWO_HOURS_MGDL["impaired"][1]) | (test.fasting_mgdl >= FASTING_MGDL[True][1])
    return diabetic | np.full(diabetic.shape, group == "insulin-treated")


def _subjects(candidates: Candidates, test: GlucoseTest, rows: np.ndarray, first: int) -> list[Subject]:
    values = dict(candidates.values) | _indices(candidates, test)
    return [
        _subject(candidates, {name: float(array[row]) for name, array in values.items()}, int(row), first + place + 1)
        for place, row in enumerate(rows)
    ]


def _indices(candidates: Candidates, test: GlucoseTest) -> dict[str, np.ndarray]:
    """What describes a person besides the numbers of the body."""
    values, kinetics = candidates.values, _c_peptide(candidates)
    secreted_pmol_per_min = np.asarray(_at_rest(_device(values)).secretion) * values["weight_kg"]
    cleared_l_per_min = kinetics["c_peptide.elimination_per_min"] * kinetics["c_peptide.volume_l"]
    # pmol/kg/min per mg/dL becomes 1e-9 per minute: of C-peptide's volume, and with glucose in mmol/L.
    scale = MGDL_PER_MMOLL * values["weight_kg"] / kinetics["c_peptide.volume_l"]
    return {
        "mean_glucose_mgdl": test.mean_mgdl,
        "fasting_glucose_mgdl": test.fasting_mgdl,
        "two_hour_glucose_mgdl": test.two_hours_mgdl,
        "highest_glucose_mgdl": test.highest_mgdl,
        "hba1c_pct": (test.mean_mgdl + ADAG_INTERCEPT) / ADAG_SLOPE + values["glycation_gap_pct"],
        "fasting_c_peptide_nmoll": secreted_pmol_per_min / cleared_l_per_min / 1000.0,
        "action_index": test.action_index,
        "static_index": scale * values["beta_cell.static_gain"],
        "dynamic_index": scale * values["beta_cell.dynamic_gain"],
    }


def _subject(candidates: Candidates, values: Mapping[str, float], row: int, number: int) -> Subject:
    doses = _daily_doses(values)
    return Subject(
        name=f"{candidates.group}#{number:05d}",
        weight_kg=values["weight_kg"],
        basal_u_per_min=values[INJECTED],
        age_years=values["age_years"],
        total_daily_insulin_u=sum((dose.dose_u for dose in doses), start=0.0),
        daily_doses=doses,
        sex="female" if candidates.female[row] else "male",
        height_cm=values["height_cm"],
        ethnicity=str(candidates.ethnicity[row]),
        values=values,
    )


def _daily_doses(values: Mapping[str, float]) -> tuple[DailyDose, ...]:
    """Basal insulin in the evening, or premixed insulin twice, whose slow part is the basal need."""
    basal_u = values[INJECTED] * MINUTES_PER_DAY
    if not basal_u:
        return ()
    if not values["premixed"]:
        return (DailyDose(product=GLARGINE, minute_of_day=GLARGINE_MIN, dose_u=basal_u),)
    total_u = basal_u / PREMIX_SHARES["nph"]
    return tuple(
        DailyDose(product=product, minute_of_day=minute, dose_u=total_u * part * share)
        for minute, part in PREMIX
        for product, share in PREMIX_SHARES.items()
    )
