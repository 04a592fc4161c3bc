"""Times and JSON as the writers write them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import polars as pl

from glucotwin.core.file import replace_file


def iso_times(times: pl.Series) -> pl.Series:
    """UTC times as ISO 8601 with a Z, with a fraction of a second only where there is one."""
    whole = times.dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    exact = times.dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ")
    return whole.zip_with(times.dt.microsecond() == 0, exact)


def with_end(frame: pl.DataFrame) -> pl.DataFrame:
    """A table with ``end``: its ``time`` after ``duration_min``; null where that is not known."""
    microseconds = (pl.col("duration_min") * 60e6).round().cast(pl.Int64)
    return frame.with_columns(end=pl.col("time") + pl.duration(microseconds=microseconds))


def write_json_array(
    path: Path, documents: Iterable[Mapping[str, object]], *, begin: str = "[", end: str = "]"
) -> None:
    """Writes a JSON array of documents, one on each line; the file appears whole or not at all.

    Args:
        path: the file.
        documents: in their order.
        begin: what stands before the first document.
        end: what stands after the last one.
    """

    def write(draft: Path) -> None:
        with draft.open("w", encoding="utf-8") as file:
            file.write(begin)
            for number, document in enumerate(documents):
                file.write(",\n" if number else "\n")
                file.write(json.dumps(document, separators=(",", ":"), ensure_ascii=False, allow_nan=False))
            file.write(f"\n{end}\n")

    replace_file(path, write)
