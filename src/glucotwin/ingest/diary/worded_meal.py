"""Meals that are told in words, ``Rice 100 g; Egg 50 g``, as carbohydrate by a table of foods.

What a table says of a dish is rough: a meal of 60 g may well hold 40 or 90. It is still worth more to a model than no
meal at all, which is why it has to be asked for, and every such meal says that it is an estimate.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib import resources

import numpy as np
import polars as pl

from glucotwin.domain.frame import frame_from_records
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import Note
from glucotwin.domain.timeline import Timeline

WORDED, NOT_DESCRIBED = "Meal: ", "Meal, not described"
"""How importers note a meal in words."""
ESTIMATED = "carbohydrate estimated from words"
OTHER_G_PER_100G = 5.0
"""Of a dish that no row of the table fits: mostly vegetables and meat."""
UNWEIGHED_G = 100.0
"""Of a food without a weight."""
LEAST_CARBS_G = 2.0
_PART = re.compile(r"\s*(?P<name>.*?)\s*(?P<amount>\d+(?:\.\d+)?)?\s*(?P<unit>g|ml|kg|l)?\s*$", re.IGNORECASE)
_SCALE = {"kg": 1000.0, "l": 1000.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class WordedMeal:
    """A meal that was told in words.

    Attributes:
        time: aware time.
        carbs_g: by the table; None where it was not described.
        text: as told.
    """

    time: datetime
    carbs_g: float | None
    text: str


def with_worded_meals(timeline: Timeline) -> Timeline:
    """The timeline with a meal for each note that tells one, unless one is logged within the hour.

    A meal that nobody described is taken to be as large as this person's described ones of the same third of the day,
    or of all; where none is described it stays a note.

    Args:
        timeline: with notes of meals.
    """
    told = list(worded_meals(timeline))
    described = [one for one in told if one.carbs_g is not None]
    if not described:
        return timeline
    known = timeline.frame(Meal)["time"]
    meals = [
        Meal(time=one.time, carbs_g=round(carbs_g, 1), note=ESTIMATED, source="words")
        for one in told
        if (carbs_g := _carbs_g(one, described, timeline)) >= LEAST_CARBS_G
        and not any(abs((time - one.time).total_seconds()) < 3600.0 for time in known)
    ]
    if not meals:
        return timeline
    frame = frame_from_records(Meal, meals)
    logged = timeline.frame(Meal)
    return replace(timeline, streams={**timeline.streams, "meal": pl.concat([logged, frame]).sort("time")})


def worded_meals(timeline: Timeline) -> Iterator[WordedMeal]:
    """Every note that tells of a meal."""
    for one in timeline.records(Note):
        if one.text.startswith(WORDED):
            yield WordedMeal(time=one.time, carbs_g=carbs_in_words(one.text.removeprefix(WORDED)), text=one.text)
        elif one.text == NOT_DESCRIBED:
            yield WordedMeal(time=one.time, carbs_g=None, text=one.text)


def carbs_in_words(text: str) -> float:
    """Carbohydrate in g of foods in words, separated by semicolons, each with its weight behind it.

    Args:
        text: such as ``Rice 100 g; Egg 50 g``.
    """
    return sum(_part_g(part) for part in re.split(r"[;,]", text) if part.strip())


def _part_g(part: str) -> float:
    found = _PART.match(part)
    if found is None or not found["name"]:
        return 0.0
    amount = float(found["amount"] or UNWEIGHED_G) * _SCALE.get((found["unit"] or "").lower(), 1.0)
    return amount / 100.0 * carbs_g_per_100g(found["name"])


@cache
def carbs_g_per_100g(name: str) -> float:
    """Carbohydrate of a food or dish by its name."""
    lower = name.lower()
    return next((carbs for pattern, carbs in _foods() if pattern.search(lower)), OTHER_G_PER_100G)


def _carbs_g(one: WordedMeal, described: list[WordedMeal], timeline: Timeline) -> float:
    if one.carbs_g is not None:
        return one.carbs_g
    zone = timeline.person.zone_info
    third = one.time.astimezone(zone).hour // 8
    alike = [other.carbs_g for other in described if other.time.astimezone(zone).hour // 8 == third]
    chosen = [carbs for carbs in alike or [other.carbs_g for other in described] if carbs is not None]
    return float(np.median(chosen))


@cache
def _foods() -> tuple[tuple[re.Pattern[str], float], ...]:
    text = (resources.files("glucotwin.ingest.diary") / "data" / "foods.csv").read_text(encoding="utf-8")
    rows = csv.DictReader((line for line in text.splitlines() if not line.startswith("#")), delimiter=";")
    return tuple((re.compile(row["words"]), float(row["carbs_g_per_100g"])) for row in rows)
