"""Forecasts as they were issued, in a journal that nothing is ever taken out of.

The journal's newest entries are lines of JSON; once there are enough of them they move to a compact segment
(``segment``), and one entry that holds its hash stands for them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.journal import JournalEntry, append_entries, read_journal, seal_journal
from glucotwin.forecast.forecast import Forecast
from glucotwin.forecast.ledger.segment import SEALED, check_segment, keep_segment, read_segment
from glucotwin.twin.twin import Twin

LEDGER_FILE = "ledger.jsonl"
FORECAST = "forecast"

SEAL_ENTRIES = 144
"""So many entries become a segment: half a day of one every 5 min."""

LATE = timedelta(minutes=30)
"""A forecast that is issued later than this after its origin could have known what came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedForecast:
    """A forecast of the ledger.

    Attributes:
        sequence: its number in the ledger.
        issued_at: aware time.
        person_id: of whom.
        twin_version, twin_hash: what made it.
        forecast: as it was issued.
    """

    sequence: int
    issued_at: datetime
    person_id: str
    twin_version: str
    twin_hash: str
    forecast: Forecast

    @property
    def late(self) -> bool:
        """Whether it was issued when its first readings could have been known."""
        return self.issued_at - self.forecast.origin > LATE

    def to_json(self) -> dict[str, object]:
        """As JSON values, without the curves."""
        return {
            "sequence": self.sequence,
            "issued_at": self.issued_at.isoformat(),
            "person_id": self.person_id,
            "twin_version": self.twin_version,
            "twin_hash": self.twin_hash,
            "origin": self.forecast.origin.isoformat(),
            "horizon_min": float(self.forecast.t_min[-1]),
            "method": self.forecast.method,
            "late": self.late,
        }


def issue_forecasts(
    folder: Path, twin: Twin, forecasts: Sequence[Forecast], *, at: datetime | None = None
) -> tuple[IssuedForecast, ...]:
    """Enters forecasts into a ledger, before anybody knows how good they are.

    Args:
        folder: of the ledger; made when it is not there.
        twin: what made them.
        forecasts: in the order of issue.
        at: aware time of issue; default now.

    Raises:
        NotFoundError: the folder around it does not exist.
        ConflictError: another process is writing.
        DataError: the ledger is damaged.
    """
    if not folder.parent.is_dir():
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no folder {folder.parent}.", hint="Make it first.")
    folder.mkdir(exist_ok=True)
    shared = {
        "person_id": twin.person.person_id,
        "twin_version": twin.version,
        "twin_hash": twin.content_hash(),
    }
    contents = [(FORECAST, shared | {"forecast": one.to_json()}) for one in forecasts]
    at = at or datetime.now(tz=UTC)
    entries = append_entries(folder / LEDGER_FILE, contents, at=at, sealed=SEALED)
    if entries:
        seal_journal(
            folder / LEDGER_FILE,
            lambda sealed: keep_segment(folder, sealed),
            kind=SEALED,
            fewest=SEAL_ENTRIES,
            at=at,
        )
    return tuple(_issued(one) for one in entries)


def read_ledger(folder: Path, *, person_id: str | None = None) -> tuple[IssuedForecast, ...]:
    """All forecasts of a ledger, or those of one person, in the order of issue; the errors are ``walk_ledger``'s."""
    return tuple(walk_ledger(folder, person_id=person_id))


def walk_ledger(folder: Path, *, person_id: str | None = None) -> Iterator[IssuedForecast]:
    """The same one by one, for ledgers that are too long to be held at once.

    Raises:
        NotFoundError: there is no ledger.
        DataError: it is damaged or was changed.
    """
    newest = read_journal(_file(folder), sealed=SEALED)
    return (
        _issued(one)
        for one in _with_sealed(folder, newest)
        if one.kind == FORECAST and (person_id is None or one.content.get("person_id") == person_id)
    )


def check_ledger(folder: Path) -> int:
    """Follows the whole chain of hashes, through every segment, and gives the number of entries.

    Raises:
        NotFoundError: there is no ledger.
        DataError: it does not hold.
    """
    newest = read_journal(_file(folder), sealed=SEALED)
    for one in _seals(folder, newest):
        check_segment(folder, one.content)
    return newest[-1].sequence + 1 if newest else 0


def _file(folder: Path) -> Path:
    if not (folder / LEDGER_FILE).is_file():
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, f"{folder} holds no ledger.", hint="`glucotwin forecast --ledger FOLDER` makes one."
        )
    return folder / LEDGER_FILE


def _with_sealed(folder: Path, newest: Sequence[JournalEntry]) -> Iterator[JournalEntry]:
    """Entries of all segments, then those of the journal itself."""
    for one in _seals(folder, newest):
        yield from read_segment(folder, one.content)
    yield from newest


def _seals(folder: Path, newest: Sequence[JournalEntry]) -> list[JournalEntry]:
    """The entries that stand for segments, oldest first: each segment begins with that of the one before."""
    found: list[JournalEntry] = []
    first = newest[0] if newest else None
    while first is not None and first.kind == SEALED:
        found.append(first)
        first = next(read_segment(folder, first.content))
    return found[::-1]


def _issued(entry: JournalEntry) -> IssuedForecast:
    try:
        return IssuedForecast(
            sequence=entry.sequence,
            issued_at=entry.written_at,
            person_id=str(entry.content["person_id"]),
            twin_version=str(entry.content["twin_version"]),
            twin_hash=str(entry.content["twin_hash"]),
            forecast=Forecast.from_json(entry.content["forecast"]),
        )
    except (KeyError, TypeError) as error:
        raise DataError(ErrorCode.DAMAGED_ARTEFACT, f"Entry {entry.sequence} of the ledger is no forecast.") from error
