"""One table of a Glooko export: its zip archive holds a file for each kind of record and, for long periods, several.

Source: English and German exports. Line 1 names the person (not read) and the period, as in ``Name:…`` and, after a tab
or comma, ``Date Range:2025-01-01 - 2025-01-14``; line 2 is the header. German numbers have a decimal comma, in quotes.
A kind of which there is nothing is a file that ends after its header. Local times without zone, in the order of day and
month of the account, told apart by the period in line 1. Serial numbers of the devices are not kept. How long the
extended part of a bolus ran is not in an export. What the kinds hold is read in ``glucotwin.ingest.pump.glooko_table``.
"""

import re
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions
from glucotwin.ingest.left_out import unreadable_rows
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.parse.table import LINE, table_of
from glucotwin.ingest.parse.written_time import DateOrder, WrittenTimes, local_times
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.pump.glooko_table import TIME_NAMES, column_names, read_kind
from glucotwin.ingest.source import FileHead, read_text

_FIRST_LINE = re.compile(r'^[\ufeff"\s]*(?:Name|Nom|Nombre|Nome|Naam)\s*:')
_PERIOD = re.compile(r"(\d{1,4}[./-]\d{1,2}[./-]\d{1,4}) - (\d{1,4}[./-]\d{1,2}[./-]\d{1,4})")
_SEPARATORS = ("\t", ";", ",")


class GlookoFormat(DataFormat):
    """Reads one table of a Glooko export."""

    name = "glooko"
    title = "a table of a Glooko export"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when line 1 has a name and a period and line 2 begins with the time."""
        lines = head.text.split("\n", 2)
        if len(lines) < 2 or not _FIRST_LINE.match(lines[0]) or not _starts_with_time(lines[1]):
            return 0.0
        return 1.0 if _PERIOD.search(lines[0]) else 0.9

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads one file; one that ends after its header holds no records, which is no error.

        Raises:
            DataError: its columns are of no known kind, or the zone of its times is not known.
            UnitError: the header does not say the unit of glucose, insulin or carbohydrate.
        """
        progress("reading the file", 0.0)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        first, _, rest = text.partition("\n")
        if not rest.partition("\n")[2].strip():
            return Imported(streams={})
        zone = require_zone(options, title=self.title)
        table = _table(rest, path.name)
        names = column_names(table)
        time = next((names[name] for name in TIME_NAMES if name in names), None)
        if time is None or table.is_empty():
            raise DataError(
                ErrorCode.MISSING_COLUMN,
                f"Line 2 of {path.name!r} names no column for the time.",
                hint="Export the data from Glooko again; do not edit the files in the archive.",
            )
        written = _times(table, time, first)
        resolved = utc_from_local(written.local, zone)
        missing = int(table[time].is_null().sum())
        rows = table.with_columns(time=resolved.time).filter(pl.col("time").is_not_null())
        progress("sorting out rows", 0.5)
        streams, findings = read_kind(rows, names, file_name=path.name)
        return Imported(
            streams={stream: frame.with_columns(source=pl.lit(self.name)) for stream, frame in streams.items()},
            findings=(*written.findings, *resolved.findings, *unreadable_rows(missing), *findings),
        )


def _separator(header: str) -> str:
    return max(_SEPARATORS, key=header.count)


def _starts_with_time(header: str) -> bool:
    first = re.split(r"[\t;,\r]", header, maxsplit=1)[0]
    return first.strip(' "').lower() in TIME_NAMES


def _table(text: str, name: str) -> pl.DataFrame:
    return table_of(text, name=name, separator=_separator(text.partition("\n")[0]), first_line=2, ragged=True)


def _times(table: pl.DataFrame, column: str, first_line: str) -> WrittenTimes:
    """Local times in the order of day and month in which most lie within the period of line 1."""
    orders = tuple(DateOrder)
    period = _PERIOD.search(first_line)
    if period is not None:
        within = {order: _count_within(table[column], order, period.groups()) for order in orders}
        most = max(within.values())
        orders = tuple(order for order in orders if within[order] == most) if most else orders
    readings = [_read(table[column], order) for order in orders]
    if all(one is not None and readings[0] is not None and one.equals(readings[0]) for one in readings):
        orders = orders[:1]
    return local_times(table[column], lines=table[LINE], orders=orders)


def _count_within(texts: pl.Series, order: DateOrder, period: tuple[str, ...]) -> int:
    """How many times, read in an order, lie within the period, itself read in any order that it can be read in."""
    local = _read(texts, order)
    if local is None:
        return 0
    days = pl.Series([f"{day} 00:00" for day in period], dtype=pl.String)
    best = 0
    for period_order in dict.fromkeys((order, DateOrder.YEAR_FIRST)):
        ends = _read(days, period_order)
        if ends is not None and ends.null_count() == 0:
            inside = (local >= ends[0]) & (local < pl.select(pl.lit(ends[1]) + pl.duration(days=1)).item())
            best = max(best, int(inside.sum()))
    return best


def _read(texts: pl.Series, order: DateOrder) -> pl.Series | None:
    lines = pl.Series(range(len(texts)))
    try:
        return local_times(texts, lines=lines, orders=(order,)).local
    except DataError:
        return None
