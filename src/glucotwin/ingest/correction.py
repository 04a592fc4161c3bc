"""Records of what an import changes, for the stream ``correction``."""

from collections.abc import Iterable

import polars as pl

from glucotwin.domain.correction import Correction
from glucotwin.domain.frame import STREAMS, conform_frame, in_one_order, is_repeat, schema_of
from glucotwin.domain.reversal import record_json
from glucotwin.ingest.quality import FindingCode


def corrections(
    rows: pl.DataFrame, *, stream: str, quantity: str, original: str, corrected: str | None, code: FindingCode
) -> pl.DataFrame:
    """A row of the stream ``correction`` for every row of a table.

    Args:
        rows: what was changed or left out, with ``time``.
        stream: the stream the rows belong to.
        quantity: the field concerned.
        original: column of the value as it came; rows without one are passed over.
        corrected: column of the value used; None when the rows were left out.
        code: the finding that tells of it.
    """
    table = rows.filter(pl.col(original).is_not_null()).with_columns(
        original=pl.col(original).cast(pl.Float64),
        corrected=pl.lit(None, dtype=pl.Float64) if corrected is None else pl.col(corrected).cast(pl.Float64),
    )
    return _rows(table, stream=stream, quantity=quantity, code=code)


def assumed(rows: pl.DataFrame, *, stream: str, quantity: str, code: FindingCode) -> pl.DataFrame:
    """A row of the stream ``correction`` for every record of which a value, that came without, is an assumption.

    Args:
        rows: the records, with ``time`` and the quantity.
        stream: the stream they belong to.
        quantity: the field.
        code: the finding that tells of it.
    """
    table = rows.with_columns(original=pl.lit(None, dtype=pl.Float64), corrected=pl.col(quantity).cast(pl.Float64))
    return _rows(table, stream=stream, quantity=quantity, code=code)


def assumed_times(rows: pl.DataFrame, *, stream: str, sd_min: str, code: FindingCode) -> pl.DataFrame:
    """A row of the stream ``correction`` for every record whose time is an assumption.

    Args:
        rows: the records, with ``time``.
        stream: the stream they belong to.
        sd_min: column of the standard deviation of the time in minutes.
        code: the finding that tells of it.
    """
    seconds = pl.col("time").dt.epoch("us") / 1e6
    table = rows.with_columns(
        original=pl.lit(None, dtype=pl.Float64), corrected=seconds, sd=pl.col(sd_min).cast(pl.Float64)
    )
    return _rows(table, stream=stream, quantity="time", code=code)


def _rows(table: pl.DataFrame, *, stream: str, quantity: str, code: FindingCode) -> pl.DataFrame:
    # Columns of the records may bear the same names.
    own = {"time", "source", "original", "corrected", "sd", "record"}
    table = table.select(name for name in table.columns if name in own)
    defaults = {"source": pl.lit(""), "sd": pl.lit(None, dtype=pl.Float64), "record": pl.lit("")}
    named = table.with_columns(
        **{name: default for name, default in defaults.items() if name not in table.columns},
        stream=pl.lit(stream),
        quantity=pl.lit(quantity),
        reason=pl.lit(str(code)),
        reversed=pl.lit(False),
    )
    return named.select(list(schema_of(Correction)))


def left_out(rows: pl.DataFrame, *, stream: str, code: FindingCode, quantity: str = "") -> pl.DataFrame:
    """A row of the stream ``correction`` for every record that is left out, which keeps the whole record.

    Args:
        rows: the records, with all fields of the stream.
        stream: the stream they belong to.
        code: the finding that tells of it.
        quantity: the field that is the reason; blank when there is none.
    """
    records = conform_frame(STREAMS[stream], rows)
    value = pl.col(quantity).cast(pl.Float64) if quantity else pl.lit(None, dtype=pl.Float64)
    table = records.with_columns(
        original=value,
        corrected=pl.lit(None, dtype=pl.Float64),
        record=pl.Series([record_json(row) for row in records.iter_rows(named=True)], dtype=pl.String),
    )
    return _rows(table, stream=stream, quantity=quantity, code=code)


def taken_back(rows: pl.DataFrame, correction: pl.DataFrame | None, *, stream: str, code: FindingCode) -> pl.Series:
    """Which records stand as they came because somebody took their step back.

    Args:
        rows: records of the stream, with ``time`` and ``source``.
        correction: the steps known; None without any.
        stream: the stream the records belong to.
        code: the finding that tells of the step.
    """
    if correction is None:
        return pl.Series([False] * len(rows), dtype=pl.Boolean)
    steps = correction.filter(pl.col("reversed") & (pl.col("stream") == stream) & (pl.col("reason") == str(code)))
    known = steps.select("time", "source", back=pl.lit(True)).unique()
    return rows.join(known, on=["time", "source"], how="left", maintain_order="left")["back"].fill_null(False)


def with_steps(correction: pl.DataFrame | None, steps: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """The stream ``correction`` with further steps, each once and in order."""
    table = in_one_order(pl.concat([*([] if correction is None else [correction]), *steps]))
    return table.filter(~is_repeat(table))
