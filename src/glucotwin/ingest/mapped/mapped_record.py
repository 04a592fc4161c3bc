"""Rows of a table as the records that a mapping file describes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from glucotwin.domain.glucose import Censoring
from glucotwin.ingest.left_out import unreadable_rows
from glucotwin.ingest.mapped.mapping_file import Condition, FieldSource, RecordDescription, is_number, words_of
from glucotwin.ingest.mapped.mapping_unit import CLOCK_UNITS, UNITS
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

_CLOCK = r"^(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2}(?:[.,]\d+)?)$"
_THOUSANDS_BEFORE_POINT = r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$"
_THOUSANDS_BEFORE_COMMA = r"^[+-]?\d{1,3}(?:\.\d{3})+(?:,\d+)?$"


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedRecords:
    """Records of one description.

    Attributes:
        frame: columns of the record.
        used: per row of the table, whether it was about these records, readable or not.
        findings: what was converted or left out.
    """

    frame: pl.DataFrame
    used: pl.Series
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Values:
    """One field: its values, where there was a cell that cannot be read, and where there was a cell at all."""

    values: pl.Series
    wrong: pl.Series
    given: pl.Series


def mapped_records(
    rows: pl.DataFrame, record: RecordDescription, names: Mapping[str, str], *, decimal_comma: bool
) -> MappedRecords:
    """The records of the rows that fulfil a description's conditions; what cannot be read is left out and counted.

    A row is about a record when a cell of one of its required fields is filled.

    Args:
        rows: texts, and ``__time`` in UTC.
        record: the description.
        names: names of the columns in ``rows`` by those of the file.
        decimal_comma: how numbers are written.
    """
    chosen = rows.select(_fulfilled(record.where, names) & pl.col("__time").is_not_null()).to_series()
    read = {name: _values(rows, record, name, names, decimal_comma) for name in record.fields}
    of_columns = [name for name, source in record.fields.items() if source.column is not None]
    telling = [name for name in of_columns if name in record.required] or of_columns
    used = chosen & _any([read[name].given for name in telling], len(rows)) if telling else chosen
    blank = [read[name].values.is_null() for name in record.required]
    wrong = _any([one.wrong for one in read.values()] + blank, len(rows))
    table = pl.DataFrame({"time": rows["__time"], **{name: one.values for name, one in read.items()}})
    if "glucose_mgdl" in record.fields and "censoring" not in record.fields:
        table = table.with_columns(censoring=_censoring(rows, record.fields["glucose_mgdl"], names))
    wrong |= _unlasting(table)
    defaults = {
        name: value if isinstance(value, (int, float)) else str(value)
        for name, value in record.defaults.items()
        if name in table.columns and value is not None
    }
    filled = table.with_columns(pl.col(name).fill_null(value) for name, value in defaults.items())
    frame = filled.filter(used & ~wrong)
    unread = unreadable_rows(int((used & wrong).sum()), stream=record.stream)
    return MappedRecords(frame=frame, used=used, findings=(*unread, *_converted(frame, record)))


def _any(masks: Sequence[pl.Series], length: int) -> pl.Series:
    """Where any of the masks is true."""
    found = pl.Series("any", [False] * length)
    for mask in masks:
        found |= mask
    return found


def _fulfilled(conditions: tuple[Condition, ...], names: Mapping[str, str]) -> pl.Expr:
    return pl.all_horizontal(pl.lit(True), *(_fulfils(one, pl.col(names[one.column])) for one in conditions))


def _fulfils(condition: Condition, cell: pl.Expr) -> pl.Expr:
    if condition.blank is not None:
        return cell.is_null() if condition.blank else cell.is_not_null()
    text = cell.fill_null("").str.strip_chars().str.to_lowercase()
    if condition.contains is not None:
        return text.str.contains(condition.contains.lower(), literal=True)
    if condition.equals is not None:
        return text.is_in([one.strip().lower() for one in condition.equals])
    return ~text.is_in([one.strip().lower() for one in condition.differs or ()])


def _values(
    rows: pl.DataFrame, record: RecordDescription, name: str, names: Mapping[str, str], decimal_comma: bool
) -> _Values:
    source = record.fields[name]
    number = is_number(record.stream, name)
    factor = UNITS[name][source.unit] if name in UNITS and source.unit is not None else 1.0
    nowhere = pl.Series("nowhere", [False] * len(rows))
    if source.column is None:
        value = float(source.value or 0.0) * factor if number else source.value
        return _Values(values=pl.Series(name, [value] * len(rows)), wrong=nowhere, given=nowhere)
    cells = rows[names[source.column]].str.strip_chars()
    given = cells.is_not_null()
    if not number:
        texts = _texts(cells, source, words_of(record.stream, name))
        return _Values(values=texts.alias(name), wrong=given & texts.is_null(), given=given)
    plain = _translated(cells, source, others_stay=True)
    if source.unit is not None and source.unit in CLOCK_UNITS:
        values = _clock_minutes(plain, parts=CLOCK_UNITS[source.unit], seconds=source.unit == "mm:ss")
    else:
        values = _numbers(plain, decimal_comma=decimal_comma) * factor
    values = _bounded(values, cells, source, factor)
    return _Values(values=values.alias(name), wrong=given & values.is_null(), given=given)


def _texts(cells: pl.Series, source: FieldSource, known: tuple[str, ...]) -> pl.Series:
    """Texts by their meanings; null where there is none."""
    if source.words or source.otherwise is not None:
        return _translated(cells, source, others_stay=False)
    if not known:
        return cells
    lower = cells.str.to_lowercase()
    return lower.set(~lower.is_in(list(known)).fill_null(False), None)


def _translated(cells: pl.Series, source: FieldSource, *, others_stay: bool) -> pl.Series:
    """Cells as their words say; others stay or are what ``otherwise`` says, blank ones are blank."""
    if not source.words and source.otherwise is None:
        return cells
    lower = cells.str.to_lowercase()
    meanings = {word.strip().lower(): meaning for word, meaning in source.words.items()}
    found = lower.replace_strict(meanings, default=None, return_dtype=pl.String)
    others = cells if others_stay else pl.Series([source.otherwise] * len(cells), dtype=pl.String)
    return found.zip_with(found.is_not_null(), others.set(cells.is_null(), None))


def _numbers(texts: pl.Series, *, decimal_comma: bool) -> pl.Series:
    """Finite numbers; null where a text is none as the file writes them."""
    mark, between = (",", ".") if decimal_comma else (".", ",")
    pattern = _THOUSANDS_BEFORE_COMMA if decimal_comma else _THOUSANDS_BEFORE_POINT
    grouped = texts.str.contains(pattern).fill_null(False)
    plain = texts.str.replace_all(between, "", literal=True).zip_with(grouped, texts)
    strange = plain.str.contains(between, literal=True).fill_null(False)
    values = plain.set(strange, None).str.replace(mark, ".", literal=True).cast(pl.Float64, strict=False)
    return values.set(~values.is_finite().fill_null(True), None)


def _clock_minutes(texts: pl.Series, *, parts: int, seconds: bool) -> pl.Series:
    """Minutes of ``hh:mm:ss``, ``hh:mm`` or ``mm:ss``."""
    first, second = texts.str.extract(_CLOCK, 1).cast(pl.Float64), texts.str.extract(_CLOCK, 2).cast(pl.Float64)
    third = texts.str.extract(_CLOCK, 3).str.replace(",", ".", literal=True).cast(pl.Float64)
    if parts == 3:
        return first * 60.0 + second + third / 60.0
    minutes = second + third / 60.0 if seconds else second * 60.0 + third
    return minutes.set(first.is_not_null(), None)


def _is_word(cells: pl.Series, words: tuple[str, ...]) -> pl.Series:
    return cells.str.to_lowercase().is_in([word.strip().lower() for word in words]).fill_null(False)


def _bounded(values: pl.Series, cells: pl.Series, source: FieldSource, factor: float) -> pl.Series:
    """Values with the ends of the device's range where words stand for what is beyond."""
    for bound in (source.low, source.high):
        if bound is not None:
            values = values.set(_is_word(cells, bound.words), bound.at * factor)
    return values


