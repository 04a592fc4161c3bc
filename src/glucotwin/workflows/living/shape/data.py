"""Shapes of a person, of uploads and of what imports changed."""

from typing_extensions import TypedDict

from glucotwin.core.json_value import Instant
from glucotwin.domain.person import DiabetesType, Sex, TherapyKind


class PersonJson(TypedDict):
    """What is known of a person."""

    person_id: str
    display_name: str
    zone: str
    diabetes_type: DiabetesType
    therapy: TherapyKind
    birth_year: int | None
    adult: bool | None
    sex: Sex
    height_cm: float | None
    weight_kg: float | None
    created_at: Instant
    frozen: bool


class FindingJson(TypedDict):
    """What an import found."""

    code: str
    severity: str
    stream: str
    count: int
    text: str


class UploadJson(TypedDict):
    """What taking in a file did: records by stream."""

    format: str
    added: dict[str, int]
    repeated: dict[str, int]
    findings: list[FindingJson]
    start: Instant
    end: Instant
