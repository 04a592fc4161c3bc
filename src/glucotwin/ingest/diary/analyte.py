"""Laboratory analytes: names, LOINC codes, and the units in which each may come."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyte:
    """What is measured, in one kind of unit.

    Attributes:
        name: for people.
        loinc: LOINC code of the quantity in this unit.
        units: UCUM codes that belong to it.
        low, high: beyond them a value is a mistake.
    """

    name: str
    loinc: str
    units: tuple[str, ...]
    low: float
    high: float


@cache
def analytes() -> tuple[Analyte, ...]:
    """Every analyte in each kind of unit."""
    return tuple(
        Analyte(
            name=row["analyte"],
            loinc=row["loinc"],
            units=tuple(row["units"].split("|")),
            low=float(row["low"]),
            high=float(row["high"]),
        )
        for row in _rows("analytes.csv")
    )


@cache
def names_of_analytes() -> Mapping[str, str]:
    """Names of analytes by their spellings and LOINC codes, in lower case."""
    spellings = {
        spelling: row["analyte"]
        for row in _rows("analytes.csv")
        for spelling in (*row["names"].split("|"), row["analyte"].lower())
        if spelling
    }
    return MappingProxyType({**spellings, **{one.loinc: one.name for one in analytes()}})


@cache
def ucum_codes() -> Mapping[str, str]:
    """UCUM codes by the spellings of units, in lower case and without blanks."""
    return MappingProxyType(
        {spelling: row["ucum"] for row in _rows("unit_spellings.csv") for spelling in row["spellings"].split("|")}
    )


def analyte_in(name: str, unit: str) -> Analyte | None:
    """The analyte of a name in a unit; None when it does not come in that unit.

    Args:
        name: as ``names_of_analytes`` gives it.
        unit: UCUM code.
    """
    return next((one for one in analytes() if one.name == name and unit in one.units), None)


def _rows(file_name: str) -> Iterator[dict[str, str]]:
    text = (resources.files("glucotwin.ingest.diary") / "data" / file_name).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    return csv.DictReader(lines, delimiter=";")
