"""Use case: take in what a live source has new, without losing or repeating anything."""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import polars as pl

from glucotwin.core.error import ConflictError, DataError, ErrorCode
from glucotwin.core.provenance import sha256_of_bytes, sha256_of_file
from glucotwin.domain.archive import MANIFEST, check_free, is_timeline, load_timeline, save_timeline, timeline_hash
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.format import Imported, ImportOptions
from glucotwin.ingest.live.person import UNKNOWN_ZONE, continued_person
from glucotwin.ingest.live.report import report_of
from glucotwin.ingest.live.source import LiveSource
from glucotwin.ingest.live.state import (
    SourceState,
    SyncState,
    checked_account,
    earliest_gap,
    is_of,
    newest_of,
    resume_from,
)
from glucotwin.ingest.live.take_in import TakenIn, joined_settings, taken_in
from glucotwin.ingest.quality import Finding, Source

STATE = "sync"
"""Name of the state among the reports in the timeline's folder."""
QUALITY = "quality"
ATTEMPTS = 3
"""How often joining starts anew when somebody else saves the timeline meanwhile."""
REPLACING_S = 1.0
"""Another process needs less than this to move a timeline into its place."""
ASIDE_DIGITS = 32
"""``save_timeline`` names what it moves aside by so many hexadecimal digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncAnswer:
    """What one sync did.

    Attributes:
        source: name of the live source.
        since: the moment from which on it was asked; None for everything.
        added: how many records are new, by stream.
        withdrawn: how many stored records were changed, deleted or told at more length at the source, by stream.
        newest: time of the source's newest record; None when it has none.
        out_of_reach: the source no longer has what came between these two moments; None when nothing is missing.
        findings: what was noticed about what came now.
        files: of a folder: those that were read or refused.
        folder: the timeline.
        saved: whether anything was saved; not when there was nothing new.
        content_sha256: hash of the timeline's content; empty when there is no timeline yet.
    """

    source: str
    since: datetime | None
    added: Mapping[str, int]
    withdrawn: Mapping[str, int]
    newest: datetime | None
    out_of_reach: tuple[datetime, datetime] | None
    findings: tuple[Finding, ...]
    files: tuple[Source, ...]
    folder: Path
    saved: bool
    content_sha256: str

    def to_json(self) -> dict[str, object]:
        """The answer as JSON values."""
        return {
            "source": self.source,
            "since": _iso(self.since),
            "added": dict(self.added),
            "withdrawn": dict(self.withdrawn),
            "newest": _iso(self.newest),
            "out_of_reach": None if self.out_of_reach is None else [_iso(one) for one in self.out_of_reach],
            "findings": [finding.to_json() for finding in self.findings],
            "files": [one.to_json() for one in self.files],
            "timeline": str(self.folder),
            "saved": self.saved,
            "content_sha256": self.content_sha256,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """What is in the folder; nothing when it does not exist.

    Attributes:
        version: hash of the manifest, by which a change is noticed.
    """

    timeline: Timeline | None = None
    state: SyncState
    quality: Mapping[str, object]
    inputs: Mapping[str, str]
    version: str = ""

    @property
    def streams(self) -> Mapping[str, pl.DataFrame]:
        """Its tables."""
        return {} if self.timeline is None else self.timeline.streams


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fetch:
    """One question to a source and what came of it."""

    source: LiveSource
    begin: datetime | None
    imported: Imported
    newest: Mapping[str, datetime]
    out_of_reach: tuple[datetime, datetime] | None

    @property
    def sha256(self) -> str:
        """Of what came."""
        parts = (frame.write_csv().encode() for _, frame in sorted(self.imported.streams.items()))
        return sha256_of_bytes(parts)


def sync(
    source: LiveSource,
    folder: Path,
    options: ImportOptions | None = None,
    *,
    since: datetime | None = None,
    moved: bool = False,
    now: datetime | None = None,
) -> SyncAnswer:
    """Takes in what a source has new; the timeline's folder is replaced whole, or stays as it was.

    Fetching resumes at the newest reading that is stored, with an overlap. The state is saved with the data, so a run
    that is cut off anywhere is made up for by the next one.

    Args:
        source: to ask.
        folder: of the timeline; it is made when it does not exist.
        options: what the source may not say; of an existing timeline they change the person's attributes.
        since: ask from this moment on, whatever is stored.
        moved: the source's account is another than before, but of the same person.
        now: the present; default: this moment.

    Raises:
        SourceError: the source could not be read; nothing changed.
        UnitError, DataError: what it gave cannot be what it claims to be; nothing changed.
        ConflictError: the folder is no timeline, the person or account is another, or others keep saving.
    """
    options = options or ImportOptions()
    now = now or datetime.now(UTC)
    recover(folder)
    check_free(folder, overwrite=True)
    stored = _stored(folder)
    _check_person(stored.timeline, options)
    salt, account = checked_account(stored.state.of(source.name), source, moved=moved)
    fetch = _fetch(source, stored, since=since, now=now)
    for _ in range(ATTEMPTS):
        timeline, taken = _joined(stored, fetch, options)
        newest = {**stored.state.of(source.name).newest, **fetch.newest}
        state = stored.state.having(
            source.name, SourceState(newest=newest, salt=salt, account=account, memory=dict(source.memory))
        )
        content = "" if timeline is None else timeline_hash(timeline)
        unchanged = stored.timeline is not None and content == timeline_hash(stored.timeline) and state == stored.state
        answer = _answer(fetch, taken, folder, newest=newest, content=content, saved=not unchanged)
        if timeline is None or unchanged:
            return replace(answer, saved=False)
        if _version(folder) == stored.version:
            _save(timeline, folder, stored, fetch, taken, state)
            return answer
        stored = _stored(folder)
    raise ConflictError(
        ErrorCode.ALREADY_EXISTS, f"Others keep changing {folder}.", hint="Let only one sync of a timeline run."
    )


def continued_options(folder: Path, options: ImportOptions) -> ImportOptions:
    """The options with the zone of the stored person, if there is one and no other is given.

    Args:
        folder: of the timeline, which may not exist yet.
        options: of the syncing person.

    Raises:
        DataError: the timeline is damaged.
    """
    recover(folder)
    if options.zone is not None or not is_timeline(folder):
        return options
    zone = load_timeline(folder).person.zone
    return options if zone == UNKNOWN_ZONE else replace(options, zone=zone)


def recover(folder: Path) -> bool:
    """Puts a timeline back that a killed process had moved aside to replace it; the newest whole one.

    Args:
        folder: where the timeline belongs; nothing is done when something is there.

    Returns:
        Whether there was one to put back.
    """
    if folder.exists() or not _asides(folder):
        return False
    time.sleep(REPLACING_S)
    if folder.exists():
        return False
    for aside in sorted(_asides(folder), key=lambda path: (path / MANIFEST).stat().st_mtime_ns, reverse=True):
        try:
            load_timeline(aside)
        except DataError:
            continue
        aside.rename(folder)
        return True
    return False


def _asides(folder: Path) -> list[Path]:
    prefix = f".{folder.name}."
    if not folder.parent.is_dir():
        return []
    named = (path for path in folder.parent.iterdir() if path.name.startswith(prefix))
    return [path for path in named if len(path.name) == len(prefix) + ASIDE_DIGITS and is_timeline(path)]


def _fetch(source: LiveSource, stored: _Stored, *, since: datetime | None, now: datetime) -> _Fetch:
    remembered = stored.state.of(source.name)
    source.recall(remembered.memory)
    # A timeline that was imported from the source's files and never synced goes on where they end.
    before = remembered.newest or newest_of(stored.streams, source.record_source, now=now)
    begin = since or _resumed(stored, before, source)
    imported = source.fetch(begin)
    found = newest_of(imported.streams, source.record_source, now=now)
    newest = {name: max(one for one in (before.get(name), time) if one is not None) for name, time in found.items()}
    oldest = None if source.reach is None else now - source.reach
    last = before.get("glucose")
    missing = oldest is not None and last is not None and last < oldest
    return _Fetch(
        source=source,
        begin=begin,
        imported=imported,
        newest=newest,
        out_of_reach=(last, oldest) if missing and last is not None and oldest is not None else None,
    )


def _resumed(stored: _Stored, newest: Mapping[str, datetime], source: LiveSource) -> datetime | None:
    """The moment from which to fetch again: before the newest reading, and before a gap that may be filled by now."""
    moments = (resume_from(newest, source.overlap), earliest_gap(stored.streams, newest))
    return min((one for one in moments if one is not None), default=None)


def _joined(stored: _Stored, fetch: _Fetch, options: ImportOptions) -> tuple[Timeline | None, TakenIn]:
    """The timeline with what was taken in, None when there is nothing to make one of; and what that changed."""
    record_source = fetch.source.record_source
    taken = taken_in(stored.streams, fetch.imported, record_source=record_source, since=fetch.begin)
    titled = tuple(replace(one, file=one.file or fetch.source.title) for one in taken.findings)
    taken = replace(taken, findings=titled)
    if stored.timeline is None and not taken.streams:
        return None, taken
    before = stored.timeline or Timeline(person=Person(person_id=f"person-{uuid.uuid4().hex[:8]}"))
    person = continued_person(before.person, fetch.imported.person, options, taken.streams)
    settings = joined_settings(before.settings, fetch.imported.settings)
    return Timeline(person=person, streams=taken.streams, settings=settings), taken


def _save(timeline: Timeline, folder: Path, stored: _Stored, fetch: _Fetch, taken: TakenIn, state: SyncState) -> None:
    source, sha256 = fetch.source, fetch.sha256
    records = sum(len(frame.filter(is_of(source.record_source))) for frame in timeline.streams.values())
    asked = Source(name=source.title, sha256=sha256, format_name=source.name, records=records)
    quality = report_of(
        timeline,
        before=stored.quality,
        sources=(asked,) if source.record_source else source.files,
        findings=_findings(fetch, taken),
    )
    save_timeline(
        timeline,
        folder,
        manifest_inputs={**stored.inputs, f"sync-{source.name}": sha256},
        reports={QUALITY: quality.to_json(), STATE: state.to_json()},
        overwrite=True,
    )


def _findings(fetch: _Fetch, taken: TakenIn) -> tuple[Finding, ...]:
    own = (replace(one, file=one.file or fetch.source.title) for one in fetch.imported.findings)
    return (*own, *taken.findings)


def _check_person(timeline: Timeline | None, options: ImportOptions) -> None:
    """Passes when the timeline is of the person that is named.

    Raises:
        ConflictError: it is somebody else's.
    """
    if timeline is not None and options.person_id not in {None, timeline.person.person_id}:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS,
            f"The timeline is of {timeline.person.person_id}, not of {options.person_id}.",
            hint="Choose another folder.",
        )


def _stored(folder: Path) -> _Stored:
    if not folder.exists():
        return _Stored(state=SyncState(), quality={}, inputs={})
    version = _version(folder)
    timeline = load_timeline(folder)
    manifest = _json_object(folder / MANIFEST)
    inputs, listed = manifest.get("inputs"), manifest.get("files")
    names = cast("dict[str, object]", listed) if isinstance(listed, dict) else {}
    reports = {
        name: _json_object(folder / f"{name}.json") if f"{name}.json" in names else {} for name in (STATE, QUALITY)
    }
    return _Stored(
        timeline=timeline,
        state=SyncState.from_json(reports[STATE]),
        quality=reports[QUALITY],
        inputs={str(name): str(value) for name, value in inputs.items()} if isinstance(inputs, dict) else {},
        version=version,
    )


def _version(folder: Path) -> str:
    manifest = folder / MANIFEST
    return sha256_of_file(manifest) if manifest.is_file() else ""


def _json_object(file: Path) -> dict[str, object]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        value = None
    if not isinstance(value, dict):
        raise DataError(
            ErrorCode.DAMAGED_ARTEFACT, f"{file} cannot be trusted: it is no JSON object.", hint="Import again."
        )
    return cast("dict[str, object]", value)


def _answer(
    fetch: _Fetch, taken: TakenIn, folder: Path, *, newest: Mapping[str, datetime], content: str, saved: bool
) -> SyncAnswer:
    return SyncAnswer(
        source=fetch.source.name,
        since=fetch.begin,
        added=taken.added,
        withdrawn=taken.withdrawn,
        newest=max(newest.values(), default=None),
        out_of_reach=fetch.out_of_reach,
        findings=_findings(fetch, taken),
        files=fetch.source.files,
        folder=folder,
        saved=saved,
        content_sha256=content,
    )


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
