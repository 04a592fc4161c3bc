"""The answer envelope: what every answer to a person carries, whatever it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, Protocol, TypeVar, runtime_checkable

from glucotwin.core.profile import Authority
from glucotwin.core.validity import Validity


class ContextOfUse(StrEnum):
    """What an answer is for."""

    DESCRIPTION = "description"
    FORECAST = "forecast"
    WHAT_IF = "what-if"
    ADVICE = "advice"
    ALARM = "alarm"
    REPORT = "report"


@runtime_checkable
class Payload(Protocol):
    """What an answer says: anything that can be written as JSON values."""

    def to_json(self) -> Mapping[str, object]:
        """As JSON values, units in the names."""
        ...


AnyPayload = TypeVar("AnyPayload", bound=Payload, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReference:
    """Which model answered: body, twin version and its content hash, software version."""

    body: str
    twin_version: str
    twin_hash: str
    software_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReference:
    """Which data the model was fitted to and answered from."""

    person_id: str
    data_hash: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DataGap:
    """A stretch without data of a stream within what the answer used."""

    stream: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Generic[AnyPayload]):
    """An answer with everything needed to judge it.

    Attributes:
        context_of_use: what it is for.
        issued_at: when it was given.
        authority: profile and role under which it was given.
        model, data: what it was made from.
        inputs_used: streams that entered, by name.
        data_gaps: what was missing.
        validity: whether it is meant for this person.
        uncertainty: how its bands were made, in one sentence.
        limits: what it must not be used for, in one plain sentence.
        payload: the answer itself.
    """

    context_of_use: ContextOfUse
    issued_at: datetime
    authority: Authority
    model: ModelReference
    data: DataReference
    inputs_used: tuple[str, ...]
    data_gaps: tuple[DataGap, ...]
    validity: Validity
    uncertainty: str
    limits: str
    payload: AnyPayload

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "context_of_use": str(self.context_of_use),
            "issued_at": self.issued_at.isoformat(),
            "profile": str(self.authority.profile),
            "role": str(self.authority.role),
            "model": {
                "body": self.model.body,
                "twin_version": self.model.twin_version,
                "twin_hash": self.model.twin_hash,
                "software_version": self.model.software_version,
            },
            "data": {
                "person_id": self.data.person_id,
                "data_hash": self.data.data_hash,
                "start": self.data.start.isoformat(),
                "end": self.data.end.isoformat(),
            },
            "inputs_used": list(self.inputs_used),
            "data_gaps": [
                {"stream": gap.stream, "start": gap.start.isoformat(), "end": gap.end.isoformat()}
                for gap in self.data_gaps
            ],
            "validity": self.validity.to_json(),
            "uncertainty": self.uncertainty,
            "limits": self.limits,
            "answer": dict(self.payload.to_json()),
        }
