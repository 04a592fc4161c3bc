"""A person's visits from a table: what was measured, and what was taken from then on."""

import csv
import io
from collections.abc import Sequence
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
class VisitRow:
    """A visit as people write it; None where nothing was measured or told.

    Attributes:
        on: its day.
        medicines: what is taken from then on, as ``metformin:2000+glimepiride:2``; ``none`` for nothing, None for as
            before.
        hba1c_pct: HbA1c.
        fasting_glucose_mmoll: fasting plasma glucose.
        mean_glucose_mgdl: mean glucose by a sensor.
        weight_kg: body weight.
    """

    on: date
    medicines: str | None = None
    hba1c_pct: float | None = None
    fasting_glucose_mmoll: float | None = None
    mean_glucose_mgdl: float | None = None
    weight_kg: float | None = None

    def visit(self, first: date) -> Visit:
        """What was measured, as the twin knows it; days count from the first visit."""
        mean = self.mean_glucose_mgdl
        return Visit(
            day=(self.on - first).days,
            hba1c_pct=self.hba1c_pct,
            fasting_mmoll=self.fasting_glucose_mmoll,
            mean_mmoll=None if mean is None else mean / MGDL_PER_MMOLL,
            weight_kg=self.weight_kg,
        )


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
    rows = sorted((_row(path, row) for row in reader), key=lambda one: one.on)
    if not rows or rows[0].medicines is None:
        raise _broken(path, message("regimen-history-first"))
    return history_of(rows)


def history_of(rows: Sequence[VisitRow]) -> RegimenHistory:
    """Visits and what was taken from rows in order; the first one says what had been taken before it, too.

    Raises:
        DataError: there is no row, the first one does not say what is taken, or a dose is impossible.
        NotFoundError: there is no such medicine.
    """
    if not rows or rows[0].medicines is None:
        raise DataError(ErrorCode.INVALID_VALUE, message("regimen-history-first"), hint=message("regimen-history-hint"))
    first = rows[0].on
    spells: tuple[Spell, ...] = ()
    for number, row in enumerate(rows):
        if row.medicines is not None:
            day = BEFORE if number == 0 else (row.on - first).days
            spells = with_plan(spells, spells_of(row.medicines), day=day)
    return RegimenHistory(first=first, visits=tuple(row.visit(first) for row in rows), spells=spells)


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


def _row(path: Path, row: dict[str, str]) -> VisitRow:
    medicines = (row[MEDICINES] or "").strip() or None
    return VisitRow(on=_date(path, row), medicines=medicines, **{name: _number(path, row, name) for name in LIMITS})


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
