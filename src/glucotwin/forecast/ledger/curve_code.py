"""Forecasts' curves as few bytes, exactly as they were rounded when they were issued.

Curves are whole numbers of hundredths of a mg/dL (tenths for paths, ten-thousandths for probabilities). Of paths, the
sorted values at each time are kept, as differences of differences that are small and alike, and the order in which
paths go through them, which is the same for most forecasts of a twin.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

PATHS, BANDS = "trajectories_mgdl", "bands"
CURVES = {"median_mgdl": 100, "probability_below_70": 10_000, "probability_below_54": 10_000}
"""Curves of a stored forecast and how many steps of its rounding make 1."""
EDGES = ("low_mgdl", "high_mgdl")
EDGE_SCALE, PATH_SCALE = 100, 10
LARGEST = 2**30


class CurveCode(NamedTuple):
    """A forecast's curves as bytes.

    Attributes:
        points: times ahead.
        curves: median, edges of bands and probabilities.
        paths: sorted paths.
        order: rank of each path at each time.
    """

    points: int
    curves: bytes
    paths: bytes
    order: bytes


def encode_curves(forecast: Mapping[str, Any]) -> tuple[dict[str, Any], CurveCode] | None:
    """A stored forecast without its curves, and those as bytes; None when that would lose anything.

    Args:
        forecast: what ``Forecast.to_json`` gave.
    """
    try:
        code = CurveCode(len(forecast["t_min"]), _curves_code(forecast), *_paths_code(forecast[PATHS]))
        rest = {name: value for name, value in forecast.items() if name not in (PATHS, *CURVES)}
        rest[BANDS] = [{name: value for name, value in one.items() if name not in EDGES} for one in forecast[BANDS]]
        return (rest, code) if decode_curves(rest, code) == forecast else None
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def decode_curves(rest: Mapping[str, Any], code: CurveCode) -> dict[str, Any]:
    """The stored forecast that ``encode_curves`` took apart.

    Raises:
        ValueError: the bytes do not fit together.
    """
    bands: Sequence[Mapping[str, Any]] = rest[BANDS]
    curves = _undone(_numbers(code.curves).reshape(-1, code.points), 1)
    values = iter(curves)
    found = dict(rest) | {name: _plain(next(values), scale) for name, scale in CURVES.items()}
    found[BANDS] = [dict(one) | {edge: _plain(next(values), EDGE_SCALE) for edge in EDGES} for one in bands]
    ordered = _undone(_undone(_numbers(code.paths).reshape(-1, code.points), 1), 0)
    ranks = np.frombuffer(code.order, dtype=_rank_type(len(ordered))).reshape(ordered.shape)
    found[PATHS] = _plain(np.take_along_axis(ordered, ranks.astype(np.int64), axis=0), PATH_SCALE)
    return found


def _curves_code(forecast: Mapping[str, Any]) -> bytes:
    edges = [_whole(one[edge], EDGE_SCALE) for one in forecast[BANDS] for edge in EDGES]
    return _bytes(
        _differences(np.stack([*(_whole(forecast[name], scale) for name, scale in CURVES.items()), *edges]), 1)
    )


def _paths_code(paths: Sequence[Sequence[float]]) -> tuple[bytes, bytes]:
    whole = _whole(paths, PATH_SCALE)
    # Equal values are told apart by their place, so that the order stays what it is for paths that nearly touch.
    ranks = np.argsort(np.argsort(whole, axis=0, kind="stable"), axis=0, kind="stable")
    sorted_paths = np.sort(whole, axis=0)
    return (
        _bytes(_differences(_differences(sorted_paths, 0), 1)),
        ranks.astype(_rank_type(len(whole))).tobytes(),
    )


def _rank_type(paths: int) -> type[np.unsignedinteger[Any]]:
    return np.uint8 if paths <= 256 else np.uint16


def _whole(values: object, scale: int) -> np.ndarray:
    scaled = np.rint(np.asarray(values, dtype=np.float64) * scale)
    if not np.all(np.abs(scaled) < LARGEST):
        raise ValueError("a value is too large to be kept as a whole number")
    return scaled.astype(np.int64)


def _plain(whole: np.ndarray, scale: int) -> list[Any]:
    return (whole / scale).tolist()


def _differences(values: np.ndarray, axis: int) -> np.ndarray:
    return np.diff(values, axis=axis, prepend=0)


def _undone(differences: np.ndarray, axis: int) -> np.ndarray:
    return np.cumsum(differences, axis=axis)


def _bytes(values: np.ndarray) -> bytes:
    """Low bytes of all values first: the high ones are nearly all alike and compress to nothing."""
    signs = np.where(values < 0, -2 * values - 1, 2 * values).astype("<u4")
    return signs.reshape(-1).view(np.uint8).reshape(-1, 4).T.tobytes()


def _numbers(content: bytes) -> np.ndarray:
    planes = np.frombuffer(content, dtype=np.uint8).reshape(4, -1)
    signs = np.ascontiguousarray(planes.T).view("<u4").reshape(-1).astype(np.int64)
    return np.where(signs % 2 == 1, -(signs + 1) // 2, signs // 2)
