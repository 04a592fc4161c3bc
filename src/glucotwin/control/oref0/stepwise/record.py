"""The record of the last hours in steps of five minutes, and what oref0's stages read from it."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from glucotwin.control.oref0.carb_entry import BolusEntry, CarbEntry
from glucotwin.control.oref0.deviation import InsulinEffect
from glucotwin.control.oref0.glucose_status import Reading
from glucotwin.control.oref0.insulin_curve import InsulinCurve, find_curve
from glucotwin.control.oref0.insulin_on_board import HORIZON_MIN, STEP_MIN, Insulin
from glucotwin.control.oref0.local_clock import MS_PER_H, MS_PER_MIN, LocalClock
from glucotwin.control.oref0.profile import Profile, sensitivity_at
from glucotwin.control.oref0.rounding import round_half_up

STEP_MS = STEP_MIN * MS_PER_MIN
STEPS_PER_H = 60 // STEP_MIN
RECORD_STEPS = 25 * MS_PER_H // STEP_MS
"""A day for autosens, and a little more for the changes at its beginning."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Record:
    """What happened, step by step, the newest first.

    Attributes:
        now_ms: time of the decision, in ms since 1970.
        known_steps: how many steps there were so far.
        glucose_mgdl: readings of now, five minutes ago and so on; not a number where there was none.
        basal_u: basal insulin of the last five minutes, the five before and so on.
        bolus_u: boluses of these steps, given at their beginning.
        carbs_g: carbs entered now, five minutes ago and so on.
        scheduled_u: what the schedule would have given in each of the steps.
        iob_u: insulin on board at each reading.
        activity_u_per_min: insulin that acted then.
    """

    now_ms: float
    known_steps: int
    glucose_mgdl: Float[np.ndarray, " step"]
    basal_u: Float[np.ndarray, " step"]
    bolus_u: Float[np.ndarray, " step"]
    carbs_g: Float[np.ndarray, " step"]
    scheduled_u: Float[np.ndarray, " step"]
    iob_u: Float[np.ndarray, " step"]
    activity_u_per_min: Float[np.ndarray, " step"]

    def readings(self) -> list[Reading]:
        """Readings, newest first."""
        known = np.flatnonzero(np.isfinite(self.glucose_mgdl))
        return [
            Reading(moment_ms=self.now_ms - int(step) * STEP_MS, glucose_mgdl=float(self.glucose_mgdl[step]))
            for step in known
        ]

    def meals(self) -> list[CarbEntry]:
        """Carbs that were entered."""
        return [
            CarbEntry(
                moment_ms=self.now_ms - int(step) * STEP_MS,
                carbs_g=float(self.carbs_g[step]),
                source="app",
                time_text="",
            )
            for step in np.flatnonzero(self.carbs_g > 0)
        ]

    def boluses(self) -> list[BolusEntry]:
        """Boluses, which stand in the original's list of meals."""
        return [
            BolusEntry(
                moment_ms=self.now_ms - (int(step) + 1) * STEP_MS, insulin_u=float(self.bolus_u[step]), time_text=""
            )
            for step in np.flatnonzero(self.bolus_u > 0)
        ]

    def given_u(self, hours: tuple[int, int], *, usual_daily_u: float) -> float:
        """Insulin of some hours before now; steps before the record count as usual ones.

        Args:
            hours: how many hours ago these begin and end, the later first.
            usual_daily_u: insulin of a usual day.
        """
        first, last = (hour * STEPS_PER_H for hour in hours)
        missing = max(0, last - max(first, self.known_steps))
        known = slice(first, min(last, self.known_steps))
        given = float(np.sum(self.basal_u[known] + self.bolus_u[known]))
        return given + missing / (24 * STEPS_PER_H) * usual_daily_u

    @property
    def last_bolus_ms(self) -> float:
        """Time of the latest bolus; 0 for none."""
        given = np.flatnonzero(self.bolus_u > 0)
        return self.now_ms - (int(given[0]) + 1) * STEP_MS if given.size else 0.0

    def insulin_u(self, *, ratio: float = 1.0) -> Float[np.ndarray, " step"]:
        """Insulin beyond the schedule, which autosens' ratio scales."""
        return self.basal_u - ratio * self.scheduled_u + self.bolus_u


def insulin_ahead(
    insulin_u: Float[np.ndarray, " step"], stopped_u: float, profile: Profile, now_ms: float, *, steps: int
) -> tuple[Insulin, ...]:
    """Insulin on board now, in five minutes and so on.

    Args:
        insulin_u: insulin of the last five minutes, the five before and so on.
        stopped_u: insulin of each step to come.
        profile: with the curve of insulin.
        now_ms: time, in ms since 1970.
        steps: how many.
    """
    left, activity = _curve_steps(find_curve(profile))
    given = insulin_u[: left.size]
    place = np.arange(1, given.size + 1)[None, :] + np.arange(steps)[:, None]
    inside = np.minimum(place, left.size - 1)
    on_board, acts = left[inside] @ given, activity[inside] @ given
    if stopped_u:
        # A dose of a step to come begins at the step, where all of it is left.
        on_board += stopped_u * np.cumsum(left[np.minimum(np.arange(steps), left.size - 1)])
        acts += stopped_u * np.cumsum(activity[np.minimum(np.arange(steps), left.size - 1)])
    rounded = zip(_rounded_half_up(on_board, 3), _rounded_half_up(acts, 4), strict=True)
    return tuple(
        Insulin(moment_ms=now_ms + step * STEP_MS, iob_u=iob_u, activity_u_per_min=activity)
        for step, (iob_u, activity) in enumerate(rounded)
    )


def _rounded_half_up(values: Float[np.ndarray, " step"], digits: int) -> list[float]:
    """``round_half_up`` of many finite values, by the same arithmetic."""
    scaled = values * 10.0**digits
    below = np.floor(scaled)
    return ((below + (scaled - below >= 0.5)) / 10.0**digits).tolist()


HORIZON_STEPS = HORIZON_MIN // STEP_MIN


def _curve_steps(curve: InsulinCurve) -> tuple[Float[np.ndarray, " step"], Float[np.ndarray, " step"]]:
    """The curve each five minutes, and nothing at its end."""
    left = np.append(curve.left_u[::STEP_MIN], 0.0)
    return left, np.append(curve.activity_u_per_min[::STEP_MIN], 0.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RememberedEffects:
    """Insulin effects at readings, as they were worked out when the readings came."""

    record: Record
    profile: Profile
    clock: LocalClock
    found: dict[float, InsulinEffect] = field(default_factory=dict)

    def at(self, moment_ms: float) -> InsulinEffect:
        """The effect at a time of the record; none before it. Stages ask for the same times again."""
        if moment_ms not in self.found:
            self.found[moment_ms] = self._effect(moment_ms)
        return self.found[moment_ms]

    def _effect(self, moment_ms: float) -> InsulinEffect:
        step = round((self.record.now_ms - moment_ms) / STEP_MS)
        known = 0 <= step < self.record.iob_u.size
        activity = float(self.record.activity_u_per_min[step]) if known else 0.0
        iob_u = float(self.record.iob_u[step]) if known else 0.0
        sensitivity = sensitivity_at(self.profile, moment_ms, self.clock)
        return InsulinEffect(
            insulin=Insulin(moment_ms=moment_ms, iob_u=iob_u, activity_u_per_min=activity),
            sensitivity_mgdl_per_u=sensitivity,
            impact_mgdl_per_5_min=round_half_up(-activity * sensitivity * STEP_MIN, 2),
        )
