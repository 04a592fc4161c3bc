"""Shapes of signed limits."""

from typing import Literal

from typing_extensions import TypedDict

from glucotwin.core.json_value import Instant

EnvelopeStatus = Literal["standing", "expired", "withdrawn", "superseded", "altered"]


Limits = dict[str, float | list[float]]
"""Limits by name: ranges as two numbers, rules as one."""


class EnvelopeDocument(TypedDict):
    """Limits as they were signed (``glucotwin-envelope/1``); ``seal`` is the hash of the rest."""

    schema: str
    person_id: str
    limits: Limits
    signed_by: str
    signed_at: Instant
    valid_until: Instant
    why: str
    seal: str


class EnvelopeJson(TypedDict):
    """Signed limits, and what became of them.

    ``document`` is all of it as it was signed, for the command line.
    """

    envelope_id: str
    status: EnvelopeStatus
    signed_by: str
    signed_at: Instant
    valid_until: Instant
    why: str
    limits: Limits
    ended_by: str | None
    ended_at: Instant | None
    reason: str | None
    document: EnvelopeDocument


class EnvelopeDefaultsJson(TypedDict):
    """What a form begins with: the span of today's settings over the day where they are on record, and the rules."""

    basal_u_per_h: list[float] | None
    carb_ratio_g_per_u: list[float] | None
    correction_factor_mgdl_per_u: list[float] | None
    target_mgdl: list[float] | None
    max_bolus_u: float | None
    rules: dict[str, float]
