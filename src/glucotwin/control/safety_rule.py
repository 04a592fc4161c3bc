"""The rules of the limits, once for single doses and for arrays of many people."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from glucotwin.control.action_curve import Namespace, Values

Limits: TypeAlias = Any
Around: TypeAlias = Any

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


class DoseValues(NamedTuple):
    """A basal rate and a bolus: numbers, or arrays."""

    rate_u_per_h: Values
    bolus_u: Values


Rule = Callable[[DoseValues, Limits, Around, Namespace], DoseValues]
"""From a dose, the limits (fields of ``SafetyLimit``), what they are judged by (fields of ``Surroundings``, what is
unknown as not-a-number) and the namespace (``numpy`` or ``jax.numpy``) to the dose that keeps one limit."""


def _finite(dose: DoseValues, limit: Limits, around: Around, xp: Namespace) -> DoseValues:
    del limit
    finite = xp.isfinite(dose.rate_u_per_h) & xp.isfinite(dose.bolus_u)
    return _where(xp, finite, dose, DoseValues(around.scheduled_u_per_h, 0.0))


def _not_negative(dose: DoseValues, limit: Limits, around: Around, xp: Namespace) -> DoseValues:
    del limit, around
    return DoseValues(xp.maximum(dose.rate_u_per_h, 0.0), xp.maximum(dose.bolus_u, 0.0))


def _below_max_basal(dose: DoseValues, limit: Limits, around: Around, xp: Namespace) -> DoseValues:
    del around
    return dose._replace(rate_u_per_h=xp.minimum(dose.rate_u_per_h, limit.max_basal_u_per_h))


def _below_max_bolus(dose: DoseValues, limit: Limits, around: Around, xp: Namespace) -> DoseValues:
    del around
    return dose._replace(bolus_u=xp.minimum(dose.bolus_u, limit.max_bolus_u))


def _known_glucose(dose: DoseValues, limit: Limits, around: Around, xp: Namespace) -> DoseValues:
    fine = xp.isfinite(around.glucose_mgdl) | xp.logical_not(limit.needs_glucose)
    return _where(xp, fine, dose, _no_more_than_scheduled(dose, around, xp))


def _not_low(dose: DoseValues, limit: Limits, around: Around, xp: Namespace) -> DoseValues:
    return _where(xp, around.glucose_mgdl < limit.suspend_mgdl, DoseValues(0.0, 0.0), dose)


def _not_falling(dose: DoseValues, limit: Limits, around: Around, xp: Namespace) -> DoseValues:
    falling = around.trend_mgdl_per_min < -limit.fastest_fall_mgdl_per_min
    return _where(xp, falling, _no_more_than_scheduled(dose, around, xp), dose)


def _slow_rise(dose: DoseValues, limit: Limits, around: Around, xp: Namespace) -> DoseValues:
    highest = around.last_rate_u_per_h + limit.max_rise_u_per_h
    return dose._replace(rate_u_per_h=xp.minimum(dose.rate_u_per_h, highest))


def _below_max_on_board(dose: DoseValues, limit: Limits, around: Around, xp: Namespace) -> DoseValues:
    """The bolus first, then the rate, which may fall to 0 once there is too much."""
    headroom_u = limit.max_insulin_on_board_u - around.insulin_on_board_u
    bolus_u = xp.minimum(dose.bolus_u, xp.maximum(headroom_u, 0.0))
    highest = xp.maximum(around.scheduled_u_per_h + (headroom_u - bolus_u) * _MIN_PER_H / around.step_min, 0.0)
    return DoseValues(xp.minimum(dose.rate_u_per_h, highest), bolus_u)


def _on_step(dose: DoseValues, limit: Limits, around: Around, xp: Namespace) -> DoseValues:
    del around
    return DoseValues(
        _step_down(dose.rate_u_per_h, limit.rate_step_u_per_h, xp), _step_down(dose.bolus_u, limit.bolus_step_u, xp)
    )


def _no_more_than_scheduled(dose: DoseValues, around: Around, xp: Namespace) -> DoseValues:
    return DoseValues(xp.minimum(dose.rate_u_per_h, around.scheduled_u_per_h), 0.0)


def _step_down(value: Values, step: Values, xp: Namespace) -> Values:
    stepped = step > 0.0
    size = xp.where(stepped, step, 1.0)
    steps = xp.floor(value / size * (1 + _STEP_TOUCH))
    return xp.where(stepped, xp.minimum(steps * size, value), value)


def _where(xp: Namespace, holds: Values, one: DoseValues, other: DoseValues) -> DoseValues:
    return DoseValues(*(xp.where(holds, left, right) for left, right in zip(one, other, strict=True)))


RULES: Mapping[ClampReason, Rule] = MappingProxyType(
    {
        ClampReason.NOT_A_NUMBER: _finite,
        ClampReason.NEGATIVE: _not_negative,
        ClampReason.MAX_BASAL: _below_max_basal,
        ClampReason.MAX_BOLUS: _below_max_bolus,
        ClampReason.GLUCOSE_MISSING: _known_glucose,
        ClampReason.GLUCOSE_LOW: _not_low,
        ClampReason.GLUCOSE_FALLING: _not_falling,
        ClampReason.BASAL_RATE_OF_CHANGE: _slow_rise,
        ClampReason.MAX_INSULIN_ON_BOARD: _below_max_on_board,
        ClampReason.PUMP_STEP: _on_step,
    }
)
"""Every limit's rule, in the order in which they are applied; later ones only lower what earlier ones left."""
