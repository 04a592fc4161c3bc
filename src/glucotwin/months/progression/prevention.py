"""Prevention as in the Diabetes Prevention Program: people with impaired tolerance, three arms, who gets diabetes.

People are drawn around the model of meals and years (``population``): sensitivity of muscle and liver and capacity of
beta cells are log-normal, in a balance that holds, and whoever meets the trial's inclusion by *measured* glucose is let
in, so that glucose regresses to the mean afterwards as it does in a trial. From then on the capacity of beta cells
falls as function does in WHIG (Choy 2016), at speeds that differ between people as published there. Weight lost raises
sensitivity by 5.14 % a kg (Choy 2016); exercise counts by the weight that it takes (Hamman 2006: weight is what
predicts). Metformin does what it does in type 2 diabetes (``months.medicine.metformin``).
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from types import MappingProxyType

import jax
import numpy as np

from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.random import root_key, stream_key
from glucotwin.months.balance import LARGEST_GAIN, SMALLEST_GAIN
from glucotwin.months.course import BETA_LOGIT, BETA_SLOPE_PER_Y
from glucotwin.months.medicine.metformin import METFORMIN
from glucotwin.months.people import people_of
from glucotwin.months.person import MGDL_PER_MMOLL, MonthsPerson
from glucotwin.months.progression.course import FASTING_DIABETES_MGDL, TEST_DIABETES_MGDL
from glucotwin.months.progression.population import (
    STRIDE_D,
    BetaPeople,
    comes_back,
    live_stride,
    people_at_rest,
    settle,
    together,
    two_hours_mgdl,
)
from glucotwin.months.progression.table import progression_parameters
from glucotwin.months.treatment import LIFESTYLE_SPREAD, RESPONSE_SPREAD
from glucotwin.months.trial import DECLINE_SD

BLOCK = 1024
"""Candidates are drawn so many at a time."""

HALF_YEAR, VISITS_PER_Y, DAYS_PER_Y = 0.5, 2, 365.0
STRIDES_PER_VISIT = round(HALF_YEAR * DAYS_PER_Y / STRIDE_D)
MOST_SENSITIVE = 4.0
"""Sensitivity of muscle up to which the model's glucose production makes sense."""

