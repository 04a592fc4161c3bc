"""The integrated glucose-insulin model: its check values, its people, its rest, and canagliflozin."""

import equinox as eqx
import numpy as np
import pytest

from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.registry import BODIES, body_of, changed, find_subject, make_body
from glucotwin.simulate.trajectory import simulate
from glucotwin.testing.body import check_body

DAY = 1440
MEALS = ((480, 50.0), (780, 70.0), (1140, 80.0))
OUTPUTS = ("glucose_mgdl", "insulin_pmoll", "excretion_mg_per_kg_per_min", "glucose_appearance_mg_per_min")


def inputs_of(carbs: np.ndarray, canagliflozin: np.ndarray | None = None) -> Inputs:
    """Meals, and canagliflozin in every run, so that all share one program."""
    dose = np.zeros(carbs.size) if canagliflozin is None else canagliflozin
    return eqx.tree_at(
        lambda one: one.medication_mg_per_min,
        constant_inputs(carbs.size, carbs_g_per_min=carbs),
        {"canagliflozin": dose},
        is_leaf=lambda node: isinstance(node, dict),
    )


def run_of(body: Body, inputs: Inputs) -> dict[str, np.ndarray]:
    run = simulate(body, inputs, outputs=OUTPUTS)
    return {name: np.asarray(run.outputs[name]) for name in OUTPUTS}


def drink(grams: float) -> np.ndarray:
    carbs = np.zeros(2 * DAY)
    carbs[0] = grams
    return carbs


def test_oral_glucose_is_as_independently_worked_out() -> None:
    course = run_of(make_body("igi"), inputs_of(drink(75.0)))
    glucose, insulin = course["glucose_mgdl"] / 18.01559, course["insulin_pmoll"] / 6.0
    assert np.max(glucose) == pytest.approx(16.4, abs=0.1)
    assert np.max(insulin) == pytest.approx(54.0, abs=0.3)
    # The independent check drank over some minutes: 118 and 110.
    assert abs(int(np.argmax(glucose)) - 118) <= 8
    assert abs(int(np.argmax(insulin)) - 110) <= 8


@pytest.mark.parametrize(
    ("dose_mg", "mean_mmoll", "urine_g"), [(0.0, 12.7, 11.0), (100.0, 10.4, 122.0), (300.0, 10.3, 126.0)]
)
def test_day_with_and_without_canagliflozin_is_as_independently_worked_out(
    dose_mg: float, mean_mmoll: float, urine_g: float
) -> None:
    clock = np.arange(2 * DAY) % DAY
    carbs = sum((np.where(clock == at, grams, 0.0) for at, grams in MEALS), start=np.zeros(clock.size))
    course = run_of(make_body("igi"), inputs_of(carbs, np.where(clock == 420, dose_mg, 0.0)))
    last = {name: values[DAY:-1] for name, values in course.items()}
    assert last["glucose_mgdl"].mean() / 18.01559 == pytest.approx(mean_mmoll, abs=0.35)
    weight = find_subject("igi").weight_kg
    assert last["excretion_mg_per_kg_per_min"].sum() * weight / 1000.0 == pytest.approx(urine_g, abs=10.0)


@pytest.mark.slow
def test_mixed_meal_of_hong_is_as_independently_worked_out() -> None:
    course = run_of(make_body("igi-meal"), inputs_of(drink(100.0)[:480]))
    assert np.max(course["glucose_mgdl"]) == pytest.approx(225.0, abs=0.7)
    assert abs(int(np.argmax(course["glucose_mgdl"])) - 74) <= 2
    insulin = course["insulin_pmoll"] / 6.0
    assert insulin[0] == pytest.approx(12.0)
    assert np.max(insulin) == pytest.approx(68.0, abs=1.0)


def test_healthy_person_has_a_low_peak_and_comes_back() -> None:
    course = run_of(make_body("igi", subject="normal#average"), inputs_of(drink(75.0)))["glucose_mgdl"]
    assert course[0] == pytest.approx(91.8, abs=0.1)
    assert 110.0 < np.max(course) < 200.0
    assert course[120] < 140.0
    assert course[420] == pytest.approx(course[0], abs=10.0)


def test_twenty_people_differ_about_the_published_mean() -> None:
    people = [one for one in BODIES["igi"].subjects() if one.name.startswith("t2d#0")]
    assert len(people) == 20
    basal = np.array([one.values["basal_mmoll"] for one in people])
    assert basal.mean() == pytest.approx(11.26, abs=0.6)
    assert 0.5 < basal.std(ddof=1) < 1.3
    assert all(
        value > 0.0 for one in people for name, value in one.values.items() if name != "glucose.production_power"
    )


@pytest.mark.parametrize("name", ["igi", "igi-meal"])
def test_every_parameter_lies_within_its_record(name: str) -> None:
    records = BODIES[name].parameters()
    for subject in BODIES[name].subjects():
        parameters = body_of(name, subject).parameters()
        for parameter in set(parameters) & set(records):
            value = float(parameters[parameter])
            assert records[parameter].low <= value <= records[parameter].high, (subject.name, parameter)


@pytest.mark.parametrize("changes", [{}, {"fasting_glucose_mgdl": 150.0}, {"weight_kg": 70.0}, {"sensitivity": 1.5}])
def test_changed_person_rests(changes: dict[str, float]) -> None:
    subject = changed("igi", find_subject("igi"), changes)
    course = run_of(body_of("igi", subject), inputs_of(np.zeros(2 * DAY)))["glucose_mgdl"]
    np.testing.assert_allclose(course, course[0], atol=1e-6)


@pytest.mark.slow
def test_what_is_left_of_a_meal_is_absorbed_with_the_next() -> None:
    carbs = drink(40.0)[:480]
    carbs[60] = 40.0
    appeared = run_of(make_body("igi-meal"), inputs_of(carbs))["glucose_appearance_mg_per_min"]
    assert np.sum(appeared) == pytest.approx(0.252 * 80_000.0, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["igi", "igi-meal"])
def test_body_passes_the_shipped_checks(name: str) -> None:
    check_body(make_body(name), basal_u_per_min=0.0)
