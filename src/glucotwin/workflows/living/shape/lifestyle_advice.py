"""Shapes of advice on habits that a service keeps."""

from typing_extensions import TypedDict

from glucotwin.advise.lifestyle import HabitKind, RankedHabitJson
from glucotwin.core.json_value import Instant
from glucotwin.core.unit import GlucoseUnit


class LifestyleQuestion(TypedDict):
    """Which kinds of habits over which days; ``end`` is None for the newest reading."""

    days: float
    end: Instant | None
    kinds: list[HabitKind]
    unit: GlucoseUnit


class AdvisedHabitJson(RankedHabitJson):
    """A habit with what it would have done, in words too; its cautions are sentences."""

    name: str
    sentence: str


class LifestyleAnswer(TypedDict):
    """Habits, the one that does most first, with what to know before reading it.

    ``insulin_left_out`` says why no habit that changes a dose is among them; it is empty where they were looked at.
    """

    start: Instant
    end: Instant
    days: float
    habits: list[AdvisedHabitJson]
    insulin_left_out: str
    cautions: list[str]
    uncertainty: str
    limits: str
    twin_version: str
