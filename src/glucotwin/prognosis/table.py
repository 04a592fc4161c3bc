"""Published coefficients as they lie in ``data``: one row per term, one column per equation."""

import csv
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

Column = Mapping[str, float]


def read_rows(name: str, *, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """The rows of a table.

    Args:
        name: of the file in ``data``.
        delimiter: between cells.
    """
    text = (resources.files("glucotwin.prognosis") / "data" / name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines(), delimiter=delimiter)


@cache
def coefficients(name: str) -> Mapping[str, Column]:
    """A table of coefficients by column, then by the first cell of the row.

    Args:
        name: of the file in ``data``; all cells but the first of each row are numbers.
    """
    columns: dict[str, dict[str, float]] = {}
    for row in read_rows(name):
        (_, term), *cells = row.items()
        for column, cell in cells:
            columns.setdefault(column, {})[term] = float(cell)
    return MappingProxyType({column: MappingProxyType(terms) for column, terms in columns.items()})


def linear_predictor(column: Column, terms: Mapping[str, float]) -> float:
    """The sum of coefficients times terms.

    Args:
        column: coefficients by term.
        terms: values by term; a term without a coefficient does not count.
    """
    return sum(column.get(term, 0.0) * value for term, value in terms.items())
