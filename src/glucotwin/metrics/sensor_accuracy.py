"""How near a sensor's readings are to glucose: differences, shares within bands, memory and delay of the error."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from glucotwin.metrics.array import FloatArray, as_pairs

LOW_MGDL, HIGH_MGDL = 70.0, 180.0
DELAYS_MIN = tuple(range(31))


@dataclass(frozen=True, slots=True, kw_only=True)
class SensorAccuracy:
    """Readings beside reference glucose of the same minute.

    Attributes:
        pairs: how many.
        mard_pct: mean absolute relative difference; nan without pairs, as all others.
        mean_absolute_mgdl: mean absolute difference.
        bias_mgdl: mean of reading less reference.
        within_15_pct, within_20_pct, within_40_pct: share within so many mg/dL below the limit, percent from it on.
    """

    pairs: int
    mard_pct: float
    mean_absolute_mgdl: float
    bias_mgdl: float
    within_15_pct: float
    within_20_pct: float
    within_40_pct: float


def sensor_accuracy(reference_mgdl: ArrayLike, shown_mgdl: ArrayLike, *, limit_mgdl: float = 100.0) -> SensorAccuracy:
    """Accuracy of readings, as studies report it.

    Args:
        reference_mgdl: glucose, one value a reading.
        shown_mgdl: readings.
        limit_mgdl: below it bands are absolute; 80 in older studies, 100 in ISO 15197:2013.

    Raises:
        DataError: a value is not finite, lengths differ, or there is no pair.
    """
    reference, shown = as_pairs("reference_mgdl", reference_mgdl, "shown_mgdl", shown_mgdl)
    error = shown - reference
    return SensorAccuracy(
        pairs=error.size,
        mard_pct=100.0 * float(np.mean(np.abs(error) / reference)),
        mean_absolute_mgdl=float(np.mean(np.abs(error))),
        bias_mgdl=float(np.mean(error)),
        **{f"within_{band}_pct": within_pct(reference, shown, band, limit_mgdl=limit_mgdl) for band in (15, 20, 40)},
    )


def within_pct(reference: FloatArray, shown: FloatArray, band: float, *, limit_mgdl: float) -> float:
    """Share of readings within ``band`` mg/dL below the limit and ``band`` percent from it on; percent."""
    width = np.where(reference < limit_mgdl, band, band * reference / 100.0)
    return 100.0 * float(np.mean(np.abs(shown - reference) <= width))


def accuracy_by_range(
    reference_mgdl: ArrayLike, shown_mgdl: ArrayLike, *, limit_mgdl: float = 100.0
) -> dict[str, SensorAccuracy]:
    """Accuracy where the reference is ``low`` (below 70 mg/dL), ``target`` and ``high`` (above 180), unless empty.

    Raises:
        DataError: as for ``sensor_accuracy``.
    """
    reference, shown = as_pairs("reference_mgdl", reference_mgdl, "shown_mgdl", shown_mgdl)
    low, high = reference < LOW_MGDL, reference > HIGH_MGDL
    ranges = {"low": low, "target": ~low & ~high, "high": high}
    return {
        name: sensor_accuracy(reference[where], shown[where], limit_mgdl=limit_mgdl)
        for name, where in ranges.items()
        if where.any()
    }


def error_memory(error_mgdl: FloatArray, lag: int) -> float:
    """Autocorrelation of errors within wearers, each about the wearer's own mean.

    Args:
        error_mgdl: at even steps, ``(wearers, steps)``; nan where nothing was shown.
        lag: steps between the two.

    Returns:
        The correlation; nan without pairs.
    """
    seen = np.isfinite(error_mgdl)
    count = np.maximum(seen.sum(axis=1, keepdims=True), 1)
    centred = np.where(seen, error_mgdl - np.where(seen, error_mgdl, 0.0).sum(axis=1, keepdims=True) / count, 0.0)
    both = seen[:, lag:] & seen[:, : seen.shape[1] - lag]
    if not both.any():
        return float("nan")
    product = float(np.mean((centred[:, lag:] * centred[:, : seen.shape[1] - lag])[both]))
    variance = float(np.mean(centred[seen] ** 2))
    return product / variance if variance > 0.0 else float("nan")


def shown_delay_min(reference_mgdl: FloatArray, shown_mgdl: FloatArray) -> int:
    """By how many minutes readings follow the reference: the shift at which they differ least.

    Args:
        reference_mgdl: minute by minute, ``(wearers, minutes)``.
        shown_mgdl: likewise; nan where nothing was shown.

    Returns:
        Minutes from 0 to 30 with the least mean squared difference.
    """
    longest = DELAYS_MIN[-1]
    shown = shown_mgdl[:, longest:]

    def squared(delay: int) -> float:
        return float(np.nanmean((shown - reference_mgdl[:, longest - delay : reference_mgdl.shape[1] - delay]) ** 2))

    return min(DELAYS_MIN, key=squared)
