"""Channels: where an account wants a person's alarms, and how far they were told there."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Row, delete, func, insert, select, update

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.store.desk import Desk
from glucotwin.store.schema import alarm_event
from glucotwin.store.schema import channel as table


@dataclass(frozen=True, slots=True, kw_only=True)
class NewChannel:
    """A wish for a channel: its kind, what to call it, and the settings of the kind."""

    kind: str
    label: str
    settings: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredChannel:
    """One channel.

    Attributes:
        channel_id: to remove it by.
        person_id, account_id: whose alarms go to whom.
        kind: what it is, such as ``webhook``.
        label: what the account calls it.
        settings: of its kind.
        secret: by which the receiver knows that a message is ours, or that whoever gave an address has it.
        confirmed: whether anything may be told there.
        told_through: number of the last alarm that was told.
        created_at: aware time.
    """

    channel_id: str
    person_id: str
    account_id: str
    kind: str
    label: str
    settings: Mapping[str, str]
    secret: str
    confirmed: bool
    told_through: int
    created_at: datetime


def add_channel(desk: Desk, person_id: str, wish: NewChannel, *, secret: str, confirmed: bool) -> StoredChannel:
    """Keeps a channel of the desk's account; alarms of before are not told there.

    Args:
        desk: of an account that may write.
        person_id: whose alarms.
        wish: what it is.
        secret: see ``StoredChannel``.
        confirmed: whether anything may be told there already.
    """
    made = StoredChannel(
        channel_id=str(uuid.uuid4()),
        person_id=person_id,
        account_id=desk.account_id,
        kind=wish.kind,
        label=wish.label,
        settings=wish.settings,
        secret=secret,
        confirmed=confirmed,
        told_through=last_alarm(desk, person_id),
        created_at=datetime.now(UTC),
    )
    content = json.dumps({"label": wish.label, "settings": dict(wish.settings), "secret": secret}).encode()
    desk.connection.execute(
        insert(table).values(
            channel_id=made.channel_id,
            person_id=person_id,
            account_id=desk.account_id,
            kind=wish.kind,
            confirmed=confirmed,
            told_through=made.told_through,
            content=desk.keystore.seal(person_id, _place(made.channel_id), content),
            created_at=made.created_at,
        )
    )
    return made


def list_channels(desk: Desk, person_id: str, *, own: bool) -> tuple[StoredChannel, ...]:
    """Channels of a person's alarms, the first one first.

    Args:
        desk: of an account that may read.
        person_id: whose alarms.
        own: only those of the desk's account.
    """
    where = desk.of_person(table, person_id)
    if own:
        where &= table.c.account_id == desk.account_id
    rows = desk.connection.execute(select(table).where(where).order_by(table.c.created_at, table.c.channel_id))
    return tuple(_stored(desk, row) for row in rows)


def find_channel(desk: Desk, person_id: str, channel_id: str, *, lock: bool = False) -> StoredChannel:
    """A channel of the desk's account.

    Args:
        desk: of an account that may read.
        person_id: whose alarms.
        channel_id: which.
        lock: keep others from telling there until the transaction ends; one that is locked is as good as not there.

    Raises:
        NotFoundError: it has no such channel.
    """
    where = (
        desk.of_person(table, person_id) & (table.c.channel_id == channel_id) & (table.c.account_id == desk.account_id)
    )
    query = select(table).where(where)
    row = desk.connection.execute(query.with_for_update(skip_locked=True) if lock else query).first()
    if row is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("channel-none"))
    return _stored(desk, row)


def confirm_channel(desk: Desk, channel_id: str) -> None:
    """Lets alarms be told at a channel of the desk's account."""
    own = (table.c.channel_id == channel_id) & (table.c.account_id == desk.account_id)
    desk.connection.execute(update(table).where(own).values(confirmed=True))


def mark_told(desk: Desk, channel_id: str, alarm_id: int) -> None:
    """Notes how far alarms were told at a channel of the desk's account."""
    own = (table.c.channel_id == channel_id) & (table.c.account_id == desk.account_id)
    desk.connection.execute(update(table).where(own).values(told_through=alarm_id))


def remove_channel(desk: Desk, channel_id: str) -> bool:
    """Removes a channel of the desk's account: whether there was one."""
    own = (table.c.channel_id == channel_id) & (table.c.account_id == desk.account_id)
    return desk.connection.execute(delete(table).where(own)).rowcount > 0


def last_alarm(desk: Desk, person_id: str) -> int:
    """Number of the last alarm that was told of a person; 0 without any."""
    query = select(func.max(alarm_event.c.alarm_id)).where(desk.of_person(alarm_event, person_id))
    return desk.connection.execute(query).scalar() or 0


def _stored(desk: Desk, row: Row[tuple[object, ...]]) -> StoredChannel:
    fields = row._mapping
    person_id, channel_id = fields["person_id"], fields["channel_id"]
    told = json.loads(desk.keystore.open_sealed(person_id, _place(channel_id), fields["content"]))
    return StoredChannel(
        channel_id=channel_id,
        person_id=person_id,
        account_id=fields["account_id"],
        kind=fields["kind"],
        label=told["label"],
        settings=told["settings"],
        secret=told["secret"],
        confirmed=fields["confirmed"],
        told_through=fields["told_through"],
        created_at=fields["created_at"].astimezone(UTC),
    )


def _place(channel_id: str) -> str:
    return f"channel|{channel_id}"
