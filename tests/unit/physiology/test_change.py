"""Changed subjects: at rest again on a new basal rate, and dosed by what they now need."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.domain.inputs import constant_inputs
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import BODIES, body_of, changed, find_subject
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.trajectory import simulate

FULL = "padova-t1d"
SUBJECTS = ("adult#001", "adolescent#003", "child#005")
PADOVA = [(body, name) for body in (FULL, "padova-t1d-2008") for name in SUBJECTS]
EVERYONE = [*PADOVA, ("minimal", "typical")]
CHANGES = [
    {"fasting_glucose_mgdl": 105.0},
    {"fasting_glucose_mgdl": 135.0},
    {"weight_kg": 55.0},
    {"sensitivity": 0.7},
    {"sensitivity": 1.4},
    {"weight_kg": 80.0, "sensitivity": 0.8, "fasting_glucose_mgdl": 120.0},
]


def course(body: str, subject: Subject) -> np.ndarray:
    """Six hours on the basal rate."""
    inputs = constant_inputs(360, insulin_u_per_min=subject.basal_u_per_min)
    return np.asarray(simulate(body_of(body, subject), inputs).outputs["glucose_mgdl"])


def assert_rests(body: str, subject: Subject, *, at_mgdl: float | None = None) -> None:
    glucose = course(body, subject)
    np.testing.assert_allclose(glucose, glucose[0] if at_mgdl is None else at_mgdl, atol=1e-6)


def change(body: str, name: str, changes: Mapping[str, float]) -> tuple[Subject, Subject]:
    subject = find_subject(body, name)
    return subject, changed(body, subject, changes)


@pytest.mark.parametrize("changes", CHANGES, ids=",".join)
@pytest.mark.parametrize(("body", "name"), EVERYONE)
def test_changed_subject_rests_on_its_new_basal_rate(body: str, name: str, changes: Mapping[str, float]) -> None:
    before, after = change(body, name, changes)
    assert_rests(body, after, at_mgdl=changes.get("fasting_glucose_mgdl", float(course(body, before)[0])))
    assert after.weight_kg == changes.get("weight_kg", before.weight_kg)
    assert after.name == before.name


@pytest.mark.parametrize("parameter", ["glucose.volume_dl_per_kg", "gut.absorption_per_min"])
@pytest.mark.parametrize(("body", "name"), PADOVA)
def test_parameter_is_replaced_by_its_full_name_and_the_subject_rests(body: str, name: str, parameter: str) -> None:
    value = 0.9 * find_subject(body, name).values[parameter]
    before, after = change(body, name, {parameter: value})
    assert after.values == {**before.values, parameter: value}
    assert float(body_of(body, after).parameters()[parameter]) == value
    assert_rests(body, after)


@pytest.mark.parametrize(
    ("changes", "needs_more"),
    [({"egfr_ml_per_min": 30.0}, False), ({"liver_fat_pct": 15.0}, True), ({"kidney.threshold_mgdl": 150.0}, False)],
    ids=["weak kidneys", "fatty liver", "leaky kidneys"],
)
@pytest.mark.parametrize("name", SUBJECTS)
def test_modules_of_the_full_body_change_insulin_needs(
    name: str, changes: Mapping[str, float], needs_more: bool
) -> None:
    before, after = change(FULL, name, changes)
    assert (after.basal_u_per_min > before.basal_u_per_min) is needs_more
    assert_rests(FULL, after, at_mgdl=before.values["basal_glucose_mgdl"])


@pytest.mark.parametrize("name", SUBJECTS)
def test_full_body_rests_above_its_renal_threshold(name: str) -> None:
    before, after = change(FULL, name, {"fasting_glucose_mgdl": 220.0})
    assert after.basal_u_per_min < before.basal_u_per_min
    assert_rests(FULL, after, at_mgdl=220.0)


@pytest.mark.parametrize(("body", "name"), PADOVA)
def test_less_sensitive_subject_needs_more_insulin_and_is_dosed_for_it(body: str, name: str) -> None:
    before, after = change(body, name, {"sensitivity": 0.7})
    need = after.basal_u_per_min / before.basal_u_per_min
    assert need > 1.05
    doses = ("carb_ratio_g_per_u", "correction_factor_mgdl_per_u", "total_daily_insulin_u")
    for dose, factor in zip(doses, (1.0 / need, 1.0 / need, need), strict=True):
        assert getattr(after, dose) == pytest.approx(getattr(before, dose) * factor), dose
    _, more = change(body, name, {"sensitivity": 1.4})
    assert more.basal_u_per_min < before.basal_u_per_min


@pytest.mark.parametrize(("body", "name"), PADOVA)
def test_sensitivity_can_be_taken_back_but_for_the_point_it_turns_about(body: str, name: str) -> None:
    before, after = change(body, name, {"sensitivity": 0.7})
    restored = changed(body, after, {"sensitivity": 1.0 / 0.7})
    assert dict(restored.values) == pytest.approx(dict(before.values), rel=0.05)
    assert restored.basal_u_per_min == pytest.approx(before.basal_u_per_min, rel=0.05)
    assert restored.carb_ratio_g_per_u == pytest.approx(before.carb_ratio_g_per_u, rel=0.05)


@pytest.mark.parametrize(("body", "name"), EVERYONE)
def test_less_sensitive_subject_falls_less_after_the_same_bolus(body: str, name: str) -> None:
    falls = []
    for subject in change(body, name, {"sensitivity": 0.7}):
        insulin = np.full(360, subject.basal_u_per_min)
        insulin[30] += 0.01 * subject.weight_kg
        glucose = simulate(body_of(body, subject), constant_inputs(360, insulin_u_per_min=insulin))
        falls.append(float(glucose.outputs["glucose_mgdl"][0] - np.min(glucose.outputs["glucose_mgdl"])))
    assert 1.0 < falls[1] < 0.95 * falls[0]


@pytest.mark.parametrize(("body", "name"), PADOVA)
def test_insulin_needs_follow_weight(body: str, name: str) -> None:
    subject = find_subject(body, name)
    _, after = change(body, name, {"weight_kg": 1.5 * subject.weight_kg})
    assert after.basal_u_per_min == pytest.approx(1.5 * subject.basal_u_per_min)
    assert after.carb_ratio_g_per_u == pytest.approx((subject.carb_ratio_g_per_u or 0.0) / 1.5)


def test_profiles_of_the_hours_are_scaled_by_need() -> None:
    hours = tuple(0.5 + hour / 24.0 for hour in range(24))
    subject = replace(find_subject(FULL, "adult#001"), basal_profile_u_per_h=hours, carb_ratio_profile_g_per_u=hours)
    after = changed(FULL, subject, {"sensitivity": 0.7})
    need = after.basal_u_per_min / subject.basal_u_per_min
    np.testing.assert_allclose(after.basal_profile_u_per_h or (), need * np.array(hours))
    np.testing.assert_allclose(after.carb_ratio_profile_g_per_u or (), np.array(hours) / need)


@pytest.mark.parametrize(("body", "name"), EVERYONE)
def test_no_change_is_the_same_subject(body: str, name: str) -> None:
    subject, after = change(body, name, {})
    assert after is subject


@pytest.mark.parametrize("body", BODIES)
def test_unknown_name_is_refused_with_what_can_be_changed(body: str) -> None:
    with pytest.raises(ModelError, match="nothing called 'mood'") as raised:
        changed(body, find_subject(body), {"mood": 1.0})
    assert raised.value.code is ErrorCode.UNKNOWN_NAME
    assert "fasting_glucose_mgdl, weight_kg, sensitivity" in raised.value.hint


def test_parameter_of_a_module_is_unknown_to_the_2008_body() -> None:
    with pytest.raises(ModelError, match=r"nothing called 'kidney\.threshold_mgdl'"):
        change("padova-t1d-2008", "adult#001", {"kidney.threshold_mgdl": 170.0})


@pytest.mark.parametrize("value", [0.1, 100.0, np.nan])
@pytest.mark.parametrize("body", [FULL, "padova-t1d-2008"])
def test_value_outside_of_its_bounds_is_refused_with_the_bounds(body: str, value: float) -> None:
    with pytest.raises(ModelError, match=r"outside of its bounds 0\.7857 to 4\.476 dL/kg") as raised:
        change(body, "", {"glucose.volume_dl_per_kg": value})
    assert raised.value.code is ErrorCode.INVALID_VALUE


@pytest.mark.parametrize("value", [0.0, -1.0, np.nan])
@pytest.mark.parametrize("name", ["fasting_glucose_mgdl", "weight_kg", "sensitivity"])
@pytest.mark.parametrize("body", BODIES)
def test_change_must_be_above_zero(body: str, name: str, value: float) -> None:
    with pytest.raises(ModelError, match=f"{name} must be above zero"):
        change(body, "", {name: value})


@pytest.mark.parametrize("body", ["padova-t1d-2008", "minimal"])
def test_body_of_one_piece_has_no_modules_to_leave_out(body: str) -> None:
    with pytest.raises(ModelError, match=f"{body} has no modules to leave out.*padova-t1d"):
        body_of(body, find_subject(body), options=BodyOptions(without=frozenset({"exercise"})))


def test_unknown_module_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ModelError, match=r"no module 'mood'.*circadian.*comorbidity"):
        body_of(FULL, find_subject(FULL), options=BodyOptions(without=frozenset({"mood"})))
