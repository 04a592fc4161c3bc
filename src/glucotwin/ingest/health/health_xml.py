"""Streams an Apple Health export: XML of gigabytes, of which the wanted columns are kept and nothing else."""

import gzip
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from xml.parsers import expat

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.domain.frame import TIME_TYPE
from glucotwin.ingest.source import check_size, open_binary

BLOCK_BYTES = 1024 * 1024
ROWS_AT_ONCE = 50_000
"""Rows that wait as texts until they become numbers."""
HEART_RATE = "HKQuantityTypeIdentifierHeartRate"
DEEPEST = 64
"""Elements within elements; exports have five."""
LONGEST_MARKUP_BYTES = 16 * 1024 * 1024
"""One tag or comment; exports' are some hundred bytes."""

_CONTROL_CHARACTERS = bytes(code for code in range(32) if code not in b"\t\n\r")
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
_DOCTYPE_END = re.compile(rb"\]\s*>")
_TIMES = ("%Y-%m-%d %H:%M:%S %z", "%Y%m%d%H%M%S%z")


@dataclass(slots=True, kw_only=True)
class Kind:
    """What is kept of one kind of record.

    Attributes:
        textual: its value is a word, not a number.
        momentary: its end and source do not matter, and are not kept.
        detailed: entries that come with a record are kept as ``flags``, and its device.
    """

    textual: bool = False
    momentary: bool = False
    detailed: bool = False


@dataclass(slots=True, kw_only=True)
class HealthRows:
    """What a health export holds.

    Attributes:
        records: the rows of each kind asked for: ``start`` in UTC, ``value``, the number of its ``unit``; unless
            momentary ``end`` and the number of its ``source``; if detailed ``flags`` and the number of its ``device``.
        workouts: attributes of each workout, with ``averageHeartRate`` and ``heartRateUnit`` when it has them.
        units, sources, devices: the names behind those numbers. Names of sources often hold a person's name.
        zones: how often each time zone was named.
        passed_over: how many elements of which kinds were not asked for.
        person: attributes of the person.
        exported: when the file was written, as it says.
        damage: what is wrong where the file could not be read any further; empty when it was read to its end.
    """

    records: dict[str, "StoredRows"] = field(default_factory=dict)
    workouts: list[dict[str, str]] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    zones: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)
    person: dict[str, str] = field(default_factory=dict)
    exported: str = ""
    damage: str = ""


def read_health(
    path: Path,
    kinds: Mapping[str, Kind],
    *,
    place: Path,
    flags: Mapping[tuple[str, str], int],
    limit_bytes: int,
    title: str,
    progress: ProgressCallback,
) -> HealthRows:
    """The records of an export, in memory that depends neither on their number nor on the length of their texts.

    A file that is cut off or damaged gives what stands before. The grammar at its beginning, which some versions of
    iOS write wrongly, is not used; control characters, which they put into names, are left out.

    Args:
        path: XML, gzip or not.
        kinds: the kinds of records to keep.
        place: an empty folder in which rows wait.
        flags: bits by key and value of the entries that come with a record.
        limit_bytes: larger (uncompressed) files are refused.
        title: what is being read, for messages.
        progress: told how far the reading has come.

    Raises:
        DataError: it is too large, no health export, declares entities, or is nested absurdly.
    """
    check_size(path, limit_bytes=limit_bytes, title=title)
    reader = _Reader(kinds=kinds, flags=flags, name=path.name, place=place)
    size = max(1, path.stat().st_size)
    with open_binary(path) as file:
        for fed in reader.feed(file):
            if fed > limit_bytes:
                raise _refused(path.name, "is larger than any export when unpacked", ErrorCode.FILE_TOO_LARGE)
            progress("reading records", min(0.99, fed / size))
    return reader.rows()


def _refused(name: str, what: str, code: ErrorCode = ErrorCode.UNREADABLE_FILE) -> DataError:
    return DataError(code, f"{name!r} {what}.", hint="Export the data again on the phone; nothing was read.")


class _Numbers(dict[str, int]):
    """A number for every different text, in the order in which they come."""

    def __missing__(self, text: str) -> int:
        number = self[text] = len(self)
        return number


