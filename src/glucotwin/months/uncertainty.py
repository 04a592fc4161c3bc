"""How sure a course is: draws of what is not known of the model, and of what differs between people.

The strength of each class is as uncertain as the published interval of its effect (``data/uncertainty.csv``), the mean
speed at which beta cells tire likewise. People differ in how strongly they answer and in that speed. The two
are drawn apart, so that an interval can tell what more studies would narrow and what only trying tells.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import jax
import numpy as np

from glucotwin.core.random import root_key, stream_key
from glucotwin.months.course import Life
from glucotwin.months.person import MonthsPerson
from glucotwin.months.table import read_rows
from glucotwin.months.treatment import RESPONSE_SPREAD, Treatment
from glucotwin.months.trial import DECLINE_SD

DECLINE = "decline"
SHARED = 0.5
"""Part of the variance of people's answers that is the same for every class (chosen: who takes doses, takes all)."""

PEOPLE_NORMALS = 2
"""Standard normal numbers of a person beside one for each quantity: response and beta cells."""

LOG_LIMIT = 2.5
"""Strengths are drawn within this many standard deviations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """One possible model and one possible person.

    Attributes:
        strengths: factor on the effect of each class.
        mean_decline: factor on the mean speed at which beta cells tire.
        response: how strongly the person answers to all classes, 1 for the average.
        own: factor on the effect of each class by what this person answers to it more or less than to others.
        decline: speed at which the person's beta cells tire, 1 for the average.
    """

    strengths: Mapping[str, float]
    mean_decline: float
    response: float
    own: Mapping[str, float]
    decline: float


def draw_many(count: int, *, seed: int = 0) -> tuple[Draw, ...]:
    """Draws, the same for every candidate, so that candidates differ by what they are and not by chance.

    Args:
        count: how many.
        seed: of the random streams.
    """
    return draws_of(model_normals(count, seed=seed), _normal(seed, "people", (count, normals_per_person())))


def model_normals(count: int, *, seed: int = 0) -> np.ndarray:
    """Standard normal numbers of possible models, ``(count, quantities)``, for ``draws_of``.

    Args:
        count: how many models.
        seed: of the random stream.
    """
    return _normal(seed, "parameters", (count, len(_spreads())))


def normals_per_person() -> int:
    """How many standard normal numbers tell of a person."""
    return PEOPLE_NORMALS + len(_spreads())


def draws_of(models: np.ndarray, people: np.ndarray) -> tuple[Draw, ...]:
    """Draws from standard normal numbers.

    Args:
        models: of what the model does not know, ``(draws, quantities)``; 0 for the published strengths.
        people: of what differs between people, ``(draws, normals_per_person())``.
    """
    spreads, within = _spreads(), np.clip(models, -LOG_LIMIT, LOG_LIMIT)
    return tuple(_draw(spreads, model, person) for model, person in zip(within, people, strict=True))


def with_strengths(
    treatments: Sequence[Treatment], draw: Draw, *, model: bool = True, person: bool = True
) -> list[Treatment]:
    """The same treatments with the strengths of a draw; classes without one keep theirs.

    Args:
        treatments: a candidate.
        draw: one possible model and person.
        model: whether what the model does not know counts.
        person: whether what this person answers to each class counts.
    """
    asked = [factors for factors, counts in ((draw.strengths, model), (draw.own, person)) if counts]
    return [
        replace(one, strength=math.prod(factors.get(one.medicine.kind, 1.0) for factors in asked)) for one in treatments
    ]


def drawn_life(
    person: MonthsPerson, treatments: Sequence[Treatment], draw: Draw, *, model: bool = True, own: bool = True
) -> Life:
    """The person of a draw on a candidate.

    Args:
        person: today.
        treatments: a candidate.
        draw: one possible model and person.
        model: whether what the model does not know counts.
        own: whether what differs between people counts.
    """
    return Life(
        person=person,
        treatments=with_strengths(treatments, draw, model=model, person=own),
        response=draw.response if own else 1.0,
        decline=(draw.decline if own else 1.0) * (draw.mean_decline if model else 1.0),
    )


def _draw(spreads: Mapping[str, float], model: np.ndarray, person: np.ndarray) -> Draw:
    factors = {name: math.exp(sd * float(score)) for (name, sd), score in zip(spreads.items(), model, strict=True)}
    shared, own = (RESPONSE_SPREAD * math.sqrt(part) for part in (SHARED, 1.0 - SHARED))
    answers = zip(spreads, person[2:], strict=True)
    return Draw(
        strengths={name: factor for name, factor in factors.items() if name != DECLINE},
        mean_decline=factors[DECLINE],
        response=math.exp(shared * float(person[0]) - shared**2 / 2.0),
        own={name: math.exp(own * float(score) - own**2 / 2.0) for name, score in answers if name != DECLINE},
        decline=max(0.0, 1.0 + DECLINE_SD * float(person[1])),
    )


@cache
def _spreads() -> Mapping[str, float]:
    return {row["quantity"]: float(row["log_sd"]) for row in read_rows("uncertainty.csv")}


def _normal(seed: int, stream: str, shape: tuple[int, ...]) -> np.ndarray:
    return np.asarray(jax.random.normal(stream_key(root_key(seed), subject="regimen", stream=stream), shape))
