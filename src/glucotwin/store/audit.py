"""The audit log: who did what, by pseudonyms, each entry with the hash of the one before, so that none can be changed.

The newest hash is kept beside the keys as well: an end that was cut off is noticed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, insert, select, text

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.provenance import sha256_of_json
from glucotwin.store.database import Database
from glucotwin.store.key import Keystore, write_private
from glucotwin.store.schema import audit as table

FIRST = "0" * 64
HEAD = "audit.json"
PSEUDONYM_DIGITS = 16
LOCK = 7_153_002
AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One entry.

    Attributes:
        sequence: its number, from 1.
        at: aware time.
        actor: pseudonym of the account.
        role: in which it acted.
        subject: pseudonym of the person; None when it was about nobody.
        action: what was done.
        outcome: what came of it.
        previous, sha256: of the chain.
    """

    sequence: int
    at: datetime
    actor: str
    role: str
    subject: str | None
    action: str
    outcome: str
    previous: str
    sha256: str

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        plain: dict[str, object] = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return plain | {"at": self.at.isoformat()}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCheck:
    """A log that holds together: how many entries, and the newest hash."""

    entries: int
    sha256: str


def pseudonym(keystore: Keystore, name: str) -> str:
    """The name under which an account or a person stands in the log; without the master key it leads to nobody."""
    return keystore.index(f"audit|{name}")[:PSEUDONYM_DIGITS]


def append_audit(
    database: Database, *, account_id: str, role: str, person_id: str | None, action: str, outcome: str
) -> AuditEntry:
    """Writes an entry after the last one, in a transaction of its own, so that failures are kept too."""
    keystore = database.keystore
    with database.nobody() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        last = connection.execute(select(table).order_by(table.c.sequence.desc()).limit(1)).first()
        content: dict[str, Any] = {
            "sequence": 1 if last is None else last.sequence + 1,
            "at": datetime.now(UTC),
            "actor": pseudonym(keystore, account_id) if account_id else "",
            "role": role,
            "subject": None if person_id is None else pseudonym(keystore, person_id),
            "action": action,
            "outcome": outcome,
            "previous": FIRST if last is None else last.sha256,
        }
        entry = AuditEntry(**content, sha256=_hash(content))
        connection.execute(insert(table).values({name: getattr(entry, name) for name in entry.__dataclass_fields__}))
    # After the commit, so that what is kept never tells of an entry that is not there.
    write_private(_head(keystore), json.dumps({"sequence": entry.sequence, "sha256": entry.sha256}).encode())
    return entry


def read_audit(
    connection: Connection, keystore: Keystore, person_id: str, *, before: int | None = None, most: int = 50
) -> tuple[AuditEntry, ...]:
    """What was done with a person's data, the newest first."""
    query = select(table).where(table.c.subject == pseudonym(keystore, person_id))
    if before is not None:
        query = query.where(table.c.sequence < before)
    rows = connection.execute(query.order_by(table.c.sequence.desc()).limit(most))
    return tuple(_entry(row) for row in rows)


def verify_audit(database: Database) -> AuditCheck:
    """Follows the chain from its beginning to its end.

    Raises:
        DataError: an entry was changed, taken out, put in or moved; the message names it.
    """
    previous, count = FIRST, 0
    kept = _kept_head(database.keystore)
    with database.nobody() as connection:
        while True:
            query = select(table).where(table.c.sequence > count).order_by(table.c.sequence).limit(AT_ONCE)
            rows = [_entry(row) for row in connection.execute(query)]
            for entry in rows:
                count += 1
                content = {name: getattr(entry, name) for name in entry.__dataclass_fields__ if name != "sha256"}
                if entry.sequence != count or entry.previous != previous or entry.sha256 != _hash(content):
                    raise _broken(count)
                if kept is not None and kept[0] == count and kept[1] != entry.sha256:
                    raise _broken(count)
                previous = entry.sha256
            if not rows:
                break
    if kept is not None and kept[0] > count:
        raise _broken(count + 1)
    return AuditCheck(entries=count, sha256=previous)


def _kept_head(keystore: Keystore) -> tuple[int, str] | None:
    try:
        told = json.loads(_head(keystore).read_text(encoding="utf-8"))
        return int(told["sequence"]), str(told["sha256"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError) as error:
        raise _broken(0) from error


def _head(keystore: Keystore) -> Path:
    return keystore.folder / HEAD


def _hash(content: Mapping[str, object]) -> str:
    at = content["at"]
    return sha256_of_json({**content, "at": at.astimezone(UTC).isoformat() if isinstance(at, datetime) else at})


def _entry(row: Row[tuple[object, ...]]) -> AuditEntry:
    fields = dict(row._mapping)
    return AuditEntry(**(fields | {"at": fields["at"].astimezone(UTC)}))


def _broken(sequence: int) -> DataError:
    return DataError(
        ErrorCode.DAMAGED_ARTEFACT, message("audit-broken", sequence=sequence), hint=message("audit-broken-hint")
    )
