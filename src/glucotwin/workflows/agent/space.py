"""What an agent sees and does: observations, actions and rewards as numbers within bounds."""

from collections.abc import Sequence

import numpy as np

from glucotwin.control.controller import Decision
from glucotwin.control.python_controller import Dose
from glucotwin.control.relayed import decisions_from, sights_from
from glucotwin.control.setting import SLOT_MIN, SLOTS, TherapySetting
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.metrics.risk import magni_risk
from glucotwin.simulate.stepped_loop import LoopMoment

HISTORY = 12
"""Steps of 5 min that an observation goes back: an hour."""

LARGEST_GLUCOSE_MGDL, LARGEST_INSULIN_U, LARGEST_CARBS_G = 600.0, 50.0, 500.0
LARGEST_RATE_FACTOR, LARGEST_BOLUS_DAY_SHARE = 4.0, 0.2
FATAL_LOW_MGDL, FATAL_HIGH_MGDL = 10.0, 600.0
RISK_OF_REWARD = 100.0

OBSERVATION_HIGH = np.array(
    [LARGEST_GLUCOSE_MGDL] * HISTORY + [LARGEST_INSULIN_U] * HISTORY + [LARGEST_CARBS_G] * HISTORY + [1.0] * 2,
    dtype=np.float32,
)
OBSERVATION_LOW = np.array([0.0] * (3 * HISTORY) + [-1.0] * 2, dtype=np.float32)
ACTION_LOW = np.zeros(2, dtype=np.float32)
ACTION_HIGH = np.ones(2, dtype=np.float32)


class Record:
    """The last hour of several people, the latest step first."""

    def __init__(self, people: int) -> None:
        self.glucose_mgdl = np.zeros((people, HISTORY))
        self.insulin_u = np.zeros((people, HISTORY))
        self.carbs_g = np.zeros((people, HISTORY))
        self.minute_of_day = np.zeros(people)

    def add(self, moment: LoopMoment) -> None:
        """What a decision sees; 0 where the sensor shows nothing."""
        seen = moment.seen
        shown = np.nan_to_num(np.asarray(seen.glucose_mgdl), nan=0.0)
        given = np.asarray(seen.delivered_basal_u) + np.asarray(seen.delivered_bolus_u)
        newest = {"glucose_mgdl": shown, "insulin_u": given, "carbs_g": np.asarray(seen.announced_carbs_g)}
        for name, values in newest.items():
            setattr(self, name, np.column_stack([values, getattr(self, name)[:, :-1]]))
        self.minute_of_day = np.asarray(seen.minute_of_day)

    def forget(self, rows: np.ndarray) -> None:
        """Empties the record of some people."""
        for table in (self.glucose_mgdl, self.insulin_u, self.carbs_g):
            table[rows] = 0.0

    def observation(self) -> np.ndarray:
        """``(people, 38)``: glucose, insulin and carbohydrate of twelve steps, sine and cosine of the local time."""
        angle = 2.0 * np.pi * self.minute_of_day / MINUTES_PER_DAY
        columns = [self.glucose_mgdl, self.insulin_u, self.carbs_g, np.sin(angle), np.cos(angle)]
        table = np.column_stack(columns).astype(np.float32)
        return np.clip(table, OBSERVATION_LOW, OBSERVATION_HIGH)


def decisions_of(actions: np.ndarray, moment: LoopMoment, settings: Sequence[TherapySetting]) -> Decision:
    """Everybody's decision: a rate from 0 to 4 times the scheduled one, a bolus from 0 to a fifth of a day's insulin.

    Args:
        actions: ``(people, 2)``, each from 0 to 1; what is outside counts as the bound.
        moment: where everybody stands.
        settings: of each person.
    """
    bounded = np.clip(np.asarray(actions, dtype=np.float64), ACTION_LOW, ACTION_HIGH)
    doses: list[Dose] = []
    for (factor, share), sight, setting in zip(bounded, sights_from(moment.seen), settings, strict=True):
        slot = int(sight.minute_of_day // SLOT_MIN) % SLOTS
        scheduled = float(setting.basal_u_per_h[slot])
        bolus_u = float(share) * LARGEST_BOLUS_DAY_SHARE * float(setting.daily_insulin_u)
        doses.append(Dose(rate_u_per_h=float(factor) * LARGEST_RATE_FACTOR * scheduled, bolus_u=bolus_u))
    return decisions_from(doses)


def reward_of(glucose_mgdl: np.ndarray, steps_left: int) -> tuple[np.ndarray, np.ndarray]:
    """The reward of a step that ends at a glucose, and whether the episode ends there for good.

    A hundredth of Magni's risk, negative. Where glucose leaves 10-600 mg/dL the rest of the episode counts as that
    bad, so that ending it never pays.

    Args:
        glucose_mgdl: of each person at the end of the step.
        steps_left: of the episode.
    """
    step = -magni_risk(glucose_mgdl) / RISK_OF_REWARD
    fatal = (glucose_mgdl <= FATAL_LOW_MGDL) | (glucose_mgdl >= FATAL_HIGH_MGDL)
    return np.where(fatal, step * (1 + steps_left), step), fatal
