"""What never reaches a pump, whatever an algorithm decided."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.control.safety import Dose, SafeDose, SafetyLimit, Surroundings, limit_dose

ANYTHING = st.floats(allow_nan=True, allow_infinity=True, allow_subnormal=False)
AMOUNTS = st.floats(0, 30, allow_subnormal=False)
"""Compiled code takes numbers below 2e-308 for 0."""
LIMITS = st.builds(
    SafetyLimit,
    max_basal_u_per_h=AMOUNTS,
    max_bolus_u=AMOUNTS,
    max_insulin_on_board_u=AMOUNTS,
    suspend_mgdl=st.floats(50, 100),
    fastest_fall_mgdl_per_min=st.floats(0, 5),
    max_rise_u_per_h=st.one_of(st.just(math.inf), AMOUNTS),
    rate_step_u_per_h=st.sampled_from([0.0, 0.01, 0.025, 0.05, 0.1]),
    bolus_step_u=st.sampled_from([0.0, 0.01, 0.05, 0.1, 1.0]),
)
AROUND = st.builds(
    Surroundings,
    glucose_mgdl=st.one_of(st.none(), st.floats(20, 500), st.just(math.nan)),
    trend_mgdl_per_min=st.one_of(st.none(), st.floats(-8, 8)),
    insulin_on_board_u=st.floats(-5, 30),
    scheduled_u_per_h=st.floats(0, 5),
    last_rate_u_per_h=AMOUNTS,
)
DOSES = st.builds(Dose, rate_u_per_h=ANYTHING, bolus_u=ANYTHING)


@settings(deadline=None, max_examples=400)
@given(DOSES, LIMITS, AROUND)
def test_every_limit_holds_at_once(wanted: Dose, limit: SafetyLimit, around: Surroundings) -> None:
    dose = limit_dose(wanted, limit, around).dose
    assert 0 <= dose.rate_u_per_h <= limit.max_basal_u_per_h
    assert 0 <= dose.bolus_u <= limit.max_bolus_u
    assert dose.rate_u_per_h <= around.last_rate_u_per_h + limit.max_rise_u_per_h
    beyond_u = dose.bolus_u + (dose.rate_u_per_h - around.scheduled_u_per_h) * around.step_min / 60
    if dose.bolus_u > 0 or dose.rate_u_per_h > around.scheduled_u_per_h:
        assert around.insulin_on_board_u + beyond_u <= limit.max_insulin_on_board_u + 1e-9


@settings(deadline=None, max_examples=200)
@given(DOSES, LIMITS, AROUND)
def test_low_glucose_gets_nothing_and_unknown_glucose_no_more_than_the_schedule(
    wanted: Dose, limit: SafetyLimit, around: Surroundings
) -> None:
    dose = limit_dose(wanted, limit, around).dose
    if around.glucose_mgdl is None or math.isnan(around.glucose_mgdl):
        assert dose.bolus_u == 0
        assert dose.rate_u_per_h <= around.scheduled_u_per_h
    elif around.glucose_mgdl < limit.suspend_mgdl:
        assert dose == Dose(rate_u_per_h=0.0)


@settings(deadline=None, max_examples=200)
@given(DOSES, LIMITS, AROUND)
def test_every_change_has_its_reason(wanted: Dose, limit: SafetyLimit, around: Surroundings) -> None:
    safe: SafeDose = limit_dose(wanted, limit, around)
    dose = wanted
    for clamp in safe.clamps:
        assert clamp.before is dose
        dose = clamp.after
    assert dose == safe.dose


@settings(deadline=None, max_examples=200)
@given(DOSES, LIMITS, AROUND)
def test_a_dose_within_the_limits_stays_as_it_is(wanted: Dose, limit: SafetyLimit, around: Surroundings) -> None:
    safe = limit_dose(wanted, limit, around).dose
    assert limit_dose(safe, limit, around) == SafeDose(dose=safe, clamps=())
