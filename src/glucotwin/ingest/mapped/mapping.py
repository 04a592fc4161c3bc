"""Reads any table, CSV or workbook, as a mapping file describes it (``docs/reference/mapping-format.md``)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.frame import STREAMS, TIME_TYPE, conform_frame
from glucotwin.ingest.finding_sum import added_up
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.left_out import passed_over
from glucotwin.ingest.mapped.mapped_record import mapped_records
from glucotwin.ingest.mapped.mapping_file import HINT, MappingFile, read_mapping
from glucotwin.ingest.parse.export_table import Header, find_header, table_below
from glucotwin.ingest.parse.row_time import RowTimes, row_times, unreadable_times
from glucotwin.ingest.parse.spreadsheet import is_workbook, read_sheets
from glucotwin.ingest.parse.table import LINE
from glucotwin.ingest.parse.workbook_text import text_in_head
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import DateOrder
from glucotwin.ingest.quality import Finding
from glucotwin.ingest.source import FileHead, read_head, read_text

HEADER_WITHIN = 500
"""Lines in which a header is looked for."""
_EARLIEST_S, _LATEST_S = -631_152_000.0, 7_258_118_400.0
"""Seconds from 1970 to 1950 and to 2200."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table as texts, with ``LINE``; and its own names of the columns by theirs."""

    frame: pl.DataFrame
    names: Mapping[str, str]


class MappedFormat(DataFormat):
    """Reads what a mapping describes."""

    name = "mapping"
    title = "a file described by a mapping file"
    size_limit_bytes = 512 * 1024 * 1024

    def __init__(self, mapping: MappingFile) -> None:
        self.mapping = mapping

    def recognise(self, head: FileHead) -> float:
        """Certain of a text in which the header is found, or a workbook in whose texts its names are."""
        if is_workbook(head):
            texts = text_in_head(head)
            return 1.0 if all(name in texts for name in self.mapping.columns) else 0.0
        return 1.0 if self._header(head.lines, self.mapping.file.skip_lines) is not None else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads the table.

        Raises:
            DataError: there is no such sheet or header, most times cannot be read, or their zone is not known.
        """
        progress("reading the file", 0.0)
        table = self._table(path)
        progress("reading the times", 0.3)
        times, findings = self._times(table, options.zone)
        rows = table.frame.with_columns(times.time.alias("__time"))
        progress("sorting by stream", 0.6)
        streams: dict[str, list[pl.DataFrame]] = {}
        used = pl.Series("used", [False] * len(rows))
        for record in self.mapping.records:
            mapped = mapped_records(rows, record, table.names, decimal_comma=self.mapping.file.decimal == "comma")
            streams.setdefault(record.stream, []).append(conform_frame(STREAMS[record.stream], mapped.frame))
            findings += mapped.findings
            used |= mapped.used
        unused = int((rows["__time"].is_not_null() & ~used).sum())
        return Imported(
            streams={
                stream: pl.concat(frames).with_columns(source=pl.lit(self.mapping.name))
                for stream, frames in streams.items()
            },
            person=PersonHints(zone=self.mapping.time.zone),
            findings=added_up((*findings, *passed_over(unused, kinds="rows of which the mapping file says nothing"))),
        )

    def _table(self, path: Path) -> _Table:
        described = self.mapping.file
        if is_workbook(read_head(path)):
            return self._sheet(path)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        lines = text.splitlines()
        header = self._header(lines, described.skip_lines)
        if header is None:
            raise self._no_header(path.name, [cell for line in lines[:HEADER_WITHIN] for cell in _cells(line)])
        names = {name: f"c{number}" for number, name in enumerate(self.mapping.columns)}
        own = _own_names(header.cells, names)
        frame = table_below(text, header, names=own, wanted=tuple(names.values()), name=path.name)
        return _Table(frame=frame, names=names)

    def _header(self, lines: Sequence[str], skip: int) -> Header | None:
        """The header of a text, or the names of the columns of one without."""
        described = self.mapping.file
        separator = "\t" if described.separator == "tab" else described.separator
        if described.columns:
            return Header(line=skip - 1, separator=separator or _separator_of(lines[skip:]), cells=described.columns)
        for number, line in enumerate(lines[skip : skip + HEADER_WITHIN], start=skip):
            found = find_header([line], self._fits)
            if found is not None and separator in {None, found.separator}:
                return Header(line=number, separator=found.separator, cells=found.cells)
        return None

    def _fits(self, cells: Sequence[str]) -> bool:
        plain = {_plain(cell) for cell in cells}
        return all(_plain(wanted) in plain for wanted in self.mapping.file.header or self.mapping.columns)

    def _no_header(self, name: str, cells: Sequence[str]) -> DataError:
        plain = {_plain(cell) for cell in cells}
        missing = [one for one in self.mapping.columns if _plain(one) not in plain] or list(self.mapping.columns)
        return DataError(
            ErrorCode.MISSING_COLUMN,
            f"{name!r} has no line with all columns of the mapping {self.mapping.name!r}; it lacks {missing[0]!r}.",
            hint=HINT,
        )

    def _sheet(self, path: Path) -> _Table:
        try:
            sheets = read_sheets(path, limit_bytes=self.size_limit_bytes, title=self.title)
        except (ValueError, NotImplementedError, OSError, KeyError) as error:
            raise DataError(
                ErrorCode.UNREADABLE_FILE, f"The workbook {path.name!r} is damaged.", hint="Export it again."
            ) from error
        wanted = self.mapping.file.sheet
        sheet = next((one for name, one in sheets.items() if wanted in {None, name}), None)
        if sheet is None:
            raise DataError(
                ErrorCode.MISSING_COLUMN,
                f"{path.name!r} has no sheet {wanted!r}.",
                hint=f"Its sheets are {', '.join(sheets)}.",
            )
        return self._below(sheet, path.name)

    def _below(self, sheet: pl.DataFrame, name: str) -> _Table:
        """The rows below a sheet's header."""
        described = self.mapping.file
        names = {column: f"c{number}" for number, column in enumerate(self.mapping.columns)}
        first = sheet.slice(described.skip_lines, HEADER_WITHIN).rows()
        cells = [tuple(str(cell or "") for cell in row) for row in first]
        row = -1 if described.columns else next((number for number, one in enumerate(cells) if self._fits(one)), None)
        if row is None:
            raise self._no_header(name, [cell for one in cells for cell in one])
        header = described.columns or cells[row]
        below = sheet.with_row_index(LINE, offset=1).slice(described.skip_lines + row + 1)
        own = _own_names(header, names)
        kept = [pl.col(column).alias(one) for column, one in zip(sheet.columns, own, strict=False) if one]
        absent = [pl.lit(None, dtype=pl.String).alias(one) for one in names.values() if one not in own]
        frame = below.select(LINE, *kept).with_columns(absent)
        if frame.is_empty():
            raise DataError(ErrorCode.EMPTY_FILE, f"{name!r} has no rows.", hint="Export a longer period.")
        return _Table(frame=frame, names=names)

    def _times(self, table: _Table, zone: str | None) -> tuple[RowTimes, tuple[Finding, ...]]:
        described = self.mapping.time
        columns = [table.names[name] for name in described.columns]
        if described.written != "clock":
            return _epoch(table.frame[columns[0]], per_second=1000.0 if described.written == "milliseconds" else 1.0)
        texts = table.frame.select(pl.concat_str(columns, separator=" ").str.strip_chars().alias("text"))["text"]
        times = row_times(
            texts,
            lines=table.frame[LINE],
            zone=described.zone or zone,
            title=self.title,
            orders=tuple(DateOrder) if described.order is None else (described.order,),
            offsets=None if described.offset is None else table.frame[table.names[described.offset]],
        )
        return times, unreadable_times(times, blank=int(texts.null_count()))


