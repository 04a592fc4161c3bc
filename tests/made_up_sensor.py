"""A made-up sensor for the tests of detectors: glucose by formula, with a little unrest that is the same every time."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np

from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.person import Person
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline

START = datetime(2024, 3, 1, tzinfo=UTC)
STEP_MIN = 5


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def unrest(points: int) -> np.ndarray:
    """Numbers between -1 and 1 without any order."""
    return 2.0 * np.modf(np.abs(np.sin(12.9898 * np.arange(1, points + 1)) * 43758.5453))[0] - 1.0


def level(days: float, *, glucose_mgdl: float = 130.0) -> np.ndarray:
    """Glucose every five minutes that wanders slowly by 15 mg/dL and trembles by 2 mg/dL."""
    points = int(days * 288)
    slow = 15.0 * np.sin(np.arange(points) / 47.0)
    return glucose_mgdl + slow + 2.0 * unrest(points)


def meal_rise(points: int, *, minute: float, height_mgdl: float, back_min: float = 240.0) -> np.ndarray:
    """What a meal at a minute adds: up within about 70 min, and down again."""
    minutes = np.maximum(np.arange(points) * STEP_MIN - minute - 10.0, 0.0)
    return height_mgdl * (1.0 - np.exp(-((minutes / 40.0) ** 2))) * np.exp(-((minutes / back_min) ** 4))


def readings(values: Iterable[float], *, step_min: float = STEP_MIN, source: str = "") -> list[Record]:
    return [
        GlucoseReading(time=at(step_min * index), glucose_mgdl=round(float(value)), source=source)
        for index, value in enumerate(values)
    ]


def timeline(*records: Record, person: Person | None = None) -> Timeline:
    return Timeline.from_records(person or Person(person_id="made-up"), records)
