"""Tables whose rows carry a local clock time, as tables with instants; readings of which one counts per time."""

from collections.abc import Sequence

import polars as pl

from glucotwin.ingest.left_out import unreadable_rows
from glucotwin.ingest.parse.clock import utc_from_local
from glucotwin.ingest.parse.table import LINE
from glucotwin.ingest.parse.written_time import DateOrder, local_times
from glucotwin.ingest.quality import Action, Finding, FindingCode, Severity, findings_in

HALF_YEAR_DAYS = 180
"""A row that lies further from both its neighbours bears a mistyped year, if another year fits."""


def timed_rows(
    table: pl.DataFrame,
    column: str,
    *,
    zone: str,
    orders: Sequence[DateOrder] = tuple(DateOrder),
    typed_by_hand: bool = False,
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """The rows that have a time, with ``time`` in UTC.

    Args:
        table: texts, with ``LINE``.
        column: with local times, all written in the same order of day, month and year.
        zone: IANA name.
        orders: how dates can be written in this format.
        typed_by_hand: a year in which a row would lie far from both its neighbours is put right where the
            neighbours' year places it between them.

    Raises:
        DataError: most of the texts are no times.
    """
    written = local_times(table[column], lines=table[LINE], orders=orders)
    local, mistyped = _with_right_years(written.local) if typed_by_hand else (written.local, ())
    resolved = utc_from_local(local, zone)
    rows = table.with_columns(resolved.time.alias("time")).filter(pl.col("time").is_not_null())
    blank = unreadable_rows(table[column].null_count())
    return rows, (*written.findings, *mistyped, *resolved.findings, *blank)


def _with_right_years(local: pl.Series) -> tuple[pl.Series, tuple[Finding, ...]]:
    time = pl.col("time")
    before, after = time.shift(1), time.shift(-1)
    far = pl.duration(days=HALF_YEAR_DAYS)
    leap_day = (time.dt.month() == 2) & (time.dt.day() == 29)
    day = pl.when(leap_day).then(28).otherwise(time.dt.day())
    moved = pl.datetime(before.dt.year(), time.dt.month(), day, time.dt.hour(), time.dt.minute())
    table = pl.DataFrame({"time": local.dt.cast_time_unit("us")}).with_columns(
        moved=pl.when(~leap_day).then(moved),
        is_far=((time - before).abs() > far) & ((after - time).abs() > far),
    )
    fits = pl.col("is_far") & pl.col("moved").is_between(time.shift(1), time.shift(-1))
    judged = table.with_columns(wrong=fits.fill_null(False))
    right = judged.select(pl.when("wrong").then("moved").otherwise("time").alias("time"))["time"]
    corrected = pl.DataFrame({"time": right.filter(judged["wrong"]).dt.replace_time_zone("UTC")})
    code, severity, action = FindingCode.WRONG_CLOCK, Severity.WARNING, Action.CORRECTED
    return right, findings_in(corrected, code, severity=severity, action=action)


def one_per_time(readings: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Readings without those that share the time of an earlier, different one; exact repeats stay for the checks.

    Args:
        readings: ``time`` and ``glucose_mgdl``, in the order of the file.
    """
    first = pl.col("glucose_mgdl").first().over("time")
    late = readings.filter(pl.col("glucose_mgdl") != first)
    kept = readings.filter(pl.col("glucose_mgdl") == first)
    code, severity, action = FindingCode.REPEATED_GLUCOSE_TIMES, Severity.INFO, Action.DROPPED
    return kept, findings_in(late, code, severity=severity, action=action, stream="glucose")


def header_cells(header: str, separator: str = ",") -> tuple[str, ...]:
    """The cells of a header without quotation marks, a byte-order mark or surrounding white space."""
    return tuple(cell.strip().strip("\ufeff").strip('"').strip() for cell in header.split(separator))