class StoredRows:
    """Rows of one kind of record, of which all but the latest lie in files."""

    __slots__ = ("_count", "_files", "_latest", "_stem")

    def __init__(self, stem: Path) -> None:
        self._stem = stem
        self._files: list[Path] = []
        self._latest: pl.DataFrame | None = None
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, table: pl.DataFrame) -> None:
        """Takes more rows; those that it had go to a file."""
        if self._latest is not None:
            file = self._stem.with_suffix(f".{len(self._files)}")
            self._latest.write_parquet(file, compression="lz4")
            self._files.append(file)
        self._latest = table
        self._count += len(table)

    def parts(self) -> Iterator[pl.DataFrame]:
        """The rows, some ten thousand at a time, in their order."""
        for file in self._files:
            yield pl.read_parquet(file)
        if self._latest is not None:
            yield self._latest


class _Columns:
    """Columns of one kind of record: texts of the latest rows, tables of the earlier ones."""

    __slots__ = ("device", "end", "flags", "kind", "source", "start", "stored", "unit", "value")

    def __init__(self, kind: Kind, stem: Path) -> None:
        self.kind = kind
        self.stored = StoredRows(stem)
        self._clear()

    def _clear(self) -> None:
        self.start: list[str | None] = []
        self.end: list[str | None] = []
        self.value: list[str | None] = []
        self.unit: list[int] = []
        self.source: list[int] = []
        self.flags: list[int] = []
        self.device: list[int] = []

    def pack(self) -> None:
        """Makes a table of the waiting rows."""
        texts = pl.Series("value", self.value, dtype=pl.String)
        columns = {
            "start": instants(pl.Series(self.start, dtype=pl.String)),
            "value": texts if self.kind.textual else texts.str.strip_chars().cast(pl.Float64, strict=False),
            "unit": pl.Series(self.unit, dtype=pl.UInt32),
        }
        if not self.kind.momentary:
            columns["end"] = instants(pl.Series(self.end, dtype=pl.String))
            columns["source"] = pl.Series(self.source, dtype=pl.UInt32)
        if self.kind.detailed:
            columns["flags"] = pl.Series(self.flags, dtype=pl.UInt32)
            columns["device"] = pl.Series(self.device, dtype=pl.UInt32)
        self.stored.add(pl.DataFrame(columns))
        self._clear()

    def finished(self) -> StoredRows:
        """All rows."""
        self.pack()
        return self.stored


def instants(texts: pl.Series) -> pl.Series:
    """Instants of ``2024-01-01 01:01:42 +0200`` or, as iOS 8 wrote it, ``20240101010142+0200``; null for others."""
    times = pl.Series([None] * len(texts), dtype=TIME_TYPE)
    for form in _TIMES:
        if times.null_count():
            times = times.fill_null(texts.str.to_datetime(form, time_unit="us", strict=False).cast(TIME_TYPE))
    return times


