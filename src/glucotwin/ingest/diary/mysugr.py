"""mySugr: the logbook's CSV, in English or German.

Source: headers and readers of real exports in open projects; no real file was at hand. Dates are written as the phone
writes them: ``Jan 09, 2022``, ``25.06.2019``, ``2022-01-09``, with a column for the time and, today, one for the
offset (``GMT+02:00``); rows without an offset are local times of the given zone. Units stand in the header: of
glucose, of weight, of HbA1c, and of carbohydrate as a factor (``Grams, Factor 1``; ``Broteinheiten, Faktor 12``).
Trap: the units of pen or pump are the whole dose, of which the columns for meal and correction are the parts: each
dose counts once. Basal injections are long-acting insulin. Temporary basal rates are shares of an unknown profile,
steps without a duration have no time: both are passed over, as are blood pressure and medicines in words. Places are
not read at all.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.progress import ProgressCallback
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.domain.insulin import DosePurpose
from glucotwin.domain.observation import NoteKind
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions
from glucotwin.ingest.health.sport import activity_type_of
from glucotwin.ingest.left_out import passed_over, unreadable_rows
from glucotwin.ingest.parse.export_table import Header, find_header, table_below
from glucotwin.ingest.parse.glucose_column import METER_RANGE, glucose_readings, unit_in_header
from glucotwin.ingest.parse.glucose_wording import converted, english_words
from glucotwin.ingest.parse.row_time import row_times, unreadable_times
from glucotwin.ingest.parse.table import LINE
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.quality import Finding
from glucotwin.ingest.source import FileHead, read_text

_COLUMNS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        name: re.compile(pattern, re.IGNORECASE)
        for name, pattern in (
            ("date", r"^(date|datum)$"),
            ("clock", r"^(time|zeit|uhrzeit)$"),
            ("offset", r"^(time ?zone|zeitzone)$"),
            ("tags", r"^(tags|markierungen)$"),
            ("glucose", r"^(blood (sugar|glucose) measurement|blutzuckermessung)"),
            ("pen_u", r"^(insulin injection units|bolusinjektionseinheiten|insulininjektionseinheiten) ?\(pen\)"),
            ("pump_u", r"^(insulin injection units|bolusinjektionseinheiten|insulininjektionseinheiten) ?\(pump"),
            ("long_u", r"^(basal injection units|basalinjektionseinheiten)"),
            ("meal_u", r"^(insulin|bolus) ?\((meal|mahlzeit)\)"),
            ("correction_u", r"^(insulin|bolus) ?\((correction|korrektur)\)"),
            ("temporary", r"^(temporary basal percentage|temporäre(r)? basal\S* ?\(?prozent|temporäre basalrate \(%)"),
            ("carbs", r"^(meal carbohydrates|mahlzeitkohlenhydrate|mahlzeit-kohlenhydrate)"),
            ("meal_note", r"^(meal descriptions?|mahlzeit(en)?beschreibung(en)?)"),
            ("duration_min", r"^(activity duration|aktivitätsdauer) ?\((minutes|minuten)"),
            ("intensity", r"^(activity intensity|aktivitätsintensität)"),
            ("sport", r"^(activity description|aktivitätsbeschreibung)"),
            ("steps", r"^(steps|schritte)$"),
            ("note", r"^(note|notes|notiz|notizen)$"),
            ("pressure", r"^(blood pressure|blutdruck)"),
            ("weight", r"^(body weight|körpergewicht|gewicht)"),
            ("hba1c", r"^hba1c"),
            ("ketone", r"^(ketones|ketone)"),
            ("food", r"^(food type|art der nahrung|nahrungsmittelart)"),
            ("medication", r"^(medication|medikamente|medikation)"),
        )
    }
)
_NEEDED = frozenset({"date", "clock", "glucose", "long_u"})
_DOSES = ("pen_u", "pump_u", "long_u", "meal_u", "correction_u")
_NUMBERS = (*_DOSES, "carbs", "duration_min", "intensity", "steps", "weight", "hba1c")
_FACTOR = re.compile(r"(?:factor|faktor)\s*(\d+(?:[.,]\d+)?)", re.IGNORECASE)
_UNIT = re.compile(r"\(([^()]*)\)\s*$")
INTENSITY_FRACTION = {1.0: 0.41, 2.0: 0.55, 3.0: 0.77}
"""Middle of the ranges of light, moderate and vigorous exercise, as shares of maximal oxygen uptake (Garber 2011)."""
_WEIGHT_UNITS = {"kg": "kg", "lbs": "[lb_av]", "lb": "[lb_av]"}
_HBA1C_UNITS = {
    "percent": ("4548-4", "%"),
    "prozent": ("4548-4", "%"),
    "%": ("4548-4", "%"),
    "mmol/mol": ("59261-8", "mmol/mol"),
}
"""LOINC code and UCUM unit of HbA1c (NGSP, IFCC)."""
_WEIGHT_LOINC = "29463-7"
_TAGS = (
    (NoteKind.ILLNESS, r"(?i)\b(sick|ill|krank|fever|fieber)\b"),
    (NoteKind.STRESS, r"(?i)\b(stress\w*|gestresst)\b"),
    (NoteKind.ALCOHOL, r"(?i)\b(alcohol|alkohol|party)\b"),
    (NoteKind.CYCLE, r"(?i)\b(pms|period|menstruation|periode)\b"),
    (NoteKind.TRAVEL, r"(?i)\b(travel\w*|reise\w*|vacation|urlaub)\b"),
)


class MySugrFormat(DataFormat):
    """Reads a mySugr logbook."""

    name = "mysugr"
    title = "a mySugr export"
    size_limit_bytes = 256 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Certain when the header has mySugr's names of glucose and basal injections."""
        return 1.0 if find_header(head.lines, _is_header) else 0.0

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads a logbook.

        Raises:
            DataError: it has no such header, most times cannot be read, or the zone of local times is not known.
            UnitError: the header does not say the unit of glucose, carbohydrate, weight or HbA1c that the rows hold.
        """
        progress("reading the file", 0.0)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        header = find_header(text.splitlines(), _is_header)
        if header is None:
            raise DataError(
                ErrorCode.MISSING_COLUMN,
                f"{path.name!r} has no header of mySugr in English or German.",
                hint="Export the logbook as CSV again, with the app in English.",
            )
        rows, cells, findings = self._rows(text, header, path.name, options)
        progress("sorting out rows", 0.5)
        glucose, glucose_findings = _glucose(rows, cells)
        streams = {
            "glucose": glucose,
            **_doses(rows),
            "meal": _meals(rows, cells),
            "activity": _activities(rows),
            "note": _notes(rows),
            "lab": _laboratory(rows, cells),
            "ketone": _ketones(rows, cells),
        }
        return Imported(
            streams={name: frame.with_columns(source=pl.lit(self.name)) for name, frame in streams.items()},
            findings=(*findings, *glucose_findings, *_left_out(rows, cells)),
        )

    def _rows(
        self, text: str, header: Header, name: str, options: ImportOptions
    ) -> tuple[pl.DataFrame, Mapping[str, str], tuple[Finding, ...]]:
        """Rows with ``time``, texts and numbers under names of our own; the header's cells by these names."""
        names = _own_names(header.cells)
        cells = {own: cell for own, cell in zip(names, header.cells, strict=True) if own}
        table = table_below(text, header, names=names, wanted=tuple(_COLUMNS), name=name)
        texts = table.select((pl.col("date") + " " + pl.col("clock")).alias("text"))["text"]
        times = row_times(
            texts, lines=table[LINE], zone=options.zone, title=self.title, offsets=table["offset"].fill_null("")
        )
        numbers = {column: written_numbers(table[column]) for column in _NUMBERS}
        wrong = sum(int((table[column].is_not_null() & values.is_null()).sum()) for column, values in numbers.items())
        rows = table.with_columns(times.time, **numbers).filter(pl.col("time").is_not_null())
        findings = (*unreadable_times(times, blank=int(texts.null_count())), *unreadable_rows(wrong))
        return rows, cells, findings


