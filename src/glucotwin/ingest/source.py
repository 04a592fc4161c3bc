"""Files as bytes and text: their first block, their size, compression and encoding, judged before anything is read."""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from glucotwin.core.error import DataError, ErrorCode

HEAD_BYTES = 65536
"""How much of a file is looked at to recognise it."""

ARCHIVE_HEAD_BYTES = 16 * 1024 * 1024
"""How much of a zip file, such as a workbook: the names of its sheets may lie behind the sheets."""

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"

_BINARY_MAGICS = (
    (ZIP_MAGIC, "a zip archive or an Office file (xlsx)"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (xls)"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89HDF", "an HDF5 file"),
)
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class FileHead:
    """The beginning of a file.

    Attributes:
        name: the file's name, for messages only.
        size_bytes: size on disk.
        data: the first bytes, uncompressed.
        compressed: whether the file is gzip on disk.
        complete: whether ``data`` is the whole file.
    """

    name: str
    size_bytes: int
    data: bytes
    compressed: bool = False
    complete: bool = True

    @cached_property
    def encoding(self) -> str | None:
        """How the file is written, judged by its first bytes; None when it is not text."""
        return _encoding_of(self.data, complete=self.complete)

    @cached_property
    def text(self) -> str:
        """The first bytes as text, without a byte-order mark; empty when the file is binary."""
        if self.encoding is None:
            return ""
        return codecs.getincrementaldecoder(self.encoding)(errors="replace").decode(self.data, final=self.complete)

    @cached_property
    def lines(self) -> list[str]:
        """The first lines, as they are; the last one may be cut off."""
        return self.text.splitlines()

    @cached_property
    def header(self) -> str:
        """The first line that is not blank, without surrounding white space."""
        return next((line.strip() for line in self.lines if line.strip()), "")


def read_head(path: Path) -> FileHead:
    """The head of a file.

    Args:
        path: an existing file.

    Raises:
        DataError: it is a folder or empty.
    """
    if not path.is_file():
        what = "a folder" if path.is_dir() else "not there"
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path.name!r} is {what}.", hint="Give the path of one file.")
    with path.open("rb") as file:
        start = file.read(HEAD_BYTES + 1)
        most = ARCHIVE_HEAD_BYTES if start.startswith(ZIP_MAGIC) else HEAD_BYTES
        start += file.read(most - HEAD_BYTES)
    compressed = start.startswith(GZIP_MAGIC)
    if compressed:
        start = _gzip_head(path)
    head = FileHead(
        name=path.name,
        size_bytes=path.stat().st_size,
        data=start[:most],
        compressed=compressed,
        complete=len(start) <= most,
    )
    if not head.data.strip():
        raise DataError(ErrorCode.EMPTY_FILE, f"{head.name!r} is empty.", hint="Export the data again.")
    return head


def _gzip_head(path: Path) -> bytes:
    try:
        with gzip.open(path, "rb") as file:
            return file.read(HEAD_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _damaged_gzip(path) from error


_FHIR_XML = re.compile(r'<[A-Z][A-Za-z]+\b[^>]*xmlns(?::\w+)?="http://hl7\.org/fhir"')


def refuse_what_is_no_text(head: FileHead) -> None:
    """Passes when a file that no format recognised is at least text.

    Raises:
        DataError: it is binary, or FHIR as XML; the message names what it seems to be.
    """
    if _FHIR_XML.search(head.text):
        raise DataError(
            ErrorCode.UNSUPPORTED_VERSION,
            f"{head.name!r} is FHIR as XML, of which GlucoTwin reads only JSON.",
            hint="Ask for it as application/fhir+json; every server that gives the one gives the other.",
        )
    for magic, what in _BINARY_MAGICS:
        if head.data.startswith(magic):
            raise DataError(
                ErrorCode.UNREADABLE_FILE,
                f"{head.name!r} is {what}, whatever its name says, and of no known format.",
                hint="Export the data as CSV or JSON.",
            )
    if head.encoding is None:
        raise DataError(
            ErrorCode.UNREADABLE_FILE, f"{head.name!r} is binary, not text.", hint="Give a text file: CSV or JSON."
        )


def _encoding_of(data: bytes, *, complete: bool) -> str | None:
    """UTF-8 or UTF-16 with or without a mark, else the Windows code page that spreadsheets save in; None for binary."""
    if data.startswith(_UTF16_MARKS):
        return "utf-16"
    if any(data.startswith(magic) for magic, _ in _BINARY_MAGICS):
        return None
    if b"\x00" in data:
        zeros_at_odd = data[1:200:2].count(0)
        return "utf-16-le" if zeros_at_odd > 0.4 * len(data[:200]) and b"\x00" not in data[:200:2] else None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=complete)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def check_size(path: Path, *, limit_bytes: int, title: str) -> None:
    """Passes when the file on disk is within the limit.

    Raises:
        DataError: it is larger; nothing of it was read.
    """
    size = path.stat().st_size
    if size > limit_bytes:
        raise _too_large(path, f"{size / _MEBIBYTE:,.0f} MiB", limit_bytes, title)


