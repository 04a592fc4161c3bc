"""Whether a twin has drifted from its person: a change that lasts days, told from the filter's own history.

Watched are daily means of the flux that the twin does not explain and the size of its one-step errors. A two-sided
cumulative sum (Page, Biometrika 1954;41:100-15) adds up by how much each day differs from the first days after the fit;
it ignores half a standard deviation and calls at four of them, which a steady process reaches every 168 days on average
per side (Hawkins and Olwell 1998) and one that moved by one standard deviation within ten days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from glucotwin.twin.grid import STEPS_PER_DAY
from glucotwin.twin.online.follow import Followed
from glucotwin.twin.state_space import STEP_MIN

REFERENCE_DAYS = 7
ALLOWANCE_SD, DECISION_SD = 0.5, 4.0
LEAST_SD_MGDL_PER_MIN = 0.05
"""Days whose mean flux differs by less are alike: 0.05 mg/dL per min is 3 mg/dL an hour."""
LEAST_SD_SCORE = 0.1
LEAST_DAY = 0.5
"""A day counts when half of its steps have a reading."""


class DriftKind(StrEnum):
    """In which way a person has changed."""

    MORE_GLUCOSE = "more-glucose"
    LESS_GLUCOSE = "less-glucose"
    LARGER_ERRORS = "larger-errors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A change that lasts.

    Attributes:
        kind: unexplained glucose appears (insulin works less, food is not logged), disappears, or forecasts of the next
            reading are off by more.
        since: when it began: the day after the cumulative sum last was zero.
        noticed: end of the day on which it was called.
        change: mean since it began less the mean of the reference days: mg/dL per min, or standard deviations of the
            errors.
    """

    kind: DriftKind
    since: datetime
    noticed: datetime
    change: float

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "kind": str(self.kind),
            "since": self.since.isoformat(),
            "noticed": self.noticed.isoformat(),
            "change": round(self.change, 4),
        }


def find_drift(followed: Followed) -> tuple[Drift, ...]:
    """Changes of the followed days against the first seven of them; at most one of each kind, the first call.

    Args:
        followed: at least eight days of a stream; with fewer nothing is found.
    """
    days, flux, error = _daily(followed)
    found = (
        _rise(followed, days, flux, LEAST_SD_MGDL_PER_MIN, DriftKind.MORE_GLUCOSE, sign=1.0),
        _rise(followed, days, flux, LEAST_SD_MGDL_PER_MIN, DriftKind.LESS_GLUCOSE, sign=-1.0),
        _rise(followed, days, error, LEAST_SD_SCORE, DriftKind.LARGER_ERRORS, sign=1.0),
    )
    return tuple(one for one in found if one is not None)


def _daily(followed: Followed) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Numbers of the days with enough readings, their mean flux and the size of their one-step errors."""
    whole = followed.rows.steps // STEPS_PER_DAY
    told, kept = followed.history, whole * STEPS_PER_DAY
    used = np.asarray(told.used)[:kept].reshape(whole, -1)
    flux = np.asarray(told.flux_mgdl_per_min)[:kept].reshape(whole, -1)
    score = (np.asarray(told.residual_mgdl) / np.sqrt(np.asarray(told.variance)))[:kept].reshape(whole, -1)
    days = np.flatnonzero(used.mean(axis=1) >= LEAST_DAY)
    size = [float(np.sqrt(np.mean(score[day][used[day]] ** 2))) for day in days]
    return days, np.array([float(flux[day][used[day]].mean()) for day in days]), np.array(size)


def _rise(
    followed: Followed, days: np.ndarray, values: np.ndarray, least_sd: float, kind: DriftKind, *, sign: float
) -> Drift | None:
    if days.size <= REFERENCE_DAYS:
        return None
    reference = values[:REFERENCE_DAYS]
    middle = float(np.median(reference))
    spread = max(1.4826 * float(np.median(np.abs(reference - middle))), least_sd)
    called = called_at(sign * (values[REFERENCE_DAYS:] - middle) / spread)
    if called is None:
        return None
    began, noticed = (REFERENCE_DAYS + one for one in called)
    day = timedelta(minutes=STEPS_PER_DAY * STEP_MIN)
    return Drift(
        kind=kind,
        since=followed.start + int(days[began]) * day,
        noticed=followed.start + (int(days[noticed]) + 1) * day,
        change=float(np.mean(values[began : noticed + 1]) - middle),
    )


def called_at(scores: Sequence[float] | np.ndarray) -> tuple[int, int] | None:
    """Where a one-sided cumulative sum began to rise, and where it calls; None when it never does.

    Args:
        scores: standardised values in order.
    """
    total, began = 0.0, 0
    for place, score in enumerate(scores):
        total = max(0.0, total + float(score) - ALLOWANCE_SD)
        if total == 0.0:
            began = place + 1
        if total > DECISION_SD:
            return began, place
    return None