def _own_names(cells: Sequence[str]) -> list[str | None]:
    """Our name of each column; of two that fit one name, the first."""
    names: list[str | None] = []
    for cell in cells:
        own = next((name for name, pattern in _COLUMNS.items() if pattern.search(cell)), None)
        names.append(own if own not in names else None)
    return names


def _is_header(cells: tuple[str, ...]) -> bool:
    return set(_own_names(cells)) >= _NEEDED


def _glucose(rows: pl.DataFrame, cells: Mapping[str, str]) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    unit = unit_in_header(cells["glucose"])
    texts = rows.select("time", text=english_words(rows["glucose"]))
    frame, unread = glucose_readings(texts, "text", unit=unit, kind=GlucoseKind.FINGERSTICK, measuring=METER_RANGE)
    return frame, (*unreadable_rows(unread, stream="glucose"), *converted(frame, unit))


def _doses(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Each dose once: the whole of pen or pump, or the sum of its parts where the whole is blank."""
    parts = pl.sum_horizontal(pl.col("meal_u", "correction_u").fill_null(0.0))
    whole = pl.sum_horizontal(pl.col("pen_u", "pump_u").fill_null(0.0))
    alone = (whole == 0.0) & (parts > 0)
    purpose = (
        pl.when(pl.col("meal_u") > 0)
        .then(pl.lit(str(DosePurpose.MEAL)))
        .when(pl.col("correction_u") > 0)
        .then(pl.lit(str(DosePurpose.CORRECTION)))
        .otherwise(pl.lit(str(DosePurpose.UNKNOWN)))
    )
    doses = rows.with_columns(purpose=purpose, rapid_u=pl.when(alone).then(parts).otherwise("pen_u"))
    rapid = doses.filter(pl.col("rapid_u") > 0).select("time", "purpose", insulin_u="rapid_u", product=pl.lit("rapid"))
    long = doses.filter(pl.col("long_u") > 0).select(
        "time", purpose=pl.lit(str(DosePurpose.BASAL)), insulin_u="long_u", product=pl.lit("long")
    )
    return {
        "pen": pl.concat([rapid, long]),
        "bolus": doses.filter(pl.col("pump_u") > 0).select("time", "purpose", insulin_u="pump_u"),
    }


def _meals(rows: pl.DataFrame, cells: Mapping[str, str]) -> pl.DataFrame:
    eaten = rows.filter(pl.col("carbs") > 0)
    grams = _grams(cells["carbs"]) if len(eaten) else 1.0
    note = pl.coalesce("meal_note", "food", pl.lit(""))
    return eaten.select("time", carbs_g=pl.col("carbs") * grams, note=note)


def _grams(column: str) -> float:
    """Grams in one unit of carbohydrate, which the header names as a factor.

    Raises:
        UnitError: it does not.
    """
    factor = _FACTOR.search(column)
    if factor is None:
        raise UnitError(
            ErrorCode.MISSING_UNIT,
            f"The column {column!r} does not say how many grams of carbohydrate its unit is.",
            hint="Set carbohydrate to grams in mySugr and export again.",
        )
    return float(factor.group(1).replace(",", "."))


def _activities(rows: pl.DataFrame) -> pl.DataFrame:
    done = rows.filter(pl.col("duration_min") > 0)
    sports = done["sport"].fill_null("")
    kinds = {name: str(activity_type_of(name)) for name in sports.unique().to_list()}
    return done.select(
        "time",
        "duration_min",
        "steps",
        activity_type=sports.replace_strict(kinds, default="unknown", return_dtype=pl.String),
        intensity_fraction=pl.col("intensity").replace_strict(
            INTENSITY_FRACTION, default=None, return_dtype=pl.Float64
        ),
        note=sports,
    )


def _notes(rows: pl.DataFrame) -> pl.DataFrame:
    """What the person wrote, and tags of illness, stress, alcohol, cycle and travel."""
    written = rows.filter(pl.col("note").is_not_null()).select("time", kind=pl.lit(str(NoteKind.NOTE)), text="note")
    tagged = [
        rows.filter(pl.col("tags").str.contains(pattern)).select(
            "time", kind=pl.lit(str(kind)), text=pl.col("tags").str.extract(pattern, 1)
        )
        for kind, pattern in _TAGS
    ]
    return pl.concat([written, *tagged])


def _laboratory(rows: pl.DataFrame, cells: Mapping[str, str]) -> pl.DataFrame:
    """HbA1c and body weight, in the units of the header."""
    frames = [rows.select("time", analyte=pl.lit(""), value=pl.lit(0.0), unit=pl.lit("")).clear()]
    for column, known in (("hba1c", _HBA1C_UNITS), ("weight", _WEIGHT_UNITS)):
        measured = rows.filter(pl.col(column) > 0)
        if measured.is_empty():
            continue
        meaning = known.get(_unit_of(cells[column]).lower())
        if meaning is None:
            raise UnitError(
                ErrorCode.UNKNOWN_UNIT,
                f"The column {cells[column]!r} names none of the units {', '.join(known)}.",
                hint="Export the logbook again; do not change its header.",
            )
        analyte, unit = meaning if isinstance(meaning, tuple) else (_WEIGHT_LOINC, meaning)
        frames.append(measured.select("time", analyte=pl.lit(analyte), value=column, unit=pl.lit(unit)))
    return pl.concat(frames)


def _ketones(rows: pl.DataFrame, cells: Mapping[str, str]) -> pl.DataFrame:
    values = rows.with_columns(ketone_mmoll=written_numbers(rows["ketone"]))
    measured = values.filter(pl.col("ketone_mmoll").is_not_null()).select("time", "ketone_mmoll")
    return measured if _is_molar(cells) else measured.clear()


def _is_molar(cells: Mapping[str, str]) -> bool:
    return _unit_of(cells.get("ketone", "")).lower() == "mmol/l"


def _unit_of(column: str) -> str:
    found = _UNIT.search(column)
    return found.group(1).strip() if found else ""


def _left_out(rows: pl.DataFrame, cells: Mapping[str, str]) -> tuple[Finding, ...]:
    """What the logbook holds that is not used."""
    steps = rows.filter((pl.col("steps") > 0) & ~(pl.col("duration_min") > 0).fill_null(False))
    count = partial(_filled, rows)
    ketones = 0 if _is_molar(cells) else count("ketone")
    return tuple(
        finding
        for number, kinds in (
            (count("temporary"), "temporary basal rates in percent of an unknown profile"),
            (len(steps), "steps without a duration"),
            (count("pressure"), "blood pressure"),
            (count("medication"), "medicines in words"),
            (ketones, "ketones without a unit"),
        )
        for finding in passed_over(number, kinds=kinds)
    )


def _filled(rows: pl.DataFrame, column: str) -> int:
    return len(rows) - rows[column].null_count()
