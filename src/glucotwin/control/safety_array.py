"""The limits outside every algorithm inside compiled code: the rules of ``safety`` on arrays, with every reason."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np

from glucotwin.control.safety import SafetyLimit
from glucotwin.control.safety_rule import RULES, ClampReason, DoseValues
from glucotwin.core.array import AnyArray, Array, Bool, Float, Int

REASONS: tuple[ClampReason, ...] = tuple(RULES)
"""Bit ``i`` of a record of clamps stands for the reason ``i``."""


class SafetyLimits(eqx.Module):
    """``SafetyLimit`` as arrays; see there."""

    max_basal_u_per_h: Float[AnyArray, "*people"]
    max_bolus_u: Float[AnyArray, "*people"]
    max_insulin_on_board_u: Float[AnyArray, "*people"]
    suspend_mgdl: Float[AnyArray, "*people"]
    fastest_fall_mgdl_per_min: Float[AnyArray, "*people"]
    max_rise_u_per_h: Float[AnyArray, "*people"]
    rate_step_u_per_h: Float[AnyArray, "*people"]
    bolus_step_u: Float[AnyArray, "*people"]
    needs_glucose: Bool[AnyArray, "*people"]


class SurroundingsNow(eqx.Module):
    """``Surroundings`` as scalars; what is unknown is not a number."""

    glucose_mgdl: Float[Array, ""]
    trend_mgdl_per_min: Float[Array, ""]
    insulin_on_board_u: Float[Array, ""]
    scheduled_u_per_h: Float[Array, ""]
    last_rate_u_per_h: Float[Array, ""]
    step_min: Float[Array, ""] | float = 5.0


class SafeDoseNow(eqx.Module):
    """A dose that keeps the limits, and which of them changed it, as bits (see ``REASONS``)."""

    rate_u_per_h: Float[Array, ""]
    bolus_u: Float[Array, ""]
    clamps: Int[Array, ""]


def limits_from(limit: SafetyLimit) -> SafetyLimits:
    """The same limits as arrays."""
    return SafetyLimits(**{name: np.asarray(getattr(limit, name)) for name in SafetyLimits.__dataclass_fields__})


def limit_dose_now(
    rate_u_per_h: Float[Array, ""], bolus_u: Float[Array, ""], limit: SafetyLimits, around: SurroundingsNow
) -> SafeDoseNow:
    """Bring a dose within limits, as ``safety.limit_dose`` does.

    Args:
        rate_u_per_h: what an algorithm decided.
        bolus_u: what it decided.
        limit: the limits.
        around: what they are judged by.
    """
    dose, clamps = DoseValues(rate_u_per_h, bolus_u), jnp.zeros((), dtype=jnp.int32)
    for bit, rule in enumerate(RULES.values()):
        after = rule(dose, limit, around, jnp)
        changed = (after.rate_u_per_h != dose.rate_u_per_h) | (after.bolus_u != dose.bolus_u)
        clamps = clamps | jnp.where(changed, jnp.int32(1 << bit), jnp.int32(0))
        dose = after
    return SafeDoseNow(dose.rate_u_per_h, dose.bolus_u, clamps)


def reasons_of(clamps: int) -> tuple[ClampReason, ...]:
    """The reasons that a record of clamps stands for."""
    return tuple(reason for bit, reason in enumerate(REASONS) if clamps >> bit & 1)
