"""Shapes of signed limits."""

from typing import Literal

from typing_extensions import TypedDict

from glucotwin.core.json_value import Instant

EnvelopeStatus = Literal["standing", "expired", "withdrawn", "superseded", "altered"]


class EnvelopeJson(TypedDict):
    """Signed limits, and what became of them.

    ``limits`` are by name: ranges as two numbers, rules as one. ``document`` is all of it as it was signed
    (``glucotwin-envelope/1``), for the command line.
    """

    envelope_id: str
    status: EnvelopeStatus
    signed_by: str
    signed_at: Instant
    valid_until: Instant
    why: str
    limits: dict[str, float | list[float]]
    ended_by: str | None
    ended_at: Instant | None
    reason: str | None
    document: dict[str, object]


class EnvelopeDefaultsJson(TypedDict):
    """What a form begins with: the span of today's settings over the day where they are on record, and the rules."""

    basal_u_per_h: list[float] | None
    carb_ratio_g_per_u: list[float] | None
    correction_factor_mgdl_per_u: list[float] | None
    target_mgdl: list[float] | None
    max_bolus_u: float | None
    rules: dict[str, float]
