"""Laboratory results as a table: a row a result, with columns for time, test, value and unit, in English or German.

Source: the columns that laboratories and portals offer; no file of a person was at hand. A test is told by its name or
its LOINC code and becomes that of the LOINC code for its unit (``data/analytes.csv``): HbA1c in % is another code than
in mmol/mol. Values and units stay as they came, with the unit as UCUM; of a known test an unknown unit is an error,
because a wrong guess would be dangerous. Tests that are not known are kept by their name. Glucose with a time of day
becomes a laboratory reading of glucose, ketones a ketone reading; noon stands for the time of day where there is only
a date. Results that are no numbers (``<5``, ``negative``) cannot be kept as a value and are counted. Names, birth
dates and numbers of patients, in whatever columns, are not read.
"""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.progress import ProgressCallback
from glucotwin.core.unit import MGDL_PER_MMOLL
from glucotwin.domain.glucose import GlucoseKind
from glucotwin.ingest.correction import corrections
from glucotwin.ingest.diary.analyte import analyte_in, analytes, names_of_analytes, ucum_codes
from glucotwin.ingest.format import DataFormat, Imported, ImportOptions
from glucotwin.ingest.left_out import unreadable_rows
from glucotwin.ingest.parse.export_table import find_header, table_below
from glucotwin.ingest.parse.row_time import row_times, unreadable_times
from glucotwin.ingest.parse.table import LINE
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in
from glucotwin.ingest.source import FileHead, read_text

_COLUMNS: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        name: re.compile(rf"^({pattern})$", re.IGNORECASE)
        for name, pattern in (
            (
                "day",
                r"date|date[ /_-]?time|collected|collected (on|at)|sample date|result date|test date"
                r"|(sample |specimen )?collection (date|date[ /]time)|effective(date|datetime)?|timestamp"
                r"|datum|datum[ /]uhrzeit|zeitpunkt|(entnahme|abnahme|untersuchungs|befund|mess)(datum|zeitpunkt)"
                r"|probenahme",
            ),
            ("clock", r"time|uhrzeit|zeit|(sample |specimen )?collection time|(entnahme|abnahme|mess)zeit"),
            ("loinc", r"loinc([ _-]?code)?"),
            (
                "test",
                r"analyte|test|test name|parameter|component|analysis|lab test|marker|biomarker|laborparameter|analyt"
                r"|untersuchung|messgröße|laborwert|bezeichnung|parametername",
            ),
            ("result", r"value|result|result value|test result|numeric result|wert|ergebnis|messwert|resultat"),
            ("unit", r"units?|uom|unit of measure|result units?|einheit|maßeinheit|masseinheit"),
        )
    }
)
_LOINC = r"^\d{1,5}-\d$"
_LONGEST_NAME = 60
_GLUCOSE = "Glucose"
_MGDL_PER_UNIT = {"mg/dL": 1.0, "mmol/L": MGDL_PER_MMOLL, "g/L": 100.0}
_KETONE = "Beta-hydroxybutyrate"


class LabTableFormat(DataFormat):
    """Reads a table of laboratory results."""

    name = "lab-table"
    title = "a table of laboratory results"
    size_limit_bytes = 64 * 1024 * 1024

    def recognise(self, head: FileHead) -> float:
        """Likely when the header has a time, a test, a value and a unit; surer with a LOINC code."""
        header = find_header(head.lines, _is_header)
        if header is None:
            return 0.0
        return 0.9 if "loinc" in _own_names(header.cells) else 0.7

    def read(self, path: Path, *, options: ImportOptions, progress: ProgressCallback) -> Imported:
        """Reads the results.

        Raises:
            DataError: there are no such columns, most times cannot be read, or the zone is not known.
            UnitError: a known test has no unit or one that is not known for it.
        """
        progress("reading the file", 0.0)
        text = read_text(path, limit_bytes=self.size_limit_bytes, title=self.title)
        header = find_header(text.splitlines(), _is_header)
        if header is None:
            raise DataError(
                ErrorCode.MISSING_COLUMN,
                f"{path.name!r} has no columns for date, test, value and unit.",
                hint="Name them Date, Test, Value and Unit in the first line.",
            )
        names = _own_names(header.cells)
        table = table_below(text, header, names=names, wanted=tuple(_COLUMNS), name=path.name)
        rows, findings = _results(table, options.zone, self.title, timed="clock" in names)
        progress("naming tests and units", 0.5)
        known, changed, impossible = _possible(_named(rows))
        sorted_out = _streams(known)
        streams = {name: frame.with_columns(source=pl.lit(self.name)) for name, frame in sorted_out.items()}
        dated = known.filter("is_date")
        uncertain = findings_in(
            dated, FindingCode.UNCERTAIN_TIMES, severity=Severity.INFO, action=Action.KEPT, stream="lab"
        )
        return Imported(
            streams={**streams, "correction": changed.with_columns(source=pl.lit(self.name))},
            findings=(*findings, *uncertain, *impossible),
        )


def _own_names(cells: Sequence[str]) -> list[str | None]:
    """Our name of each column; of two that fit one name, the first."""
    names: list[str | None] = []
    for cell in cells:
        fitting = [name for name, pattern in _COLUMNS.items() if pattern.match(cell.strip()) and name not in names]
        names.append(fitting[0] if fitting else None)
    return names if "day" in names else ["day" if name == "clock" else name for name in names]


