"""The streams that the rows of a canonical CSV hold; whatever does not fit is an error with its line."""

from enum import StrEnum

import polars as pl

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.unit import GlucoseUnit, mgdl_from
from glucotwin.domain.activity import ActivityType
from glucotwin.domain.glucose import Censoring, GlucoseKind
from glucotwin.ingest.limit import RANGES
from glucotwin.ingest.parse.table import LINE, numbers

SENSOR_BOUNDS_MGDL = (40.0, 400.0)
"""What LOW and HIGH of a sensor mean when the file does not say."""
METER_BOUNDS_MGDL = (20.0, 600.0)
"""What LOW and HIGH of a meter mean when the file does not say."""
LARGEST_PLAUSIBLE_MEDIAN_MMOLL = 35.0
"""A median above this cannot be mmol/L, one below it cannot be mg/dL."""
_BOUND = r"^([<>])\s*=?\s*(\d+(?:\.\d+)?)$"


def streams_of(table: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """All streams of a table with ``time`` in UTC, the line numbers, and texts in the known columns.

    Raises:
        DataError: a value is no number or impossible, a value lacks what belongs to it, or times overlap.
        UnitError: glucose values contradict their unit.
    """
    rows = table.sort("time", maintain_order=True)
    readings = [
        _glucose(rows, "glucose", GlucoseKind.CGM, SENSOR_BOUNDS_MGDL),
        _glucose(rows, "fingerstick", GlucoseKind.FINGERSTICK, METER_BOUNDS_MGDL),
    ]
    return {
        "glucose": pl.concat(readings),
        "bolus": _bolus(rows),
        "basal": _basal(rows),
        "pen": _pen(rows),
        "meal": _meal(rows),
        "activity": _activity(rows),
        "heart_rate": _heart_rate(rows),
        "sleep": _single(rows, "sleep", "sleep_min", "duration_min"),
        "ketone": _single(rows, "ketone", "ketone_mmoll", "ketone_mmoll"),
        "note": _note(rows),
    }


def _number(rows: pl.DataFrame, column: str, stream: str, field: str) -> pl.Series:
    """A column's numbers, all possible; nulls where the column or the cell is missing."""
    if column not in rows.columns:
        return pl.Series(column, [None] * len(rows), dtype=pl.Float64)
    values = numbers(rows, column)
    limit = RANGES[stream][field]
    wrong = ~values.is_between(limit.low, limit.high).fill_null(True)
    if wrong.any():
        row = int(wrong.arg_true()[0])
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"{column} is {rows[column][row]} in line {rows[LINE][row]}, which is not within {limit.low:g} to "
            f"{limit.high:g} ({wrong.sum()} such cells).",
            hint="Correct the cell or leave it blank.",
        )
    return values


def _require(rows: pl.DataFrame, lacking: pl.Series, what: str) -> None:
    if lacking.any():
        line = rows[LINE].filter(lacking)[0]
        raise DataError(ErrorCode.INVALID_VALUE, f"{what} in line {line}.", hint="Fill in the cell that is missing.")


def _glucose(rows: pl.DataFrame, quantity: str, kind: GlucoseKind, bounds_mgdl: tuple[float, float]) -> pl.DataFrame:
    unit = GlucoseUnit.MMOLL if f"{quantity}_mmoll" in rows.columns else GlucoseUnit.MGDL
    column = f"{quantity}_{'mmoll' if unit is GlucoseUnit.MMOLL else 'mgdl'}"
    if column not in rows.columns:
        return pl.DataFrame(schema=_GLUCOSE_SCHEMA)
    given = rows.filter(pl.col(column).is_not_null())
    text = given[column].str.to_lowercase()
    word_low, word_high = text.is_in(["low", "lo"]), text.is_in(["high", "hi"])
    sign = text.str.extract(_BOUND, 1)
    low, high = (word_low | (sign == "<")).fill_null(word_low), (word_high | (sign == ">")).fill_null(word_high)
    plain = given.with_columns(text.str.extract(_BOUND, 2).fill_null(text).alias(column)).with_columns(
        pl.when(word_low | word_high).then(None).otherwise(pl.col(column)).alias(column)
    )
    values = numbers(plain, column)
    _check_unit(values, unit, column)
    value_mgdl = values if unit is GlucoseUnit.MGDL else values * float(mgdl_from(1.0, unit))
    frame = given.select("time", LINE).with_columns(
        glucose_mgdl=pl.when(word_low).then(bounds_mgdl[0]).when(word_high).then(bounds_mgdl[1]).otherwise(value_mgdl),
        kind=pl.lit(str(kind)),
        censoring=pl.when(low)
        .then(pl.lit(str(Censoring.LOW)))
        .when(high)
        .then(pl.lit(str(Censoring.HIGH)))
        .otherwise(pl.lit(str(Censoring.NONE))),
    )
    _check_glucose(frame, column)
    _refuse_overlap(frame, "glucose_mgdl", column)
    return frame.drop(LINE)


