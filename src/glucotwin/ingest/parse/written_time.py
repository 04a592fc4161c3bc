"""Local clock times as vendors write them: one order of day, month and year, told apart by the whole of a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

LEAST_READABLE = 0.5
"""A file in which fewer of the times can be read is written in another way than its format knows."""

FIRST_YEAR, LAST_YEAR = 1900, 2099
"""Times of other years are none."""


class DateOrder(StrEnum):
    """Order in which a date is written."""

    YEAR_FIRST = "year-first"
    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


_DATES = {
    DateOrder.YEAR_FIRST: "%Y-%m-%d",
    DateOrder.DAY_FIRST: "%d-%m-%Y",
    DateOrder.MONTH_FIRST: "%m-%d-%Y",
}
_WORDS = {DateOrder.DAY_FIRST: "day before month", DateOrder.MONTH_FIRST: "month before day"}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTimes:
    """Local times without zone.

    Attributes:
        local: one per text; null where the text is blank or no time.
        order: of day, month and year in this file.
        findings: what had to be decided, and rows that could not be read.
    """

    local: pl.Series
    order: DateOrder
    findings: tuple[Finding, ...] = ()


def local_times(
    texts: pl.Series,
    *,
    lines: pl.Series,
    orders: Sequence[DateOrder] = tuple(DateOrder),
    generated: str | None = None,
) -> WrittenTimes:
    """The local times of a column, in the order of day, month and year that fits the whole of it best.

    Dates may be separated by ``-``, ``/`` or ``.``, without leading zeros, with years of two digits; times may lack
    seconds and may end in AM or PM. When day-first and month-first both fit every row, the one that ends at the time
    at which the file was made wins, else the one whose times lie closer together: the wrong one scatters a fortnight
    over a year. When that does not tell either, twelve-hour clocks mean month-first, and others day-first, with a
    finding that says so.

    Args:
        texts: one time per row; blank ones are null.
        lines: line number of each text, for messages.
        orders: how dates can be written in this format.
        generated: the time at which the file was made, written like the others, if the file says it.

    Raises:
        DataError: most of the texts are no times; the message shows one with its line.
    """
    plain = _plain(texts)
    wanted = int(plain.is_not_null().sum())
    readings = {order: _read(plain, order) for order in orders}
    most = max(_count(local) for local in readings.values())
    if most < LEAST_READABLE * wanted:
        raise _unreadable(texts, lines, next(local for local in readings.values() if _count(local) == most))
    fitting = {order: local for order, local in readings.items() if _count(local) == most}
    made = None if generated is None else _plain(pl.Series([generated], dtype=pl.String))
    oddness = {order: _oddness(local, made, order) for order, local in fitting.items()}
    least = min(oddness.values())
    best = [order for order in fitting if oddness[order] == least]
    american = bool(plain.str.contains("M$").any())
    order = DateOrder.MONTH_FIRST if american and DateOrder.MONTH_FIRST in best else best[0]
    local = fitting[order]
    decided = len(best) == 1 or not wanted
    return WrittenTimes(
        local=local,
        order=order,
        findings=(
            *(() if decided else _assumed(local, order)),
            *_unread(local, wanted - most),
        ),
    )


def _plain(texts: pl.Series) -> pl.Series:
    """``2024-3-1T8:05`` and ``1/3/24 8:05:00 a.m.`` as ``2024-03-01 08:05:00`` and ``01-03-2024 08:05:00 AM``."""
    upper = texts.cast(pl.String).str.strip_chars().str.to_uppercase().str.replace_all(r"[\s\x{00a0}\x{202f}]+", " ")
    dashed = upper.str.replace(r"^(\d+)[./-](\d+)[./-](\d+)[T,]? ?", "${1}-${2}-${3} ")
    padded = dashed.str.replace(r"^(\d)-", "0${1}-").str.replace(r"^(\d+)-(\d)-", "${1}-0${2}-")
    long_year = padded.str.replace(r"^(\d\d)-(\d\d)-(\d\d) ", "${1}-${2}-20${3} ").str.replace(
        r"^(\d{4}-\d\d)-(\d) ", "${1}-0${2} "
    )
    clock = long_year.str.replace(r" (\d):", " 0${1}:").str.replace(r" (\d\d:\d\d)( ?[AP]\.? ?M\.?)?$", " ${1}:00${2}")
    return clock.str.replace(r"[.,]\d+( ?[AP]|$)", "${1}").str.replace(r" ?([AP])\.? ?M\.?$", " ${1}M")


def _read(plain: pl.Series, order: DateOrder) -> pl.Series:
    half = plain.str.to_datetime(f"{_DATES[order]} %I:%M:%S %p", time_unit="us", strict=False)
    whole = plain.str.to_datetime(f"{_DATES[order]} %H:%M:%S", time_unit="us", strict=False)
    local = whole.fill_null(half)
    # Years of no sensor are damage, and some are beyond what can be computed with.
    return local.set(~local.dt.year().is_between(FIRST_YEAR, LAST_YEAR).fill_null(True), None)


def _count(local: pl.Series) -> int:
    return int(local.is_not_null().sum())


def _oddness(local: pl.Series, generated: pl.Series | None, order: DateOrder) -> tuple[bool, float, float]:
    """Whether the file was made at no time of this order or before its times; days to then; days between neighbours."""
    steps = local.drop_nulls().diff().drop_nulls().dt.total_minutes().abs()
    scatter = float(steps.sum()) / 1440.0
    last = local.max()
    if generated is None or not isinstance(last, datetime):
        return False, 0.0, scatter
    made = _read(generated, order)[0]
    if not isinstance(made, datetime):
        return True, 0.0, scatter
    return last > made + timedelta(days=1), abs((made - last) / timedelta(days=1)), scatter


def _assumed(local: pl.Series, order: DateOrder) -> tuple[Finding, ...]:
    times = pl.DataFrame({"time": local.drop_nulls().dt.replace_time_zone("UTC")})
    code, words = FindingCode.DATE_ORDER_ASSUMED, _WORDS[order]
    return findings_in(times, code, severity=Severity.PROBLEM, action=Action.KEPT, order=words)


def _unread(local: pl.Series, count: int) -> tuple[Finding, ...]:
    if not count:
        return ()
    code, action = FindingCode.UNREADABLE_ROWS, Action.DROPPED
    return (Finding(code=code, severity=Severity.WARNING, stream="", action=action, count=count),)


def _unreadable(texts: pl.Series, lines: pl.Series, local: pl.Series) -> DataError:
    wrong = texts.is_not_null() & local.is_null()
    row = int(wrong.arg_true()[0])
    return DataError(
        ErrorCode.INVALID_VALUE,
        f"{texts[row]!r} in line {lines[row]} is not a time as this format writes it ({int(wrong.sum())} such lines).",
        hint="Export the file again, or describe its times in a mapping file.",
    )
