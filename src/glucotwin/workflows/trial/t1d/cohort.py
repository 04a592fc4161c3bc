"""Who takes part in a type 1 trial: virtual adults and adolescents with settings and habits that are not ideal."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Annotated

import numpy as np
from pydantic import Field
from scipy.special import ndtri

from glucotwin.core.provenance import sha256_of_json
from glucotwin.physiology.module.registry import MODULES
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.population import accepted_people
from glucotwin.trial.chance import person_uniforms
from glucotwin.trial.part import Part
from glucotwin.workflows.day_plan import people_of
from glucotwin.workflows.trial.t1d.setting import BLOCK_OF_HOUR, BLOCK_STARTS_H, BLOCKS, Settings, Step

BODY = "padova-t1d"
CARELESS, TYPICAL = "careless", "typical"
DRAWN_AT_ONCE = 64
ERROR_CUT = 0.02
"""Errors of settings are cut at this tail on both sides (about two standard deviations)."""


class Truth(StrEnum):
    """Which body people have.

    ``full``: the whole type 1 body. ``restless``: insulin is absorbed more slowly and needs vary more from day to day.
    ``plain``: the simulator of 2008 without exercise, illness, dawn, fat or stress in the body.
    """

    FULL = "full"
    RESTLESS = "restless"
    PLAIN = "plain"


RESTLESS_ABSORPTION = 0.75
"""Insulin comes apart and is absorbed at this share of its speed: within the range of the published subjects."""

RESTLESS_DAY_LOG_SD = 0.31
"""Day-to-day spread of needs: the coefficient of variation of overnight needs (Ruan 2016, Diabetes Care 39:830)."""

ABSORPTION = (
    "subcutis.dissociation_per_min",
    "subcutis.injected_absorption_per_min",
    "subcutis.dissociated_absorption_per_min",
)


class T1dPopulation(Part):
    """Options of the population.

    Attributes:
        truth: which body people have.
        setting_error_factor: errors of settings over those of the cohort's file.
        counting_error_factor: spread of counted carbohydrate over that of the behaviour profiles.
        cohort_seed: of the people; the trial's own seed draws everything else.
    """

    truth: Truth = Truth.FULL
    setting_error_factor: Annotated[float, Field(ge=0.0, le=3.0)] = 1.0
    counting_error_factor: Annotated[float, Field(ge=0.0, le=3.0)] = 1.0
    cohort_seed: Annotated[int, Field(ge=0)] = 4711


@dataclass(frozen=True, slots=True, kw_only=True)
class Volunteers:
    """Several people before the trial.

    Attributes:
        numbers: of the people in the trial.
        subjects: their bodies.
        careless: who lives by the profile ``careless``, ``(people,)``.
        alarmed: who has a low alarm set.
        logs_exercise: who tells the record of exercise.
        settings: what their pumps are set to.
    """

    numbers: tuple[int, ...]
    subjects: tuple[Subject, ...]
    careless: np.ndarray
    alarmed: np.ndarray
    logs_exercise: np.ndarray
    settings: Settings

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the people; with the seed they decide what happens to them."""
        return tuple(one.name for one in self.subjects)

    def to_need(self) -> Step:
        """The step from the settings to what the bodies need, without any limit."""
        needed, first = people_of(self.subjects), list(BLOCK_STARTS_H)
        basal = np.log(np.asarray(needed.basal_u_per_h) / self.settings.basal_u_per_h)[:, first]
        carb = np.log(self.settings.carb_ratio_g_per_u / np.asarray(needed.carb_ratio_g_per_u))[:, first]
        factor = np.asarray(needed.correction_factor_mgdl_per_u)
        return Step(basal=basal, carb=carb, correction=np.log(self.settings.correction_factor_mgdl_per_u / factor))


@cache
def cohort_numbers() -> dict[str, float]:
    """The numbers of the cohort's file by quantity."""
    lines = (line for line in _text().splitlines() if not line.startswith("#"))
    return {row["quantity"]: float(row["value"]) for row in csv.DictReader(lines)}


