"""Sick days and basal titration: dated rules of guidelines that are looked up, never optimised."""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

import numpy as np
import polars as pl
from typing_extensions import TypedDict

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.number import plain_number
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline, Window

EMERGENCY, TEAM, NONE = "emergency", "team", "none"
FASTING_HOURS = (5, 7)
LEAST_MORNINGS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SickDayRule:
    """What a guideline says at some level of ketones and glucose.

    Attributes:
        identifier: of the rule.
        ketone_mmoll: from, and below.
        glucose_mgdl: from, and below.
        extra_fraction: of total daily insulin to give besides; None where none is named.
        recheck_min: until ketones are checked again; None where help comes first.
        call: ``emergency``, ``team`` or ``none``.
        source: of the rule.
        dated: when the source was read.
    """

    identifier: str
    ketone_mmoll: tuple[float, float]
    glucose_mgdl: tuple[float, float]
    extra_fraction: float | None
    recheck_min: float | None
    call: str
    source: str
    dated: date

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "rule": self.identifier,
            "text": self.sentence(),
            "extra_fraction": self.extra_fraction,
            "recheck_min": self.recheck_min,
            "call": self.call,
            "source": self.source,
            "dated": self.dated.isoformat(),
        }

    def sentence(self) -> str:
        """In words; how much insulin it names is for clinicians and said apart."""
        minutes = "" if self.recheck_min is None else plain_number(self.recheck_min / 60.0)
        return message(f"sick-day-{self.identifier}", hours=minutes)


@dataclass(frozen=True, slots=True, kw_only=True)
class TitrationRule:
    """By how much long-acting insulin moves at some fasting glucose."""

    identifier: str
    fasting_mgdl: tuple[float, float]
    change_fraction: float
    source: str


class TitrationJson(TypedDict):
    """What the table says of long-acting insulin."""

    rule: str
    mornings: int
    decides_mgdl: float
    change_fraction: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Titration:
    """What the table says of long-acting insulin after some mornings.

    Attributes:
        rule: that holds.
        mornings: how many were looked at.
        decides_mgdl: glucose by which it was looked up: their median, or the lowest one where that is low.
    """

    rule: TitrationRule
    mornings: int
    decides_mgdl: float

    def to_json(self) -> TitrationJson:
        """As JSON values."""
        return {
            "rule": self.rule.identifier,
            "mornings": self.mornings,
            "decides_mgdl": round(self.decides_mgdl, 1),
            "change_fraction": self.rule.change_fraction,
            "source": self.rule.source,
        }


@cache
def sick_day_rules() -> tuple[SickDayRule, ...]:
    """Every rule of ``data/sick_day_rules.csv``."""
    return tuple(
        SickDayRule(
            identifier=row["identifier"],
            ketone_mmoll=_span(row["ketone_from"], row["ketone_to"]),
            glucose_mgdl=_span(row["glucose_from"], row["glucose_to"]),
            extra_fraction=float(row["extra_fraction"]) if row["extra_fraction"] else None,
            recheck_min=float(row["recheck_min"]) if row["recheck_min"] else None,
            call=row["call"],
            source=row["source"],
            dated=date.fromisoformat(row["dated"]),
        )
        for row in _rows("sick_day_rules.csv")
    )


@cache
def titration_rules() -> tuple[TitrationRule, ...]:
    """Every rule of ``data/basal_titration.csv``."""
    return tuple(
        TitrationRule(
            identifier=row["identifier"],
            fasting_mgdl=_span(row["fasting_from"], row["fasting_to"]),
            change_fraction=float(row["change_fraction"]),
            source=row["source"],
        )
        for row in _rows("basal_titration.csv")
    )


def sick_day_rule(ketone_mmoll: float, glucose_mgdl: float) -> SickDayRule:
    """The rule that holds.

    Args:
        ketone_mmoll: blood ketones.
        glucose_mgdl: glucose; not a number where it is unknown, which is taken for high.

    Raises:
        DataError: ketones are no number of 0 or more.
    """
    if not (np.isfinite(ketone_mmoll) and ketone_mmoll >= 0.0):
        raise DataError(ErrorCode.INVALID_VALUE, message("sick-day-bad-ketones"))
    glucose = glucose_mgdl if np.isfinite(glucose_mgdl) else float("inf")
    return next(
        one
        for one in sick_day_rules()
        if _within(ketone_mmoll, one.ketone_mmoll) and _within(glucose, one.glucose_mgdl)
    )


def fasting_mgdl(timeline: Timeline, window: Window) -> np.ndarray:
    """Median glucose between 5 and 7 o'clock of every local morning of a window that has readings, in time order."""
    local = pl.col("time").dt.convert_time_zone(timeline.person.zone)
    readings = timeline.cut(window).frame(GlucoseReading).with_columns(local.alias("local"))
    mornings = readings.filter(pl.col("local").dt.hour().is_between(*FASTING_HOURS, closed="left"))
    by_day = mornings.group_by(pl.col("local").dt.date().alias("day")).agg(pl.col("glucose_mgdl").median())
    return by_day.sort("day")["glucose_mgdl"].to_numpy()


def basal_titration(fasting: np.ndarray) -> Titration | None:
    """What the table says for some mornings, by their median; a low morning decides alone. None with fewer than three.

    Args:
        fasting: glucose of mornings in mg/dL (``fasting_mgdl``).
    """
    if fasting.size < LEAST_MORNINGS:
        return None
    lowest = float(fasting.min())
    decides = lowest if lowest < titration_rules()[0].fasting_mgdl[1] else float(np.median(fasting))
    rule = next(one for one in titration_rules() if _within(decides, one.fasting_mgdl))
    return Titration(rule=rule, mornings=fasting.size, decides_mgdl=decides)


def _span(low: str, high: str) -> tuple[float, float]:
    return float(low) if low else float("-inf"), float(high) if high else float("inf")


def _within(value: float, span: tuple[float, float]) -> bool:
    return span[0] <= value and (value < span[1] or span[1] == float("inf"))


def _rows(name: str) -> list[dict[str, str]]:
    text = (resources.files("glucotwin.advise") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