class _Reader:
    """Handles the elements of one export."""

    def __init__(
        self, *, kinds: Mapping[str, Kind], flags: Mapping[tuple[str, str], int], name: str, place: Path
    ) -> None:
        self._name = name
        self._columns = {kind: _Columns(what, place / kind) for kind, what in kinds.items()}
        self._bits = flags
        self._open: _Columns | None = None
        self._workout: dict[str, str] | None = None
        self._depth = 0
        self._units, self._sources, self._devices = _Numbers(), _Numbers(), _Numbers()
        self._found = HealthRows()
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.EntityDeclHandler = self._refuse_entity
        self._parser.StartDoctypeDeclHandler = self._check_doctype

    def feed(self, file: BinaryIO) -> Iterator[int]:
        """Reads block by block and yields the number of bytes read, until the end or the damage."""
        fed, plain = 0, True
        try:
            while block := file.read(BLOCK_BYTES):
                fed += len(block)
                if fed == len(block):
                    plain = not block.startswith(_UTF16_STARTS)
                    block = self._without_grammar(block) if plain else block
                self._parser.Parse(block.translate(None, _CONTROL_CHARACTERS) if plain else block, False)
                # The index is 32 bits wide on some systems.
                if not plain or (fed - self._parser.CurrentByteIndex) % 2**31 <= LONGEST_MARKUP_BYTES:
                    yield fed
                    continue
                raise _refused(self._name, "holds a piece of markup longer than any export's")
            self._parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            self._found.damage = str(error)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self._found.damage = f"compressed data: {error}"

    def rows(self) -> HealthRows:
        """What was found."""
        found = self._found
        found.units, found.sources, found.devices = list(self._units), list(self._sources), list(self._devices)
        found.records = {kind: columns.finished() for kind, columns in self._columns.items()}
        return found

    def _without_grammar(self, block: bytes) -> bytes:
        """The first block with the internal grammar blanked; entities and grammars elsewhere are refused."""
        start = block.find(b"<!DOCTYPE")
        root = block.find(b"<HealthData")
        if start < 0 or 0 <= root < start:
            return block
        bracket, close = block.find(b"[", start), block.find(b">", start)
        if 0 <= bracket < close and (end := _DOCTYPE_END.search(block, bracket)):
            grammar = block[start : end.end()]
            if b"<!ENTITY" in grammar:
                raise self._entity_error()
            if b"SYSTEM" in block[start:bracket] or b"PUBLIC" in block[start:bracket]:
                raise self._entity_error()
            return block[:start] + re.sub(rb"[^\n]", b" ", grammar) + block[end.end() :]
        return block

    def _entity_error(self) -> DataError:
        return _refused(self._name, "declares entities or refers to other files, which no export does")

    def _refuse_entity(self, *_: object) -> None:
        raise self._entity_error()

    def _check_doctype(self, _name: str, system: str | None, public: str | None, _internal: int) -> None:
        if system or public:
            raise self._entity_error()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if not 1 < self._depth <= DEEPEST:
            self._check_place(name)
        elif name == "Record":
            columns = self._columns.get(attributes.get("type", ""))
            if columns is None:
                self._open = None
                self._found.passed_over[attributes.get("type", name)] += 1
            else:
                self._keep(columns, attributes)
        elif name == "MetadataEntry":
            if self._open is not None or self._workout is not None:
                self._note(attributes)
        else:
            self._other(name, attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if name == "Workout":
            self._workout = None

    def _keep(self, columns: _Columns, attributes: dict[str, str]) -> None:
        if len(columns.start) >= ROWS_AT_ONCE:
            columns.pack()
        get = attributes.get
        columns.start.append(get("startDate"))
        columns.value.append(get("value"))
        columns.unit.append(self._units[get("unit", "")])
        self._open = None
        if columns.kind.momentary:
            return
        source = get("sourceName", "")
        columns.end.append(get("endDate"))
        columns.source.append(self._sources[source])
        if columns.kind.detailed:
            # The device begins with its address in memory, which differs from day to day.
            device = f"{source} {get('device', '').partition('>, ')[2]}"
            columns.device.append(self._devices[device])
            columns.flags.append(0)
            self._open = columns

    def _note(self, attributes: dict[str, str]) -> None:
        key, value = attributes.get("key", ""), attributes.get("value", "")
        if key == "HKTimeZone":
            self._found.zones[value] += 1
        elif self._open is not None:
            self._open.flags[-1] |= self._bits.get((key, value), 0)

    def _check_place(self, name: str) -> None:
        if self._depth > DEEPEST:
            raise _refused(self._name, f"has elements nested deeper than {DEEPEST}")
        if name != "HealthData":
            raise _refused(self._name, f"is XML, but its first element is {name[:40]!r} and not 'HealthData'")

    def _other(self, name: str, attributes: dict[str, str]) -> None:
        heart_rate = attributes.get("type") == HEART_RATE
        if self._depth == 2:
            self._open = None
            self._top_level(name, attributes)
        elif name == "WorkoutStatistics" and heart_rate and self._workout is not None:
            self._workout["averageHeartRate"] = attributes.get("average", "")
            self._workout["heartRateUnit"] = attributes.get("unit", "")

    def _top_level(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Workout":
            self._workout = attributes
            self._found.workouts.append(attributes)
        elif name == "Me":
            self._found.person = attributes
        elif name == "ExportDate":
            self._found.exported = attributes.get("value", "")
        elif name != "Correlation":
            self._found.passed_over[name] += 1
