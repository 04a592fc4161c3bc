"""The control-variability grid: how low and how high each person's glucose goes, in zones from A to E."""

import numpy as np

from glucotwin.core.array import Float

LOWEST_SHARE, HIGHEST_SHARE = 0.025, 0.975
ZONES = ("A", "B", "C", "D", "E")
_A_LOW, _B_LOW = 90.0, 70.0
_A_HIGH, _B_HIGH = 180.0, 300.0


def extremes_mgdl(
    glucose_mgdl: Float[np.ndarray, "people time"],
) -> tuple[Float[np.ndarray, " people"], Float[np.ndarray, " people"]]:
    """The 2.5th and 97.5th percentile of each person's glucose, which stand for lowest and highest."""
    low, high = np.quantile(glucose_mgdl, (LOWEST_SHARE, HIGHEST_SHARE), axis=1)
    return low, high


def grid_zones(low_mgdl: Float[np.ndarray, " people"], high_mgdl: Float[np.ndarray, " people"]) -> list[str]:
    """Each person's zone: A accurate, B benign, C overcorrected, D failing to deal with an extreme, E wrong at both.

    Source: Magni et al., J Diabetes Sci Technol 2008;2:630-5; upper and lower halves of a zone are one here.

    Args:
        low_mgdl: each person's lowest glucose, see ``extremes_mgdl``.
        high_mgdl: each person's highest.
    """
    lower = np.where(low_mgdl >= _A_LOW, 0, np.where(low_mgdl >= _B_LOW, 1, 2))
    upper = np.where(high_mgdl <= _A_HIGH, 0, np.where(high_mgdl <= _B_HIGH, 1, 2))
    # By lower and upper excess; the corner is C where only one side exceeds, D where the other is between, E for both.
    table = np.array([["A", "B", "C"], ["B", "B", "D"], ["C", "D", "E"]])
    return [str(zone) for zone in table[lower, upper]]
