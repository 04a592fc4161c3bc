"""Members: which accounts see a person, and in which role."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from glucotwin.core.error import ConflictError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.profile import Role
from glucotwin.store.desk import Desk
from glucotwin.store.schema import membership


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """An account that sees a person."""

    account_id: str
    role: Role
    since: datetime


def list_members(desk: Desk, person_id: str) -> tuple[Member, ...]:
    """Everybody who sees a person, the first one first."""
    query = select(membership).where(desk.of_person(membership, person_id)).order_by(membership.c.since)
    return tuple(
        Member(account_id=row.account_id, role=Role(row.role), since=row.since)
        for row in desk.connection.execute(query)
    )


def add_member(desk: Desk, person_id: str, account_id: str, role: Role) -> Member:
    """Lets an account see a person, or gives it another role.

    Raises:
        ConflictError: the last person of the twin would lose it.
    """
    now = datetime.now(UTC)
    if role is not Role.PERSON:
        _require_another(desk, person_id, account_id)
    added = insert(membership).values(person_id=person_id, account_id=account_id, role=str(role), since=now)
    desk.connection.execute(
        added.on_conflict_do_update(index_elements=["person_id", "account_id"], set_={"role": str(role)})
    )
    return Member(account_id=account_id, role=role, since=now)


def remove_member(desk: Desk, person_id: str, account_id: str) -> None:
    """Ends an account's view of a person at once.

    Raises:
        NotFoundError: it had none.
        ConflictError: the last person of the twin would lose it; erasing is another thing.
    """
    _require_another(desk, person_id, account_id)
    where = desk.of_person(membership, person_id) & (membership.c.account_id == account_id)
    if desk.connection.execute(delete(membership).where(where)).rowcount == 0:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-member"))


def _require_another(desk: Desk, person_id: str, account_id: str) -> None:
    persons = {one.account_id for one in list_members(desk, person_id) if one.role is Role.PERSON}
    if persons == {account_id}:
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("store-last-person"))