def read_bytes(path: Path, *, limit_bytes: int, title: str) -> bytes:
    """The file's bytes, uncompressed; a compressed file is read no further than the limit.

    Raises:
        DataError: it is larger than the limit or damaged.
    """
    check_size(path, limit_bytes=limit_bytes, title=title)
    with open_binary(path) as file:
        data = file.read(limit_bytes + 1)
    if len(data) > limit_bytes:
        raise _too_large(path, "more when uncompressed", limit_bytes, title)
    return data


def read_text(path: Path, *, limit_bytes: int, title: str) -> str:
    """The file's text in whatever of the usual encodings it is written, without a byte-order mark.

    Vendors' exports are UTF-8 or UTF-16; a spreadsheet that saves them again writes Windows' code page 1252.

    Raises:
        DataError: it is larger than the limit, damaged, or binary.
    """
    data = read_bytes(path, limit_bytes=limit_bytes, title=title)
    encoding = _encoding_of(data, complete=True)
    if encoding is None:
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path.name!r} is not text.", hint="Export the data again.")
    return data.decode(encoding, errors="replace")


@contextmanager
def open_binary(path: Path) -> Generator[BinaryIO]:
    """The file's uncompressed bytes as a stream; gzip is recognised by content.

    Raises:
        DataError: the compressed file is damaged.
    """
    with path.open("rb") as raw:
        compressed = raw.read(2) == GZIP_MAGIC
        raw.seek(0)
        try:
            with gzip.open(raw, "rb") if compressed else _as_it_is(raw) as file:
                yield file  # pyright: ignore[reportReturnType]  # GzipFile reads like any binary file
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise _damaged_gzip(path) from error


@contextmanager
def open_text(path: Path) -> Generator[io.TextIOWrapper]:
    """The file's text as a stream, without a byte-order mark.

    Raises:
        DataError: it is not UTF-8, or the compressed file is damaged.
    """
    with open_binary(path) as file, io.TextIOWrapper(file, encoding="utf-8-sig") as text:
        try:
            yield text
        except UnicodeDecodeError as error:
            raise _not_utf8(path.name) from error


@contextmanager
def _as_it_is(file: BinaryIO) -> Generator[BinaryIO]:
    yield file


def _not_utf8(name: str) -> DataError:
    return DataError(
        ErrorCode.UNREADABLE_FILE, f"{name!r} is not UTF-8 text.", hint="Save it as UTF-8 and import it again."
    )


def _damaged_gzip(path: Path) -> DataError:
    return DataError(
        ErrorCode.UNREADABLE_FILE,
        f"The compressed file {path.name!r} is damaged or incomplete.",
        hint="Copy or download it again.",
    )


def _too_large(path: Path, size: str, limit_bytes: int, title: str) -> DataError:
    return DataError(
        ErrorCode.FILE_TOO_LARGE,
        f"{path.name!r} has {size}; {title} is read up to {limit_bytes / _MEBIBYTE:,.0f} MiB.",
        hint="Split it by person or by time and import the parts; nothing was read.",
    )
