"""Tables of the advice on medicines in ``data``."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def read_rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a table.

    Args:
        name: of the file in ``data``.
    """
    text = (resources.files("glucotwin.advise.regimen") / "data" / name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines(), delimiter=";"))


@cache
def numbers(name: str, column: str = "value") -> Mapping[str, float]:
    """One column of a table by the name of its rows."""
    return {row["name"]: float(row[column]) for row in read_rows(name)}