def cohort_sha256() -> str:
    """Hash of the cohort's file."""
    return sha256_of_json(_text())


def _text() -> str:
    return (resources.files("glucotwin.workflows.trial.t1d") / "data" / "cohort.csv").read_text(encoding="utf-8")


def volunteers(population: T1dPopulation, numbers: Sequence[int], *, seed: int) -> Volunteers:
    """People by number: the same number is the same person in any company.

    Args:
        population: options.
        numbers: from 0.
        seed: of the trial.
    """
    known = cohort_numbers()
    subjects = tuple(_in_truth(_subject(number, population.cohort_seed), population.truth) for number in numbers)
    drawn = person_uniforms(seed, numbers, stream="t1d-habit", count=3)
    return Volunteers(
        numbers=tuple(numbers),
        subjects=subjects,
        careless=drawn[:, 0] < known["careless_share"],
        alarmed=drawn[:, 1] < known["low_alarm_share"],
        logs_exercise=drawn[:, 2] < known["exercise_logged_share"],
        settings=_own_settings(subjects, numbers, seed=seed, factor=population.setting_error_factor),
    )


def body_options(truth: Truth) -> BodyOptions:
    """What the bodies of a truth are made of."""
    return BodyOptions(without=frozenset(MODULES)) if truth is Truth.PLAIN else BodyOptions()


def _subject(number: int, seed: int) -> Subject:
    """The person of a number: adolescents are spread evenly among adults."""
    share = cohort_numbers()["adolescent_share"]
    adolescents, upto = int(number * share), int((number + 1) * share)
    group, index = ("adolescent", adolescents) if upto > adolescents else ("adult", number - adolescents)
    return _people(group, seed, 1 + index // DRAWN_AT_ONCE)[index]


@cache
def _people(group: str, seed: int, portions: int) -> tuple[Subject, ...]:
    return tuple(accepted_people(group, portions * DRAWN_AT_ONCE, seed=seed)[0])


def _in_truth(subject: Subject, truth: Truth) -> Subject:
    if truth is Truth.RESTLESS:
        slower = {name: RESTLESS_ABSORPTION * subject.values[name] for name in ABSORPTION if name in subject.values}
        return replace(subject, values={**subject.values, **slower})
    if truth is Truth.PLAIN:  # without the dawn, one rate and one ratio are what the body needs all day
        return replace(subject, basal_profile_u_per_h=None, carb_ratio_profile_g_per_u=None)
    return subject


def _own_settings(subjects: tuple[Subject, ...], numbers: Sequence[int], *, seed: int, factor: float) -> Settings:
    """What the body needs times errors, by quarter of the day."""
    known, needed = cohort_numbers(), people_of(subjects)
    uniform = person_uniforms(seed, numbers, stream="t1d-setting-error", count=2 * (1 + BLOCKS) + 1)
    z = ndtri(np.clip(uniform, ERROR_CUT, 1.0 - ERROR_CUT))
    of_block = known["error_of_block_share"]

    def error(name: str, first: int) -> np.ndarray:
        own, blocks = z[:, first : first + 1], z[:, first + 1 : first + 1 + BLOCKS]
        mixed = np.sqrt(1.0 - of_block) * own + np.sqrt(of_block) * blocks
        return np.exp(factor * known[f"{name}_error_log_sd"] * mixed)[:, BLOCK_OF_HOUR]

    factor_error = np.exp(factor * known["correction_factor_error_log_sd"] * z[:, -1])
    return Settings(
        basal_u_per_h=np.asarray(needed.basal_u_per_h) * error("basal", 0),
        carb_ratio_g_per_u=np.asarray(needed.carb_ratio_g_per_u) * error("carb_ratio", 1 + BLOCKS),
        correction_factor_mgdl_per_u=np.asarray(needed.correction_factor_mgdl_per_u) * factor_error,
    )
