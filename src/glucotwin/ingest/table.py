"""Delimited text as columns of texts, and columns of texts as numbers, with the line of whatever does not fit."""

import io
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.source import read_bytes

LINE = "__line__"
"""Column with each row's line number in the file."""


def read_table(path: Path, *, limit_bytes: int, title: str, separator: str = ",") -> pl.DataFrame:
    """A delimited file as texts; blank cells are null, blank rows are left out, ``LINE`` is the line number.

    Args:
        path: UTF-8 text, gzip or not, its header in the first line.
        limit_bytes: larger files are refused.
        title: what is being read, for messages.
        separator: between cells.

    Raises:
        DataError: the file is too large, has no rows, is not UTF-8 or is no table.
    """
    data = read_bytes(path, limit_bytes=limit_bytes, title=title)
    try:
        raw = pl.read_csv(
            io.BytesIO(data), infer_schema=False, separator=separator, row_index_name=LINE, row_index_offset=2
        )
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise DataError(
            ErrorCode.UNREADABLE_FILE,
            f"{path.name!r} is not a table of cells separated by {separator!r}: {reason}",
            hint="Check that every line has as many cells as the header and that the file is UTF-8.",
        ) from error
    raw = raw.rename({name: name.strip().strip("\ufeff") for name in raw.columns})
    cells = [name for name in raw.columns if name != LINE]
    table = raw.with_columns(pl.col(cells).str.strip_chars()).with_columns(
        pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in cells
    )
    table = table.filter(~pl.all_horizontal(pl.col(cells).is_null()))
    if table.is_empty():
        raise DataError(
            ErrorCode.EMPTY_FILE, f"{path.name!r} has a header but no rows.", hint="Export a longer period."
        )
    return table


def numbers(table: pl.DataFrame, column: str) -> pl.Series:
    """A column of texts as finite numbers; blank stays null.

    Raises:
        DataError: a text is no number; the message says where.
    """
    texts = table[column]
    values = texts.cast(pl.Float64, strict=False)
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
