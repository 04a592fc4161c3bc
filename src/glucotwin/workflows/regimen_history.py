"""A person's visits from a table: what was measured, and what was taken from then on."""

import csv
import io
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from glucotwin.advise.regimen.spell import BEFORE, Spell, Visit, with_plan
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.months.medicine.registry import name_of
from glucotwin.months.person import MGDL_PER_MMOLL
from glucotwin.workflows.regimen_parse import parse_candidate

DATE, MEDICINES = "date", "medicines"
LIMITS = {
    "hba1c_pct": (3.0, 20.0),
    "fasting_glucose_mmoll": (2.0, 40.0),
    "mean_glucose_mgdl": (40.0, 500.0),
    "weight_kg": (30.0, 350.0),
}
"""Columns with numbers, and what may stand there."""

NOTHING = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimenHistory:
    """Visits and medicines; day 0 is that of the first visit.

    Attributes:
        first: date of the first visit.
        visits: what was measured, in order.
        spells: what was taken.
    """

    first: date
    visits: tuple[Visit, ...]
    spells: tuple[Spell, ...]


def read_history(path: Path) -> RegimenHistory:
    """Reads a table of visits: ``date``, ``medicines`` and any of the columns with numbers.

    ``medicines`` says what is taken *from that visit on*, as ``metformin:2000+glimepiride:2``; ``none`` for nothing, an
    empty cell for as before. The first row says what had been taken before it, too.

    Args:
        path: CSV.

    Raises:
        DataError: the file is no such table.
        NotFoundError: there is no such medicine.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(path, message("regimen-history-unreadable")) from error
    reader = csv.DictReader(io.StringIO(text), skipinitialspace=True)
    names = set(reader.fieldnames or ())
    unknown = sorted(names - {DATE, MEDICINES, *LIMITS})
    if not {DATE, MEDICINES} <= names or unknown:
        raise _broken(path, message("regimen-history-columns", columns=", ".join((DATE, MEDICINES, *LIMITS))))
    rows = sorted(((_date(path, row), row) for row in reader), key=lambda one: one[0])
    if not rows or not (rows[0][1][MEDICINES] or "").strip():
        raise _broken(path, message("regimen-history-first"))
    first = rows[0][0]
    visits = [_visit(path, row, day=(when - first).days) for when, row in rows]
    spells: tuple[Spell, ...] = ()
    for number, (when, row) in enumerate(rows):
        told = (row[MEDICINES] or "").strip()
        if told:
            spells = with_plan(spells, spells_of(told), day=BEFORE if number == 0 else (when - first).days)
    return RegimenHistory(first=first, visits=tuple(visits), spells=spells)


def spells_of(text: str) -> tuple[Spell, ...]:
    """Medicines that are taken, as ``metformin:2000+glimepiride:2``; ``none`` for nothing.

    Raises:
        DataError: a dose is impossible, or something is stopped or begun later.
        NotFoundError: there is no such medicine.
    """
    if text == NOTHING:
        return ()
    treatments = parse_candidate(text)
    if any(one.stopped or one.start_d for one in treatments):
        raise DataError(ErrorCode.INVALID_VALUE, message("regimen-taken-plain", text=text))
    return tuple(
        Spell(medicine=name_of(one.medicine), dose=one.dose, start_d=0, titrated=one.titrated) for one in treatments
    )


def _visit(path: Path, row: dict[str, str], *, day: int) -> Visit:
    value = {name: _number(path, row, name) for name in LIMITS}
    mean = value["mean_glucose_mgdl"]
    return Visit(
        day=day,
        hba1c_pct=value["hba1c_pct"],
        fasting_mmoll=value["fasting_glucose_mmoll"],
        mean_mmoll=None if mean is None else mean / MGDL_PER_MMOLL,
        weight_kg=value["weight_kg"],
    )


def _number(path: Path, row: dict[str, str], name: str) -> float | None:
    text = (row.get(name) or "").strip()
    if not text:
        return None
    low, high = LIMITS[name]
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise _broken(path, message("regimen-history-value", name=name, value=text, low=f"{low:g}", high=f"{high:g}"))
    return value


def _date(path: Path, row: dict[str, str]) -> date:
    try:
        return date.fromisoformat((row[DATE] or "").strip())
    except ValueError as error:
        raise _broken(path, message("regimen-history-date", value=str(row[DATE]))) from error


def _broken(path: Path, why: str) -> DataError:
    return DataError(ErrorCode.INVALID_VALUE, f"{path.name}: {why}", hint=message("regimen-history-hint"))
