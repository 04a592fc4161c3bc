from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.advise.envelope import (
    SafetyEnvelope,
    dose_refusals,
    setting_refusals,
    situation_refusals,
    standing_refusals,
)
from glucotwin.advise.refusal import RefusalReason
from glucotwin.advise.setting_limit import setting_limits
from glucotwin.advise.setting_space import PUMP_COORDINATES, with_levels
from glucotwin.advise.situation import Situation
from glucotwin.control.setting import SLOTS, TherapySetting
from glucotwin.core.error import DataError
from made_up_envelope import FINE, LIMITS

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def envelope(**changed: object) -> SafetyEnvelope:
    content: dict[str, object] = {
        "person_id": "me",
        "limits": LIMITS,
        "signed_by": "Dr. Weber",
        "signed_at": AT - timedelta(days=1),
        "valid_until": AT + timedelta(days=20),
        "why": "first weeks",
        **changed,
    }
    return SafetyEnvelope(**content)  # pyright: ignore[reportArgumentType]


def setting(basal: float = 0.8, ratio: float = 10.0, factor: float = 40.0, target: float = 110.0) -> TherapySetting:
    return TherapySetting(
        basal_u_per_h=np.full(SLOTS, basal),
        carb_ratio_g_per_u=np.full(SLOTS, ratio),
        correction_factor_mgdl_per_u=np.full(SLOTS, factor),
        target_mgdl=np.full(SLOTS, target),
        insulin_duration_min=np.asarray(240.0),
        insulin_peak_min=np.asarray(75.0),
        daily_insulin_u=np.asarray(40.0),
        weight_kg=np.asarray(70.0),
    )


def reasons(today: TherapySetting, advised: TherapySetting, *, very_low: float = 0.2) -> set[RefusalReason]:
    found = setting_refusals(LIMITS, today, advised, below_54_pct=very_low, was_below_54_pct=0.2)
    return {one.reason for one in found}


LEVELS = st.lists(st.integers(-2, 2), min_size=len(PUMP_COORDINATES), max_size=len(PUMP_COORDINATES))


@settings(max_examples=15)
@given(LEVELS, st.floats(0.3, 1.5), st.floats(6.0, 16.0), st.floats(25.0, 70.0))
def test_settings_that_pass_lie_within_every_limit(
    levels: list[int], basal: float, ratio: float, factor: float
) -> None:
    today = setting(basal, ratio, factor)
    advised = with_levels(today, PUMP_COORDINATES, np.array(levels), setting_limits())
    if reasons(today, advised):
        return
    for name in ("basal_u_per_h", "carb_ratio_g_per_u", "correction_factor_mgdl_per_u", "target_mgdl"):
        before, after = np.asarray(getattr(today, name)), np.asarray(getattr(advised, name))
        low, high = getattr(LIMITS, name)
        moved = np.abs(after - before) > 1e-6
        assert np.all((after[moved] >= low - 1e-6) & (after[moved] <= high + 1e-6))
        assert name == "target_mgdl" or np.all(np.abs(after / before - 1.0) <= 0.1 + 1e-6)


@pytest.mark.parametrize(
    ("advised", "expected"),
    [
        (setting(basal=0.95), RefusalReason.STEP_TOO_LARGE),
        (setting(ratio=float("nan")), RefusalReason.NOT_A_NUMBER),
        (setting(basal=0.88, ratio=9.0), RefusalReason.MAX_DAILY_CHANGE),
        (setting(target=121.0), RefusalReason.STEP_TOO_LARGE),
    ],
)
def test_settings_outside_are_refused_with_the_reason(advised: TherapySetting, expected: RefusalReason) -> None:
    assert expected in reasons(setting(), advised)


def test_settings_beyond_a_signed_range_or_with_more_very_low_glucose_are_refused() -> None:
    assert reasons(setting(ratio=7.2), setting(ratio=6.8)) == {RefusalReason.OUTSIDE_LIMITS}
    assert reasons(setting(), setting(), very_low=1.5) == {RefusalReason.VERY_LOW_LIKELY}


NUMBER = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.floats(-5.0, 30.0))


