"""Columns of glucose: their unit out of the header, words for out of range, and the ends of a sensor's range."""

import re
from dataclasses import dataclass

import polars as pl

from glucotwin.core.error import ErrorCode, UnitError
from glucotwin.core.unit import GlucoseUnit, mgdl_from, mmoll_from_mgdl, parse_glucose_unit
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.ingest.parse.written_number import written_numbers

_IN_PARENTHESES = re.compile(r"\(([^()]*)\)\s*$")
_LOW_WORDS = r"(?i)^(low|lo|niedrig|tief|< ?\d+([.,]\d+)?)$"
_HIGH_WORDS = r"(?i)^(high|hi|hoch|> ?\d+([.,]\d+)?)$"
_LARGEST_MGDL = 2000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuringRange:
    """What a device can measure, in mg/dL.

    Attributes:
        low_mgdl: what the word Low is at most.
        high_mgdl: what the word High is at least.
        tops_mgdl: values at which numbers are bounds too, for devices whose numbers stop at the ends of the range;
            several when a file can come from several devices. Empty when numbers are always values.
    """

    low_mgdl: float
    high_mgdl: float
    tops_mgdl: tuple[float, ...] = ()


SENSOR_RANGE = MeasuringRange(low_mgdl=40.0, high_mgdl=400.0, tops_mgdl=(400.0,))
"""Medtronic Guardian and Dexcom."""
ANY_SENSOR_RANGE = MeasuringRange(low_mgdl=40.0, high_mgdl=400.0, tops_mgdl=(400.0, 500.0))
"""Any of the usual sensors; those of Abbott measure up to 500 mg/dL."""
METER_RANGE = MeasuringRange(low_mgdl=20.0, high_mgdl=600.0)
"""Most blood glucose meters."""


def unit_in_header(column: str) -> GlucoseUnit:
    """The unit in parentheses at the end of a column's name, as in ``Sensor Glucose (mg/dL)``.

    Raises:
        UnitError: there is none, or it is unknown.
    """
    found = _IN_PARENTHESES.search(column)
    if found is None:
        raise UnitError(
            ErrorCode.MISSING_UNIT,
            f"The column {column!r} does not say whether it is in mg/dL or mmol/L.",
            hint="Export the file again with units in its header.",
        )
    return parse_glucose_unit(found.group(1))


def glucose_readings(
    rows: pl.DataFrame, column: str, *, unit: GlucoseUnit, kind: GlucoseKind, measuring: MeasuringRange
) -> tuple[pl.DataFrame, int]:
    """Readings in mg/dL, and how many cells are no glucose.

    Args:
        rows: ``time``, UTC, nulls are passed over, and the column of texts, blanks are passed over; others stay.
        column: which.
        unit: of the numbers.
        kind: how it was measured.
        measuring: what the device can measure.
    """
    given = rows.filter(pl.col("time").is_not_null() & pl.col(column).is_not_null())
    text = pl.col(column).str.strip_chars()
    is_low, is_high = text.str.contains(_LOW_WORDS), text.str.contains(_HIGH_WORDS)
    bound = pl.when(is_low).then(measuring.low_mgdl).when(is_high).then(measuring.high_mgdl)
    judged = given.with_columns(__value=mgdl_of(written_numbers(given[column]), unit)).with_columns(
        __bound=bound.otherwise(_bound_of(pl.col("__value"), measuring, unit)), __low=is_low
    )
    low = pl.col("__low") | (~is_high & (pl.col("__bound") == measuring.low_mgdl))
    frame = judged.with_columns(
        glucose_mgdl=pl.coalesce("__bound", "__value"),
        kind=pl.lit(str(kind)),
        censoring=pl.when(low)
        .then(pl.lit(str(Censoring.LOW)))
        .when(pl.col("__bound").is_not_null())
        .then(pl.lit(str(Censoring.HIGH)))
        .otherwise(pl.lit(str(Censoring.NONE))),
        original_mgdl=pl.when((pl.col("__bound") - pl.col("__value")).abs() > 1.0).then("__value"),
    ).drop(column, "__value", "__bound", "__low")
    readable = frame.filter(pl.col("glucose_mgdl").is_not_null())
    return readable, len(frame) - len(readable)


def mgdl_of(values: pl.Series, unit: GlucoseUnit) -> pl.Series:
    """Glucose in mg/dL from values in ``unit``."""
    return values * mgdl_from(1.0, unit)


def _as_shown(bound_mgdl: float, unit: GlucoseUnit) -> float:
    """A bound in mg/dL as a display with one decimal of mmol/L shows it, back in mg/dL."""
    if unit is GlucoseUnit.MGDL:
        return bound_mgdl
    return mgdl_from(round(mmoll_from_mgdl(bound_mgdl), 1), unit)


def _bound_of(value: pl.Expr, measuring: MeasuringRange, unit: GlucoseUnit) -> pl.Expr:
    """The bound that a number stands for; null where it is a value, or so impossible that it is left to the checks."""
    nothing = pl.lit(None, dtype=pl.Float64)
    if not measuring.tops_mgdl:
        return nothing
    bound = pl.when(value.is_between(1.0, _as_shown(measuring.low_mgdl, unit) + 0.01)).then(measuring.low_mgdl)
    for top in measuring.tops_mgdl:
        shown = _as_shown(top, unit)
        limit = _LARGEST_MGDL if top == measuring.tops_mgdl[-1] else shown + 0.5
        bound = bound.when(value.is_between(shown - 0.01, limit)).then(top)
    return bound.otherwise(nothing)
