"""Entries of a ledger in compact files that never change: Parquet, one row per entry, a fraction of the JSON's size.

A segment holds exactly what the journal held: from it the very same entries, with the same hashes, can be made again.
The journal's entry that stands for it holds its SHA-256, and the entry is itself part of the chain, so that nothing in
a segment can be changed unnoticed.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.file import replace_file
from glucotwin.core.journal import JournalEntry
from glucotwin.core.provenance import sha256_of_file
from glucotwin.forecast.ledger.curve_code import CurveCode, decode_curves, encode_curves

SEALED = "sealed"
"""Kind of the entry that stands for a segment."""

COMPRESSION_LEVEL = 12
SCHEMA = {
    "sequence": pl.Int64,
    "written_at": pl.String,
    "kind": pl.String,
    "content": pl.String,
    "points": pl.Int64,
    "curves": pl.Binary,
    "paths": pl.Binary,
    "order": pl.Binary,
}


def keep_segment(folder: Path, entries: Sequence[JournalEntry]) -> dict[str, Any]:
    """Writes entries to a segment, reads them back, and gives the content of the entry that stands for them.

    Args:
        folder: of the ledger.
        entries: one after another as they stand in the journal.

    Raises:
        DataError: what was read back is not what was written.
    """
    name = f"segment-{entries[0].sequence:09d}-{entries[-1].sequence:09d}.parquet"
    frame = pl.DataFrame([_row(one) for one in entries], schema=SCHEMA)
    replace_file(folder / name, lambda place: _write(frame, place))
    content = {
        "file": name,
        "sha256": sha256_of_file(folder / name),
        "entries": len(entries),
        "before": entries[0].previous,
        "last": entries[-1].sha256(),
    }
    check_segment(folder, content)
    return content


def read_segment(folder: Path, content: Mapping[str, Any]) -> Iterator[JournalEntry]:
    """A segment's entries in order, after its file was found to be what was sealed.

    Their place in the chain is not told (``previous`` is empty); ``check_segment`` works it out.

    Args:
        folder: of the ledger.
        content: of the entry that stands for it.

    Raises:
        DataError: the file is missing or was changed.
    """
    path = folder / Path(str(content["file"])).name
    try:
        whole = sha256_of_file(path) == content["sha256"]
        rows = pl.read_parquet(path).iter_rows(named=True) if whole else None
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _damaged(path) from error
    if rows is None:
        raise _damaged(path)
    return (_entry(row, path) for row in rows)


def check_segment(folder: Path, content: Mapping[str, Any]) -> None:
    """Works out the chain of hashes through a segment anew.

    Raises:
        DataError: it does not lead from the entry before the segment to the one after it.
    """
    previous, entries = str(content["before"]), 0
    for entry in read_segment(folder, content):
        previous = replace(entry, previous=previous).sha256()
        entries += 1
    if previous != content["last"] or entries != content["entries"]:
        raise _damaged(folder / str(content["file"]))


def _write(frame: pl.DataFrame, place: Path) -> None:
    frame.write_parquet(place, compression="zstd", compression_level=COMPRESSION_LEVEL)
    with place.open("rb") as file:
        os.fsync(file.fileno())


def _row(entry: JournalEntry) -> dict[str, Any]:
    content, code = dict(entry.content), None
    encoded = encode_curves(content["forecast"]) if isinstance(content.get("forecast"), Mapping) else None
    if encoded is not None:
        content["forecast"], code = encoded
    curves = dict.fromkeys(CurveCode._fields) if code is None else code._asdict()
    head = {"sequence": entry.sequence, "written_at": entry.written_at.isoformat(), "kind": entry.kind}
    return head | {"content": json.dumps(content, ensure_ascii=False, separators=(",", ":"))} | curves


def _entry(row: Mapping[str, Any], path: Path) -> JournalEntry:
    try:
        content = json.loads(row["content"])
        if row["points"] is not None:
            code = CurveCode(**{name: row[name] for name in CurveCode._fields})
            content["forecast"] = decode_curves(content["forecast"], code)
        return JournalEntry(
            sequence=row["sequence"],
            written_at=datetime.fromisoformat(row["written_at"]),
            kind=row["kind"],
            content=content,
            previous="",
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> DataError:
    return DataError(
        ErrorCode.DAMAGED_ARTEFACT,
        f"{path} is missing, damaged or was changed: it is not the part of the ledger that was sealed.",
        hint="Restore the file from a copy.",
    )
