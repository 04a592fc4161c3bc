"""Reads per-minute input tables: ``t_min,insulin_u_per_min,carbs_g_per_min``, rates held over each minute."""

from pathlib import Path

import numpy as np
import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.inputs import Inputs, constant_inputs

COLUMNS = ("t_min", "insulin_u_per_min", "carbs_g_per_min")
LARGEST_BYTES = 500_000_000
HINT = f"The table needs the columns {', '.join(COLUMNS)} and one row per minute, t_min counting from 0."


def read_input_table(path: Path) -> Inputs:
    """Inputs of a CSV file.

    Raises:
        DataError: the file cannot be read, lacks a column, or a value is missing, negative, no number or out of order;
            names line and column.
    """
    table = _read_text(path)
    missing = [name for name in COLUMNS if name not in table.columns]
    if missing:
        raise DataError(ErrorCode.MISSING_COLUMN, f"{path.name} has no column {missing[0]!r}.", hint=HINT)
    if table.is_empty():
        raise DataError(ErrorCode.EMPTY_FILE, f"{path.name} has no rows.", hint=HINT)
    t_min, insulin, carbs = (_numbers(path, table, name) for name in COLUMNS)
    wrong = np.flatnonzero(t_min != np.arange(t_min.size))
    if wrong.size:
        problem = f"t_min is {t_min[wrong[0]]:g} where {wrong[0]} should follow"
        raise _complaint(path, int(wrong[0]), problem)
    return constant_inputs(t_min.size, insulin_u_per_min=insulin, carbs_g_per_min=carbs)


def _read_text(path: Path) -> pl.DataFrame:
    """All cells as text, so that a complaint can quote them."""
    if not path.is_file():
        raise DataError(ErrorCode.UNREADABLE_FILE, f"There is no file {path}.", hint="Check the path.")
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise DataError(
            ErrorCode.FILE_TOO_LARGE, f"{path.name} has {size / 1e9:.1f} GB.", hint="Cut it into shorter runs."
        )
    if size == 0:
        raise DataError(ErrorCode.EMPTY_FILE, f"{path.name} is empty.", hint=HINT)
    try:
        return pl.read_csv(path, infer_schema=False)
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path.name} is no CSV table.", hint=HINT) from error


def _numbers(path: Path, table: pl.DataFrame, name: str) -> np.ndarray:
    values = table[name].str.strip_chars().cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    wrong = np.flatnonzero(~np.isfinite(values) | (values < 0.0))
    if wrong.size:
        row = int(wrong[0])
        cell = table[name][row]
        problem = f"{name} is {'missing' if cell in (None, '') else repr(cell)}"
        raise _complaint(path, row, f"{problem}, not a number of at least 0")
    return values


def _complaint(path: Path, row: int, problem: str) -> DataError:
    # The first row stands on the second line, below the names.
    return DataError(ErrorCode.INVALID_VALUE, f"{path.name}, line {row + 2}: {problem}.", hint=HINT)
