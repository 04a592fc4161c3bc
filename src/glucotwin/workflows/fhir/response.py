"""Filled-in questionnaires as FHIR tells them."""

from glucotwin.core.error import DataError
from glucotwin.store.desk import Desk
from glucotwin.store.response import StoredResponse
from glucotwin.workflows.fhir.record import Resource, plain
from glucotwin.workflows.living.questionnaire import Known, known_at, responses_of
from glucotwin.workflows.questionnaire.answer import response_resource

RESPONSE = "QuestionnaireResponse"
MARK = "q"
"""Second part of the identifiers."""


def response_resources(desk: Desk, person_id: str) -> list[Resource]:
    """A person's filled-in questionnaires, the newest first; those whose questionnaire is gone are left out.

    Args:
        desk: of an account that may read.
        person_id: whose.
    """
    known = known_at(desk)
    found = (_resource(known, person_id, one) for one in responses_of(desk, known, person_id))
    return [told for told in found if told is not None]


def is_of_response(identifier: str) -> bool:
    """Whether an identifier is of these resources."""
    return identifier.split(".")[1:2] == [MARK]


def _resource(known: Known, person_id: str, one: StoredResponse) -> Resource | None:
    form = known.get(one.questionnaire)
    if form is None:
        return None
    identifier = f"{plain(person_id)}.{MARK}.{one.response_id}"
    try:
        return response_resource(form, one.answers, identifier=identifier, subject=f"Patient/{person_id}", at=one.at)
    except DataError:
        # Answered when the questionnaire had other options.
        return None
