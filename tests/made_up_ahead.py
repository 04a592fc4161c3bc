"""Made-up hours ahead, which food and insulin move along straight lines: advice on moments without a body."""

from datetime import datetime, timedelta

import numpy as np
import pytest

from glucotwin.advise import low_treatment, moment_advice
from glucotwin.advise.look_ahead import Prospect
from glucotwin.domain.timeline import Timeline, Window

T_MIN = np.arange(5.0, 305.0, 5.0)


def made_up_ahead(level_mgdl: float, start: datetime, timeline: Timeline | None = None) -> Prospect:
    """Trajectories about a level; what else a prospect holds is not looked at."""
    prospect = object.__new__(Prospect)
    placed = level_mgdl + 10.0 * np.linspace(-1.0, 1.0, 21)[:, None] + np.zeros(T_MIN.size)
    for name, value in {
        "t_min": T_MIN,
        "placed_mgdl": placed,
        "coming": Window(start=start, end=start + timedelta(minutes=float(T_MIN[-1]))),
        "timeline": timeline,
    }.items():
        object.__setattr__(prospect, name, value)
    return prospect


def move_straight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets changes move made-up hours ahead: 3 mg/dL a gram, 40 a unit, 20 for all basal insulin, at their end."""

    def placed(prospect: Prospect, changes: tuple[object, ...]) -> np.ndarray:
        moved = sum(
            3.0 * getattr(one, "carbs_g", 0.0)
            - 40.0 * getattr(one, "insulin_u", 0.0)
            + 20.0 * (1.0 - getattr(one, "factor", 1.0))
            for one in changes
        )
        return prospect.placed_mgdl + moved * prospect.t_min / prospect.t_min[-1]

    for module in (moment_advice, low_treatment):
        monkeypatch.setattr(module, "placed_with", placed)
