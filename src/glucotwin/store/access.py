"""Who may do what with a person's data: by role, by consent, by default nobody. One table, asked by every request.

The policies in the database say the same of reading and writing; this table is finer, and says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import select

from glucotwin.core.error import ConsentError, ErrorCode, NotAllowedError, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.profile import Role
from glucotwin.store.desk import Desk
from glucotwin.store.schema import consent, membership


class Purpose(StrEnum):
    """What a person can consent to."""

    CARE_VIEW = "care-view"
    PERSONAL_TWIN = "personal-twin"
    POPULATION_LEARNING = "population-learning"
    RESEARCH_EXPORT = "research-export"


class Action(StrEnum):
    """What can be done with a person's data."""

    SEE_PERSON = "see-person"
    CHANGE_PERSON = "change-person"
    READ_DATA = "read-data"
    WRITE_DATA = "write-data"
    ASK_TWIN = "ask-twin"
    RUN_TWIN = "run-twin"
    SNOOZE = "snooze"
    SEE_ADVICE = "see-advice"
    ADVISE = "advise"
    ANSWER_ADVICE = "answer-advice"
    MANAGE = "manage"


_CARE = frozenset({Role.PERSON, Role.CARER, Role.CLINICIAN})
_ALL = _CARE | {Role.RESEARCHER}

ROLES: Mapping[Action, frozenset[Role]] = MappingProxyType(
    {
        Action.SEE_PERSON: _ALL,
        Action.CHANGE_PERSON: frozenset({Role.PERSON, Role.CARER}),
        Action.READ_DATA: _ALL,
        Action.WRITE_DATA: frozenset({Role.PERSON, Role.CARER}),
        Action.ASK_TWIN: _ALL,
        Action.RUN_TWIN: frozenset({Role.PERSON, Role.CLINICIAN}),
        Action.SNOOZE: frozenset({Role.PERSON, Role.CARER}),
        Action.SEE_ADVICE: _CARE,
        Action.ADVISE: frozenset({Role.CLINICIAN}),
        Action.ANSWER_ADVICE: frozenset({Role.PERSON, Role.CARER}),
        Action.MANAGE: frozenset({Role.PERSON}),
    }
)
"""Who may do it."""

VIEW: Mapping[Role, Purpose | None] = MappingProxyType(
    {
        Role.PERSON: None,
        Role.CARER: Purpose.CARE_VIEW,
        Role.CLINICIAN: Purpose.CARE_VIEW,
        Role.RESEARCHER: Purpose.RESEARCH_EXPORT,
    }
)
"""The consent without which a role sees nothing."""

OF_TWIN = frozenset({Action.ASK_TWIN, Action.RUN_TWIN})
"""Actions that need the consent to a personal twin besides, whoever asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What an account is to a person.

    Attributes:
        person_id: the person.
        role: of the account with this person.
        consents: purposes that hold now.
    """

    person_id: str
    role: Role
    consents: frozenset[Purpose]

    def missing_for(self, action: Action) -> Purpose | None:
        """The consent that is missing for an action; None when none is."""
        needed = [VIEW[self.role], Purpose.PERSONAL_TWIN if action in OF_TWIN else None]
        return next((one for one in needed if one is not None and one not in self.consents), None)

    def allows(self, action: Action) -> bool:
        """Whether the action may be done."""
        return self.role in ROLES[action] and self.missing_for(action) is None

    def require(self, action: Action) -> None:
        """Passes when the action may be done.

        Raises:
            NotAllowedError: not in this role.
            ConsentError: the person has not consented to it.
        """
        if self.role not in ROLES[action]:
            raise NotAllowedError(ErrorCode.NOT_ALLOWED, message("store-role-not-allowed", role=str(self.role)))
        purpose = self.missing_for(action)
        if purpose is not None:
            raise ConsentError(
                ErrorCode.CONSENT_MISSING,
                message("store-consent-missing", purpose=message(f"consent-{purpose}-title")),
                purpose=str(purpose),
                hint=message("store-consent-missing-hint"),
            )


def access_to(desk: Desk, person_id: str, action: Action) -> Access:
    """The access of the desk's account to a person, who exists for members alone.

    Raises:
        NotFoundError: there is no such person, or the account has nothing to do with them.
        NotAllowedError: not in this role.
        ConsentError: the person has not consented to it.
    """
    query = select(membership.c.role).where(
        membership.c.person_id == person_id, membership.c.account_id == desk.account_id
    )
    role = desk.connection.execute(query).scalar()
    if role is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-person"))
    access = Access(person_id=person_id, role=Role(role), consents=active_consents(desk, person_id))
    access.require(action)
    return access


def all_access(desk: Desk) -> tuple[Access, ...]:
    """What the desk's account is to everybody within reach, read at once, in the order of joining."""
    mine = select(membership.c.person_id, membership.c.role).where(membership.c.account_id == desk.account_id)
    given = select(consent.c.person_id, consent.c.purpose).where(
        desk.within_reach(consent), consent.c.revoked_at.is_(None)
    )
    consents: dict[str, set[Purpose]] = {}
    for row in desk.connection.execute(given):
        consents.setdefault(row.person_id, set()).add(Purpose(row.purpose))
    return tuple(
        Access(person_id=row.person_id, role=Role(row.role), consents=frozenset(consents.get(row.person_id, ())))
        for row in desk.connection.execute(mine.order_by(membership.c.since, membership.c.person_id))
    )


def active_consents(desk: Desk, person_id: str) -> frozenset[Purpose]:
    """Purposes to which a person consents now."""
    query = select(consent.c.purpose).where(desk.of_person(consent, person_id), consent.c.revoked_at.is_(None))
    return frozenset(Purpose(one) for one in desk.connection.execute(query).scalars())
