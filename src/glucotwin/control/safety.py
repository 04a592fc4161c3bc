"""Limits outside every dosing algorithm: what may reach the pump whatever was decided, and why it was changed."""

import math
from dataclasses import dataclass
from enum import StrEnum

from glucotwin.core.error import ErrorCode, ModelError

_MIN_PER_H = 60.0
_STEP_TOUCH = 1e-9
"""A dose this share below a step of the pump counts as on it, since decimal steps are no binary numbers."""


class ClampReason(StrEnum):
    """Why a dose was changed."""

    NOT_A_NUMBER = "not-a-number"
    NEGATIVE = "negative"
    GLUCOSE_MISSING = "glucose-missing"
    GLUCOSE_LOW = "glucose-low"
    GLUCOSE_FALLING = "glucose-falling"
    MAX_BASAL = "max-basal"
    MAX_BOLUS = "max-bolus"
    MAX_INSULIN_ON_BOARD = "max-insulin-on-board"
    BASAL_RATE_OF_CHANGE = "basal-rate-of-change"
    PUMP_STEP = "pump-step"


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyLimit:
    """What no algorithm may exceed.

    Attributes:
        max_basal_u_per_h: highest rate.
        max_bolus_u: largest bolus.
        max_insulin_on_board_u: insulin on board that a dose may lead to.
        suspend_mgdl: glucose below which nothing is given.
        fastest_fall_mgdl_per_min: fall of glucose, as a positive number, beyond which no bolus and no more than the
            scheduled rate is given.
        max_rise_u_per_h: by how much a rate may exceed the one before it.
        rate_step_u_per_h: the pump's step of rates; 0 if it has none.
        bolus_step_u: the pump's step of boluses; 0 if it has none.

    Raises:
        ModelError: a limit is negative or no number.
    """

    max_basal_u_per_h: float
    max_bolus_u: float
    max_insulin_on_board_u: float
    suspend_mgdl: float = 70.0
    fastest_fall_mgdl_per_min: float = 3.0
    max_rise_u_per_h: float = math.inf
    rate_step_u_per_h: float = 0.05
    bolus_step_u: float = 0.05

    def __post_init__(self) -> None:
        """Check the limits."""
        for name in self.__slots__:
            value = getattr(self, name)
            if math.isnan(value) or value < 0:
                raise ModelError(
                    ErrorCode.INVALID_VALUE,
                    f"The safety limit {name} is {value}.",
                    hint="Give a number of 0 or more.",
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the limits are judged by; from the records, not from the algorithm.

    Attributes:
        glucose_mgdl: last reading that counts; None if there is none.
        trend_mgdl_per_min: its rate of change; None if unknown.
        insulin_on_board_u: insulin on board beyond the schedule.
        scheduled_u_per_h: scheduled basal rate.
        last_rate_u_per_h: rate that runs.
        step_min: how long the rate will run until the next decision.
    """

    glucose_mgdl: float | None
    trend_mgdl_per_min: float | None
    insulin_on_board_u: float
    scheduled_u_per_h: float
    last_rate_u_per_h: float
    step_min: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """Insulin for the next step.

    Attributes:
        rate_u_per_h: basal rate.
        bolus_u: bolus.
    """

    rate_u_per_h: float
    bolus_u: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What an algorithm decided, with what the limits are judged by."""

    dose: Dose
    around: Surroundings


@dataclass(frozen=True, slots=True, kw_only=True)
class Clamp:
    """One change of a dose.

    Attributes:
        reason: why.
        before: the dose before it.
        after: the dose after it.
    """

    reason: ClampReason
    before: Dose
    after: Dose


@dataclass(frozen=True, slots=True, kw_only=True)
class SafeDose:
    """A dose that keeps the limits.

    Attributes:
        dose: what may be given.
        clamps: every change, in the order in which they were made.
    """

    dose: Dose
    clamps: tuple[Clamp, ...]


def limit_dose(wanted: Dose, limit: SafetyLimit, around: Surroundings) -> SafeDose:
    """Bring a dose within limits.

    Later limits only ever lower what earlier ones left, so all hold in the end. A dose that is no number becomes the
    scheduled rate without a bolus, and is limited as well.

    Args:
        wanted: what an algorithm decided.
        limit: the limits.
        around: what they are judged by.
    """
    rules = (
        (ClampReason.NOT_A_NUMBER, _finite),
        (ClampReason.NEGATIVE, _not_negative),
        (ClampReason.MAX_BASAL, _below_max_basal),
        (ClampReason.MAX_BOLUS, _below_max_bolus),
        (ClampReason.GLUCOSE_MISSING, _known_glucose),
        (ClampReason.GLUCOSE_LOW, _not_low),
        (ClampReason.GLUCOSE_FALLING, _not_falling),
        (ClampReason.BASAL_RATE_OF_CHANGE, _slow_rise),
        (ClampReason.MAX_INSULIN_ON_BOARD, _below_max_on_board),
        (ClampReason.PUMP_STEP, _on_step),
    )
    dose, clamps = wanted, []
    for reason, rule in rules:
        after = rule(dose, limit, around)
        if after != dose:
            clamps.append(Clamp(reason=reason, before=dose, after=after))
            dose = after
    return SafeDose(dose=dose, clamps=tuple(clamps))


def _finite(dose: Dose, limit: SafetyLimit, around: Surroundings) -> Dose:
    del limit
    if math.isfinite(dose.rate_u_per_h) and math.isfinite(dose.bolus_u):
        return dose
    return Dose(rate_u_per_h=around.scheduled_u_per_h)


def _not_negative(dose: Dose, limit: SafetyLimit, around: Surroundings) -> Dose:
    del limit, around
    return Dose(rate_u_per_h=max(dose.rate_u_per_h, 0.0), bolus_u=max(dose.bolus_u, 0.0))


def _below_max_basal(dose: Dose, limit: SafetyLimit, around: Surroundings) -> Dose:
    del around
    return Dose(rate_u_per_h=min(dose.rate_u_per_h, limit.max_basal_u_per_h), bolus_u=dose.bolus_u)


def _below_max_bolus(dose: Dose, limit: SafetyLimit, around: Surroundings) -> Dose:
    del around
    return Dose(rate_u_per_h=dose.rate_u_per_h, bolus_u=min(dose.bolus_u, limit.max_bolus_u))


def _known_glucose(dose: Dose, limit: SafetyLimit, around: Surroundings) -> Dose:
    del limit
    known = around.glucose_mgdl is not None and math.isfinite(around.glucose_mgdl)
    return dose if known else _no_more_than_scheduled(dose, around)


def _not_low(dose: Dose, limit: SafetyLimit, around: Surroundings) -> Dose:
    low = around.glucose_mgdl is not None and around.glucose_mgdl < limit.suspend_mgdl
    return Dose(rate_u_per_h=0.0) if low else dose


def _not_falling(dose: Dose, limit: SafetyLimit, around: Surroundings) -> Dose:
    trend = around.trend_mgdl_per_min
    falling = trend is not None and trend < -limit.fastest_fall_mgdl_per_min
    return _no_more_than_scheduled(dose, around) if falling else dose


def _slow_rise(dose: Dose, limit: SafetyLimit, around: Surroundings) -> Dose:
    highest = around.last_rate_u_per_h + limit.max_rise_u_per_h
    return Dose(rate_u_per_h=min(dose.rate_u_per_h, highest), bolus_u=dose.bolus_u)


def _below_max_on_board(dose: Dose, limit: SafetyLimit, around: Surroundings) -> Dose:
    """The bolus first, then the rate, which may fall to 0 once there is too much."""
    headroom_u = limit.max_insulin_on_board_u - around.insulin_on_board_u
    bolus_u = min(dose.bolus_u, max(headroom_u, 0.0))
    highest = max(around.scheduled_u_per_h + (headroom_u - bolus_u) * _MIN_PER_H / around.step_min, 0.0)
    return Dose(rate_u_per_h=min(dose.rate_u_per_h, highest), bolus_u=bolus_u)


def _on_step(dose: Dose, limit: SafetyLimit, around: Surroundings) -> Dose:
    del around
    return Dose(
        rate_u_per_h=_step_down(dose.rate_u_per_h, limit.rate_step_u_per_h),
        bolus_u=_step_down(dose.bolus_u, limit.bolus_step_u),
    )


def _no_more_than_scheduled(dose: Dose, around: Surroundings) -> Dose:
    return Dose(rate_u_per_h=min(dose.rate_u_per_h, around.scheduled_u_per_h))


def _step_down(value: float, step: float) -> float:
    if step == 0:
        return value
    steps = math.floor(value / step * (1 + _STEP_TOUCH))
    return min(steps * step, value)
