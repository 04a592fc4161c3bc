"""Comparison of therapies: the same days of one person as they were, and under each of a few alternatives."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
from typing_extensions import TypedDict

from glucotwin.advise.change import Change
from glucotwin.advise.dosing_plan import DosingPlan
from glucotwin.advise.replay import replay_what_if
from glucotwin.advise.what_if import OutcomeJson, WhatIf
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.json_value import Instant, Numbers
from glucotwin.core.message import message
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.forecast import rounded
from glucotwin.twin.twin import Twin

MOST_ALTERNATIVES = 3
DAY_BIN_MIN = 30


class UsualDayJson(TypedDict):
    """Glucose by the time of day: its median and the middle half, mg/dL, from each minute of the day on."""

    start_min: Numbers
    median_mgdl: Numbers
    low_mgdl: Numbers
    high_mgdl: Numbers


class TherapyArmJson(TypedDict):
    """One alternative's answer."""

    name: str
    changes: list[str]
    outcomes: list[OutcomeJson]
    day: UsualDayJson
    cautions: list[str]


class TherapyComparisonJson(TypedDict):
    """Alternatives beside what was."""

    start: Instant
    end: Instant
    day: UsualDayJson
    arms: list[TherapyArmJson]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """A therapy to compare: what would have been different, and how dosing would have answered.

    Attributes:
        name: as the reader calls it.
        changes: to the record; none only where dosing answers.
        dosing: how dosing answers; None to hold everything else as recorded.
    """

    name: str
    changes: tuple[Change, ...] = ()
    dosing: DosingPlan | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualDay:
    """The middle half of glucose by time of day over the days compared, of the twin's most likely course.

    Attributes:
        start_min: minute of the local day at which each bin starts, ``(bins,)``.
        median_mgdl, low_mgdl, high_mgdl: median and quartiles over days in mg/dL, ``(bins,)``.
    """

    start_min: np.ndarray
    median_mgdl: np.ndarray
    low_mgdl: np.ndarray
    high_mgdl: np.ndarray

    def to_json(self) -> UsualDayJson:
        """As JSON values."""
        return {
            "start_min": self.start_min.tolist(),
            "median_mgdl": rounded(self.median_mgdl),
            "low_mgdl": rounded(self.low_mgdl),
            "high_mgdl": rounded(self.high_mgdl),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One alternative's answer."""

    name: str
    what_if: WhatIf
    day: UsualDay

    def to_json(self) -> TherapyArmJson:
        """As JSON values; the days' curves themselves are left out."""
        return {
            "name": self.name,
            "changes": list(self.what_if.changes),
            "outcomes": [outcome.to_json() for outcome in self.what_if.outcomes],
            "day": self.day.to_json(),
            "cautions": list(self.what_if.cautions),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class TherapyComparison:
    """Alternatives beside what was.

    Attributes:
        window: the days replayed.
        day: the usual day as it was.
        arms: one per alternative, in the order asked.
    """

    window: Window
    day: UsualDay
    arms: tuple[Arm, ...]

    def to_json(self) -> TherapyComparisonJson:
        """As JSON values."""
        return {
            "start": self.window.start.isoformat(),
            "end": self.window.end.isoformat(),
            "day": self.day.to_json(),
            "arms": [arm.to_json() for arm in self.arms],
        }


def compare_alternatives(
    twin: Twin,
    timeline: Timeline,
    *,
    window: Window,
    alternatives: Sequence[Alternative],
    progress: ProgressCallback = silent,
) -> TherapyComparison:
    """Replays the same days under each alternative, with the same draws and everything unexplained held.

    Each alternative leaves out the few draws that run away under it, so that the days as they were, which the first
    alternative's answer gives, can differ by tenths of a mg/dL from those of another.

    Args:
        twin: the person's twin.
        timeline: their data.
        window: the days, at most 14.
        alternatives: one to three.
        progress: told before each alternative; what it raises ends the work.

    Raises:
        DataError: no alternative or too many, one that changes nothing, or a window that cannot be replayed.
    """
    if not 1 <= len(alternatives) <= MOST_ALTERNATIVES:
        raise DataError(ErrorCode.INVALID_VALUE, message("therapy-how-many", most=MOST_ALTERNATIVES))
    answers: list[WhatIf] = []
    for number, one in enumerate(alternatives, start=1):
        stage = message("therapy-progress", number=number, count=len(alternatives))
        progress(stage, (number - 1) / len(alternatives))
        answers.append(replay_what_if(twin, timeline, window=window, changes=one.changes, dosing=one.dosing))
    zone = timeline.person.zone_info
    arms = tuple(
        Arm(name=one.name, what_if=answer, day=usual_day(answer, zone, changed=True))
        for one, answer in zip(alternatives, answers, strict=True)
    )
    return TherapyComparison(window=window, day=usual_day(answers[0], zone, changed=False), arms=arms)


def usual_day(what_if: WhatIf, zone: ZoneInfo, *, changed: bool) -> UsualDay:
    """The usual day of one of a what-if's two curves, by the person's clock.

    Args:
        what_if: a replay.
        zone: of the person.
        changed: the changed curve instead of that as it was.
    """
    curve = (what_if.changed if changed else what_if.baseline).median_mgdl
    start = what_if.start
    local = [(start + timedelta(minutes=float(one))).astimezone(zone) for one in what_if.t_min]
    clock = np.array([60 * one.hour + one.minute for one in local])
    label = (clock % MINUTES_PER_DAY) // DAY_BIN_MIN
    bins = np.unique(label)
    quartiles = np.array([np.quantile(curve[label == one], [0.25, 0.5, 0.75]) for one in bins])
    return UsualDay(
        start_min=bins * DAY_BIN_MIN,
        low_mgdl=quartiles[:, 0],
        median_mgdl=quartiles[:, 1],
        high_mgdl=quartiles[:, 2],
    )