@settings(max_examples=200)
@given(NUMBER, NUMBER, st.floats(0.0, 1.0), NUMBER, NUMBER, NUMBER, st.booleans())
def test_no_dose_passes_outside_the_envelope(
    dose: float, correction: float, risk: float, glucose: float, age: float, trend: float, doubtful: bool
) -> None:
    now = replace(
        FINE,
        glucose_mgdl=glucose * 10.0,
        age_min=age,
        trend_mgdl_per_min=trend,
        artefacts=("stuck-sensor",) if doubtful else (),
    )
    if dose_refusals(LIMITS, now, dose, correction_u=correction, very_low_probability=risk) or dose == 0.0:
        return
    assert 0.0 <= dose <= 8.0 + 1e-6
    assert risk <= 0.01 + 1e-6
    assert now.age_min <= 15.0
    assert not doubtful
    assert now.glucose_mgdl >= 70.0
    assert not correction > 0.0 or now.trend_mgdl_per_min >= -1.0


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (replace(FINE, age_min=16.0), RefusalReason.DATA_TOO_OLD),
        (replace(FINE, sensor_age_min=60.0), RefusalReason.SENSOR_WARM_UP),
        (replace(FINE, artefacts=("compression-low",)), RefusalReason.SUSPECTED_ARTEFACT),
        (replace(FINE, glucose_mgdl=60.0), RefusalReason.LOW_NOW),
        (replace(FINE, glucose_mgdl=float("nan")), RefusalReason.NO_READING),
    ],
)
def test_live_advice_needs_a_fresh_reading_that_can_be_believed(now: Situation, reason: RefusalReason) -> None:
    assert not situation_refusals(LIMITS, FINE)
    assert reason in {one.reason for one in situation_refusals(LIMITS, now)}
    assert all(one.sentence() for one in situation_refusals(LIMITS, now))


def test_no_correction_while_falling_or_unknown_but_a_meal_may_be_dosed() -> None:
    for trend in (-1.5, float("nan")):
        falling = replace(FINE, trend_mgdl_per_min=trend)
        found = dose_refusals(LIMITS, falling, 2.0, correction_u=1.0, very_low_probability=0.0)
        assert {one.reason for one in found} == {RefusalReason.FALLING}
        assert not dose_refusals(LIMITS, falling, 2.0, correction_u=0.0, very_low_probability=0.0)


def test_an_envelope_holds_for_its_person_and_time_and_unaltered_alone() -> None:
    own = envelope()
    assert not standing_refusals(own, person_id="me", at=AT)
    cases = {
        RefusalReason.OTHER_PERSON: standing_refusals(own, person_id="you", at=AT),
        RefusalReason.EXPIRED: standing_refusals(own, person_id="me", at=AT + timedelta(days=20)),
        RefusalReason.NOT_YET_VALID: standing_refusals(own, person_id="me", at=AT - timedelta(days=2)),
        RefusalReason.NO_ENVELOPE: standing_refusals(None, person_id="me", at=AT),
        RefusalReason.ALTERED: standing_refusals(
            replace(own, limits=replace(LIMITS, max_bolus_u=20.0)), person_id="me", at=AT
        ),
    }
    for reason, found in cases.items():
        assert {one.reason for one in found} == {reason}


@pytest.mark.parametrize(
    "changed",
    [
        {"signed_by": " "},
        {"why": ""},
        {"valid_until": AT + timedelta(days=120)},
        {"valid_until": AT - timedelta(days=2)},
    ],
)
def test_an_envelope_needs_signer_reason_and_end(changed: dict[str, object]) -> None:
    with pytest.raises(DataError):
        envelope(**changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"below_54_pct": 2.0},
        {"oldest_reading_min": 30.0},
        {"largest_step_fraction": 0.2},
        {"low_mgdl": 60.0},
        {"max_bolus_u": float("inf")},
        {"basal_u_per_h": (1.0, 0.5)},
    ],
)
def test_rules_may_be_stricter_but_not_laxer(changed: dict[str, object]) -> None:
    with pytest.raises(DataError):
        replace(LIMITS, **changed)  # pyright: ignore[reportArgumentType]
    assert replace(LIMITS, below_54_pct=0.5).below_54_pct == 0.5
