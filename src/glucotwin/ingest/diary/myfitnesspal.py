"""MyFitnessPal: the Nutrition Summary of a data export, meal by meal; exercise and measurements have no time of day.

Source: headers that several open readers of real exports agree on; no real file was at hand. Shapes: without ``Time``
(a row a meal, today's), and with ``Time`` (a row a food, often blank, as in 10:00 AM); a byte-order mark is sometimes
there. Dates are 2026-09-28, in older files 09/29/2026. ``Fiber`` comes without a unit and is in g, as its neighbours
are; numbers have commas between thousands. Rows of totals may occur. Where the time of day is missing, the usual hour
of the meal stands for it; meals can be renamed by the person, and one whose name says nothing of the hour is passed
over. The Exercise Summary knows days only, and the Measurement Summary has no unit of weight.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.progress import ProgressCallback
from glucotwin.ingest.diary.food_diary import FoodDiary, food_diary, grams_per_unit
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions
from glucotwin.ingest.left_out import passed_over
from glucotwin.ingest.parse.export_table import Header, find_header, table_below
from glucotwin.ingest.parse.written_time import DateOrder
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.source import FileHead, read_text

_NAMES = {
    "date": "day",
    "meal": "meal",
    "time": "clock",
    "carbohydrates": "carbs_g",
    "carbs": "carbs_g",
    "protein": "protein_g",
    "fat": "fat_g",
    "fiber": "fibre_g",
    "fibre": "fibre_g",
}
_WANTED = ("day", "meal", "clock", "carbs_g", "protein_g", "fat_g", "fibre_g")
_NUTRIENTS = _WANTED[3:]
_TOTALS = r"(?i)^\s*(daily |weekly )?totals?\s*$"
_EXERCISE = frozenset({"date", "exercise", "exercise calories", "exercise minutes"})
_MEASUREMENTS = frozenset({"date", "weight", "body fat %", "neck", "waist", "hips"})
_ORDERS = (DateOrder.YEAR_FIRST, DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST)


class MyFitnessPalFormat(DataFormat):
    """Reads a table of a MyFitnessPal export."""

    name = "myfitnesspal"
    title = "a MyFitnessPal export"
    size_limit_bytes = 64 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain by the columns of meals or of exercise; a table of dates and weights may be anybody's."""
        lines = head.lines
        if find_header(lines, _is_nutrition) or find_header(lines, _is_exercise):
            return 1.0
        return 0.3 if find_header(lines[:1], _is_measurement) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads the meals of a Nutrition Summary; of an Exercise Summary it only says that it was passed over.

        Raises:
            DataError: it is neither, most of its days cannot be read, or the zone is not known.
            UnitError: a column has no unit, as the weight of a Measurement Summary.
        """
        progress("reading the file", 0.0)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        lines = text.splitlines()
        exercise = find_header(lines, _is_exercise)
        if exercise is not None:
            rows = sum(bool(line.strip(' ,"\t')) for line in lines[exercise.line + 1 :])
            return Imported(streams={}, findings=passed_over(rows, kinds="exercise without a time of day"))
        header = find_header(lines, _is_nutrition)
        if header is None:
            raise _no_meals(path, lines)
        zone = require_zone(options, title=self.title)
        progress("joining meals", 0.4)
        diary, totals = _read(text, header, path.name, zone, self.title)
        findings = (*diary.findings, *passed_over(totals, kinds="totals"))
        return Imported(streams=diary.streams(self.name), findings=findings)


def _read(text: str, header: Header, name: str, zone: str, title: str) -> tuple[FoodDiary, int]:
    """The meals, and how many rows of totals there are."""
    own = [_own_name(cell) for cell in header.cells]
    names = [one if one is None or one not in own[:place] else None for place, one in enumerate(own)]
    cells = {one: cell for one, cell in zip(names, header.cells, strict=True) if one}
    table = table_below(text, header, names=names, wanted=_WANTED, name=name)
    is_total = pl.any_horizontal(pl.col("day", "meal").str.contains(_TOTALS).fill_null(False))
    rows = table.filter(~is_total)
    factors = {
        one: grams_per_unit(cells[one], without=1.0 if one == "fibre_g" else None) for one in _NUTRIENTS if one in cells
    }
    return food_diary(rows, factors, zone=zone, title=title, orders=_ORDERS), len(table) - len(rows)


def _own_name(cell: str) -> str | None:
    return _NAMES.get(cell.partition("(")[0].strip().lower())


def _lower(cells: Sequence[str]) -> set[str]:
    return {cell.lower() for cell in cells}


def _is_nutrition(cells: tuple[str, ...]) -> bool:
    named = {_own_name(cell) for cell in cells}
    return named.issuperset({"day", "meal", "carbs_g"}) and "calories" in {
        cell.partition("(")[0].strip().lower() for cell in cells
    }


def _is_exercise(cells: tuple[str, ...]) -> bool:
    return _lower(cells) >= _EXERCISE


def _is_measurement(cells: tuple[str, ...]) -> bool:
    lower = _lower(cells)
    return cells[:1] == ("Date",) and "weight" in lower and lower <= _MEASUREMENTS


def _no_meals(path: Path, lines: Sequence[str]) -> DataError | UnitError:
    if find_header(lines[:1], _is_measurement):
        return UnitError(
            ErrorCode.MISSING_UNIT,
            f"{path.name!r} holds weights but does not say whether they are in kg or in lb.",
            hint="Say the weight yourself: --weight-kg 70.",
        )
    return DataError(
        ErrorCode.MISSING_COLUMN,
        f"{path.name!r} has no columns Date, Meal, Calories and Carbohydrates (g).",
        hint="Give the file Nutrition-Summary of the export.",
    )
