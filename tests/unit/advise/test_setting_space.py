import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.advise.setting_limit import setting_limits
from glucotwin.advise.setting_space import (
    FIELDS,
    PEN_COORDINATES,
    PUMP_COORDINATES,
    Coordinate,
    SettingKind,
    with_levels,
    within_step,
)
from glucotwin.control.setting import SLOTS, TherapySetting

LIMITS = setting_limits()


def setting(
    basal: float = 0.8, ratio: float = 10.0, factor: float = 40.0, target: float = 110.0, duration: float = 240.0
) -> TherapySetting:
    return TherapySetting(
        basal_u_per_h=np.full(SLOTS, basal),
        carb_ratio_g_per_u=np.full(SLOTS, ratio),
        correction_factor_mgdl_per_u=np.full(SLOTS, factor),
        target_mgdl=np.full(SLOTS, target),
        insulin_duration_min=np.asarray(duration),
        insulin_peak_min=np.asarray(75.0),
        daily_insulin_u=np.asarray(40.0),
        weight_kg=np.asarray(70.0),
    )


LEVELS = st.lists(st.integers(-2, 2), min_size=len(PUMP_COORDINATES), max_size=len(PUMP_COORDINATES))


@settings(max_examples=40)
@given(
    LEVELS,
    st.floats(0.03, 5.0),
    st.floats(2.0, 60.0),
    st.floats(8.0, 300.0),
    st.floats(80.0, 180.0),
    st.floats(120.0, 480.0),
)
def test_no_setting_moves_by_more_than_the_largest_step(
    levels: list[int], basal: float, ratio: float, factor: float, target: float, duration: float
) -> None:
    today = setting(basal, ratio, factor, target, duration)
    after = with_levels(today, PUMP_COORDINATES, np.array(levels), LIMITS)
    for kind in SettingKind:
        before, now = np.asarray(getattr(today, FIELDS[kind])), np.asarray(getattr(after, FIELDS[kind]))
        assert within_step(before, now, kind, LIMITS)
        assert np.all(now > 0.0)
        if kind is not SettingKind.TARGET:
            assert np.all(np.abs(now / before - 1.0) <= LIMITS.largest_step_fraction + 1e-6)


@settings(max_examples=20)
@given(LEVELS)
def test_target_never_leaves_its_range(levels: list[int]) -> None:
    after = with_levels(setting(target=95.0), PUMP_COORDINATES, np.array(levels), LIMITS)
    assert np.all(np.asarray(after.target_mgdl) >= LIMITS.lowest_target_mgdl)


def test_levels_change_their_part_of_the_day_alone() -> None:
    levels = np.zeros(len(PUMP_COORDINATES), dtype=int)
    levels[0] = 2
    after = with_levels(setting(basal=1.0), PUMP_COORDINATES, levels, LIMITS)
    basal = np.asarray(after.basal_u_per_h)
    assert np.allclose(basal[:72], 1.1)
    assert np.allclose(basal[72:], 1.0)
    assert np.array_equal(after.carb_ratio_g_per_u, setting().carb_ratio_g_per_u)


def test_values_are_rounded_as_they_can_be_set() -> None:
    levels = np.full(len(PUMP_COORDINATES), -2)
    after = with_levels(setting(basal=0.85, factor=43.0), PUMP_COORDINATES, levels, LIMITS)
    assert np.allclose(after.basal_u_per_h, 0.80)
    assert np.allclose(after.correction_factor_mgdl_per_u, 39.0)


def test_pens_have_one_basal_dose() -> None:
    assert sum(one.kind is SettingKind.BASAL for one in PEN_COORDINATES) == 1


@pytest.mark.parametrize("kind", list(SettingKind))
def test_a_coordinate_tells_the_mean_of_its_part(kind: SettingKind) -> None:
    expected = {"basal": 0.8, "carb-ratio": 10.0, "correction-factor": 40.0, "target": 110.0, "duration": 240.0}
    assert Coordinate(kind=kind, from_minute=0, to_minute=360).of(setting()) == pytest.approx(expected[kind])
