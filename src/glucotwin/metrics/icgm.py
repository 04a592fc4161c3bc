"""The special controls of 21 CFR 862.1355 (b)(1)(v): what an integrated continuous glucose monitor has to keep.

Federal Register 87:9237 (2022-03504). Rows A to G are shares of readings whose lower one-sided 95 % confidence bound
has to exceed a limit; H and I allow no reading at all; J and K allow 1 % of rates with the wrong sign.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy.stats import beta, t

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.metrics.array import BoolArray, FloatArray, IntArray
from glucotwin.metrics.sensor_accuracy import HIGH_MGDL, LOW_MGDL

CONFIDENCE: Final = 0.95
WRONG_RATE_PCT: Final = 1.0
STEEP_MGDL_PER_MIN, CLEAR_MGDL_PER_MIN = 2.0, 1.0
EVERYWHERE: Final = "everywhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class BandRule:
    """A row of A to G: of readings in a range, more than ``required_pct`` lie within a band.

    Attributes:
        where: range of the reading: ``low``, ``target``, ``high``, or ``everywhere``.
        band: in mg/dL for ``low``, in percent of the reference elsewhere.
        required_pct: what the lower bound has to exceed.
    """

    where: str
    band: float
    required_pct: float


BAND_RULES: Final[Mapping[str, BandRule]] = MappingProxyType(
    {
        "A": BandRule(where="low", band=15.0, required_pct=85.0),
        "B": BandRule(where="target", band=15.0, required_pct=70.0),
        "C": BandRule(where="high", band=15.0, required_pct=80.0),
        "D": BandRule(where="low", band=40.0, required_pct=98.0),
        "E": BandRule(where="target", band=40.0, required_pct=99.0),
        "F": BandRule(where="high", band=40.0, required_pct=99.0),
        "G": BandRule(where=EVERYWHERE, band=20.0, required_pct=87.0),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPairs:
    """Readings beside the reference, one row a reading; only what lies within the sensor's range.

    Attributes:
        wearer: number of the wearer of each.
        reference_mgdl, shown_mgdl: glucose.
        reference_rate_mgdl_per_min, shown_rate_mgdl_per_min: their rates of change; nan where unknown.

    Raises:
        DataError: columns differ in length.
    """

    wearer: IntArray
    reference_mgdl: FloatArray
    shown_mgdl: FloatArray
    reference_rate_mgdl_per_min: FloatArray
    shown_rate_mgdl_per_min: FloatArray

    def __post_init__(self) -> None:
        sizes = {getattr(self, name).size for name in self.__slots__}
        if len(sizes) != 1:
            raise DataError(ErrorCode.INVALID_VALUE, f"Columns of readings have {sorted(sizes)} rows.")


@dataclass(frozen=True, slots=True, kw_only=True)
class IcgmRow:
    """One row of the special controls.

    Attributes:
        letter: A to K.
        pairs: readings that it is about.
        measured: percent (A to G, J, K) or number of readings (H, I); nan without readings.
        bound: lower (A to G) or upper (J, K) one-sided 95 % confidence bound; the number itself for H and I.
        required: what the bound has to exceed (A to G), or may not.
        is_met: whether it does; None where there is no reading to judge by.
    """

    letter: str
    pairs: int
    measured: float
    bound: float
    required: float
    is_met: bool | None


def icgm_rows(pairs: ReadingPairs) -> tuple[IcgmRow, ...]:
    """Every row, A to K.

    A range is the one of the reading, not of the reference. In J and K the readings are those whose true rate is
    beyond 2 mg/dL/min, and wrong are those that show more than 1 mg/dL/min the other way; the regulation asks for the
    share alone, and the bound is shown beside it.
    """
    rows = [_band_row(letter, rule, pairs) for letter, rule in BAND_RULES.items()]
    shown, reference = pairs.shown_mgdl, pairs.reference_mgdl
    rows.append(_never("H", (shown < LOW_MGDL), reference > HIGH_MGDL))
    rows.append(_never("I", (shown > HIGH_MGDL), reference < LOW_MGDL))
    known = np.isfinite(pairs.reference_rate_mgdl_per_min) & np.isfinite(pairs.shown_rate_mgdl_per_min)
    for letter, sign in (("J", -1.0), ("K", 1.0)):
        steep = known & (sign * pairs.reference_rate_mgdl_per_min > STEEP_MGDL_PER_MIN)
        wrong = -sign * pairs.shown_rate_mgdl_per_min > CLEAR_MGDL_PER_MIN
        rows.append(_rate_row(letter, pairs.wearer[steep], wrong[steep]))
    return tuple(rows)


def _band_row(letter: str, rule: BandRule, pairs: ReadingPairs) -> IcgmRow:
    shown, reference = pairs.shown_mgdl, pairs.reference_mgdl
    low, high = shown < LOW_MGDL, shown > HIGH_MGDL
    where = {"low": low, "target": ~low & ~high, "high": high, EVERYWHERE: np.ones(shown.size, dtype=bool)}[rule.where]
    width = rule.band if rule.where == "low" else rule.band * reference / 100.0
    inside = (np.abs(shown - reference) <= width)[where]
    share, bound = share_and_lower_bound(pairs.wearer[where], inside)
    met = None if inside.size == 0 else 100.0 * bound > rule.required_pct
    return IcgmRow(
        letter=letter,
        pairs=inside.size,
        measured=100.0 * share,
        bound=100.0 * bound,
        required=rule.required_pct,
        is_met=met,
    )


def _never(letter: str, readings: BoolArray, contradicted: BoolArray) -> IcgmRow:
    count = int(np.sum(readings & contradicted))
    met = count == 0 if readings.any() else None
    return IcgmRow(
        letter=letter, pairs=int(readings.sum()), measured=float(count), bound=float(count), required=0.0, is_met=met
    )


def _rate_row(letter: str, wearer: IntArray, wrong: BoolArray) -> IcgmRow:
    share, bound = share_and_lower_bound(wearer, ~wrong)
    measured = 100.0 - 100.0 * share
    met = None if wrong.size == 0 else measured <= WRONG_RATE_PCT
    return IcgmRow(
        letter=letter,
        pairs=wrong.size,
        measured=measured,
        bound=100.0 - 100.0 * bound,
        required=WRONG_RATE_PCT,
        is_met=met,
    )


def share_and_lower_bound(wearer: IntArray, inside: BoolArray) -> tuple[float, float]:
    """A share of readings and its lower one-sided 95 % confidence bound.

    Readings of one wearer are alike, so the bound is that of a ratio of sums over wearers (linearised variance, t with
    wearers less one), and no higher than the exact binomial one, which holds when all are inside.

    Args:
        wearer: number of the wearer of each reading.
        inside: whether the reading counts.

    Returns:
        Share and bound as fractions; nan twice without readings, and a bound of 0 with one wearer.
    """
    if inside.size == 0:
        return float("nan"), float("nan")
    share, count = float(np.mean(inside)), int(np.sum(inside))
    exact = 0.0 if count == 0 else float(beta.ppf(1.0 - CONFIDENCE, count, inside.size - count + 1))
    _, row = np.unique(wearer, return_inverse=True)
    readings = np.bincount(row).astype(np.float64)
    if readings.size < 2:
        return share, 0.0
    residual = np.bincount(row, weights=inside) - share * readings
    spread = readings.size / (readings.size - 1.0) * float(np.sum(residual**2)) / inside.size**2
    bound = share - float(t.ppf(CONFIDENCE, readings.size - 1)) * spread**0.5
    return share, max(0.0, min(bound, exact))
