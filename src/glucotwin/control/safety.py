"""Limits outside every dosing algorithm: what may reach the pump whatever was decided, and why it was changed."""

import math
from dataclasses import dataclass, replace

import numpy as np

from glucotwin.control.safety_rule import RULES, ClampReason, DoseValues
from glucotwin.core.error import ErrorCode, ModelError

__all__ = ["Clamp", "ClampReason", "Dose", "Proposal", "SafeDose", "SafetyLimit", "Surroundings", "limit_dose"]


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
        needs_glucose: whether no more than the schedule is given without a reading; a pump without automation
            does not ask.

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
    needs_glucose: bool = True

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
    dose, clamps = wanted, []
    judged = replace(
        around, glucose_mgdl=_known(around.glucose_mgdl), trend_mgdl_per_min=_known(around.trend_mgdl_per_min)
    )
    with np.errstate(all="ignore"):
        for reason, rule in RULES.items():
            values = rule(DoseValues(dose.rate_u_per_h, dose.bolus_u), limit, judged, np)
            after = Dose(rate_u_per_h=float(values.rate_u_per_h), bolus_u=float(values.bolus_u))
            if after != dose:
                clamps.append(Clamp(reason=reason, before=dose, after=after))
                dose = after
    return SafeDose(dose=dose, clamps=tuple(clamps))


def _known(value: float | None) -> float:
    return math.nan if value is None else value
