"""From the times written in files to instants in UTC, across clock changes."""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.frame import TIME_TYPE
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

_ISO = r"^(\d{4}-\d{2}-\d{2})[T ](\d{1,2}:\d{2})(:\d{2}(?:\.\d+)?)?\s*(Z|z|[+-]\d{2}:?\d{2})?$"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedTimes:
    """Instants of local times.

    Attributes:
        time: UTC, one per given time.
        findings: what had to be decided about clock changes.
    """

    time: pl.Series
    findings: tuple[Finding, ...] = ()


def utc_from_local(local: pl.Series, zone: str) -> ResolvedTimes:
    """Instants of local clock times in their order in the file.

    In the hour that an autumn change repeats, times count as the first pass until the clock is seen to run back. Times
    in the hour that a spring change skips come from a clock that was not changed: they are read with the offset before.

    Args:
        local: times without zone; nulls stay null.
        zone: IANA name.
    """
    descending = local.len() > 1 and _is_descending(local)
    ordered = local.reverse() if descending else local
    first = _localised(ordered, zone, "earliest")
    last = _localised(ordered, zone, "latest")
    ambiguous = (first != last).fill_null(False)
    # Within one autumn night, everything after the clock has run back belongs to the second pass.
    table = pl.DataFrame({"local": ordered, "first": first, "last": last, "ambiguous": ambiguous})
    ran_back = (pl.col("local").diff() < pl.duration()).fill_null(False).cum_sum().over(pl.col("local").dt.date()) > 0
    time = table.select(pl.when(pl.col("ambiguous") & ran_back).then("last").otherwise("first").alias("time"))["time"]
    skipped = time.is_null() & ordered.is_not_null()
    if skipped.any():
        time = time.zip_with(~skipped, _with_offset_before(ordered, zone))
    findings = (
        *_corrected(FindingCode.AMBIGUOUS_TIMES, time.filter(ambiguous)),
        *_corrected(FindingCode.SKIPPED_TIMES, time.filter(skipped)),
    )
    return ResolvedTimes(time=(time.reverse() if descending else time).alias("time"), findings=findings)


def utc_from_iso(texts: pl.Series, zone: str | None, *, lines: pl.Series) -> ResolvedTimes:
    """Instants of ISO 8601 texts, with an offset or, given a zone, without.

    Args:
        texts: one time per row.
        zone: IANA name for those without an offset; None when unknown.
        lines: line number of each text, for messages.

    Raises:
        DataError: a text is no time, or has no offset and the zone is unknown.
    """
    parts = pl.DataFrame({"text": texts.str.strip_chars()}).select(
        pl.concat_str(
            pl.col("text").str.extract(_ISO, 1),
            pl.lit(" "),
            pl.col("text").str.extract(_ISO, 2).str.zfill(5),
            pl.col("text").str.extract(_ISO, 3).fill_null(":00"),
        )
        .str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
        .alias("local"),
        pl.col("text").str.extract(_ISO, 4).str.replace("(?i)z", "+00:00").str.replace(":", "").alias("offset"),
    )
    _check_times(texts, parts["local"], lines)
    naive = parts["offset"].is_null()
    if naive.any() and zone is None:
        row = int(naive.arg_true()[0])
        raise DataError(
            ErrorCode.NAIVE_TIME,
            f"The time {texts[row]!r} in line {lines[row]} has no offset, and the zone is not known.",
            hint="Name the zone of the local times: --zone Europe/Berlin.",
        )
    minutes = pl.col("offset").str.slice(1, 2).cast(pl.Int64) * 60 + pl.col("offset").str.slice(3, 2).cast(pl.Int64)
    signed = pl.when(pl.col("offset").str.starts_with("-")).then(-minutes).otherwise(minutes)
    absolute = parts.select((pl.col("local") - pl.duration(minutes=signed)).dt.replace_time_zone("UTC"))["local"]
    if not naive.any() or zone is None:
        return ResolvedTimes(time=absolute.alias("time"))
    local = parts.select(pl.when(pl.col("offset").is_null()).then("local"))["local"]
    resolved = utc_from_local(local, zone)
    return ResolvedTimes(time=resolved.time.zip_with(naive, absolute).alias("time"), findings=resolved.findings)


def _with_offset_before(local: pl.Series, zone: str) -> pl.Series:
    """Instants of local times by the offset that held some hours before."""
    margin = timedelta(hours=3)
    return _localised(local - margin, zone, "earliest") + margin


def _check_times(texts: pl.Series, parsed: pl.Series, lines: pl.Series) -> None:
    wrong = parsed.is_null()
    if wrong.any():
        row = int(wrong.arg_true()[0])
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"{texts[row]!r} in line {lines[row]} is not a time ({wrong.sum()} such lines).",
            hint="Times are ISO 8601: 2024-03-01T08:00:00-07:00 or 2024-03-01 08:00.",
        )


def _is_descending(local: pl.Series) -> bool:
    known = local.drop_nulls()
    return known.len() > 1 and known[0] > known[-1]


def _localised(local: pl.Series, zone: str, ambiguous: str) -> pl.Series:
    aware = local.dt.replace_time_zone(zone, ambiguous=ambiguous, non_existent="null")  # pyright: ignore[reportArgumentType]  # one of the literals
    return aware.dt.convert_time_zone("UTC").cast(TIME_TYPE)


def _corrected(code: FindingCode, times: pl.Series) -> tuple[Finding, ...]:
    return findings_in(pl.DataFrame({"time": times}), code, severity=Severity.WARNING, action=Action.CORRECTED)
