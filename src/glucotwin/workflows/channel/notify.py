"""Use case: alarms of a person are told at the channels of all who may know; each alarm once per channel.

An alarm is stored before it is told, and a channel keeps how far it was told there. So what a process did not tell
before it ended, or could not tell because a receiver was away, is told the next time, unless it is too old to matter.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from glucotwin.core.error import ConflictError, DataError, ErrorCode, GlucoTwinError, NotAllowedError
from glucotwin.core.message import message
from glucotwin.store.access import Action, access_to
from glucotwin.store.alarm import alarms_after
from glucotwin.store.channel import (
    NewChannel,
    StoredChannel,
    add_channel,
    confirm_channel,
    find_channel,
    last_alarm,
    list_channels,
    mark_told,
    remove_channel,
)
from glucotwin.store.database import Database
from glucotwin.store.desk import Desk, desk_of
from glucotwin.store.person import read_person
from glucotwin.workflows.channel.channel import LONGEST_SETTING, ChannelError, Notice, Outgoing
from glucotwin.workflows.channel.registry import find_kind
from glucotwin.workflows.living.alarm_settings import alarm_settings_of

USEFUL = timedelta(minutes=30)
"""An alarm that is older is not told any more."""
MOST_CHANNELS = 10
"""Of one account for one person."""
CODE_DIGITS, SECRET_BYTES = 8, 32
Failed = Callable[[StoredChannel, GlucoTwinError], object]


def open_channel(desk: Desk, person_id: str, wish: NewChannel, outgoing: Outgoing) -> StoredChannel:
    """Makes a channel; one that needs it gets a code, and tells nothing else before the code is repeated.

    Args:
        desk: of the account that wants to know.
        person_id: whose alarms.
        wish: which channel.
        outgoing: what the installation allows.

    Raises:
        NotFoundError: there is no such kind.
        DataError: a setting is missing, unknown, impossible or not allowed here.
        ConflictError: the account has too many.
        ChannelError: the code could not be sent.
    """
    kind = find_kind(wish.kind)
    if set(wish.settings) != set(kind.fields) or any(len(one) > LONGEST_SETTING for one in wish.settings.values()):
        raise DataError(ErrorCode.INVALID_VALUE, message("channel-settings", fields=", ".join(kind.fields)))
    kind.check(wish.settings, outgoing)
    if len(list_channels(desk, person_id, own=True)) >= MOST_CHANNELS:
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("channel-too-many", most=MOST_CHANNELS))
    secret = _code() if kind.needs_code else secrets.token_urlsafe(SECRET_BYTES)
    if kind.needs_code:
        words = {"title": message("channel-code-title"), "sentence": message("channel-code", code=secret)}
        kind.send(wish.settings, Notice(content=words, secret=secret), outgoing)
    return add_channel(desk, person_id, wish, secret=secret, confirmed=not kind.needs_code)


def confirm(desk: Desk, person_id: str, channel_id: str, code: str) -> StoredChannel:
    """Lets alarms be told at a channel whose code is repeated.

    Raises:
        NotFoundError: the account has no such channel.
        NotAllowedError: the code is wrong.
    """
    found = find_channel(desk, person_id, channel_id)
    if not found.confirmed:
        if not secrets.compare_digest(found.secret.encode(), code.strip().encode()):
            raise NotAllowedError(ErrorCode.NOT_ALLOWED, message("channel-wrong-code"))
        confirm_channel(desk, channel_id)
    return find_channel(desk, person_id, channel_id)


def try_channel(desk: Desk, person_id: str, channel_id: str, outgoing: Outgoing, *, at: datetime) -> None:
    """Tells a message that says it is only a try.

    Raises:
        NotFoundError: the account has no such channel.
        NotAllowedError: it is not confirmed yet.
        ChannelError: it did not arrive.
    """
    found = find_channel(desk, person_id, channel_id)
    if not found.confirmed:
        raise NotAllowedError(ErrorCode.NOT_ALLOWED, message("channel-unconfirmed"))
    words: dict[str, object] = {
        "kind": "test",
        "title": message("channel-test-title"),
        "sentence": message("channel-test"),
        "time": at.isoformat(),
        "urgent": False,
    }
    find_kind(found.kind).send(found.settings, _notice(desk, found, words), outgoing)


def notify(
    database: Database, account_id: str, person_id: str, outgoing: Outgoing, *, at: datetime, failed: Failed
) -> int:
    """Tells what was not told yet at every channel of a person.

    Args:
        database: open.
        account_id: of somebody who may read the person's data, such as who brought the last reading.
        person_id: whose alarms.
        outgoing: what the installation allows.
        at: aware time that counts as now for the person.
        failed: is told of channels at which it did not work; they are tried again the next time.

    Returns:
        How many messages were told.
    """
    with desk_of(database, account_id) as desk:
        last = last_alarm(desk, person_id)
        waiting = [one for one in list_channels(desk, person_id, own=False) if one.told_through < last]
    told = 0
    for one in waiting:
        try:
            told += _tell(database, one, outgoing, at)
        except GlucoTwinError as error:
            failed(one, error)
    return told


def _tell(database: Database, channel: StoredChannel, outgoing: Outgoing, at: datetime) -> int:
    """Tells at one channel, on behalf of its own account, as long as that may know.

    Raises:
        NotFoundError, NotAllowedError, ConsentError: it may not, or the channel is gone or being told at.
        ChannelError: a message did not arrive; those before it are noted as told.
    """
    with desk_of(database, channel.account_id) as desk:
        access_to(desk, channel.person_id, Action.ASK_TWIN)
        found = find_channel(desk, channel.person_id, channel.channel_id, lock=True)
        waiting = alarms_after(desk, channel.person_id, found.told_through, since=at - USEFUL)
        told, broken = _told(desk, found, [one for one in waiting if found.confirmed], outgoing)
        if broken is None:
            mark_told(desk, found.channel_id, last_alarm(desk, channel.person_id))
        elif broken.is_final:
            remove_channel(desk, found.channel_id)
    if broken is not None:
        raise broken
    return told


def _told(
    desk: Desk, channel: StoredChannel, alarms: Sequence[tuple[int, Mapping[str, object]]], outgoing: Outgoing
) -> tuple[int, ChannelError | None]:
    """How many alarms were told, and what ended it."""
    kind, told = find_kind(channel.kind), 0
    waits_for = _waits_for(desk, channel)
    heard = [
        (number, one)
        for number, one in alarms
        if (kind.tells_quiet or one.get("audible") is not False) and _concerns(channel.account_id, one, waits_for)
    ]
    for number, alarm in heard:
        try:
            kind.send(channel.settings, _notice(desk, channel, alarm), outgoing)
        except ChannelError as error:
            return told, error
        mark_told(desk, channel.channel_id, number)
        told += 1
    return told, None


def _waits_for(desk: Desk, channel: StoredChannel) -> frozenset[str]:
    """Kinds of alarm that a channel's account is told only when they stay on."""
    settings = alarm_settings_of(desk, channel.person_id)
    return frozenset(kind for one in settings.caregivers if one.contact == channel.account_id for kind in one.kinds)


def _concerns(account_id: str, alarm: Mapping[str, object], waits_for: frozenset[str]) -> bool:
    """Whether an alarm is for an account: passed on to it, or everybody's and of no kind that it waits for."""
    contact = alarm.get("contact")
    return contact == account_id if contact is not None else alarm.get("kind") not in waits_for


def _notice(desk: Desk, channel: StoredChannel, content: Mapping[str, object]) -> Notice:
    person = read_person(desk, channel.person_id).display_name
    whose = {"person_id": channel.person_id, "person": person, "channel": channel.label}
    return Notice(content={**content, **whose}, secret=channel.secret)


def _code() -> str:
    return "".join(str(secrets.randbelow(10)) for _ in range(CODE_DIGITS))
