"""Filled-in questionnaires: kept as they were answered, taken out whole, never changed."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, insert, select

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.store.desk import Desk
from glucotwin.store.schema import questionnaire_response as table

MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """One filled-in questionnaire.

    Attributes:
        response_id: short, of its person alone.
        questionnaire, version: which, as of then.
        answers: by question: code of an option, number or text.
        answered_by: account.
        at: aware time.
    """

    response_id: str
    questionnaire: str
    version: str
    answers: Mapping[str, str]
    answered_by: str
    at: datetime


def add_response(
    desk: Desk, person_id: str, *, questionnaire: str, version: str, answers: Mapping[str, str], at: datetime
) -> StoredResponse:
    """Keeps answers of the desk's account, sealed with the person's key.

    Args:
        desk: of the person or a carer.
        person_id: of whom.
        questionnaire: which.
        version: of it.
        answers: codes of options by question.
        at: aware time.
    """
    made = StoredResponse(
        response_id=secrets.token_hex(8),
        questionnaire=questionnaire,
        version=version,
        answers=dict(answers),
        answered_by=desk.account_id,
        at=at.astimezone(UTC),
    )
    content = {"questionnaire": questionnaire, "version": version, "answers": dict(answers)}
    desk.connection.execute(
        insert(table).values(
            person_id=person_id,
            response_id=made.response_id,
            answered_by=made.answered_by,
            at=made.at,
            content=desk.keystore.seal(person_id, _place(made.response_id), json.dumps(content).encode()),
        )
    )
    return made


def list_responses(desk: Desk, person_id: str) -> tuple[StoredResponse, ...]:
    """A person's filled-in questionnaires, the newest first, at most the newest ``MOST``.

    Raises:
        DataError: one of them is damaged.
    """
    query = select(table).where(desk.of_person(table, person_id)).order_by(table.c.at.desc(), table.c.response_id)
    found: list[StoredResponse] = []
    for row in desk.connection.execute(query.limit(MOST)):
        try:
            told = json.loads(desk.keystore.open_sealed(person_id, _place(row.response_id), row.content))
            kept = {name: told[name] for name in ("questionnaire", "version", "answers")}
        except (KeyError, ValueError) as error:
            raise DataError(ErrorCode.DAMAGED_ARTEFACT, message("store-damaged-value")) from error
        found.append(StoredResponse(response_id=row.response_id, answered_by=row.answered_by, at=row.at, **kept))
    return tuple(found)


def remove_response(desk: Desk, person_id: str, response_id: str) -> None:
    """Takes one out.

    Raises:
        NotFoundError: there is none.
    """
    where = desk.of_person(table, person_id) & (table.c.response_id == response_id)
    if desk.connection.execute(delete(table).where(where)).rowcount == 0:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-response"))


def _place(response_id: str) -> str:
    return f"questionnaire_response|{response_id}"