def _is_header(cells: tuple[str, ...]) -> bool:
    names = set(_own_names(cells))
    return names >= {"day", "result", "unit"} and not names.isdisjoint({"test", "loinc"})


def _results(
    table: pl.DataFrame, zone: str | None, title: str, *, timed: bool
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Rows with a time, a value and a name of the test."""
    given = table.filter(pl.any_horizontal(pl.col("test", "loinc").is_not_null()) & pl.col("result").is_not_null())
    clock = pl.col("clock").fill_null("") if timed else pl.lit("")
    texts = given.select((pl.col("day") + " " + clock).str.strip_chars().alias("text"))["text"]
    times = row_times(texts, lines=given[LINE], zone=zone, title=title)
    values = written_numbers(given["result"])
    read = given.with_columns(times.time, value=values, is_date=times.is_date)
    placed = read.filter(pl.col("time").is_not_null())
    rows = placed.filter(pl.col("value").is_not_null())
    wordy = unreadable_rows(len(placed) - len(rows), stream="lab")
    return rows, (*unreadable_times(times, blank=int(texts.null_count())), *wordy)


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    """Results with ``name``, ``analyte``, ``ucum``, ``low`` and ``high``; of tests that are not known as they came.

    Raises:
        UnitError: a known test has no unit or one that is not known for it.
    """
    plain = pl.col("test").str.to_lowercase().str.replace_all(r"[\s\x{00a0}]+", " ").str.strip_chars()
    code = pl.col("loinc").str.strip_chars()
    unit = pl.col("unit").fill_null("").str.replace_all(r"[\s\x{00a0}]+", "")
    coded = code.str.contains(_LOINC).fill_null(False)
    named = rows.with_columns(
        name=_looked_up(pl.when(coded).then(code).otherwise(plain), names_of_analytes()),
        own=pl.coalesce(pl.when(coded).then(code), pl.col("test")).str.slice(0, _LONGEST_NAME),
        ucum=_looked_up(unit.str.to_lowercase(), ucum_codes()),
    )
    pairs = named.filter(pl.col("name").is_not_null()).select("name", "ucum").unique().rows()
    meanings = {(name, ucum): analyte_in(name, ucum or "") for name, ucum in pairs}
    _check_units(named, [pair for pair, meaning in meanings.items() if meaning is None])
    table = pl.DataFrame(
        [(name, ucum, one.loinc, one.low, one.high) for (name, ucum), one in meanings.items() if one is not None],
        schema={"name": pl.String, "ucum": pl.String, "code": pl.String, "low": pl.Float64, "high": pl.Float64},
        orient="row",
    )
    joined = named.join(table, on=["name", "ucum"], how="left", maintain_order="left")
    return joined.with_columns(
        analyte=pl.coalesce("code", "own"), unit=pl.coalesce("ucum", pl.col("unit").fill_null(""))
    ).filter(pl.col("analyte").is_not_null())


def _looked_up(text: pl.Expr, known: Mapping[str, str]) -> pl.Expr:
    return text.replace_strict(dict(known), default=None, return_dtype=pl.String)


def _check_units(named: pl.DataFrame, strange: Sequence[tuple[str, str | None]]) -> None:
    """Passes when every known test comes in a unit that is known for it.

    Raises:
        UnitError: one does not; the message says where.
    """
    if not strange:
        return
    name, ucum = strange[0]
    row = named.filter((pl.col("name") == name) & pl.col("ucum").eq_missing(pl.lit(ucum))).row(0, named=True)
    units = ", ".join(unit for one in analytes() if one.name == name for unit in one.units)
    written = row["unit"]
    raise UnitError(
        ErrorCode.UNKNOWN_UNIT if written else ErrorCode.MISSING_UNIT,
        f"{name} in line {row[LINE]} has {f'the unit {written[:20]!r}' if written else 'no unit'}.",
        hint=f"It is read in {units}.",
    )


def _possible(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """Results that can be in their unit; the others as corrections and as a finding."""
    fits = pl.col("value").is_between(pl.col("low"), pl.col("high")).fill_null(True)
    wrong = rows.filter(~fits)
    code = FindingCode.IMPOSSIBLE_VALUES
    changed = corrections(wrong, stream="lab", quantity="value", original="value", corrected=None, code=code)
    return (
        rows.filter(fits),
        changed,
        findings_in(wrong, code, severity=Severity.WARNING, action=Action.DROPPED, stream="lab"),
    )


def _streams(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Glucose and ketones of a time of day as such, everything else as laboratory results."""
    timed = ~pl.col("is_date")
    glucose = timed & pl.col("name").is_in([_GLUCOSE, f"Fasting {_GLUCOSE.lower()}"]).fill_null(False)
    ketone = timed & (pl.col("name") == _KETONE).fill_null(False)
    factor = pl.col("unit").replace_strict(_MGDL_PER_UNIT, default=None, return_dtype=pl.Float64)
    return {
        "glucose": rows.filter(glucose).select(
            "time", glucose_mgdl=pl.col("value") * factor, kind=pl.lit(str(GlucoseKind.LAB))
        ),
        "ketone": rows.filter(ketone).select("time", ketone_mmoll="value"),
        "lab": rows.filter(~glucose & ~ketone).select("time", "analyte", "value", "unit"),
    }
