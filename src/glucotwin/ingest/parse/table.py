"""Delimited text as columns of texts, and columns of texts as numbers, with the line of whatever does not fit."""

import io
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.source import read_text

LINE = "__line__"
"""Column with each row's line number in the file."""


def read_table(
    path: Path, *, limit_bytes: int, title: str, separator: str = ",", skip_lines: int = 0, ragged: bool = False
) -> pl.DataFrame:
    """A delimited file as texts; blank cells are null, blank rows are left out, ``LINE`` is the line number.

    Args:
        path: text, gzip or not.
        limit_bytes: larger files are refused.
        title: what is being read, for messages.
        separator: between cells.
        skip_lines: lines before the header.
        ragged: cells beyond the header's are left out; without it they are an error.

    Raises:
        DataError: the file is too large, has no rows, is binary or is no table.
    """
    text = read_text(path, limit_bytes=limit_bytes, title=title)
    if skip_lines:
        text = "".join(text.splitlines(keepends=True)[skip_lines:])
    return table_of(text, name=path.name, separator=separator, first_line=skip_lines + 1, ragged=ragged)


def table_of(text: str, *, name: str, separator: str = ",", first_line: int = 1, ragged: bool = False) -> pl.DataFrame:
    """The table in a piece of a file's text, as ``read_table`` has it.

    Args:
        text: from the header on.
        name: of the file, for messages.
        separator: between cells.
        first_line: number of the header's line in the file.
        ragged: cells beyond the header's are left out; without it they are an error.

    Raises:
        DataError: there are no rows, or it is no table.
    """
    try:
        raw = pl.read_csv(
            io.BytesIO(text.encode()),
            infer_schema=False,
            separator=separator,
            row_index_name=LINE,
            row_index_offset=first_line + 1,
            truncate_ragged_lines=ragged,
        )
        raw = raw.rename({column: column.strip().strip("\ufeff") for column in raw.columns})
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            ErrorCode.UNREADABLE_FILE,
            f"{name!r} is not a table of cells separated by {separator!r}: {reason}",
            hint="Check that every line has as many cells as the header.",
        ) from error
    cells = [column for column in raw.columns if column != LINE]
    table = raw.with_columns(pl.col(cells).str.strip_chars()).with_columns(
        pl.when(pl.col(column) != "").then(pl.col(column)).alias(column) for column in cells
    )
    table = table.filter(~pl.all_horizontal(pl.col(cells).is_null()))
    if table.is_empty():
        raise DataError(ErrorCode.EMPTY_FILE, f"{name!r} has a header but no rows.", hint="Export a longer period.")
    return table


def numbers(table: pl.DataFrame, column: str, *, decimal_comma: bool = False) -> pl.Series:
    """A column of texts as finite numbers; blank stays null.

    Args:
        table: texts.
        column: which.
        decimal_comma: 27,5 is twenty-seven and a half, and a point separates thousands.

    Raises:
        DataError: a text is no number; the message says where.
    """
    texts = table[column]
    plain = texts.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True) if decimal_comma else texts
    values = plain.cast(pl.Float64, strict=False)
    wrong = texts.is_not_null() & ~values.is_finite().fill_null(False)
    if wrong.any():
        row = int(wrong.arg_true()[0])
        where = f"line {table[LINE][row]}, column '{column}'"
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"{texts[row]!r} in {where}, is not a number ({wrong.sum()} such cells).",
            hint="Use a decimal point, no unit and no thousands separator.",
        )
    return values


def require_columns(table: pl.DataFrame, required: tuple[str, ...], *, title: str) -> None:
    """Passes when all columns are there.

    Raises:
        DataError: some are not; the message names them.
    """
    missing = [name for name in required if name not in table.columns]
    if missing:
        raise DataError(
            ErrorCode.MISSING_COLUMN,
            f"{title} needs the columns {', '.join(missing)}, which this file lacks.",
            hint=f"Found: {', '.join(name for name in table.columns if name != LINE)}.",
        )
