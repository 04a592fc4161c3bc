"""What all answers about a person share: permission, validity, and the envelope."""

from datetime import UTC, date, datetime
from typing import TypeVar

from glucotwin import __version__
from glucotwin.core.answer import Answer, ContextOfUse, DataGap, DataReference, ModelReference, Payload
from glucotwin.core.error import DataError, ErrorCode, SafetyError
from glucotwin.core.message import message
from glucotwin.core.profile import Authority
from glucotwin.core.validity import Validity
from glucotwin.domain.archive import timeline_hash
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.body.registry import DEFAULT_BODY
from glucotwin.twin.twin import Twin
from glucotwin.twin.validity import check_validity, validated_population

MODEL_STREAMS = ("glucose", "bolus", "basal", "pen", "meal")
"""Streams that the twin's body can take in."""

AnyPayload = TypeVar("AnyPayload", bound=Payload)


def require_valid(person: Person, on: date, *, body: str = DEFAULT_BODY) -> Validity:
    """The validity for a person for whom nothing speaks against an answer.

    Args:
        person: who is asked about.
        on: the day for which an answer is given.
        body: that answers; by default that of type 1 diabetes.

    Raises:
        SafetyError: the model was not validated for people like this one.
    """
    validity = check_validity(person, on, population=validated_population(body))
    if not validity.valid:
        reasons = " ".join(message(key) for key in validity.reasons_against)
        raise SafetyError(
            ErrorCode.OUTSIDE_VALIDITY,
            message("validity-refused", reasons=reasons),
            hint=message("validity-refused-hint"),
        )
    return validity


def require_same_person(twin: Twin, timeline: Timeline) -> None:
    """Passes when a twin is of the timeline's person.

    Raises:
        DataError: it is somebody else's.
    """
    if twin.person.person_id != timeline.person.person_id:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            message("answer-other-person", twin=twin.person.person_id, timeline=timeline.person.person_id),
            hint=message("answer-other-person-hint"),
        )


def wrap_answer(
    payload: AnyPayload,
    *,
    context: ContextOfUse,
    authority: Authority,
    timeline: Timeline,
    window: Window,
    twin: Twin | None,
    validity: Validity,
    uncertainty: str,
    limits: str,
    data_hash: str | None = None,
) -> Answer[AnyPayload]:
    """An answer in its envelope.

    Args:
        payload: what it says.
        context: what it is for.
        authority: under which it is given.
        timeline: the data that it was made from.
        window: the part of them that it used.
        twin: that answered; None for a description.
        validity: whether it is meant for the person.
        uncertainty: how its bands were made.
        limits: what it must not be used for.
        data_hash: of the data, where it is known already.
    """
    used = timeline.cut(window)
    return Answer(
        context_of_use=context,
        issued_at=datetime.now(UTC),
        authority=authority,
        model=model_reference(twin),
        data=DataReference(
            person_id=timeline.person.person_id,
            data_hash=data_hash or timeline_hash(timeline),
            start=window.start,
            end=window.end,
        ),
        inputs_used=tuple(name for name in MODEL_STREAMS if name in used.streams),
        data_gaps=gaps_within(timeline, window),
        validity=validity,
        uncertainty=uncertainty,
        limits=limits,
        payload=payload,
    )


def model_reference(twin: Twin | None) -> ModelReference:
    """Which twin answered; empty names when none did."""
    if twin is None:
        return ModelReference(body="", twin_version="", twin_hash="", software_version=__version__)
    return ModelReference(
        body=twin.body, twin_version=twin.version, twin_hash=twin.content_hash(), software_version=__version__
    )


def gaps_within(timeline: Timeline, window: Window) -> tuple[DataGap, ...]:
    """Stretches of more than 15 minutes without a sensor reading."""
    return tuple(DataGap(stream="glucose", start=gap.start, end=gap.end) for gap in timeline.gaps(window=window))
