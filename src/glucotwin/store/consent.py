"""Consents: one purpose at a time, in a version of its text, revocable at once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from sqlalchemy import insert, select, update

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.store.access import Purpose
from glucotwin.store.desk import Desk
from glucotwin.store.schema import consent

CURRENT_VERSION = 1
"""Version of the texts that people consent to; it rises with their meaning."""


ConsentStatus = Literal["none", "active", "revoked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """A purpose, and what became of it.

    Attributes:
        purpose: what for.
        version: of the text that was consented to; None when it never was.
        granted_by: ``self`` or ``guardian``.
        granted_at, revoked_at: aware times of the last grant and its end.
    """

    purpose: Purpose
    version: int | None = None
    granted_by: str | None = None
    granted_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def status(self) -> ConsentStatus:
        """What became of the last grant."""
        if self.granted_at is None:
            return "none"
        return "active" if self.revoked_at is None else "revoked"


def list_consents(desk: Desk, person_id: str) -> tuple[Consent, ...]:
    """Every purpose with its last grant."""
    query = select(consent).where(desk.of_person(consent, person_id)).order_by(consent.c.consent_id)
    last = {Purpose(row.purpose): row for row in desk.connection.execute(query)}
    return tuple(
        Consent(purpose=purpose)
        if (row := last.get(purpose)) is None
        else Consent(
            purpose=purpose,
            version=row.version,
            granted_by=row.granted_by,
            granted_at=row.granted_at,
            revoked_at=row.revoked_at,
        )
        for purpose in Purpose
    )


def grant_consent(desk: Desk, person_id: str, purpose: Purpose, *, version: int, granted_by: str) -> Consent:
    """Notes a consent; an earlier one to the same purpose ends.

    Raises:
        NotFoundError: there is no such version of the text.
    """
    if not 1 <= version <= CURRENT_VERSION:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-consent-version", version=version))
    _end(desk, person_id, purpose)
    now = datetime.now(UTC)
    desk.connection.execute(
        insert(consent).values(
            person_id=person_id, purpose=str(purpose), version=version, granted_by=granted_by, granted_at=now
        )
    )
    return Consent(purpose=purpose, version=version, granted_by=granted_by, granted_at=now)


def revoke_consent(desk: Desk, person_id: str, purpose: Purpose) -> Consent:
    """Ends a consent at once; one that is not there stays away."""
    _end(desk, person_id, purpose)
    return next(one for one in list_consents(desk, person_id) if one.purpose is purpose)


def _end(desk: Desk, person_id: str, purpose: Purpose) -> None:
    open_grants = (
        desk.of_person(consent, person_id) & (consent.c.purpose == str(purpose)) & consent.c.revoked_at.is_(None)
    )
    desk.connection.execute(update(consent).where(open_grants).values(revoked_at=datetime.now(UTC)))
