"""A folder to which exports are saved: every file that is new or changed is imported."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError, NotFoundError
from glucotwin.core.provenance import sha256_of_file
from glucotwin.domain.archive import is_timeline
from glucotwin.ingest.format import Imported, ImportOptions, PersonHints
from glucotwin.ingest.live.source import LiveSource, SourceRequest, UnreachableError
from glucotwin.ingest.merge import joined
from glucotwin.ingest.quality import FindingCode, Source
from glucotwin.ingest.reader import ImportResult, import_path

SETTLE_S = 2.0
"""A file that changed less than this ago may still be written."""
FOUND_AFTERWARDS = frozenset(
    {
        FindingCode.GLUCOSE_GAPS,
        FindingCode.GLUCOSE_JUMPS,
        FindingCode.CENSORED_GLUCOSE,
        FindingCode.LARGE_BOLUSES,
        FindingCode.LARGE_MEALS,
        FindingCode.NO_MEALS,
        FindingCode.FEW_MEALS,
        FindingCode.NO_INSULIN,
        FindingCode.IMPLAUSIBLE_INSULIN,
        FindingCode.BASAL_UNKNOWN,
    }
)
"""What ``check.common_findings`` finds in the whole timeline."""


class FolderSource(LiveSource):
    """The files of one person in a folder, of any format that can be imported."""

    name = "folder"
    title = "Folder"
    overlap = timedelta()

    def __init__(
        self,
        folder: Path,
        *,
        options: ImportOptions | None = None,
        settle_s: float = SETTLE_S,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """Takes the folder; nothing is read yet.

        Args:
            folder: with the files; hidden ones, links and timelines in it are passed over.
            options: what the files may not say.
            settle_s: how long a file must have rested.
            pause: waits for some seconds.

        Raises:
            NotFoundError: there is no such folder.
        """
        if not folder.is_dir():
            raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no folder {folder}.", hint="Check the path.")
        self._folder = folder
        self._options = options or ImportOptions()
        self._settle_s = settle_s
        self._pause = pause
        self._seen: dict[str, str] = {}
        self._files: tuple[Source, ...] = ()

    @classmethod
    def reached_by(cls, request: SourceRequest) -> Self:
        """The request's folder."""
        if request.folder is None:
            raise DataError(
                ErrorCode.INVALID_VALUE, "It is not said which folder to watch.", hint="Name it: --folder exports"
            )
        return cls(request.folder, options=request.options)

    @property
    def account(self) -> str:
        """Nothing: another folder of the same person is as good."""
        return ""

    @property
    def files(self) -> tuple[Source, ...]:
        """The files of the last fetch, read or refused."""
        return self._files

    @property
    def memory(self) -> Mapping[str, str]:
        """Sizes and times of the files that were read, by the hash of their names."""
        return dict(self._seen)

    def recall(self, memory: Mapping[str, str]) -> None:
        """Takes up which files were read."""
        self._seen = dict(memory)

    def fetch(self, since: datetime | None) -> Imported:
        """What is in the files that were not read before; a moment does not matter here.

        A file that cannot be read is listed in ``files`` with the reason, and read again when it changes.
        """
        new = {key: path for path, key in self._rested() if self._seen.get(key) != _mark(path)}
        marks = {key: _mark(path) for key, path in new.items()}
        read = [self._read(path) for path in new.values()]
        self._files = tuple(source for source, _ in read)
        self._seen |= {key: mark for key, mark in marks.items() if mark}
        results = [result for _, result in read if result is not None]
        return Imported(
            streams=joined(result.timeline.streams for result in results),
            settings=tuple(one for result in results for one in result.timeline.settings),
            person=_hints(results),
            findings=tuple(
                replace(finding, file=source.name)
                for source, result in read
                for finding in (result.quality.findings if result else ())
                if finding.code not in FOUND_AFTERWARDS
            ),
        )

    def _rested(self) -> list[tuple[Path, str]]:
        """Files that nobody is writing."""
        try:
            found = [(path, _mark(path)) for path in _files_in(self._folder)]
        except OSError:
            raise UnreachableError(
                "The folder cannot be listed.", hint="Check that it is there and that you may read it."
            ) from None
        if any(_is_fresh(path, self._settle_s) for path, _ in found):
            self._pause(self._settle_s)
        return [(path, self._key(path)) for path, mark in found if mark and mark == _mark(path)]

    def _key(self, path: Path) -> str:
        # Names of files often hold names of people.
        return hashlib.sha256(path.relative_to(self._folder).as_posix().encode()).hexdigest()[:16]

    def _read(self, path: Path) -> tuple[Source, ImportResult | None]:
        name = path.relative_to(self._folder).as_posix()
        try:
            sha256 = sha256_of_file(path)
        except OSError:
            refused = DataError(ErrorCode.UNREADABLE_FILE, f"{name!r} cannot be opened.", hint="Check its rights.")
            return Source(name=name, sha256="", format_name="", refused=refused), None
        try:
            result = import_path(path, self._options)
        except GlucoTwinError as error:
            return Source(name=name, sha256=sha256, format_name="", refused=error), None
        records = sum(len(frame) for frame in result.timeline.streams.values())
        formats = ", ".join(result.quality.format_names)
        return Source(name=name, sha256=sha256, format_name=formats, records=records), result


def _files_in(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink():
            continue
        if not path.is_dir():
            yield path
        elif not is_timeline(path):
            yield from _files_in(path)


def _mark(path: Path) -> str:
    """Size and times of a file; empty when it is gone."""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}"


def _is_fresh(path: Path, settle_s: float) -> bool:
    try:
        return time.time() - path.stat().st_mtime < settle_s
    except OSError:
        return False


def _hints(results: Sequence[ImportResult]) -> PersonHints:
    """What the first file that says something says of the person."""
    people = [result.timeline.person for result in results]
    return PersonHints(
        zone=next((one.zone for one in people if one.zone != "UTC"), None),
        adult=next((one.adult for one in people if one.adult), None),
        diabetes_type=next((one.diabetes_type for one in people if one.diabetes_type != "unknown"), None),
        therapy=next((one.therapy for one in people if one.therapy != "unknown"), None),
        cgm_device=next((one.cgm_device for one in people if one.cgm_device), ""),
    )
