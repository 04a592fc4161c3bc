"""Folders and zip archives as the files in them, unpacked safely into a folder that disappears afterwards."""

import tempfile
import zipfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.parse.spreadsheet import is_workbook
from glucotwin.ingest.source import ZIP_MAGIC, read_head

MOST_FILES = 20_000
MOST_UNPACKED_BYTES = 16 * 1024**3
"""All files of one import together, unpacked."""
MOST_TIMES_LARGER = 1_000
"""A member that unpacks to more than this many times its size is no export but a bomb."""
DEEPEST = 2
"""Archives within archives."""
LONGEST_NAME = 50
"""Characters of a member's name that its file keeps; file systems allow some 60 of four bytes each."""
_BLOCK_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file to import.

    Attributes:
        name: what people call it: its path within the folder or archive.
        path: where it lies now.
    """

    name: str
    path: Path


@contextmanager
def files_of(path: Path) -> Generator[tuple[SourceFile, ...]]:
    """The files behind a path: itself, or those in a folder or a zip archive and in archives within; by name.

    Workbooks, which are zip archives too, are files. Hidden files and what an operating system leaves in archives are
    passed over. Nothing is written outside a temporary folder, whatever the members of an archive are called.

    Raises:
        DataError: there is nothing there, an archive is damaged, encrypted, or unpacks to more than it may.
    """
    if not path.exists():
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path.name!r} is not there.", hint="Check the path.")
    with tempfile.TemporaryDirectory(prefix="glucotwin-import-") as folder:
        found = tuple(_Unpacker(folder=Path(folder)).files(path, name="", depth=0))
        if not found:
            raise DataError(
                ErrorCode.EMPTY_FILE, f"There are no files in {path.name!r}.", hint="Give a file, or a folder of them."
            )
        yield found


@dataclass(slots=True, kw_only=True)
class _Unpacker:
    """Unpacks into one folder and keeps count."""

    folder: Path
    files_found: int = 0
    bytes_unpacked: int = 0

    def files(self, path: Path, *, name: str, depth: int) -> Iterator[SourceFile]:
        if path.is_dir():
            for child in sorted(path.iterdir()):
                if not _is_hidden(child.name) and not child.is_symlink():
                    yield from self.files(child, name=f"{name}{path.name}/" if name else "", depth=depth)
            return
        if path.stat().st_size and is_archive(path):
            yield from self._members(path, name=f"{name}{path.name}", depth=depth)
            return
        self.files_found += 1
        if self.files_found > MOST_FILES:
            raise _too_much(path.name, f"holds more than {MOST_FILES:,} files")
        yield SourceFile(name=f"{name}{path.name}", path=path)

    def _members(self, path: Path, *, name: str, depth: int) -> Iterator[SourceFile]:
        if depth >= DEEPEST:
            raise _too_much(path.name, "holds archives within archives within archives")
        try:
            with zipfile.ZipFile(path) as archive:
                for member in sorted(archive.infolist(), key=lambda one: one.filename):
                    parts = _parts(member)
                    if parts and not any(_is_hidden(part) for part in parts):
                        yield from self._member(archive, member, name=name, depth=depth)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise DataError(
                ErrorCode.UNREADABLE_FILE,
                f"The archive {name!r} is damaged, encrypted or of a kind that cannot be unpacked.",
                hint="Unpack it yourself and import the folder.",
            ) from error

    def _member(
        self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, *, name: str, depth: int
    ) -> Iterator[SourceFile]:
        # A folder of its own, so that the member keeps its last name whatever path it claims.
        *folders, last = _parts(member)
        place = Path(tempfile.mkdtemp(dir=self.folder)) / last[-LONGEST_NAME:]
        most = MOST_TIMES_LARGER * max(member.compress_size, 1024)
        size = 0
        with archive.open(member) as packed, place.open("wb") as unpacked:
            while block := packed.read(_BLOCK_BYTES):
                size += len(block)
                self.bytes_unpacked += len(block)
                if size > most or self.bytes_unpacked > MOST_UNPACKED_BYTES:
                    raise _too_much(name, "unpacks to far more than an export has")
                unpacked.write(block)
        for one in self.files(place, name="", depth=depth + 1):
            yield SourceFile(name="/".join((name, *folders, one.name)), path=one.path)


def is_archive(path: Path) -> bool:
    """Whether a file is a zip archive of files, which a workbook is not."""
    with path.open("rb") as file:
        if file.read(len(ZIP_MAGIC)) != ZIP_MAGIC:
            return False
    return not is_workbook(read_head(path))


def _parts(member: zipfile.ZipInfo) -> list[str]:
    """The folders and the name that a member claims, without those that lead upwards; none for a folder.

    Some programs write backslashes between them.
    """
    claimed = member.filename.replace("\\", "/")
    if claimed.endswith("/"):
        return []
    return [part for part in claimed.split("/") if part not in {"", ".", ".."}] or ["member"]


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name in {"__MACOSX", "Thumbs.db", "desktop.ini"}


def _too_much(name: str, what: str) -> DataError:
    return DataError(
        ErrorCode.FILE_TOO_LARGE, f"{name!r} {what}.", hint="Unpack it and import what you need; nothing was read."
    )