_GLUCOSE_SCHEMA = pl.Schema(
    {
        "time": pl.Datetime("us", "UTC"),
        "glucose_mgdl": pl.Float64(),
        "kind": pl.String(),
        "censoring": pl.String(),
    }
)


def _check_unit(values: pl.Series, unit: GlucoseUnit, column: str) -> None:
    median = values.median()
    if not isinstance(median, float):
        return
    if (unit is GlucoseUnit.MMOLL) == (median > LARGEST_PLAUSIBLE_MEDIAN_MMOLL):
        other = GlucoseUnit.MGDL if unit is GlucoseUnit.MMOLL else GlucoseUnit.MMOLL
        raise UnitError(
            ErrorCode.UNKNOWN_UNIT,
            f"The values of {column} (median {median:g}) cannot be in {unit}; they look like {other}.",
            hint=f"Name the column {column.split('_')[0]}_{'mgdl' if other is GlucoseUnit.MGDL else 'mmoll'}.",
        )


def _check_glucose(frame: pl.DataFrame, column: str) -> None:
    limit = RANGES["glucose"]["glucose_mgdl"]
    wrong = frame.filter(~pl.col("glucose_mgdl").is_between(limit.low, limit.high))
    if len(wrong):
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"{column} is {wrong['glucose_mgdl'][0]:g} mg/dL in line {wrong[LINE][0]}, which is impossible.",
            hint="Correct the cell or leave it blank.",
        )


def _refuse_overlap(frame: pl.DataFrame, field: str, column: str) -> None:
    """Different values at one time cannot both be true; equal ones are repeats, which are dropped later."""
    differing = frame.group_by("time", maintain_order=True).agg(
        pl.col(field).n_unique().alias("values"), pl.col(LINE).first().alias("first"), pl.col(LINE).last().alias("last")
    )
    wrong = differing.filter(pl.col("values") > 1)
    if len(wrong):
        raise DataError(
            ErrorCode.OVERLAPPING_TIMES,
            f"Lines {wrong['first'][0]} and {wrong['last'][0]} give different {column} at the same time "
            f"{wrong['time'][0]:%Y-%m-%d %H:%M:%S} UTC ({len(wrong)} such times).",
            hint="Keep one row per time, or export devices to separate files.",
        )


def _bolus(rows: pl.DataFrame) -> pl.DataFrame:
    frame = rows.select("time", LINE).with_columns(
        insulin_u=_number(rows, "bolus_u", "bolus", "insulin_u"),
        extended_u=_number(rows, "extended_u", "bolus", "extended_u"),
        extended_min=_number(rows, "extended_min", "bolus", "extended_min"),
    )
    extended = frame["extended_u"].fill_null(0.0) > 0
    _require(frame, extended & (frame["extended_min"].fill_null(0.0) < 1.0), "extended_u without extended_min")
    filled = frame.with_columns(pl.col("insulin_u", "extended_u").fill_null(0.0))
    filled = filled.with_columns(extended_min=pl.when(extended).then("extended_min").otherwise(0.0))
    return filled.filter(pl.col("insulin_u") + pl.col("extended_u") > 0).drop(LINE)


def _basal(rows: pl.DataFrame) -> pl.DataFrame:
    """Each rate holds for its duration or until the next one; the last until the file ends."""
    frame = rows.select("time", LINE).with_columns(
        rate_u_per_h=_number(rows, "basal_u_per_h", "basal", "rate_u_per_h"),
        duration_min=_number(rows, "basal_duration_min", "basal", "duration_min"),
    )
    _require(
        frame, frame["duration_min"].is_not_null() & frame["rate_u_per_h"].is_null(), "basal_duration_min without rate"
    )
    end = frame["time"].max()
    frame = frame.filter(pl.col("rate_u_per_h").is_not_null())
    _refuse_overlap(frame, "rate_u_per_h", "basal_u_per_h")
    frame = frame.filter(pl.col("time").is_first_distinct())
    until_next = (pl.col("time").shift(-1, fill_value=end) - pl.col("time")).dt.total_microseconds() / 60e6
    frame = frame.with_columns(until_next=until_next)
    is_last = pl.int_range(pl.len()) == pl.len() - 1
    _require(
        frame,
        frame.select((pl.col("duration_min") > pl.col("until_next") + 1.0) & ~is_last).to_series().fill_null(False),
        "basal_duration_min reaches beyond the next basal rate",
    )
    cut = pl.when(is_last).then("duration_min").otherwise(pl.min_horizontal("duration_min", "until_next"))
    return frame.select("time", "rate_u_per_h", duration_min=pl.coalesce(cut, "until_next"))