LOST_BY_Y = 0.5
"""Years until the weight of an arm is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreventionArm:
    """An arm of the trial.

    Attributes:
        name: of the arm.
        lost_kg: weight lost after half a year, on average.
        regained_kg_per_y: that comes back afterwards.
        metformin_mg: a day.
        adherence: share of doses taken.
        incidence_per_100y: published cases of diabetes per 100 person-years, with its 95 % interval.
        fewer_pct: published reduction beside placebo with its 95 % interval; None for placebo.
    """

    name: str
    lost_kg: float
    regained_kg_per_y: float
    metformin_mg: float
    adherence: float
    incidence_per_100y: tuple[float, float, float]
    fewer_pct: tuple[float, float, float] | None

    def lost_kg_at(self, year: float) -> float:
        """Weight lost on average that many years after the start, in kg."""
        lost = self.lost_kg * min(1.0, year / LOST_BY_Y)
        return max(0.0, lost - self.regained_kg_per_y * max(0.0, year - LOST_BY_Y))


@dataclass(frozen=True, slots=True, kw_only=True)
class PreventionPeople:
    """Who is let in; every array is ``(people,)``.

    Attributes:
        beta: before breakfast on the day of the start.
        fasting_mgdl, two_hours_mgdl: as measured at the start.
        decline: speed at which beta cells tire, 1 for the average.
        lifestyle, response: factors on the weight that is lost and on what metformin does.
        drift_kg_per_y: weight that is gained by itself.
        candidates: how many had to be measured.
    """

    beta: BetaPeople
    fasting_mgdl: np.ndarray
    two_hours_mgdl: np.ndarray
    decline: np.ndarray
    lifestyle: np.ndarray
    response: np.ndarray
    drift_kg_per_y: np.ndarray
    candidates: int

    def __len__(self) -> int:
        """How many there are."""
        return self.decline.size


@dataclass(frozen=True, slots=True, kw_only=True)
class PreventionCourse:
    """What becomes of everybody in an arm.

    Attributes:
        arm: which.
        year: of the visits, the first being 0.
        fasting_mgdl, two_hours_mgdl: true glucose, ``(visits, people)``.
        diagnosed_y: when diabetes was confirmed, ``(people,)``; not a number where it was not.
        followed_y: until then, or to the end.
    """

    arm: PreventionArm
    year: np.ndarray
    fasting_mgdl: np.ndarray
    two_hours_mgdl: np.ndarray
    diagnosed_y: np.ndarray
    followed_y: np.ndarray

    @property
    def incidence_per_100y(self) -> float:
        """Cases per 100 person-years."""
        return 100.0 * float(np.isfinite(self.diagnosed_y).sum() / self.followed_y.sum())


@cache
def prevention_arms() -> Mapping[str, PreventionArm]:
    """Arms by name, placebo first."""
    return MappingProxyType({row["arm"]: _arm(row) for row in _rows("prevention_arms.csv")})


@cache
def prevention_numbers() -> Mapping[str, float]:
    """Numbers of the population by name."""
    return MappingProxyType({row["name"]: float(row["value"]) for row in _rows("prevention_population.csv")})


def draw_prevention(count: int, *, seed: int = 1, progress: ProgressCallback = silent) -> PreventionPeople:
    """People who meet the trial's inclusion; a larger number begins with the smaller one.

    Args:
        count: how many.
        seed: of the population.
        progress: told the share that was found.
    """
    known, parts, candidates = prevention_numbers(), list[PreventionPeople](), 0
    while sum(map(len, parts)) < count:
        drawn = _normals(seed, f"candidates-{len(parts)}", (BLOCK, 9))
        sensitivity, hepatic, capacity = (
            known[name] * np.exp(known[f"{name}_sd"] * drawn[:, column])
            for column, name in enumerate(("sensitivity", "hepatic_sensitivity", "capacity"))
        )
        beta = people_at_rest(sensitivity=sensitivity, hepatic_sensitivity=hepatic, capacity=capacity)
        fasting = beta.fasting_mgdl * np.exp(known["fasting_noise"] * drawn[:, 3])
        two_hours = two_hours_mgdl(beta) * np.exp(known["two_hours_noise"] * drawn[:, 4])
        let_in = np.flatnonzero(
            (beta.capacity_max > 0.0)
            & (beta.capacity_max <= known["capacity_max_limit"])
            & (fasting >= known["fasting_low"])
            & (fasting <= known["fasting_high"])
            & (two_hours >= known["two_hours_low"])
            & (two_hours <= known["two_hours_high"])
            & comes_back(beta)
        )
        candidates += BLOCK
        parts.append(_some(beta, fasting, two_hours, drawn, let_in))
        progress("", min(1.0, sum(map(len, parts)) / count))
    return _together(parts, count, candidates)


def live_arms(
    people: PreventionPeople,
    arms: Sequence[PreventionArm],
    *,
    years: int = 3,
    decline: float = 1.0,
    seed: int = 1,
    progress: ProgressCallback = silent,
) -> tuple[PreventionCourse, ...]:
    """Lets the same people live in every arm: fasting glucose each half year, glucose after 75 g each year.

    A value that says diabetes (126 mg/dL fasting, 200 after two hours) is confirmed by measuring the same again.

    Args:
        people: at the start.
        arms: each for everybody.
        years: how long.
        decline: factor on how fast beta cells tire.
        seed: of the noise of measurements, the same in every arm.
        progress: told the share of the time that is done.
    """
    count, visits = len(people), years * VISITS_PER_Y
    everybody = np.tile(np.arange(count), len(arms))
    beta = people.beta.some(everybody)
    start, capacity = beta.held, beta.capacity_max
    production, secretion = _metformin(people, arms)
    beta = beta.holding(production=production, secretion=secretion)
    answer, drift = people.lifestyle[everybody], people.drift_kg_per_y[everybody]
    speed = BETA_SLOPE_PER_Y * decline * people.decline[everybody]
    seen = [(people.beta.fasting_mgdl[everybody], two_hours_mgdl(people.beta)[everybody])]
    for visit in range(visits):
        for stride in range(STRIDES_PER_VISIT):
            year = visit * HALF_YEAR + (stride + 0.5) * STRIDE_D / DAYS_PER_Y
            lost = answer * np.repeat([one.lost_kg_at(year) for one in arms], count) - drift * year
            gained = np.clip(1.0 + _per_kg() * lost, SMALLEST_GAIN, LARGEST_GAIN)
            beta = live_stride(
                _tired(beta, capacity, speed * year).holding(
                    sensitivity=np.minimum(MOST_SENSITIVE, start.sensitivity * gained),
                    hepatic_sensitivity=start.hepatic_sensitivity * gained,
                )
            )
        beta = settle(beta, days=2)
        seen.append((beta.fasting_mgdl, two_hours_mgdl(beta)))
        progress("", (visit + 1) / visits)
    glucose = np.stack([np.stack(one) for one in seen])
    return tuple(
        _course(arm, glucose[:, :, place * count : (place + 1) * count], seed=seed) for place, arm in enumerate(arms)
    )


def _arm(row: Mapping[str, str]) -> PreventionArm:
    def three(first: str, second: str, third: str) -> tuple[float, float, float]:
        return float(row[first]), float(row[second]), float(row[third])

    fewer = three("fewer_pct", "fewer_low_pct", "fewer_high_pct") if row["fewer_pct"] else None
    return PreventionArm(
        name=row["arm"],
        incidence_per_100y=three("incidence_per_100y", "incidence_low", "incidence_high"),
        fewer_pct=fewer,
        **{name: float(row[name]) for name in ("lost_kg", "regained_kg_per_y", "metformin_mg", "adherence")},
    )


def _some(
    beta: BetaPeople, fasting: np.ndarray, two_hours: np.ndarray, drawn: np.ndarray, places: np.ndarray
) -> PreventionPeople:
    lifestyle, response = LIFESTYLE_SPREAD * RESPONSE_SPREAD, RESPONSE_SPREAD
    own = drawn[places]
    return PreventionPeople(
        beta=beta.some(places),
        fasting_mgdl=fasting[places],
        two_hours_mgdl=two_hours[places],
        decline=np.maximum(0.0, 1.0 + DECLINE_SD * own[:, 5]),
        lifestyle=np.exp(lifestyle * own[:, 6] - lifestyle**2 / 2.0),
        response=np.exp(response * own[:, 7] - response**2 / 2.0),
        drift_kg_per_y=prevention_numbers()["weight_drift_sd"] * own[:, 8],
        candidates=0,
    )


def _together(parts: Sequence[PreventionPeople], count: int, candidates: int) -> PreventionPeople:
    names = ("fasting_mgdl", "two_hours_mgdl", "decline", "lifestyle", "response", "drift_kg_per_y")
    beta = together([one.beta for one in parts])
    values = {name: np.concatenate([getattr(one, name) for one in parts])[:count] for name in names}
    return PreventionPeople(beta=beta.some(np.arange(count)), candidates=candidates, **values)


def _tired(beta: BetaPeople, capacity_max: np.ndarray, logit: np.ndarray) -> BetaPeople:
    """The same people with a capacity that has fallen as function does in WHIG."""
    share = (1.0 + np.exp(BETA_LOGIT)) / (1.0 + np.exp(BETA_LOGIT + logit))
    return replace(beta, capacity_max=capacity_max * share)


@cache
def _per_kg() -> float:
    return progression_parameters("meals")["sensitivity_per_kg"]


def _metformin(people: PreventionPeople, arms: Sequence[PreventionArm]) -> tuple[np.ndarray, np.ndarray]:
    """Factors on production and secretion of everybody in every arm."""
    known = prevention_numbers()
    average = people_of(
        [
            MonthsPerson(
                age_y=known["age_y"],
                female=True,
                weight_kg=known["weight_kg"],
                height_m=known["height_m"],
                hba1c_pct=known["hba1c_pct"],
                egfr=known["egfr"],
                fasting_mmoll=known["fasting_mean"] / MGDL_PER_MMOLL,
            )
        ]
    )
    effects = [METFORMIN.effect(average, one.metformin_mg * one.adherence) for one in arms]
    return (
        np.concatenate([np.asarray(one.production)[0] ** people.response for one in effects]),
        np.concatenate([np.asarray(one.secretion)[0] ** people.response for one in effects]),
    )


def _course(arm: PreventionArm, glucose: np.ndarray, *, seed: int) -> PreventionCourse:
    """Who is diagnosed, from true glucose ``(visits + 1, 2, people)``."""
    known, (points, _, count) = prevention_numbers(), glucose.shape
    spread = np.array([known["fasting_noise"], known["two_hours_noise"]])[None, :, None]
    limits = np.array([FASTING_DIABETES_MGDL, TEST_DIABETES_MGDL])[None, :, None]
    first, again = (
        glucose * np.exp(spread * _normals(seed, f"measured-{name}", (points, 2, count))) >= limits
        for name in ("first", "again")
    )
    both = first & again
    asked = np.ones((points, 2, 1), dtype=bool)
    asked[0] = False
    asked[1::VISITS_PER_Y, 1] = False  # the glucose drink is for whole years
    positive = (both & asked).any(axis=1)
    year = np.arange(points) * HALF_YEAR
    ill = positive.any(axis=0)
    when = year[positive.argmax(axis=0)]
    return PreventionCourse(
        arm=arm,
        year=year,
        fasting_mgdl=glucose[:, 0],
        two_hours_mgdl=glucose[:, 1],
        diagnosed_y=np.where(ill, when, np.nan),
        followed_y=np.where(ill, when, year[-1]),
    )


def _normals(seed: int, stream: str, shape: tuple[int, ...]) -> np.ndarray:
    return np.asarray(jax.random.normal(stream_key(root_key(seed), subject="prevention", stream=stream), shape))


def _rows(file_name: str) -> list[dict[str, str]]:
    text = (resources.files("glucotwin.months") / "data" / file_name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
