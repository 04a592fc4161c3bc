"""The limits in compiled code are those of single doses."""

import math

import jax
import jax.numpy as jnp
from hypothesis import given, settings
from tests.property.test_safety import AROUND, DOSES, LIMITS

from glucotwin.control.safety import Clamp, Dose, SafetyLimit, Surroundings, limit_dose
from glucotwin.control.safety_array import SurroundingsNow, limit_dose_now, limits_from, reasons_of

COMPILED = jax.jit(limit_dose_now)


def _now(around: Surroundings) -> SurroundingsNow:
    names = list(Surroundings.__slots__)
    known = {name: math.nan if getattr(around, name) is None else float(getattr(around, name)) for name in names}
    return SurroundingsNow(**{name: jnp.asarray(value) for name, value in known.items()})


@settings(deadline=None, max_examples=400)
@given(DOSES, LIMITS, AROUND)
def test_compiled_limits_change_a_dose_in_the_same_way_for_the_same_reasons(
    wanted: Dose, limit: SafetyLimit, around: Surroundings
) -> None:
    expected = limit_dose(wanted, limit, around)
    limits = jax.tree.map(jnp.asarray, limits_from(limit))
    found = COMPILED(jnp.asarray(wanted.rate_u_per_h), jnp.asarray(wanted.bolus_u), limits, _now(around))
    assert math.isclose(float(found.rate_u_per_h), expected.dose.rate_u_per_h, rel_tol=1e-12, abs_tol=1e-12)
    assert math.isclose(float(found.bolus_u), expected.dose.bolus_u, rel_tol=1e-12, abs_tol=1e-12)
    # A limit that is met to the last digit may or may not count as a change.
    exact = [one.reason for one in expected.clamps if _moves(one)]
    by_a_digit = {one.reason for one in expected.clamps} - set(exact)
    assert [one for one in reasons_of(int(found.clamps)) if one not in by_a_digit] == exact


def _moves(clamp: Clamp) -> bool:
    pairs = (
        (clamp.before.rate_u_per_h, clamp.after.rate_u_per_h),
        (clamp.before.bolus_u, clamp.after.bolus_u),
    )
    return not all(math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) for one, other in pairs)