def _censoring(rows: pl.DataFrame, source: FieldSource, names: Mapping[str, str]) -> pl.Series:
    censoring = pl.Series("censoring", [str(Censoring.NONE)] * len(rows))
    if source.column is None:
        return censoring
    cells = rows[names[source.column]].str.strip_chars()
    for bound, word in ((source.low, Censoring.LOW), (source.high, Censoring.HIGH)):
        if bound is not None:
            censoring = censoring.set(_is_word(cells, bound.words), str(word))
    return censoring


def _unlasting(table: pl.DataFrame) -> pl.Series:
    """Extended parts of boluses that do not say how long they ran."""
    if "extended_u" not in table.columns:
        return pl.Series("unlasting", [False] * len(table))
    endless = (pl.col("extended_u") > 0) & ~(pl.col("extended_min") >= 1.0).fill_null(False)
    return table.select(endless.fill_null(False).alias("unlasting"))["unlasting"]


def _converted(frame: pl.DataFrame, record: RecordDescription) -> tuple[Finding, ...]:
    """One finding per field that came in another unit than its own."""
    found: list[Finding] = []
    for name, source in record.fields.items():
        if source.column is None or source.unit is None or UNITS[name][source.unit] == 1.0:
            continue
        concerned = frame.filter(pl.col(name).is_not_null())
        code, severity, action = FindingCode.UNITS_CONVERTED, Severity.INFO, Action.KEPT
        found += findings_in(concerned, code, severity=severity, action=action, stream=record.stream, unit=source.unit)
    return tuple(found)
