"""Instants of ISO 8601 texts as the JSON of health records has them; what is no time is blank, not an error."""

from dataclasses import dataclass

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.frame import TIME_TYPE
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.quality import Finding

FIRST_YEAR, LAST_YEAR = 1950, 2200
"""Years outside are mistakes."""
NOON = "T12:00:00"
_OFFSET = r"([+-])(0\d|1[0-4]):?([0-5]\d)$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instants:
    """Instants of texts.

    Attributes:
        time: UTC, one per text; null where the text is no time of day of a date.
        is_date: where the text was a date without a time of day; noon stands for it.
        findings: what had to be decided about clock changes.
    """

    time: pl.Series
    is_date: pl.Series
    findings: tuple[Finding, ...] = ()


def instants(texts: pl.Series, *, zone: str | None, title: str) -> Instants:
    """Instants of texts such as ``2024-05-02T10:15:00+02:00``, ``2024-05-02T08:15:00.5Z`` and ``2024-05-02``.

    Noon stands for the time of day of a date, in the zone or, when that is not known, of UTC.

    Args:
        texts: one per record; null and blank ones stay null.
        zone: IANA name for texts without an offset.
        title: of the format, for messages.

    Raises:
        DataError: a text has a time of day but no offset, and the zone is not known.
    """
    dated = texts.str.contains(r"^\d{4}-\d\d-\d\d$").fill_null(False)
    whole = texts.str.replace(r"^(\d{4}-\d\d-\d\d)$", f"${{1}}{NOON}{'' if zone else 'Z'}")
    table = pl.DataFrame({"text": whole}).select(_local(), offset=_offset_minutes())
    naive = table["local"].is_not_null() & table["offset"].is_null()
    shifted = table.select((pl.col("local") - pl.duration(minutes="offset")).dt.replace_time_zone("UTC"))["local"]
    time = shifted.cast(TIME_TYPE).alias("time")
    if not naive.any():
        return Instants(time=time, is_date=dated)
    if zone is None:
        raise DataError(
            ErrorCode.NAIVE_TIME,
            f"The time {texts.filter(naive)[0]!r} in {title} has no offset, and the zone is not known "
            f"({int(naive.sum())} such times).",
            hint="Name the zone of the local times: --zone Europe/Berlin.",
        )
    resolved = utc_from_local(table["local"].set(~naive, None), zone)
    return Instants(time=time.zip_with(~naive, resolved.time), is_date=dated, findings=resolved.findings)


def _local() -> pl.Expr:
    """The clock time as written, whatever its offset."""
    plain = pl.col("text").str.extract(r"^(\d{4}-\d\d-\d\d)[Tt ]\d", 1) + pl.col("text").str.extract(
        r"^.{10}[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)\d*(?:[Zz]|[+-](?:0\d|1[0-4]):?[0-5]\d)?$", 1
    ).str.replace(r"^(\d\d:\d\d)$", "${1}:00")
    local = plain.str.to_datetime("%Y-%m-%d%H:%M:%S%.f", time_unit="us", strict=False)
    return pl.when(local.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(local).alias("local")


def _offset_minutes() -> pl.Expr:
    """Minutes ahead of UTC; null without an offset."""
    text = pl.col("text")
    minutes = text.str.extract(_OFFSET, 2).cast(pl.Int64) * 60 + text.str.extract(_OFFSET, 3).cast(pl.Int64)
    signed = pl.when(text.str.extract(_OFFSET, 1) == "-").then(-minutes).otherwise(minutes)
    return pl.when(text.str.contains("[Zz]$")).then(pl.lit(0, dtype=pl.Int64)).otherwise(signed)
