"""Spreadsheets (xlsx, xls) as tables of texts; what is a workbook is judged by content, not by name."""

import io
import zipfile
from pathlib import Path

import fastexcel
import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.source import ZIP_MAGIC, FileHead, read_bytes

OLE_MAGIC = b"\xd0\xcf\x11\xe0"
LARGEST_UNPACKED = 1024 * 1024 * 1024
"""Bytes of an unpacked workbook; more is refused before it is unpacked."""


def is_workbook(head: FileHead) -> bool:
    """Whether a file is an Office workbook: an OLE file, or a zip that begins with the parts of one."""
    if head.data.startswith(OLE_MAGIC):
        return True
    return head.data.startswith(ZIP_MAGIC) and (b"xl/" in head.data or b"[Content_Types].xml" in head.data[:200])


def read_sheets(path: Path, *, limit_bytes: int, title: str, first_rows: int | None = None) -> dict[str, pl.DataFrame]:
    """Every sheet of a workbook as texts, without a header: columns ``column_0`` …; blank cells are null.

    Args:
        path: a workbook.
        limit_bytes: larger files are refused.
        title: what is being read, for messages.
        first_rows: read no more rows than these.

    Raises:
        DataError: it is too large, or no workbook that can be read.
    """
    data = read_bytes(path, limit_bytes=limit_bytes, title=title)
    try:
        _check_unpacked(data, path.name)
        workbook = fastexcel.read_excel(data)
        return {name: _sheet(workbook, name, first_rows) for name in workbook.sheet_names}
    except (
        fastexcel.FastExcelError,
        zipfile.BadZipFile,
        NotImplementedError,
        ValueError,
        pl.exceptions.PolarsError,
    ) as error:
        raise DataError(
            ErrorCode.UNREADABLE_FILE,
            f"{path.name!r} is no workbook that can be read: {str(error).partition(chr(10))[0]}",
            hint="Open it in a spreadsheet program, save it as .xlsx, and import that.",
        ) from error


def _sheet(workbook: fastexcel.ExcelReader, name: str, first_rows: int | None) -> pl.DataFrame:
    sheet = workbook.load_sheet(
        name, header_row=None, n_rows=first_rows, dtypes="string", skip_whitespace_tail_rows=True
    )
    frame = sheet.to_polars()
    texts = frame.rename({old: f"column_{index}" for index, old in enumerate(frame.columns)})
    stripped = texts.with_columns(pl.all().cast(pl.String).str.strip_chars())
    return stripped.with_columns(
        pl.when(pl.col(column) != "").then(pl.col(column)).alias(column) for column in stripped.columns
    )


def _check_unpacked(data: bytes, name: str) -> None:
    if not data.startswith(ZIP_MAGIC):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > LARGEST_UNPACKED:
        raise DataError(
            ErrorCode.FILE_TOO_LARGE,
            f"{name!r} would be {unpacked / 2**20:,.0f} MiB when unpacked.",
            hint="Export a shorter period; nothing was read.",
        )
