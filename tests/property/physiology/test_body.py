"""Laws that every body obeys, whatever is eaten and injected."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body, BodyState
from glucotwin.physiology.module.registry import TYPE2_MODULES
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import BODIES, body_of, changed, find_subject, make_body
from glucotwin.simulate.trajectory import simulate

MINUTES = 240
HARDEST = {
    "minimal": "",
    "padova-t1d-2008": "child#007",
    "padova-t1d": "child#007",
    "padova-t1d-reduced": "child#007",
    "padova-t2d": "normal#average",
}
meal_starts = st.integers(0, 120)
grams = st.floats(0.0, 80.0)
boluses = st.floats(0.0, 3.0)


def hardest(name: str) -> Body:
    """The subject whose numbers ask most of the solver; of type 2 without the modules, which take long to compile."""
    without = frozenset(TYPE2_MODULES) if name == "padova-t2d" else frozenset()
    return make_body(name, subject=HARDEST[name], options=BodyOptions(without=without))


def inputs_with(name: str, *, carbs_g: float, start: int, bolus_u: float) -> Inputs:
    insulin = np.full(MINUTES, find_subject(name, HARDEST[name]).basal_u_per_min)
    carbs = np.zeros(MINUTES)
    carbs[start : start + 10] = carbs_g / 10.0
    insulin[start] += bolus_u
    return constant_inputs(MINUTES, insulin_u_per_min=insulin, carbs_g_per_min=carbs)


def in_gut_mg(state: BodyState) -> float:
    gut = state["gut"]
    return float(sum(getattr(gut, name) for name in ("solid_mg", "liquid_mg", "intestine_mg")))


@pytest.mark.parametrize("name", HARDEST)
@settings(max_examples=15)
@given(carbs_g=grams, start=meal_starts, bolus_u=boluses)
def test_what_was_eaten_is_in_the_gut_or_was_absorbed(name: str, carbs_g: float, start: int, bolus_u: float) -> None:
    body = hardest(name)
    run = simulate(
        body,
        inputs_with(name, carbs_g=carbs_g, start=start, bolus_u=bolus_u),
        outputs=("glucose_appearance_mg_per_min", "glucose_mgdl", "insulin_pmoll"),
    )
    appearance = np.asarray(run.outputs["glucose_appearance_mg_per_min"])
    appeared = float(np.trapezoid(appearance)) / float(body.parameters()["gut.bioavailability"])
    # The trapezoid over whole minutes is the coarse part of this balance.
    assert appeared + in_gut_mg(run.final_state) == pytest.approx(1000.0 * carbs_g, rel=5e-3, abs=1.0)


@pytest.mark.parametrize("name", HARDEST)
@settings(max_examples=15)
@given(carbs_g=grams, start=meal_starts, bolus_u=st.floats(0.0, 30.0))
def test_glucose_and_insulin_stay_positive(name: str, carbs_g: float, start: int, bolus_u: float) -> None:
    inputs = inputs_with(name, carbs_g=carbs_g, start=start, bolus_u=bolus_u)
    run = simulate(
        hardest(name),
        inputs,
        outputs=("glucose_appearance_mg_per_min", "glucose_mgdl", "insulin_pmoll"),
    )
    assert np.min(run.outputs["glucose_mgdl"]) > 0.0
    assert np.min(run.outputs["insulin_pmoll"]) > 0.0


@pytest.mark.parametrize("name", HARDEST)
@settings(max_examples=10)
@given(carbs_g=grams, start=meal_starts, bolus_u=boluses)
def test_later_by_an_hour_is_the_same_course_later(name: str, carbs_g: float, start: int, bolus_u: float) -> None:
    # Both lie within the same night, in which sensitivity by time of day does not change.
    body = hardest(name)
    now = simulate(body, inputs_with(name, carbs_g=carbs_g, start=start, bolus_u=bolus_u)).outputs["glucose_mgdl"]
    later = simulate(body, inputs_with(name, carbs_g=carbs_g, start=start + 60, bolus_u=bolus_u)).outputs[
        "glucose_mgdl"
    ]
    np.testing.assert_allclose(later[60:], now[:-60], atol=1e-6)


def glucose(body: Body, inputs: Inputs) -> np.ndarray:
    return np.asarray(simulate(body, inputs).outputs["glucose_mgdl"])


@settings(max_examples=20)
@given(carbs_g=grams, start=meal_starts, bolus_u=boluses, more=st.floats(0.1, 3.0))
def test_more_insulin_never_raises_and_more_carbs_never_lower_glucose(
    carbs_g: float, start: int, bolus_u: float, more: float
) -> None:
    body = make_body("minimal")
    usual = glucose(body, inputs_with("minimal", carbs_g=carbs_g, start=start, bolus_u=bolus_u))
    more_insulin = glucose(body, inputs_with("minimal", carbs_g=carbs_g, start=start, bolus_u=bolus_u + more))
    more_carbs = glucose(body, inputs_with("minimal", carbs_g=carbs_g + 10.0 * more, start=start, bolus_u=bolus_u))
    assert np.all(more_insulin <= usual + 1e-9)
    assert np.all(more_carbs >= usual - 1e-9)


def test_glucose_recovers_from_the_floor_when_something_is_eaten() -> None:
    name, subject = "padova-t1d-2008", "child#006"
    basal = find_subject(name, subject).basal_u_per_min
    insulin, carbs = np.full(720, basal), np.zeros(720)
    insulin[60] += 5.0
    carbs[420:430] = 5.0
    course = glucose(
        make_body(name, subject=subject), constant_inputs(720, insulin_u_per_min=insulin, carbs_g_per_min=carbs)
    )
    assert 0.0 < np.min(course) < 1.0
    assert course[-1] > 50.0


def test_changed_fasting_glucose_is_again_a_rest() -> None:
    name = "padova-t1d-2008"
    subject = changed(name, find_subject(name, "adult#003"), {"fasting_glucose_mgdl": 110.0})
    course = glucose(body_of(name, subject), constant_inputs(MINUTES, insulin_u_per_min=subject.basal_u_per_min))
    np.testing.assert_allclose(course, 110.0, atol=1e-8)


@pytest.mark.parametrize("name", HARDEST)
def test_every_parameter_lies_within_its_record(name: str) -> None:
    records = BODIES[name].parameters()
    for subject in BODIES[name].subjects():
        parameters = make_body(name, subject=subject.name).parameters()
        # The full body's kidney stands in for the published excretion, which is zero there.
        replaced = {"glucose.excretion_per_min"} if "kidney.threshold_mgdl" in parameters else set()
        known = {parameter: value for parameter, value in parameters.items() if parameter in set(records) - replaced}
        assert known
        for parameter, value in known.items():
            assert records[parameter].low <= float(value) <= records[parameter].high, (subject.name, parameter)


def test_unknown_parameter_is_refused() -> None:
    from glucotwin.core.error import ModelError

    with pytest.raises(ModelError, match=r"no parameter 'glucose\.colour'"):
        make_body("minimal").with_parameters({"glucose.colour": jnp.ones(())})
