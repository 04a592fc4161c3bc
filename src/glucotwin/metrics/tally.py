"""Shares of time, mean and spread of many courses at once, added up block by block."""

import numpy as np

THRESHOLDS_MGDL = {"very_low": 54.0, "low": 70.0, "high": 180.0, "very_high": 250.0}


class GlucoseTally:
    """Sums over the courses of some people, from which shares of time, mean and spread follow."""

    def __init__(self, people: int) -> None:
        self.points = 0
        self.total = np.zeros(people)
        self.squares = np.zeros(people)
        self.below = {name: np.zeros(people, dtype=np.int64) for name in THRESHOLDS_MGDL}
        self.above = {name: np.zeros(people, dtype=np.int64) for name in THRESHOLDS_MGDL}

    def add(self, glucose_mgdl: np.ndarray) -> None:
        """Counts courses of shape ``(people, points)``."""
        self.points += glucose_mgdl.shape[1]
        self.total += glucose_mgdl.sum(axis=1)
        self.squares += np.square(glucose_mgdl).sum(axis=1)
        for name, limit in THRESHOLDS_MGDL.items():
            self.below[name] += (glucose_mgdl < limit).sum(axis=1)
            self.above[name] += (glucose_mgdl > limit).sum(axis=1)

    def summary(self) -> dict[str, np.ndarray]:
        """Mean, coefficient of variation and shares of time, by the columns of the people's table."""
        mean = self.total / self.points
        spread = np.sqrt(np.maximum(self.squares / self.points - mean**2, 0.0))
        outside = self.below["low"] + self.above["high"]
        counts = {
            "time_in_range_pct": self.points - outside,
            "time_below_70_pct": self.below["low"],
            "time_below_54_pct": self.below["very_low"],
            "time_above_180_pct": self.above["high"],
            "time_above_250_pct": self.above["very_high"],
        }
        shares = {name: 100.0 * count / self.points for name, count in counts.items()}
        return {"mean_mgdl": mean, "cv_pct": 100.0 * spread / mean, **shares}
