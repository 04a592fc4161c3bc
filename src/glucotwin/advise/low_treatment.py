"""Lows that are treated as they come, so that hours ahead are judged as they would be lived.

A forecast of five hours says what glucose would do if nobody did anything. Somebody who wears a sensor does: 15 g of
fast carbohydrate below 70 mg/dL, again after 15 min (American Diabetes Association, Standards of Care 2024, 6.11).
Asleep they are woken only by the alarm for urgent lows.
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from glucotwin.advise.change import AddMeal
from glucotwin.advise.look_ahead import Prospect, placed_with
from glucotwin.domain.meal import Absorption

RESCUE_G, WAIT_MIN = 15.0, 15.0
AWAKE_MGDL, ASLEEP_MGDL = 70.0, 54.0
"""Below these it is treated: level 1, and what the fixed alarm of sensors wakes from (55 mg/dL; here the limit of
level 2, so that all time below it counts)."""

SLEEP_HOURS = (23, 7)
"""Local hours in which somebody is taken to sleep: reasoned, with two hours more than most sleep."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LowTreatment:
    """What treatment of lows does to the hours ahead.

    Attributes:
        effect_mgdl: of one treatment at the origin on each path, ``(path, point)``.
        below_mgdl: what is treated, ``(point,)``.
        step_min: between points.
    """

    effect_mgdl: np.ndarray
    below_mgdl: np.ndarray
    step_min: float

    def treated(self, paths_mgdl: np.ndarray) -> np.ndarray:
        """Paths with their lows treated; what one treatment does is taken to be the same at any time.

        Args:
            paths_mgdl: as they are if nobody does anything, ``(path, point)``.
        """
        paths = np.array(paths_mgdl, dtype=np.float64)
        since_min = np.full(len(paths), np.inf)
        for point in range(paths.shape[1] - 1):
            low = (paths[:, point] < self.below_mgdl[point]) & (since_min >= WAIT_MIN)
            if low.any():
                left = paths.shape[1] - point - 1
                paths[low, point + 1 :] += self.effect_mgdl[low, :left]
            since_min = np.where(low, 0.0, since_min) + self.step_min
        return paths


def low_treatment_of(prospect: Prospect) -> LowTreatment:
    """What treatment of lows would do to the hours ahead of a person, by their twin and their clock.

    Args:
        prospect: the hours ahead.

    Raises:
        SolverError: most draws run away.
    """
    now = prospect.coming.start
    eaten = AddMeal(at=now, carbs_g=RESCUE_G, absorption=Absorption.FAST)
    zone = prospect.timeline.person.zone_info
    hours = [(now + timedelta(minutes=float(one))).astimezone(zone).hour for one in prospect.t_min]
    asleep = np.array([hour >= SLEEP_HOURS[0] or hour < SLEEP_HOURS[1] for hour in hours])
    return LowTreatment(
        effect_mgdl=placed_with(prospect, (eaten,)) - prospect.placed_mgdl,
        below_mgdl=np.where(asleep, ASLEEP_MGDL, AWAKE_MGDL),
        step_min=float(prospect.t_min[0]),
    )
