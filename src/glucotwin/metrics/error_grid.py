"""Clinical error grids: how dangerous is a measured or forecast glucose, given the true one."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.metrics.array import BoolArray, FloatArray, IntArray, TextArray, as_pairs

ZONES = ("A", "B", "C", "D", "E")

DTS_FLOOR_MGDL = 50.0
DTS_SLOPE_ABOVE = 2.75
DTS_SLOPE_BELOW = 2.25
DTS_ZONE_ENDS = (0.5, 1.5, 2.5, 3.5)

Border = tuple[tuple[float, float], ...]

_FAR_MGDL = 550.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _ParkesBorders:
    """Borders of zones B to E as (reference, measured) vertices in mg/dL, extended straight beyond 550.

    Attributes:
        above: outer border of A, B, C, D over the diagonal: above it lies the next zone.
        below: outer border of A, B, C (and D) under the diagonal.
    """

    above: tuple[Border, ...]
    below: tuple[Border, ...]


_PARKES_TYPE1 = _ParkesBorders(
    above=(
        ((0, 50), (30, 50), (140, 170), (280, 380), (430, 550)),
        ((0, 60), (30, 60), (50, 80), (70, 110), (260, 550)),
        ((0, 100), (25, 100), (50, 125), (80, 215), (125, 550)),
        ((0, 150), (35, 155), (50, 550)),
    ),
    below=(
        ((50, 0), (50, 30), (170, 145), (385, 300), (550, 450)),
        ((120, 0), (120, 30), (260, 130), (550, 250)),
        ((250, 0), (250, 40), (550, 150)),
    ),
)

_PARKES_TYPE2 = _ParkesBorders(
    above=(
        ((0, 50), (30, 50), (230, 330), (440, 550)),
        ((0, 60), (30, 60), (280, 550)),
        ((0, 80), (25, 80), (35, 90), (125, 550)),
        ((0, 200), (35, 200), (50, 550)),
    ),
    below=(
        ((50, 0), (50, 30), (90, 80), (330, 230), (550, 450)),
        ((90, 0), (260, 130), (550, 250)),
        ((250, 0), (250, 40), (410, 110), (550, 160)),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneShares:
    """Percent of pairs in each zone; A and B are never summed (the DTS grid's authors call that inappropriate)."""

    pair_count: int
    a_pct: float
    b_pct: float
    c_pct: float
    d_pct: float
    e_pct: float


def dts_risk(reference_mgdl: ArrayLike, measured_mgdl: ArrayLike) -> FloatArray:
    """Signed risk of each pair on the DTS error grid (Klonoff 2024); positive when measured too high; shape (n,).

    Both values are raised to at least 50 mg/dL; the risk is 2.75 ln(measured / reference) above the diagonal and 2.25
    times the same below it.

    Raises:
        DataError: unequal lengths, no pair, or values that are not finite.
    """
    reference, measured = _checked(reference_mgdl, measured_mgdl)
    ratio = np.log(np.maximum(measured, DTS_FLOOR_MGDL) / np.maximum(reference, DTS_FLOOR_MGDL))
    return np.where(ratio >= 0.0, DTS_SLOPE_ABOVE, DTS_SLOPE_BELOW) * ratio


def dts_zones(reference_mgdl: ArrayLike, measured_mgdl: ArrayLike) -> TextArray:
    """Zone A to E of each pair on the DTS error grid: A up to 0.5 of absolute risk, B 1.5, C 2.5, D 3.5; shape (n,).

    Raises:
        DataError: as :func:`dts_risk`.
    """
    risk = np.abs(dts_risk(reference_mgdl, measured_mgdl))
    return _letters(np.searchsorted(DTS_ZONE_ENDS, risk, side="left"))


def parkes_type1_zones(reference_mgdl: ArrayLike, measured_mgdl: ArrayLike) -> TextArray:
    """Zone A to E of each pair on the Parkes (consensus) grid for type 1 diabetes (Pfützner 2013); shape (n,).

    A point on a border belongs to the inner zone.

    Raises:
        DataError: as :func:`dts_risk`.
    """
    return _parkes_zones(*_checked(reference_mgdl, measured_mgdl), _PARKES_TYPE1)


def parkes_type2_zones(reference_mgdl: ArrayLike, measured_mgdl: ArrayLike) -> TextArray:
    """Zone A to E of each pair on the Parkes (consensus) grid for type 2 diabetes (Pfützner 2013); shape (n,).

    A point on a border belongs to the inner zone.

    Raises:
        DataError: as :func:`dts_risk`.
    """
    return _parkes_zones(*_checked(reference_mgdl, measured_mgdl), _PARKES_TYPE2)


def clarke_zones(reference_mgdl: ArrayLike, measured_mgdl: ArrayLike) -> TextArray:
    """Zone A to E of each pair on the Clarke grid (Clarke 1987); shape (n,). For comparison with older work only.

    Where published descriptions leave a border open, this is the common reading: borders of C, D and E belong to them
    (reference 240, measured 70, 180), and the upper C ends at reference 290.

    Raises:
        DataError: as :func:`dts_risk`.
    """
    reference, measured = _checked(reference_mgdl, measured_mgdl)
    is_a = (np.abs(measured - reference) <= 0.2 * reference) | ((reference < 70.0) & (measured < 70.0))
    is_e = ((reference >= 180.0) & (measured <= 70.0)) | ((reference <= 70.0) & (measured >= 180.0))
    return np.select(
        [is_a, is_e, _is_clarke_c(reference, measured), _is_clarke_d(reference, measured)], ["A", "E", "C", "D"], "B"
    )


def count_zones(zones: TextArray) -> ZoneShares:
    """Percent of pairs per zone.

    Raises:
        DataError: there is no pair.
    """
    if zones.size == 0:
        raise DataError(ErrorCode.TOO_LITTLE_DATA, "There is no pair to place on an error grid.")
    a, b, c, d, e = (100.0 * float(np.mean(zones == zone)) for zone in ZONES)
    return ZoneShares(pair_count=zones.size, a_pct=a, b_pct=b, c_pct=c, d_pct=d, e_pct=e)


ERROR_GRIDS: MappingProxyType[str, Callable[[ArrayLike, ArrayLike], TextArray]] = MappingProxyType(
    {
        "dts": dts_zones,
        "parkes-type-1": parkes_type1_zones,
        "parkes-type-2": parkes_type2_zones,
        "clarke": clarke_zones,
    }
)


def _checked(reference_mgdl: ArrayLike, measured_mgdl: ArrayLike) -> tuple[FloatArray, FloatArray]:
    return as_pairs("reference_mgdl", reference_mgdl, "measured_mgdl", measured_mgdl)


def _is_clarke_c(reference: FloatArray, measured: FloatArray) -> BoolArray:
    upper = (reference >= 70.0) & (reference <= 290.0) & (measured >= reference + 110.0)
    lower = (reference >= 130.0) & (reference <= 180.0) & (measured <= 1.4 * reference - 182.0)
    return upper | lower


def _is_clarke_d(reference: FloatArray, measured: FloatArray) -> BoolArray:
    is_middle = (measured >= 70.0) & (measured <= 180.0)
    missed_high = (reference >= 240.0) & is_middle
    missed_low = (
        (reference <= 70.0) & is_middle & (measured >= np.where(reference <= 175.0 / 3.0, 70.0, 1.2 * reference))
    )
    return missed_high | missed_low


def _parkes_zones(reference: FloatArray, measured: FloatArray, borders: _ParkesBorders) -> TextArray:
    depth_above, depth_below = np.zeros(reference.size, np.int64), np.zeros(reference.size, np.int64)
    for border in borders.above:
        depth_above += _is_above(reference, measured, border)
    for border in borders.below:
        depth_below += _is_right(reference, measured, border)
    return _letters(np.maximum(depth_above, depth_below))


def _is_above(reference: FloatArray, measured: FloatArray, border: Border) -> BoolArray:
    """Which points lie strictly over a border that rises from left to right."""
    return measured > _height(reference, border)


def _is_right(reference: FloatArray, measured: FloatArray, border: Border) -> BoolArray:
    """Which points lie strictly under a border, which may start with a vertical piece."""
    return (reference > border[0][0]) & (measured < _height(reference, border))


def _height(reference: FloatArray, border: Border) -> FloatArray:
    """Measured value of the border at each reference, the last piece going on straight."""
    x, y = np.array(border).T
    last_slope = (y[-1] - y[-2]) / (x[-1] - x[-2])
    return np.interp(reference, x, y) + last_slope * np.maximum(reference - x[-1], 0.0)


def _letters(depth: IntArray) -> TextArray:
    return np.array(ZONES)[depth]
