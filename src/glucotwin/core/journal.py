"""An append-only file of entries, each of which holds the hash of the one before: what was written stays as it was.

One JSON object per line. A line that the machine did not finish writing was never acknowledged and does not count.
"""

import json
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.core.file import replace_file
from glucotwin.core.provenance import sha256_of_json

FIRST = "0" * 64
"""What the first entry holds as the hash of the one before."""
LOCK_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One entry.

    Attributes:
        sequence: its number, from 0.
        written_at: aware time of writing.
        kind: what it tells.
        content: as JSON values.
        previous: hash of the entry before.
    """

    sequence: int
    written_at: datetime
    kind: str
    content: Mapping[str, Any]
    previous: str

    def to_json(self) -> dict[str, Any]:
        """As JSON values, the hash left out."""
        return {
            "sequence": self.sequence,
            "written_at": self.written_at.isoformat(),
            "kind": self.kind,
            "content": dict(self.content),
            "previous": self.previous,
        }

    def sha256(self) -> str:
        """Hash of the entry; the next one holds it."""
        return sha256_of_json(self.to_json())


def read_journal(path: Path, *, sealed: str | None = None) -> tuple[JournalEntry, ...]:
    """All entries, checked one by one; none for a journal that has not begun.

    Args:
        path: the journal.
        sealed: kind of an entry that the file may begin with in place of all entries before it, which are kept
            elsewhere (``seal_journal``); None for a journal that is whole.

    Raises:
        DataError: an entry was changed, taken out or put in between, or the file is no journal.
    """
    entries: list[JournalEntry] = []
    previous, sequence = FIRST, 0
    for number, line in enumerate(_lines(path)):
        entry, sha256 = _parsed(line, path, number)
        if number == 0 and entry.kind == sealed:
            previous, sequence = entry.previous, entry.sequence
        if entry.previous != previous or entry.sequence != sequence or entry.sha256() != sha256:
            raise _damaged(path, number)
        entries.append(entry)
        previous, sequence = sha256, sequence + 1
    return tuple(entries)


def append_entries(
    path: Path,
    entries: Sequence[tuple[str, Mapping[str, Any]]],
    *,
    at: datetime | None = None,
    sealed: str | None = None,
) -> tuple[JournalEntry, ...]:
    """Writes entries after the last one, all or none of them.

    Args:
        path: the journal; made when it is not there.
        entries: kind and content of each.
        at: aware time of writing; default now.
        sealed: as for ``read_journal``.

    Raises:
        NotFoundError: the folder does not exist.
        ConflictError: another process is writing.
        DataError: the journal is damaged.
    """
    with _locked(path):
        return _append(path, entries, at or datetime.now(tz=UTC), sealed)


class OpenJournal:
    """A journal that one process keeps open: read and checked once, written to without being read again.

    Attributes:
        entries: all of them so far.
    """

    def __init__(self, path: Path) -> None:
        """Reads what is there; a line that was not finished is cut off.

        Raises:
            DataError: the journal is damaged.
        """
        self.path = path
        self.entries = list(read_journal(path))
        _write_after(path, _whole_bytes(path), b"")

    def append(self, kind: str, content: Mapping[str, Any], *, at: datetime | None = None) -> JournalEntry:
        """Writes an entry; once this returns, it survives the process and the machine's power.

        Args:
            kind: what it tells.
            content: as JSON values.
            at: aware time of writing; default now.
        """
        (entry,) = _following(self.entries, [(kind, content)], at or datetime.now(tz=UTC))
        _write_after(self.path, self.path.stat().st_size, _text([entry]))
        self.entries.append(entry)
        return entry


@contextmanager
def open_journal(path: Path) -> Generator[OpenJournal]:
    """A journal for one process alone, until it is closed.

    Args:
        path: the journal; made when it is not there.

    Raises:
        NotFoundError: the folder does not exist.
        ConflictError: another process has it open.
        DataError: the journal is damaged.
    """
    with _locked(path, wait_s=0.0):
        yield OpenJournal(path)


def seal_journal(
    path: Path,
    keep: Callable[[tuple[JournalEntry, ...]], Mapping[str, Any]],
    *,
    kind: str,
    fewest: int,
    at: datetime | None = None,
) -> None:
    """Lets entries be kept elsewhere: one entry that says where takes their place, and the chain goes on from it.

    Args:
        path: the journal.
        keep: stores the entries and gives the content of the entry that stands for them.
        kind: of that entry; readers of the journal must name it.
        fewest: with fewer entries than this nothing is done.
        at: aware time of writing; default now.

    Raises:
        ConflictError: another process is writing.
        DataError: the journal is damaged.
    """
    if len(_lines(path)) < fewest:
        return  # entries need not be checked to know that they are few
    with _locked(path):
        entries = read_journal(path, sealed=kind)
        if len(entries) < fewest:
            return
        (entry,) = _following(entries, [(kind, keep(entries))], at or datetime.now(tz=UTC))
        replace_file(path, lambda place: place.write_bytes(_text([entry])))


@contextmanager
def _locked(path: Path, *, wait_s: float = LOCK_S) -> Generator[None]:
    if not path.parent.is_dir():
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no folder {path.parent}.", hint="Make it first.")
    try:
        with FileLock(path.with_name(f".{path.name}.lock"), timeout=wait_s):
            yield
    except Timeout as error:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS, f"Another process is writing to {path}.", hint="Try again when it has finished."
        ) from error


def _following(
    known: Sequence[JournalEntry], contents: Sequence[tuple[str, Mapping[str, Any]]], at: datetime
) -> tuple[JournalEntry, ...]:
    """Entries that follow the last of those known."""
    previous, sequence = (known[-1].sha256(), known[-1].sequence + 1) if known else (FIRST, 0)
    written: list[JournalEntry] = []
    for number, (kind, content) in enumerate(contents, start=sequence):
        # Through JSON and back, so that what is hashed is what a reader will find.
        plain = json.loads(json.dumps(content, allow_nan=False))
        entry = JournalEntry(sequence=number, written_at=at, kind=kind, content=plain, previous=previous)
        written.append(entry)
        previous = entry.sha256()
    return tuple(written)


def _text(entries: Sequence[JournalEntry]) -> bytes:
    """Entries as lines of the file."""
    documents = (one.to_json() | {"sha256": one.sha256()} for one in entries)
    return "".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n" for one in documents).encode()


def _append(
    path: Path, entries: Sequence[tuple[str, Mapping[str, Any]]], at: datetime, sealed: str | None
) -> tuple[JournalEntry, ...]:
    written = _following(read_journal(path, sealed=sealed), entries, at)
    _write_after(path, _whole_bytes(path), _text(written))
    return written


def _write_after(path: Path, whole: int, text: bytes) -> None:
    """Text after so many bytes of a file, on the disk when this returns."""
    with path.open("r+b" if path.exists() else "wb") as file:
        file.truncate(whole)
        file.seek(whole)
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _whole_bytes(path: Path) -> int:
    """Bytes up to the end of the last whole line."""
    return sum(len(line) + 1 for line in _lines(path))


def _lines(path: Path) -> list[bytes]:
    """Whole lines without their ends."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path} cannot be read: {error.strerror}.") from error
    return content.split(b"\n")[:-1]


def _parsed(line: bytes, path: Path, number: int) -> tuple[JournalEntry, str]:
    try:
        document = json.loads(line)
        entry = JournalEntry(
            sequence=int(document["sequence"]),
            written_at=datetime.fromisoformat(document["written_at"]),
            kind=str(document["kind"]),
            content=dict(document["content"]),
            previous=str(document["previous"]),
        )
        return entry, str(document["sha256"])
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _damaged(path, number) from error


def _damaged(path: Path, number: int) -> DataError:
    return DataError(
        ErrorCode.DAMAGED_ARTEFACT,
        f"{path} is damaged or was changed by hand: line {number + 1} does not follow from the one before.",
        hint="Restore the file from a copy; entries before that line can be trusted.",
    )
