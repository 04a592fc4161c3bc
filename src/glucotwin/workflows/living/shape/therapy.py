"""Shapes of comparisons of therapies that a service keeps."""

from typing_extensions import TypedDict

from glucotwin.advise.therapy import TherapyComparisonJson
from glucotwin.core.json_value import Instant


class TherapyAnswer(TherapyComparisonJson):
    """An answered comparison, with what to know before reading it."""

    uncertainty: str
    limits: str
    twin_version: str
    cautions: list[str]


class AlternativeJson(TypedDict):
    """A therapy as it was asked about: what is None stays as it was."""

    name: str
    basal_factor: float | None
    carb_ratio_g_per_u: float | None
    correction_factor_mgdl_per_u: float | None
    insulin: str | None
    bolus_shift_min: float | None
    algorithm: str | None
    answered: bool


class TherapyQuestion(TypedDict):
    """Which therapies over which days; ``end`` is None for the newest reading."""

    alternatives: list[AlternativeJson]
    days: float
    end: Instant | None
