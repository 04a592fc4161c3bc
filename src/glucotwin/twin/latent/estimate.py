"""Latent inputs as they were estimated: each with its uncertainty and with how far the data informed it."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np
from pydantic import TypeAdapter

NINETY_PERCENT_SCORE = 1.6449

INFORMED_FRACTION = 0.15
"""From which share of the prior's SD that the data removed a latent input counts as informed."""


class LatentKind(StrEnum):
    """What a latent input is."""

    DAY_SENSITIVITY = "day-sensitivity"
    MEAL_CARBS = "meal-carbs"
    MEAL_ABSORPTION = "meal-absorption"
    UNLOGGED_MEAL = "unlogged-meal"
    SENSOR_OFFSET = "sensor-offset"
    SENSOR_GAIN = "sensor-gain"
    ILLNESS = "effect-illness"
    STRESS = "effect-stress"
    SLEEP_LOSS = "effect-sleep-loss"
    LUTEAL_PHASE = "effect-luteal-phase"
    EXERCISE = "effect-exercise"

    @property
    def is_factor(self) -> bool:
        """Whether it is a factor, kept by its logarithm."""
        return latent_priors()[self].unit == "log"

    @property
    def is_effect(self) -> bool:
        """Whether it is a property of the person, and not of a day, a meal or a sensor."""
        return self.value.startswith("effect-")


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentPrior:
    """What is believed of a kind of latent input beforehand.

    Attributes:
        mean, sd: normal, on the logarithm where ``unit`` is ``log``.
        freedom: how many observations ``sd`` counts for where the SD is learned from the person; 0 where it is not.
        unit: of the mean.
        source: paper or reasoning.
        description: in plain words.
    """

    mean: float
    sd: float
    freedom: float
    unit: str
    source: str
    description: str


@cache
def latent_priors() -> Mapping[LatentKind, LatentPrior]:
    """Beliefs by kind, from ``data/latent.csv``."""
    text = (resources.files("glucotwin.twin") / "data" / "latent.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType(
        {
            LatentKind(row["name"]): LatentPrior(
                mean=float(row["mean"]),
                sd=float(row["sd"]),
                freedom=float(row["freedom"]),
                unit=row["unit"],
                source=row["source"],
                description=row["description"],
            )
            for row in rows
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Latent:
    """One latent input and what is known of it, normal on its own scale (the logarithm of a factor).

    Attributes:
        kind: what it is.
        start, end: when it holds; of a meal, the times between which its records lie.
        mean, sd: posterior, on the logarithm for factors, else in the unit of the kind.
        prior_mean, prior_sd: before the data.
        recorded_g: carbohydrate that was logged, for what concerns a meal.
    """

    kind: LatentKind
    start: datetime
    end: datetime
    mean: float
    sd: float
    prior_mean: float
    prior_sd: float
    recorded_g: float | None = None

    @property
    def informed_fraction(self) -> float:
        """Share of the prior's SD that the data removed: 0 nothing learned, 1 all."""
        return float(np.clip(1.0 - self.sd / self.prior_sd, 0.0, 1.0))

    @property
    def informed(self) -> bool:
        """Whether the data say something of it."""
        return self.informed_fraction >= INFORMED_FRACTION

    def interval(self, score: float = NINETY_PERCENT_SCORE) -> tuple[float, float, float]:
        """Median and the ends of its interval (90 %), as a factor or in the unit of the kind."""
        low, high = self.mean - score * self.sd, self.mean + score * self.sd
        if self.kind.is_factor:
            return float(np.exp(self.mean)), float(np.exp(low)), float(np.exp(high))
        least = 0.0 if self.kind is LatentKind.UNLOGGED_MEAL else -np.inf
        return max(self.mean, least), max(low, least), max(high, least)

    @property
    def value(self) -> float:
        """Median: a factor, or in the unit of the kind."""
        return self.interval()[0]

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        median, low, high = (round(one, 4) for one in self.interval())
        grams = {} if self.recorded_g is None else {"recorded_g": round(self.recorded_g, 1)}
        unit = latent_priors()[self.kind].unit
        return {
            "kind": str(self.kind),
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "unit": "factor" if unit == "log" else unit,
            "median": median,
            "low": low,
            "high": high,
            "informed_fraction": round(self.informed_fraction, 3),
            **grams,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Latents:
    """Every latent input of the fitted days.

    Attributes:
        estimates: in order of kind and time.
        spreads: by kind whose SD was learned from the person, that SD (of the logarithm).
        weight: what a reading counts for against what the disturbance says; less than 1 where errors last.
        settled: whether the iteration came to rest.
    """

    estimates: tuple[Latent, ...]
    spreads: Mapping[LatentKind, float] = field(default_factory=dict)
    weight: float = 1.0
    settled: bool = True

    def of_kind(self, kind: LatentKind) -> tuple[Latent, ...]:
        """Those of a kind, in time order."""
        return tuple(one for one in self.estimates if one.kind is kind)

    def archived(self) -> dict[str, Any]:
        """As it is kept in a twin's file."""
        return TypeAdapter(Latents).dump_python(self, mode="json")

    def to_json(self) -> dict[str, object]:
        """As JSON values, for people and programs to read."""
        return {
            "spreads": {str(kind): round(sd, 4) for kind, sd in self.spreads.items()},
            "weight": round(self.weight, 3),
            "settled": self.settled,
            "informed": sum(one.informed for one in self.estimates),
            "estimates": [one.to_json() for one in self.estimates],
        }
