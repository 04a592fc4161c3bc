"""Times of rows as people and small programs write them: with or without an offset, month names, or a date alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.frame import TIME_TYPE
from glucotwin.ingest.finding_sum import added_up
from glucotwin.ingest.left_out import unreadable_rows
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.parse.written_time import LEAST_READABLE, DateOrder, local_times
from glucotwin.ingest.quality import Finding, FindingCode

NOON = "12:00"
"""Stands for the time of day where only a date is given."""

_MONTHS = MappingProxyType(
    {
        **{
            name: number
            for number, name in enumerate(
                ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
            )
        },
        "mär": 3,
        "mrz": 3,
        "mai": 5,
        "okt": 10,
        "dez": 12,
    }
)
"""First letters of English and German months."""
_MONTH_FIRST = r"(?i)^([a-zä]{3})[a-zä]*\.?\s+(\d{1,2})\.?,?\s+(\d{4})\b,?(.*)$"
_MONTH_SECOND = r"(?i)^(\d{1,2})\.?[\s-]+([a-zä]{3})[a-zä]*\.?,?[\s-]+(\d{4})\b,?(.*)$"
_DATE = r"^\s*\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\.?\s*$"
_YEAR_FIRST = r"^\s*\d{4}[./-]"
_OFFSET = r"(?i)(?:^|[\d\s])\s*(?:GMT|UTC|Z)?\s*([+-])(0?\d|1[0-4])(?::?([0-5]\d))?$"
_CLOCK = r".*?\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s*[AP]\.?\s?M\.?)?"
_AFTER_CLOCK = rf"(?i)^({_CLOCK})\s*((?:GMT|UTC|Z)?\s*(?:[+-]\d{{1,2}}(?::?\d\d)?)?)$"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTimes:
    """Instants of rows.

    Attributes:
        time: UTC, one per row; null where a text is blank or no time.
        is_date: where the text was a date without a time of day; noon stands for it.
        unreadable: how many texts are no times; the findings do not tell of them.
        findings: what had to be decided.
    """

    time: pl.Series
    is_date: pl.Series
    unreadable: int = 0
    findings: tuple[Finding, ...] = ()


def row_times(
    texts: pl.Series,
    *,
    lines: pl.Series,
    zone: str | None,
    title: str,
    orders: Sequence[DateOrder] = tuple(DateOrder),
    offsets: pl.Series | None = None,
) -> RowTimes:
    """Instants of texts such as ``2024-03-01T08:05+01:00``, ``01.03.2024 8:05``, ``Mar 1, 2024 8:05 AM`` or a date.

    Args:
        texts: one time per row; blank ones are null.
        lines: line number of each text, for messages.
        zone: IANA name for times without an offset; None when unknown.
        title: what is being read, for messages.
        orders: how dates can be written, the likeliest first.
        offsets: offsets of the rows where a column of their own holds them, such as ``GMT+02:00``.

    Raises:
        DataError: most of the texts are no times, or some have no offset and the zone is not known.
    """
    plain = with_month_numbers(texts)
    is_date = plain.str.contains(_DATE).fill_null(False)
    clock = plain.set(is_date, None).str.extract(_AFTER_CLOCK, 1)
    behind = plain.set(is_date, None).str.extract(_AFTER_CLOCK, 2)
    noon = plain.str.strip_chars().str.strip_chars_end(".") + f" {NOON}"
    local, findings = _local(clock.zip_with(~is_date, noon), lines, orders, texts)
    minutes = _offset_minutes(behind)
    if offsets is not None:
        minutes = pl.select(pl.coalesce(minutes, _offset_minutes(offsets))).to_series()
    naive = local.is_not_null() & (minutes.is_null() | is_date)
    if naive.any() and zone is None:
        row = int(naive.arg_true()[0])
        raise DataError(
            ErrorCode.NAIVE_TIME,
            f"The time {texts[row]!r} in line {lines[row]} of {title} has no offset, and the zone is not known.",
            hint="Name the zone of the local times: --zone Europe/Berlin.",
        )
    table = pl.DataFrame({"local": local, "minutes": minutes})
    shifted = table.select((pl.col("local") - pl.duration(minutes="minutes")).dt.replace_time_zone("UTC"))["local"]
    time = shifted.cast(TIME_TYPE).alias("time")
    if naive.any() and zone is not None:
        resolved = utc_from_local(local.set(~naive, None), zone)
        time, findings = resolved.time.zip_with(naive, time), (*findings, *resolved.findings)
    unreadable = int((texts.is_not_null() & time.is_null()).sum())
    return RowTimes(time=time.alias("time"), is_date=is_date, unreadable=unreadable, findings=findings)


def with_month_numbers(texts: pl.Series) -> pl.Series:
    """Texts with the dates that name a month, in English or German, as year, month and day in numbers.

    Args:
        texts: ``Jan 09, 2022 8:05 PM``, ``9. Januar 2022`` and the like; others stay.
    """
    plain = texts.cast(pl.String).str.strip_chars().str.replace_all(r"[\x{00a0}\x{202f}]", " ")
    if not plain.str.contains(r"(?i)^[a-zä]{3}|^\d{1,2}\.?[\s-]+[a-zä]{3}").any():
        return plain
    first = _numbered(plain, _MONTH_FIRST, day=2, month=1)
    second = _numbered(plain, _MONTH_SECOND, day=1, month=2)
    return pl.select(pl.coalesce(first, second, plain)).to_series().alias(texts.name)


def _numbered(plain: pl.Series, pattern: str, *, day: int, month: int) -> pl.Series:
    """``2022-01-09 8:05 PM``; null where the text is not so written."""
    name = plain.str.extract(pattern, month).str.to_lowercase()
    number = name.replace_strict(_MONTHS, default=None, return_dtype=pl.Int64).cast(pl.String).str.zfill(2)
    date = plain.str.extract(pattern, 3) + "-" + number + "-" + plain.str.extract(pattern, day).str.zfill(2)
    rest = plain.str.extract(pattern, 4).str.strip_chars()
    return date + pl.select(pl.when(rest != "").then(pl.lit(" ") + rest).otherwise(pl.lit(""))).to_series()


def _local(
    clock: pl.Series, lines: pl.Series, orders: Sequence[DateOrder], texts: pl.Series
) -> tuple[pl.Series, tuple[Finding, ...]]:
    """Local times; dates that begin with the year need no decision about the others.

    Raises:
        DataError: most of the texts are no times.
    """
    year_first = clock.str.contains(_YEAR_FIRST).fill_null(False)
    others = tuple(order for order in orders if order is not DateOrder.YEAR_FIRST)
    local = pl.Series("local", [None] * len(clock), dtype=pl.Datetime("us"))
    findings: list[Finding] = []
    for mask, possible in ((year_first, (DateOrder.YEAR_FIRST,)), (~year_first, others)):
        part = clock.set(~mask, None)
        if not possible or not part.is_not_null().any():
            continue
        try:
            written = local_times(part, lines=lines, orders=possible)
        except DataError:
            continue
        local = written.local.zip_with(mask, local)
        findings += (one for one in written.findings if one.code is not FindingCode.UNREADABLE_ROWS)
    wrong = texts.is_not_null() & local.is_null()
    if wrong.sum() > LEAST_READABLE * (len(texts) - texts.null_count()):
        row = int(wrong.arg_true()[0])
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"{texts[row]!r} in line {lines[row]} is not a time that can be read ({int(wrong.sum())} such lines).",
            hint="Write times as 2024-03-01 08:05, or say in a mapping file how they are written.",
        )
    return local.alias("local"), added_up(findings)


def _offset_minutes(texts: pl.Series) -> pl.Series:
    """Minutes ahead of UTC of ``+02:00``, ``GMT+2`` and ``Z``; null where there is no offset."""
    plain = texts.cast(pl.String).str.strip_chars().str.to_uppercase()
    hours, rest = plain.str.extract(_OFFSET, 2).cast(pl.Int64), plain.str.extract(_OFFSET, 3).cast(pl.Int64)
    signed = pl.select(
        pl.when(plain.str.extract(_OFFSET, 1) == "-")
        .then(-(hours * 60 + rest.fill_null(0)))
        .otherwise(hours * 60 + rest.fill_null(0))
    ).to_series()
    zero = plain.is_in(["Z", "UTC", "GMT"]).fill_null(False)
    return signed.set(zero, 0).alias("minutes")


def unreadable_times(times: RowTimes, *, blank: int = 0) -> tuple[Finding, ...]:
    """The findings of times, with that of rows whose time cannot be read.

    Args:
        times: as read.
        blank: rows that have no time although they have something else.
    """
    return (*times.findings, *unreadable_rows(times.unreadable + blank))