def read_mapped(
    path: Path, mapping_path: Path, options: ImportOptions | None = None, progress: ProgressCallback = silent
) -> Imported:
    """Reads a table by a mapping file.

    Args:
        path: CSV or workbook.
        mapping_path: YAML that describes it.
        options: what the importing person knows.
        progress: told how far the reading has come.

    Raises:
        DataError: the mapping file or the table cannot be read.
        UnitError: the mapping file lacks a unit or names an unknown one.
    """
    return MappedFormat(read_mapping(mapping_path)).read(path, options=options or ImportOptions(), progress=progress)


def _epoch(texts: pl.Series, *, per_second: float) -> tuple[RowTimes, tuple[Finding, ...]]:
    """Instants of counts since 1970."""
    seconds = written_numbers(texts) / per_second
    plausible = seconds.set(~seconds.is_between(_EARLIEST_S, _LATEST_S).fill_null(False), None)
    time = pl.select(pl.from_epoch((plausible * 1e6).round().cast(pl.Int64), "us")).to_series()
    utc = time.dt.replace_time_zone("UTC").cast(TIME_TYPE).alias("time")
    unreadable = int((texts.is_not_null() & utc.is_null()).sum())
    times = RowTimes(time=utc, is_date=pl.Series("is_date", [False] * len(utc)), unreadable=unreadable)
    return times, unreadable_times(times, blank=texts.null_count())


def _own_names(cells: Sequence[str], names: Mapping[str, str]) -> list[str | None]:
    """Our name of each column of a header; of two that are written alike, the first."""
    plain = {_plain(column): own for column, own in names.items()}
    found = [plain.get(_plain(cell)) for cell in cells]
    return [one if one is None or one not in found[:place] else None for place, one in enumerate(found)]


def _plain(cell: str) -> str:
    return " ".join(cell.strip().strip("\ufeff").strip('"').casefold().split())


def _cells(line: str) -> list[str]:
    return line.split(_separator_of([line]))


def _separator_of(lines: Sequence[str]) -> str:
    """The separator that splits the first lines into the most cells."""
    return max((",", ";", "\t"), key="\n".join(lines[:10]).count)