def _pen(rows: pl.DataFrame) -> pl.DataFrame:
    insulin = _number(rows, "pen_u", "pen", "insulin_u")
    product = rows["pen_product"] if "pen_product" in rows.columns else pl.Series([None] * len(rows), dtype=pl.String)
    _require(rows, (insulin.fill_null(0.0) > 0) & product.is_null(), "pen_u without pen_product")
    frame = rows.select("time").with_columns(insulin_u=insulin, product=product.str.to_lowercase())
    return frame.filter(pl.col("insulin_u") > 0)


def _meal(rows: pl.DataFrame) -> pl.DataFrame:
    frame = rows.select("time", LINE).with_columns(
        carbs_g=_number(rows, "carbs_g", "meal", "carbs_g"),
        protein_g=_number(rows, "protein_g", "meal", "protein_g"),
        fat_g=_number(rows, "fat_g", "meal", "fat_g"),
        fibre_g=_number(rows, "fibre_g", "meal", "fibre_g"),
        duration_min=_number(rows, "meal_duration_min", "meal", "duration_min"),
    )
    others = frame.select(pl.any_horizontal(pl.col("protein_g", "fat_g", "fibre_g", "duration_min").is_not_null()))
    _require(frame, others.to_series() & frame["carbs_g"].is_null(), "A meal without carbs_g (0 when it has none)")
    food = pl.sum_horizontal("carbs_g", "protein_g", "fat_g")
    return frame.filter(pl.col("carbs_g").is_not_null() & (food > 0)).drop(LINE)


def _activity(rows: pl.DataFrame) -> pl.DataFrame:
    empty = pl.Series([None] * len(rows), dtype=pl.String)
    kind = rows["activity_type"].str.to_lowercase() if "activity_type" in rows.columns else empty
    _check_words(rows, kind, ActivityType, "activity_type")
    frame = rows.select("time", LINE).with_columns(
        duration_min=_number(rows, "activity_min", "activity", "duration_min"),
        activity_type=kind.fill_null(str(ActivityType.UNKNOWN)),
        intensity_fraction=_number(rows, "activity_fraction", "activity", "intensity_fraction"),
        heart_rate_bpm=_number(rows, "heart_rate_bpm", "activity", "heart_rate_bpm"),
        steps=_number(rows, "steps", "activity", "steps"),
    )
    belongs = kind.is_not_null() | frame["intensity_fraction"].is_not_null() | frame["steps"].is_not_null()
    _require(frame, belongs & frame["duration_min"].is_null(), "An activity or steps without activity_min")
    return frame.filter(pl.col("duration_min").is_not_null()).drop(LINE)


def _heart_rate(rows: pl.DataFrame) -> pl.DataFrame:
    """Samples of the heart rate; one in a row with an activity belongs to that."""
    frame = rows.select("time").with_columns(
        heart_rate_bpm=_number(rows, "heart_rate_bpm", "heart_rate", "heart_rate_bpm")
    )
    of_activity = rows["activity_min"].is_not_null() if "activity_min" in rows.columns else pl.lit(False)
    return frame.filter(pl.col("heart_rate_bpm").is_not_null() & ~of_activity)


def _single(rows: pl.DataFrame, stream: str, column: str, field: str) -> pl.DataFrame:
    frame = rows.select("time").with_columns(_number(rows, column, stream, field).alias(field))
    return frame.filter(pl.col(field).is_not_null())


def _note(rows: pl.DataFrame) -> pl.DataFrame:
    text = rows["note"] if "note" in rows.columns else pl.Series([None] * len(rows), dtype=pl.String)
    return rows.select("time").with_columns(text=text).filter(pl.col("text").is_not_null())


def _check_words(rows: pl.DataFrame, words: pl.Series, known: type[StrEnum], column: str) -> None:
    wrong = words.is_not_null() & ~words.is_in([str(word) for word in known])
    if wrong.any():
        row = int(wrong.arg_true()[0])
        raise DataError(
            ErrorCode.UNKNOWN_NAME,
            f"{column} is {words[row]!r} in line {rows[LINE][row]}.",
            hint=f"Known are {', '.join(known)}.",
        )
