"""Rows of food diaries as meals: foods of one meal joined, times of day assumed where there are none."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from glucotwin.core.error import ErrorCode, UnitError
from glucotwin.ingest.correction import assumed_times
from glucotwin.ingest.diary.meal_hour import meal_kinds, meal_times_assumed, usual_clocks, usual_hour_sds
from glucotwin.ingest.left_out import passed_over
from glucotwin.ingest.parse.row_time import row_times, unreadable_times
from glucotwin.ingest.parse.table import LINE
from glucotwin.ingest.parse.written_number import written_numbers
from glucotwin.ingest.parse.written_time import DateOrder
from glucotwin.ingest.quality import Finding, FindingCode

NUTRIENTS = ("carbs_g", "protein_g", "fat_g", "fibre_g", "alcohol_g")
_GRAMS = MappingProxyType({"g": 1.0, "mg": 0.001, "kg": 1000.0, "oz": 28.349523125})
_UNIT = re.compile(r"\(([^()]*)\)\s*$")
_THOUSANDS = r"^-?\d{1,3}(,\d{3})+(\.\d+)?$"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodDiary:
    """Meals and drinks of a food diary.

    Attributes:
        meal: ``time``, grams of nutrients and, as the note, the kind of meal.
        alcohol: ``time`` and grams of alcohol.
        correction: a row for every meal whose time is the usual one of its kind.
        findings: what was assumed, joined or left out.
    """

    meal: pl.DataFrame
    alcohol: pl.DataFrame
    correction: pl.DataFrame
    findings: tuple[Finding, ...]

    def streams(self, source: str) -> dict[str, pl.DataFrame]:
        """Its tables by stream, as records of a source."""
        tables = {"meal": self.meal, "alcohol": self.alcohol, "correction": self.correction}
        return {name: frame.with_columns(source=pl.lit(source)) for name, frame in tables.items()}


def grams_per_unit(column: str, *, without: float | None = None) -> float:
    """Grams in the unit that a column's header names in parentheses at its end.

    Args:
        column: its header, such as ``Carbs (g)``.
        without: what holds when it names none; None when that is an error.

    Raises:
        UnitError: it names none, or one that is no mass.
    """
    found = _UNIT.search(column)
    if found is None and without is not None:
        return without
    unit = found.group(1).strip().lower() if found else ""
    if unit not in _GRAMS:
        raise UnitError(
            ErrorCode.UNKNOWN_UNIT if unit else ErrorCode.MISSING_UNIT,
            f"The column {column!r} names no mass, such as (g).",
            hint="Export the file again; do not change its header.",
        )
    return _GRAMS[unit]


def food_diary(
    rows: pl.DataFrame,
    factors: Mapping[str, float],
    *,
    zone: str | None,
    title: str,
    orders: Sequence[DateOrder] = tuple(DateOrder),
) -> FoodDiary:
    """Meals out of a diary's rows.

    Foods of the same meal at the same time are one meal. A food without a time of day is eaten at the usual hour of its
    meal; when the meal's name says nothing about the hour, the food is passed over.

    Args:
        rows: texts ``day``, ``clock`` (null where unknown), ``meal`` and the nutrients of ``factors``, with ``LINE``.
        factors: grams in the unit of each nutrient's column.
        zone: IANA name of the local times; None when unknown.
        title: of the format, for messages.
        orders: how dates can be written, the likeliest first.

    Raises:
        DataError: most of the days cannot be read, or the zone is not known.
    """
    read, unread = _numbers(rows, factors)
    usual = usual_clocks(read["meal"])
    placed = read.with_columns(assumed=pl.col("clock").is_null(), clock=pl.coalesce("clock", usual)).filter(
        pl.col("clock").is_not_null()
    )
    unplaced = len(read) - len(placed)
    texts = placed.select((pl.col("day") + " " + pl.col("clock")).alias("text"))["text"]
    times = row_times(texts, lines=placed[LINE], zone=zone, title=title, orders=orders)
    timed = placed.with_columns(times.time, kind=meal_kinds(placed["meal"])).filter(pl.col("time").is_not_null())
    joined = timed.group_by("time", "meal", "kind", "assumed", maintain_order=True).agg(
        pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name) for name in NUTRIENTS
    )
    eaten = joined.filter(pl.any_horizontal(pl.col("carbs_g", "protein_g", "fat_g") > 0).fill_null(False))
    drunk = joined.filter(pl.col("alcohol_g") > 0)
    known = eaten.filter(pl.col("carbs_g").is_not_null())
    nothing = len(joined.filter(~(pl.any_horizontal(pl.col(NUTRIENTS) > 0).fill_null(False))))
    assumed = known.filter("assumed").with_columns(sd_min=usual_hour_sds(known.filter("assumed")["kind"]))
    return FoodDiary(
        meal=known.select("time", "carbs_g", "protein_g", "fat_g", "fibre_g", note="kind"),
        alcohol=drunk.select("time", "alcohol_g"),
        correction=assumed_times(assumed, stream="meal", sd_min="sd_min", code=FindingCode.MEAL_TIMES_ASSUMED),
        findings=(
            *unreadable_times(times, blank=int(texts.null_count()) + unread),
            *meal_times_assumed(assumed, assumed["kind"]),
            *passed_over(len(eaten) - len(known), kinds="meals whose carbohydrate is not known"),
            *passed_over(unplaced, kinds="foods without a time of day, of a meal whose name does not tell it"),
            *passed_over(nothing, kinds="meals without carbohydrate, protein and fat"),
        ),
    )


def _numbers(rows: pl.DataFrame, factors: Mapping[str, float]) -> tuple[pl.DataFrame, int]:
    """Rows with nutrients in grams, and how many rows were left out because one of them is no number."""
    columns = {name: diary_numbers(rows[name]) * factor for name, factor in factors.items()}
    wrong = pl.Series("wrong", [False] * len(rows))
    for name, values in columns.items():
        wrong |= rows[name].is_not_null() & values.is_null()
    absent = {name: pl.lit(None, dtype=pl.Float64) for name in NUTRIENTS if name not in factors}
    read = rows.with_columns(**columns, **absent).filter(~wrong)
    return read, int(wrong.sum())


def diary_numbers(texts: pl.Series) -> pl.Series:
    """Numbers with a decimal point and, as in ``1,050``, commas between thousands; null where there is none."""
    grouped = texts.cast(pl.String).str.strip_chars()
    thousands = grouped.str.contains(_THOUSANDS).fill_null(False)
    return written_numbers(grouped.str.replace_all(",", "", literal=True).zip_with(thousands, grouped))
