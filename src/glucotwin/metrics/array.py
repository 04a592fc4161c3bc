"""Host arrays of the metrics, checked where they enter."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from glucotwin.core.error import DataError, ErrorCode

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
TextArray = np.ndarray
"""Text per point; ``NDArray[np.str_]`` would fail run-time checks, as every length of text is a dtype of its own."""

TimeArray = np.ndarray
"""numpy datetimes; ``NDArray[np.datetime64]`` would fail run-time checks, as every unit is a dtype of its own."""


def as_floats(name: str, values: ArrayLike, *, dimensions: int = 1) -> FloatArray:
    """``values`` as finite float64 numbers.

    Raises:
        DataError: another number of dimensions, or a value that is not finite.
    """
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != dimensions:
        raise DataError(ErrorCode.INVALID_VALUE, f"{name} has {array.ndim} dimensions instead of {dimensions}.")
    if not np.isfinite(array).all():
        raise DataError(ErrorCode.NOT_FINITE, f"{name} holds values that are not finite numbers.")
    return array


def as_pairs(first_name: str, first: ArrayLike, second_name: str, second: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Two finite vectors of one length, at least one pair.

    Raises:
        DataError: the lengths differ, there is no pair, or a value is not finite.
    """
    left, right = as_floats(first_name, first), as_floats(second_name, second)
    check_same_length(first_name, left.size, second_name, right.size)
    if left.size == 0:
        raise DataError(ErrorCode.TOO_LITTLE_DATA, f"{first_name} and {second_name} are empty.")
    return left, right


def check_same_length(first_name: str, first: int, second_name: str, second: int) -> None:
    """Passes when both lengths are equal.

    Raises:
        DataError: they differ.
    """
    if first != second:
        raise DataError(ErrorCode.INVALID_VALUE, f"{first_name} has {first} values but {second_name} has {second}.")


def ratio_or_nan(numerator: float, denominator: float) -> float:
    """The quotient, or nan (undefined) when the denominator is zero."""
    return numerator / denominator if denominator != 0.0 else float("nan")
