"""A block: all records of a stream that began on one day (UTC), as compressed bytes.

Rows of columns as JSON, times in microseconds since 1970 UTC, compressed: a third of the size of Parquet for a day, and
as quick to read (``docs/decisions/0024-service-store.md``).
"""

import json
import zlib

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.domain.frame import STREAMS, TIME_TYPE, conform_frame, in_one_order, is_repeat

FORMAT = 1


def packed(frame: pl.DataFrame) -> bytes:
    """A table as a block."""
    plain = frame.with_columns(pl.col(pl.Datetime).dt.epoch("us"))
    columns = {name: plain[name].to_list() for name in plain.columns}
    return bytes([FORMAT]) + zlib.compress(json.dumps(columns, allow_nan=False, separators=(",", ":")).encode())


def unpacked(stream: str, content: bytes) -> pl.DataFrame:
    """The table of a block; columns that came later hold what is said when nothing is known.

    Raises:
        DataError: it is no block of this stream.
    """
    try:
        if content[:1] != bytes([FORMAT]):
            raise ValueError(content[:1])
        columns = json.loads(zlib.decompress(content[1:]))
        frame = pl.DataFrame(columns, infer_schema_length=None)
        times = frame.with_columns(pl.from_epoch("time", time_unit="us").dt.replace_time_zone("UTC").cast(TIME_TYPE))
        return conform_frame(STREAMS[stream], times)
    except (ValueError, KeyError, zlib.error, pl.exceptions.PolarsError) as error:
        raise DataError(ErrorCode.DAMAGED_ARTEFACT, message("store-damaged-value")) from error


def united(stored: pl.DataFrame, fresh: pl.DataFrame) -> pl.DataFrame:
    """All rows of both, each once, in one order: nothing depends on what came first, or how often."""
    rows = in_one_order(pl.concat([stored, fresh]))
    return rows.filter(~is_repeat(rows))
