"""Tables of the trial in ``data``."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

from glucotwin.core.provenance import sha256_of_bytes

FILES = ("cohort.csv", "effects.csv", "truth.csv", "care.csv", "inertia.csv")


@cache
def read_rows(name: str) -> tuple[Mapping[str, str], ...]:
    """The rows of a table.

    Args:
        name: of the file in ``data``.
    """
    return tuple(csv.DictReader(_text(name).splitlines(), delimiter=";"))


@cache
def numbers(name: str, column: str = "value") -> Mapping[str, float]:
    """One column of a table by the name of its rows; rows without a value are left out."""
    return {row["name"]: float(row[column]) for row in read_rows(name) if row[column]}


def hashes() -> dict[str, str]:
    """SHA-256 of every table by file name."""
    return {name: sha256_of_bytes([_text(name).encode("utf-8")]) for name in FILES}


def _text(name: str) -> str:
    return (resources.files("glucotwin.workflows.trial.guided") / "data" / name).read_text(encoding="utf-8")
