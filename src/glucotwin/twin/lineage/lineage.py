"""A person's versions of their twin in a folder: files that never change, and a journal of what became of them.

``versions/HASH.twin.json`` are written once. ``journal.jsonl`` tells which version is the *champion* (it answers),
which is the *shadow* (a candidate that is scored on the same stream and answers nobody), and why. What holds now
follows from the journal alone: going back is one more entry, and the twin that answers is the same to the last bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.core.journal import JournalEntry, append_entries, read_journal
from glucotwin.twin.archive import load_twin, save_twin
from glucotwin.twin.twin import Twin

JOURNAL, VERSIONS = "journal.jsonl", "versions"


class LineageEvent(StrEnum):
    """What can become of a version."""

    ADOPTED = "adopted"
    SHADOWED = "shadowed"
    PROMOTED = "promoted"
    RETIRED = "retired"
    ROLLED_BACK = "rolled-back"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageState:
    """Which versions matter now, by their hashes.

    Attributes:
        champion: answers.
        shadow: is on trial; None when there is no candidate.
        shadow_since: aware time from which it is.
        former: champions before, the latest last.
    """

    champion: str
    shadow: str | None = None
    shadow_since: datetime | None = None
    former: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """A lineage that was read.

    Attributes:
        folder: where it is.
        events: everything that happened, in order.
        state: what holds now.
    """

    folder: Path
    events: tuple[JournalEntry, ...]
    state: LineageState

    @property
    def champion(self) -> Twin:
        """The version that answers."""
        return _twin(self.folder, self.state.champion)

    @property
    def shadow(self) -> Twin | None:
        """The version on trial, if there is one."""
        return None if self.state.shadow is None else _twin(self.folder, self.state.shadow)


def start_lineage(folder: Path, twin: Twin, *, at: datetime | None = None) -> Lineage:
    """Makes a folder in which a twin is the champion.

    Raises:
        ConflictError: there is something already.
        NotFoundError: the folder around it does not exist.
    """
    if folder.exists() and any(folder.iterdir()):
        raise ConflictError(ErrorCode.ALREADY_EXISTS, f"{folder} is not empty.", hint="Choose another folder.")
    if not folder.parent.is_dir():
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no folder {folder.parent}.", hint="Make it first.")
    (folder / VERSIONS).mkdir(parents=True, exist_ok=True)
    _keep(folder, twin)
    _append(folder, [(LineageEvent.ADOPTED, _about(twin))], at)
    return read_lineage(folder)


def read_lineage(folder: Path) -> Lineage:
    """Reads a lineage.

    Raises:
        NotFoundError: there is none.
        DataError: the journal is damaged or was changed.
    """
    events = read_journal(folder / JOURNAL)
    if not events:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, f"{folder} holds no lineage.", hint="Make one with `glucotwin twin start`."
        )
    return Lineage(folder=folder, events=events, state=state_after(events))


def state_after(events: Sequence[JournalEntry]) -> LineageState:
    """What holds after some events.

    Raises:
        DataError: they contradict each other.
    """
    state: LineageState | None = None
    for event in events:
        state = _after(state, event)
    if state is None:
        raise DataError(ErrorCode.DAMAGED_ARTEFACT, "The journal of the lineage does not begin with a champion.")
    return state


def put_on_trial(lineage: Lineage, twin: Twin, *, why: str, at: datetime | None = None) -> Lineage:
    """Makes a candidate the shadow; an earlier shadow is retired.

    Raises:
        ConflictError: it is the champion itself.
        DataError: it is another person's.
    """
    if twin.person.person_id != lineage.champion.person.person_id:
        raise DataError(ErrorCode.INVALID_VALUE, "A candidate must be of the same person as the champion.")
    if twin.content_hash() == lineage.state.champion:
        raise ConflictError(ErrorCode.ALREADY_EXISTS, "The candidate is the champion itself.")
    _keep(lineage.folder, twin)
    events: list[tuple[str, Mapping[str, Any]]] = []
    if lineage.state.shadow is not None:
        events.append((LineageEvent.RETIRED, {"hash": lineage.state.shadow, "why": "another candidate"}))
    events.append((LineageEvent.SHADOWED, _about(twin) | {"why": why}))
    _append(lineage.folder, events, at)
    return read_lineage(lineage.folder)


def promote_shadow(lineage: Lineage, evidence: Mapping[str, Any], *, at: datetime | None = None) -> Lineage:
    """Makes the shadow the champion.

    Args:
        lineage: with a shadow.
        evidence: by which the rule was met; kept in the journal.
        at: aware time; default now.

    Raises:
        NotFoundError: there is no shadow.
    """
    shadow = _require_shadow(lineage)
    _append(lineage.folder, [(LineageEvent.PROMOTED, {"hash": shadow, "evidence": dict(evidence)})], at)
    return read_lineage(lineage.folder)


def retire_shadow(lineage: Lineage, why: str, evidence: Mapping[str, Any], *, at: datetime | None = None) -> Lineage:
    """Ends the trial of the shadow.

    Raises:
        NotFoundError: there is no shadow.
    """
    shadow = _require_shadow(lineage)
    _append(lineage.folder, [(LineageEvent.RETIRED, {"hash": shadow, "why": why, "evidence": dict(evidence)})], at)
    return read_lineage(lineage.folder)


def roll_back(lineage: Lineage, *, why: str, at: datetime | None = None) -> Lineage:
    """Makes the champion before the present one answer again; a shadow is retired.

    Raises:
        NotFoundError: there was none before.
    """
    if not lineage.state.former:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, "There is no earlier champion to go back to.")
    earlier = lineage.state.former[-1]
    _twin(lineage.folder, earlier)
    content = {"hash": earlier, "instead_of": lineage.state.champion, "why": why}
    _append(lineage.folder, [(LineageEvent.ROLLED_BACK, content)], at)
    return read_lineage(lineage.folder)


def _after(state: LineageState | None, event: JournalEntry) -> LineageState:
    own = str(event.content.get("hash"))
    if event.kind == LineageEvent.ADOPTED and state is None:
        return LineageState(champion=own)
    if state is None:
        raise DataError(ErrorCode.DAMAGED_ARTEFACT, "The journal of the lineage does not begin with a champion.")
    match event.kind:
        case LineageEvent.SHADOWED:
            return replace(state, shadow=own, shadow_since=event.written_at)
        case LineageEvent.RETIRED:
            return replace(state, shadow=None, shadow_since=None)
        case LineageEvent.PROMOTED:
            return LineageState(champion=own, former=(*state.former, state.champion))
        case LineageEvent.ROLLED_BACK:
            return LineageState(champion=own, former=state.former[:-1])
        case _:
            raise DataError(ErrorCode.DAMAGED_ARTEFACT, f"The lineage knows no event {event.kind!r}.")


def _about(twin: Twin) -> dict[str, Any]:
    return {
        "hash": twin.content_hash(),
        "version": twin.version,
        "fitted_from": twin.window.start.isoformat(),
        "fitted_to": twin.window.end.isoformat(),
    }


def _keep(folder: Path, twin: Twin) -> None:
    path = _path(folder, twin.content_hash())
    if not path.exists():
        save_twin(twin, path)


def _twin(folder: Path, own: str) -> Twin:
    twin = load_twin(_path(folder, own))
    if twin.content_hash() != own:
        raise DataError(ErrorCode.DAMAGED_ARTEFACT, f"{_path(folder, own)} is another version than its name says.")
    return twin


def _path(folder: Path, own: str) -> Path:
    return folder / VERSIONS / f"{own[:32]}.twin.json"


def _append(folder: Path, events: Sequence[tuple[str, Mapping[str, Any]]], at: datetime | None) -> None:
    append_entries(folder / JOURNAL, [(str(kind), content) for kind, content in events], at=at)


def _require_shadow(lineage: Lineage) -> str:
    if lineage.state.shadow is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, "No candidate is on trial.")
    return lineage.state.shadow
