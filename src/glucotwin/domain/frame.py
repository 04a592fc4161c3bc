"""Records as columns: one table per kind of record, its schema read off the record's fields."""

import types
import typing
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import TypeVar

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.activity import Activity, HeartRate, HeartRateVariability, Sleep
from glucotwin.domain.condition import AlcoholIntake, Condition
from glucotwin.domain.correction import Correction
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus, PenDose
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import (
    DeviceEvent,
    KetoneReading,
    LabResult,
    MedicationDose,
    Note,
    PatientReportedOutcome,
)
from glucotwin.domain.record import Record

if typing.TYPE_CHECKING:
    from polars import DataType, Schema
else:
    # The run-time type checks of the tests cannot name polars' data types.
    DataType = Schema = object

AnyRecord = TypeVar("AnyRecord", bound=Record)

STREAMS: dict[str, type[Record]] = {
    "glucose": GlucoseReading,
    "bolus": Bolus,
    "basal": BasalSegment,
    "pen": PenDose,
    "meal": Meal,
    "alcohol": AlcoholIntake,
    "activity": Activity,
    "heart_rate": HeartRate,
    "heart_rate_variability": HeartRateVariability,
    "sleep": Sleep,
    "condition": Condition,
    "medication": MedicationDose,
    "lab": LabResult,
    "ketone": KetoneReading,
    "note": Note,
    "device": DeviceEvent,
    "outcome": PatientReportedOutcome,
    "correction": Correction,
}
"""Every kind of record by its stream's name: a new kind is one record class and one line here."""

TIME_TYPE = pl.Datetime("us", "UTC")

_COLUMN_TYPES: dict[type, DataType] = {
    datetime: TIME_TYPE,
    float: pl.Float64(),
    int: pl.Int64(),
    bool: pl.Boolean(),
    str: pl.String(),
}


@cache
def stream_of(kind: type[Record]) -> str:
    """The stream's name of a kind of record."""
    return next(name for name, candidate in STREAMS.items() if candidate is kind)


@cache
def schema_of(kind: type[Record]) -> Schema:
    """Column names and types of a kind of record, in the order of its fields."""
    hints = typing.get_type_hints(kind)
    return pl.Schema({field.name: _column_type(hints[field.name]) for field in fields(kind)})


def empty_frame(kind: type[Record]) -> pl.DataFrame:
    """A table of the kind without rows."""
    return pl.DataFrame(schema=schema_of(kind))


def frame_from_records(kind: type[AnyRecord], records: Iterable[AnyRecord]) -> pl.DataFrame:
    """A table of the kind, sorted by time (stable), one row per record."""
    names = [field.name for field in fields(kind)]
    rows = [tuple(_plain(getattr(record, name)) for name in names) for record in records]
    return pl.DataFrame(rows, schema=schema_of(kind), orient="row").sort("time", maintain_order=True)


def records_from_frame(kind: type[AnyRecord], frame: pl.DataFrame) -> Iterator[AnyRecord]:
    """The records of a table, in its order."""
    enums = {name: hint for name, hint in typing.get_type_hints(kind).items() if _is_enum(hint)}
    for row in frame.iter_rows(named=True):
        yield kind(**{name: enums[name](value) if name in enums else value for name, value in row.items()})


def conform_frame(kind: type[Record], frame: pl.DataFrame) -> pl.DataFrame:
    """The table with the kind's exact columns and types, sorted by time; absent optional columns are filled.

    Raises:
        DataError: a required column is absent, an unknown one present, or a value does not convert.
    """
    schema = schema_of(kind)
    unknown = [name for name in frame.columns if name not in schema]
    if unknown:
        raise DataError(ErrorCode.INVALID_VALUE, f"Stream '{stream_of(kind)}' has unknown columns {unknown}.")
    defaults = {field.name: field.default for field in fields(kind)}
    columns: list[pl.Expr] = []
    for name, column_type in schema.items():
        if name in frame.columns:
            columns.append(pl.col(name).cast(column_type))
        elif isinstance(defaults[name], (float, int, str, types.NoneType)):
            columns.append(pl.lit(_plain(defaults[name]), dtype=column_type).alias(name))
        else:
            raise DataError(ErrorCode.MISSING_COLUMN, f"Stream '{stream_of(kind)}' lacks the column '{name}'.")
    try:
        conformed = _by_time(frame.select(columns))
    except pl.exceptions.PolarsError as error:
        raise DataError(ErrorCode.INVALID_VALUE, f"Stream '{stream_of(kind)}': {error}") from error
    _check_values(kind, conformed)
    return conformed


def in_one_order(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows sorted by time, and by everything else where times are equal, so that equal rows are neighbours.

    Comparing whole rows only where times are equal needs a fraction of the memory of a sort by all columns.
    """
    by_time = _by_time(frame)
    same = (by_time["time"] == by_time["time"].shift(1)).fill_null(False)
    if not same.any():
        return by_time
    tied = same | same.shift(-1, fill_value=False)
    others = [name for name in frame.columns if name != "time"]
    ties = by_time.filter(tied).sort(["time", *others], nulls_last=True)
    return ties if tied.all() else _by_time(pl.concat([by_time.filter(~tied), ties]))


def _by_time(frame: pl.DataFrame) -> pl.DataFrame:
    """Sorted by time, rows of one time in their order; what is sorted is not copied."""
    return frame if frame["time"].is_sorted() else frame.sort("time", maintain_order=True)


def is_repeat(frame: pl.DataFrame) -> pl.Series:
    """Which rows of a table equal the row before, of which all columns count; the rows are ``in_one_order``."""
    same = [pl.col(name).eq_missing(pl.col(name).shift(1)) for name in frame.columns]
    after_first = pl.int_range(pl.len()) > 0
    return frame.select(repeat=pl.all_horizontal(after_first, *same))["repeat"]


def _check_values(kind: type[Record], frame: pl.DataFrame) -> None:
    """Passes when required columns hold values everywhere and words are known ones."""
    for name, hint in typing.get_type_hints(kind).items():
        if types.NoneType not in typing.get_args(hint) and frame[name].null_count():
            raise DataError(ErrorCode.INVALID_VALUE, f"Stream '{stream_of(kind)}' has blanks in the column '{name}'.")
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            strange = set(frame[name].unique()) - {str(member) for member in hint}
            if strange:
                raise DataError(
                    ErrorCode.INVALID_VALUE,
                    f"Stream '{stream_of(kind)}', column '{name}', holds the unknown words {sorted(strange)}.",
                )


def _column_type(hint: object) -> DataType:
    members = [member for member in typing.get_args(hint) if member is not types.NoneType] or [hint]
    member = members[0]
    if _is_enum(member):
        return pl.String()
    return _COLUMN_TYPES[typing.cast(type, member)]


def _is_enum(hint: object) -> bool:
    return isinstance(hint, type) and issubclass(hint, StrEnum)


def _plain(value: object) -> object:
    return str(value) if isinstance(value, StrEnum) else value
