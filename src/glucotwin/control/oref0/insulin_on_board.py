"""Insulin on board: what boluses and deviations from the scheduled basal still do, now and over the next 4 hours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from glucotwin.control.oref0.insulin_curve import InsulinCurve, find_curve
from glucotwin.control.oref0.local_clock import MS_PER_H, MS_PER_MIN, LocalClock
from glucotwin.control.oref0.profile import Profile, basal_at
from glucotwin.control.oref0.pump_event import PumpEvent
from glucotwin.control.oref0.rounding import round_half_up
from glucotwin.control.oref0.suspension import Suspensions, cut_around, find_suspensions
from glucotwin.control.oref0.temp_basal_history import (
    Bolus,
    TempBasal,
    find_boluses,
    find_temps,
    without_old,
)
from glucotwin.control.oref0.temp_basal_split import split_temp
from glucotwin.core.error import DataError, ErrorCode

HORIZON_MIN = 240
STEP_MIN = 5
_PIECE_U = 0.05
_SMALLEST_BOLUS_U = 0.1
"""Smaller doses count as basal: the pieces of temporary rates are 0.05 U."""

_NORMAL_TARGET_MGDL = 100.0
_EXERCISE_TARGET_MARGIN_MGDL = 10.0
_USUAL_HALF_BASAL_TARGET_MGDL = 160.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Doses:
    """Insulin beyond or below the scheduled basal, as small doses.

    Attributes:
        start_ms: times in ms since 1970, oldest first.
        insulin_u: insulin of each; negative where the scheduled basal was withheld.
    """

    start_ms: Float[np.ndarray, " dose"]
    insulin_u: Float[np.ndarray, " dose"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Insulin:
    """Insulin on board at a time, rounded as oref0 writes it: 3 decimals, activity 4.

    Attributes:
        moment_ms: time, in ms since 1970.
        iob_u: insulin that has not acted yet, U.
        activity_u_per_min: insulin that acts, U/min.
        basal_iob_u: part of it that comes from temporary rates, U.
        bolus_iob_u: part of it that comes from boluses, U.
        net_basal_u: insulin of temporary rates within the action time, U.
        bolus_u: insulin of boluses within the action time, U.
    """

    moment_ms: float
    iob_u: float
    activity_u_per_min: float
    basal_iob_u: float = 0.0
    bolus_iob_u: float = 0.0
    net_basal_u: float = 0.0
    bolus_u: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InsulinHistory:
    """A pump's history as doses.

    Attributes:
        doses: what was given, as recorded.
        doses_if_stopped: the same with 4 hours without basal to come.
        temps: temporary rates, oldest first.
        last_bolus_ms: time of the latest bolus, in ms since 1970; 0 for none.
        left_out: records that count as no insulin, in words.
    """

    doses: Doses
    doses_if_stopped: Doses
    temps: tuple[TempBasal, ...]
    last_bolus_ms: float
    left_out: tuple[str, ...] = ()

    @property
    def last_temp(self) -> TempBasal | None:
        """The latest temporary rate that ran."""
        ran = [temp for temp in self.temps if temp.duration_min != 0]
        return max(ran, key=lambda temp: temp.start_ms, default=None)


def read_insulin_history(
    history: Sequence[PumpEvent],
    profile: Profile,
    now_ms: float,
    clock: LocalClock,
    *,
    sensitivity_ratio: float | None = None,
    look_ahead: bool = True,
) -> InsulinHistory:
    """Turn a pump's history into doses.

    Args:
        history: records, newest first.
        profile: schedules and settings.
        now_ms: time of the decision, in ms since 1970.
        clock: zone of the schedules.
        sensitivity_ratio: autosens ratio that scales the scheduled basal; None for none.
        look_ahead: whether the doses with the basal stopped are needed.

    Raises:
        DataError: the history contradicts itself, or the profile lacks the basal rate that it needs.
    """
    history = without_old(history, now_ms, clock)
    reader = _Reader(history=history, profile=profile, now_ms=now_ms, clock=clock, sensitivity_ratio=sensitivity_ratio)
    doses, temps, left_out = reader.read(zero_ahead_min=0)
    stopped = reader.read(zero_ahead_min=HORIZON_MIN)[0] if look_ahead else doses
    boluses = find_boluses(history, now_ms, clock)
    return InsulinHistory(
        doses=doses,
        doses_if_stopped=stopped,
        temps=tuple(temps),
        last_bolus_ms=max((bolus.start_ms for bolus in boluses), default=0),
        left_out=tuple(left_out),
    )


def insulin_at(doses: Doses, curve: InsulinCurve, moment_ms: float) -> Insulin:
    """Insulin on board at a time in ms since 1970."""
    oldest_ms = moment_ms - curve.action_h * MS_PER_H
    inside = (doses.start_ms <= moment_ms) & (doses.start_ms > oldest_ms)
    insulin_u = doses.insulin_u[inside]
    minutes = np.floor((moment_ms - doses.start_ms[inside]) / MS_PER_MIN + 0.5).astype(int)
    left_u = insulin_u * curve.left_u[minutes]
    activity = insulin_u * curve.activity_u_per_min[minutes]
    acts = left_u != 0
    is_basal = (insulin_u < _SMALLEST_BOLUS_U) & acts
    is_bolus = (insulin_u >= _SMALLEST_BOLUS_U) & acts
    return Insulin(
        moment_ms=moment_ms,
        iob_u=round_half_up(_sum(left_u), 3),
        activity_u_per_min=round_half_up(_sum(activity), 4),
        basal_iob_u=round_half_up(_sum(left_u[is_basal]), 3),
        bolus_iob_u=round_half_up(_sum(left_u[is_bolus]), 3),
        net_basal_u=round_half_up(_sum(insulin_u[is_basal]), 3),
        bolus_u=round_half_up(_sum(insulin_u[is_bolus]), 3),
    )


def project_insulin(
    history: InsulinHistory, profile: Profile, now_ms: float
) -> tuple[tuple[Insulin, ...], tuple[Insulin, ...]]:
    """Insulin on board now and every 5 minutes for 4 hours: as things are, and with the basal stopped."""
    curve = find_curve(profile)
    moments_ms = [now_ms + minutes * MS_PER_MIN for minutes in range(0, HORIZON_MIN, STEP_MIN)]
    return (
        tuple(insulin_at(history.doses, curve, moment_ms) for moment_ms in moments_ms),
        tuple(insulin_at(history.doses_if_stopped, curve, moment_ms) for moment_ms in moments_ms),
    )


def _sum(values: Float[np.ndarray, " dose"]) -> float:
    # In sequence, as the original adds: a pairwise sum may fall on the other side of a rounding.
    return float(np.cumsum(values)[-1]) if values.size else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    history: Sequence[PumpEvent]
    profile: Profile
    now_ms: float
    clock: LocalClock
    sensitivity_ratio: float | None

    def read(self, *, zero_ahead_min: float) -> tuple[Doses, list[TempBasal], list[str]]:
        temps, left_out = find_temps(self.history, self.now_ms, self.clock, zero_ahead_min=zero_ahead_min)
        changes_min = [entry.start_min for entry in self.profile.basal_schedule]
        suspensions = find_suspensions(self.history, self.clock) if self.profile.suspend_zeros_iob else None
        seen: list[TempBasal] = []
        pieces: list[TempBasal] = []
        for temp in temps:
            parts = split_temp(temp, changes_min, self.clock)
            if suspensions is None:
                seen.append(temp)
                pieces.extend(parts)
                continue
            around = [cut_around(part, suspensions) for part in parts]
            seen.append(_shown(temp, around))
            pieces.extend(piece for cut in around for piece in cut)
        if suspensions is not None:
            pieces.extend(self._stopped(suspensions, changes_min))
        boluses = find_boluses(self.history, self.now_ms, self.clock)
        return self._doses(boluses, pieces), seen, left_out

    def _stopped(self, suspensions: Suspensions, changes_min: Sequence[float]) -> list[TempBasal]:
        zeros = suspensions.as_zero_temps(self.now_ms)
        return [piece for zero in zeros for piece in split_temp(zero, changes_min, self.clock)]

    def _doses(self, boluses: Sequence[Bolus], temps: Sequence[TempBasal]) -> Doses:
        doses = [*boluses, *(dose for temp in temps for dose in self._pieces(temp))]
        doses.sort(key=lambda dose: dose.start_ms)
        return Doses(
            start_ms=np.array([dose.start_ms for dose in doses], dtype=float),
            insulin_u=np.array([dose.insulin_u for dose in doses], dtype=float),
        )

    def _pieces(self, temp: TempBasal) -> list[Bolus]:
        if temp.duration_min <= 0:
            return []
        net_u_per_h = temp.rate_u_per_h - self._scheduled_u_per_h(temp.scheduled_at_ms)
        piece_u = _PIECE_U if net_u_per_h >= 0 else -_PIECE_U
        net_u = round_half_up(net_u_per_h * temp.duration_min * 10 / 6) / 100
        count = int(round_half_up(net_u / piece_u))
        spacing_ms = temp.duration_min / count * MS_PER_MIN if count else 0.0
        return [Bolus(insulin_u=piece_u, start_ms=temp.start_ms + place * spacing_ms) for place in range(count)]

    def _scheduled_u_per_h(self, moment_ms: float | None) -> float:
        rate = self._rate_u_per_h(moment_ms)
        if rate is None:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                "The profile has no basal rate to compare temporary rates with.",
                hint="Give the profile a basalprofile or current_basal.",
            )
        ratio = self._ratio()
        return rate * ratio if ratio else rate

    def _rate_u_per_h(self, moment_ms: float | None) -> float | None:
        schedule = self.profile.basal_schedule
        if not schedule:
            return self.profile.basal_u_per_h
        if moment_ms is None:
            return sorted(schedule, key=lambda entry: entry.order)[-1].rate_u_per_h
        return basal_at(schedule, moment_ms, self.clock)

    def _ratio(self) -> float | None:
        profile = self.profile
        if not (profile.exercise_mode and profile.temp_target_set):
            return self.sensitivity_ratio
        if profile.min_target_mgdl is None or profile.max_target_mgdl is None:
            return self.sensitivity_ratio
        target_mgdl = (profile.min_target_mgdl + profile.max_target_mgdl) / 2
        if target_mgdl < _NORMAL_TARGET_MGDL + _EXERCISE_TARGET_MARGIN_MGDL:
            return self.sensitivity_ratio
        span = (profile.half_basal_target_mgdl or _USUAL_HALF_BASAL_TARGET_MGDL) - _NORMAL_TARGET_MGDL
        return span / (span + target_mgdl - _NORMAL_TARGET_MGDL)


def _shown(temp: TempBasal, parts: Sequence[Sequence[TempBasal]]) -> TempBasal:
    # The original's record of a rate shows a standstill only where the rate was short enough not to be cut before.
    return parts[0][0] if len(parts) == 1 else temp
