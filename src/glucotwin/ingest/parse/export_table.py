"""Tables of vendors' exports: the header is told by its cells, wherever it stands and in whatever language it is."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from glucotwin.ingest.parse.table import table_of

SEPARATORS = (",", ";", "\t")
HEADER_WITHIN = 10
"""Lines in which a header is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The header of a table.

    Attributes:
        line: its place in the file, the first line being 0.
        separator: between cells.
        cells: names of the columns as they are written, without surrounding white space.
    """

    line: int
    separator: str
    cells: tuple[str, ...]


def find_header(lines: Sequence[str], fits: Callable[[tuple[str, ...]], bool]) -> Header | None:
    """The first line whose cells fit, separated by a comma, a semicolon or a tab; None when there is none.

    Args:
        lines: of the file; the header is among the first ten or is not found.
        fits: whether cells are those of the header.
    """
    for number, line in enumerate(lines[:HEADER_WITHIN]):
        for separator in SEPARATORS:
            cells = _cells(line, separator)
            if fits(cells):
                return Header(line=number, separator=separator, cells=cells)
    return None


def table_below(
    text: str, header: Header, *, names: Sequence[str | None], wanted: Sequence[str], name: str
) -> pl.DataFrame:
    """The rows below a header as texts, under names of one's own, with ``LINE``; blank cells are null.

    Rows may have fewer cells than the header; cells beyond it are left out.

    Args:
        text: of the whole file.
        header: as found in it.
        names: one's own name of each of the header's columns; None for those that are not wanted.
        wanted: names that the table shall have; those that no column bears are null throughout.
        name: of the file, for messages.

    Raises:
        DataError: there are no rows, or it is no table.
    """
    own = [given or f"other {number}" for number, given in enumerate(names)]
    body = "".join(text.splitlines(keepends=True)[header.line + 1 :]).replace("\r\n", "\n").replace("\r", "\n")
    table = table_of(
        f"{header.separator.join(own)}\n{body}",
        name=name,
        separator=header.separator,
        first_line=header.line + 1,
        ragged=True,
    )
    absent = [pl.lit(None, dtype=pl.String).alias(one) for one in wanted if one not in own]
    return table.with_columns(absent)


def _cells(line: str, separator: str) -> tuple[str, ...]:
    try:
        return tuple(cell.strip() for cell in next(csv.reader([line], delimiter=separator), []))
    except csv.Error:
        return ()
