"""Cronometer: the export "Food & Recipe Entries" (``servings.csv``), a row a food.

Source: headers that several open readers agree on; no real file was at hand. ``Day`` is 2024-01-15; ``Time`` (9:15 AM
or 09:15) exists for subscribers only and may be blank or absent; ``Group`` is the meal, ``Uncategorized`` where the
person did not sort. Nutrients name their unit; blank ones are none. Foods of a day, group and time are one meal.
Without a time of day the usual hour of the group stands for it; foods that are neither timed nor sorted are passed
over. ``Carbs (g)`` counts fibre in, as American labels do. ``Alcohol (g)`` becomes a drink.
"""

from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.ingest.diary.food_diary import food_diary, grams_per_unit
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions
from glucotwin.ingest.parse.export_table import find_header, table_below
from glucotwin.ingest.parse.zone import require_zone
from glucotwin.ingest.source import FileHead, read_text

_NAMES = {
    "day": "day",
    "time": "clock",
    "group": "meal",
    "carbs": "carbs_g",
    "protein": "protein_g",
    "fat": "fat_g",
    "fiber": "fibre_g",
    "alcohol": "alcohol_g",
}
_WANTED = tuple(_NAMES.values())
_NUTRIENTS = _WANTED[3:]
_SERVINGS = frozenset({"day", "group", "food name", "amount"})


class CronometerFormat(DataFormat):
    """Reads the food entries of a Cronometer export."""

    name = "cronometer"
    title = "a Cronometer export of food entries"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain by the columns."""
        return 1.0 if find_header(head.lines, _is_servings) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads meals and drinks.

        Raises:
            DataError: there are no such columns, most days cannot be read, or the zone is not known.
            UnitError: a nutrient has no unit, or one that is no mass.
        """
        progress("reading the file", 0.0)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        header = find_header(text.splitlines(), _is_servings)
        own = [] if header is None else [_NAMES.get(_plain(cell)) for cell in header.cells]
        if header is None or "carbs_g" not in own:
            raise DataError(
                ErrorCode.MISSING_COLUMN,
                f"{path.name!r} has no columns Day, Group, Food Name, Amount and Carbs (g).",
                hint="Export 'Food & Recipe Entries' from Cronometer.",
            )
        zone = require_zone(options, title=self.title)
        names = [one if one is None or one not in own[:place] else None for place, one in enumerate(own)]
        table = table_below(text, header, names=names, wanted=_WANTED, name=path.name)
        factors = {
            one: grams_per_unit(cell) for one, cell in zip(names, header.cells, strict=True) if one in _NUTRIENTS
        }
        progress("joining foods to meals", 0.4)
        diary = food_diary(table, factors, zone=zone, title=self.title)
        return Imported(streams=diary.streams(self.name), findings=diary.findings)


def _plain(cell: str) -> str:
    return cell.partition("(")[0].strip().lower()


def _is_servings(cells: tuple[str, ...]) -> bool:
    plain = {_plain(cell) for cell in cells}
    return plain >= _SERVINGS and "energy" in plain
