"""Recognises and reads a canonical CSV."""

from collections import Counter
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.progress import ProgressCallback
from glucotwin.ingest.canonical.column import check_columns, is_meant, normalised
from glucotwin.ingest.canonical.stream import streams_of
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions, PersonHints
from glucotwin.ingest.parse.clock import utc_from_iso
from glucotwin.ingest.parse.table import LINE, read_table
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity
from glucotwin.ingest.source import FileHead, read_head

SEPARATORS = (",", ";", "\t")


class CanonicalCsvFormat(DataFormat):
    """Reads wide tables of times and named quantities; see ``docs/reference/canonical-csv.md``."""

    name = "canonical-csv"
    title = "a canonical CSV"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Half sure of any table that names a time or one of the quantities: other formats go first."""
        separator = separator_of(head.header)
        names = [normalised(name) for name in head.header.split(separator)]
        return 0.5 if len(names) > 1 and is_meant(names) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads the table; every cell that does not fit is an error with its line."""
        progress("reading the table", 0.0)
        header = read_head(path).header
        table = read_table(path, limit_bytes=self.size_limit_bytes, title=self.title, separator=separator_of(header))
        _refuse_twins(table.columns, name=path.name)
        table = table.rename({name: normalised(name) for name in table.columns})
        ignored = [normalised(name) for name in options.ignore_columns]
        try:
            check_columns(table.columns, ignored=ignored)
        except (DataError, UnitError) as error:
            raise type(error)(error.code, f"{path.name!r}: {error.message}", hint=error.hint) from error
        passed_over = [name for name in table.columns if name in ignored]
        table = table.drop(passed_over)
        progress("reading the times", 0.3)
        resolved = utc_from_iso(table["time"].fill_null(""), options.zone, lines=table[LINE])
        progress("sorting by stream", 0.6)
        streams = streams_of(table.with_columns(resolved.time))
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(self.name)) for name, frame in streams.items()},
            person=PersonHints(zone=options.zone),
            findings=(*resolved.findings, *_ignored(passed_over), *_zone_assumed(options)),
        )


def _refuse_twins(columns: list[str], *, name: str) -> None:
    """Passes when no two columns mean the same."""
    meanings = Counter(normalised(column) for column in columns)
    twins = [column for column, count in meanings.items() if count > 1]
    if twins:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"{name!r} has the column {twins[0]!r} twice.",
            hint="Rename or remove one of them; capitals and blanks around a name make no difference.",
        )


def separator_of(header: str) -> str:
    """The separator that splits a header into the most cells."""
    return max(SEPARATORS, key=header.count)


def _ignored(names: list[str]) -> tuple[Finding, ...]:
    if not names:
        return ()
    return (
        Finding(
            code=FindingCode.IGNORED_COLUMNS,
            severity=Severity.INFO,
            stream="",
            action=Action.DROPPED,
            count=len(names),
            values={"names": ", ".join(names)},
        ),
    )


def _zone_assumed(options: ImportOptions) -> tuple[Finding, ...]:
    if options.zone is not None:
        return ()
    return (
        Finding(
            code=FindingCode.ZONE_ASSUMED,
            severity=Severity.WARNING,
            stream="",
            action=Action.KEPT,
            count=1,
            values={"zone": "UTC"},
        ),
    )
