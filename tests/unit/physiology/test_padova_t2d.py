"""The meal model with secretion: its steady state, its published meals, and what the beta cell does."""

import jax.numpy as jnp
import numpy as np
import pytest

from glucotwin.domain.inputs import constant_inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.module.registry import TYPE2_MODULES
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.padova.c_peptide import c_peptide_rates
from glucotwin.physiology.padova.t2d import compose_padova_t2d, padova_t2d_basal_u_per_min
from glucotwin.physiology.registry import body_of, changed, find_subject, make_body
from glucotwin.simulate.trajectory import simulate
from glucotwin.testing.body import check_body

NAME = "padova-t2d"
SUBJECTS = ("t2d#average", "normal#average")
BARE = BodyOptions(without=frozenset(TYPE2_MODULES))
OUTPUTS = ("glucose_mgdl", "insulin_pmoll", "c_peptide_pmoll", "secretion_pmol_per_kg_per_min")
TABLE = {
    # What the published kp1, Vm0 and m6 imply at rest: Gb, Ib, Vm0, m6, Sb.
    "t2d#average": (159.2, 59.8, 4.65, 0.8118, 4.03),
    "normal#average": (91.8, 25.6, 2.50, 0.6471, 1.55),
}
MEALS = [
    # Independently worked out: dose, highest glucose and its minute, highest insulin and its minute, after 2 h and 7 h.
    ("normal#average", 45, 132, 72, 140, 103, 122, 90),
    ("normal#average", 78, 157, 66, 254, 98, 133, 90),
    ("t2d#average", 45, 231, 130, 164, 204, 230, 150),
    ("t2d#average", 78, 278, 124, 271, 195, 278, 140),
    ("t2d#average", 91, 296, 122, 321, 192, 296, 136),
]


def as_published(name: str) -> Body:
    """The model of 2007: without any module."""
    return make_body(NAME, subject=name, options=BARE)


def meal(body: Body, carbs_g: float, *, minutes: int = 480) -> dict[str, np.ndarray]:
    carbs = np.zeros(minutes)
    carbs[0] = carbs_g
    run = simulate(body, constant_inputs(minutes, insulin_u_per_min=0.0, carbs_g_per_min=carbs), outputs=OUTPUTS)
    return {name: np.asarray(run.outputs[name]) for name in OUTPUTS}


@pytest.mark.parametrize("name", SUBJECTS)
def test_steady_state_is_the_one_that_the_published_table_implies(name: str) -> None:
    parameters = as_published(name).parameters()
    found = [
        float(parameters[one])
        for one in (
            "glucose.basal_mgdl",
            "glucose.basal_insulin_pmoll",
            "glucose.uptake_max_mg_per_kg_per_min",
            "plasma_insulin.extraction_intercept",
            "beta_cell.basal_pmol_per_kg_per_min",
        )
    ]
    np.testing.assert_allclose(found, TABLE[name], rtol=1.5e-3)


@pytest.mark.parametrize(("name", "carbs_g", "top", "top_at", "insulin", "insulin_at", "after_2h", "after_7h"), MEALS)
def test_meals_are_as_independently_worked_out(
    name: str, carbs_g: int, top: int, top_at: int, insulin: int, insulin_at: int, after_2h: int, after_7h: int
) -> None:
    course = meal(as_published(name), float(carbs_g))
    glucose, plasma = course["glucose_mgdl"], course["insulin_pmoll"]
    # Peaks are flat, and a meal takes a minute here.
    assert (np.max(glucose), glucose[120], glucose[420]) == pytest.approx((top, after_2h, after_7h), abs=0.6)
    assert np.max(plasma) == pytest.approx(insulin, abs=0.6)
    assert abs(int(np.argmax(glucose)) - top_at) <= 1
    assert abs(int(np.argmax(plasma)) - insulin_at) <= 1


def test_impaired_glucose_tolerance_is_the_normal_subject_with_half_the_insulin_action() -> None:
    normal, impaired = (as_published(name) for name in ("normal#average", "igt#average"))
    before, after = normal.parameters(), impaired.parameters()
    for name in ("glucose.production_insulin_effect", "glucose.uptake_insulin_effect"):
        assert float(after[name]) == pytest.approx(0.5 * float(before[name]))
    # What the liver makes without insulin, uptake at rest and secretion stay: only the rest moves.
    for name in ("production_mg_per_kg_per_min", "uptake_max_mg_per_kg_per_min"):
        assert float(after[f"glucose.{name}"]) == pytest.approx(float(before[f"glucose.{name}"]), rel=1e-6)
    two_hours = meal(impaired, 75.0)["glucose_mgdl"][120]
    # The definition of impaired glucose tolerance (WHO).
    assert 140.0 <= two_hours < 200.0
    assert 100.0 < float(after["glucose.basal_mgdl"]) < 126.0


@pytest.mark.slow
@pytest.mark.parametrize("name", SUBJECTS)
def test_body_passes_the_shipped_checks(name: str) -> None:
    check_body(make_body(NAME, subject=name), basal_u_per_min=0.0)


@pytest.mark.parametrize("name", SUBJECTS)
def test_c_peptide_is_secreted_with_insulin_one_for_one(name: str) -> None:
    body = as_published(name)
    course, parameters = meal(body, 60.0, minutes=1440), body.parameters()
    secreted = np.trapezoid(course["secretion_pmol_per_kg_per_min"]) * float(parameters["c_peptide.weight_kg"])
    clearance = float(parameters["c_peptide.elimination_per_min"] * parameters["c_peptide.volume_l"])
    eliminated = np.trapezoid(course["c_peptide_pmoll"]) * clearance
    assert eliminated == pytest.approx(secreted, rel=0.01)


def test_kinetics_of_c_peptide_are_those_of_the_reference_subject() -> None:
    rates = c_peptide_rates(build="normal", age_years=25.0, sex="male", height_cm=175.0, weight_kg=70.0)
    found = [rates[f"c_peptide.{name}_per_min"] for name in ("elimination", "to_plasma", "to_remote")]
    np.testing.assert_allclose(found, [0.0607, 0.0491, 0.0503], atol=8e-4)


def test_secretion_never_falls_below_zero_when_glucose_is_low() -> None:
    body = as_published("normal#average")
    insulin = np.zeros(300)
    insulin[0] = 10.0
    run = simulate(body, constant_inputs(300, insulin_u_per_min=insulin), outputs=OUTPUTS)
    assert np.min(run.outputs["glucose_mgdl"]) < 80.0
    assert np.min(run.outputs["secretion_pmol_per_kg_per_min"]) >= 0.0


def test_dead_beta_cell_leaves_glucose_higher() -> None:
    body = as_published("normal#average")
    without = body.with_parameters({"beta_cell.static_gain": jnp.zeros(()), "beta_cell.dynamic_gain": jnp.zeros(())})
    assert np.max(meal(without, 60.0)["glucose_mgdl"]) > np.max(meal(body, 60.0)["glucose_mgdl"]) + 20.0


@pytest.mark.parametrize(
    "changes", [{"fasting_glucose_mgdl": 140.0}, {"weight_kg": 70.0}, {"sensitivity": 0.6}], ids=",".join
)
@pytest.mark.parametrize("name", SUBJECTS)
def test_changed_subject_rests_without_injections(name: str, changes: dict[str, float]) -> None:
    subject = changed(NAME, find_subject(NAME, name), changes)
    course = meal(body_of(NAME, subject, options=BARE), 0.0, minutes=300)["glucose_mgdl"]
    np.testing.assert_allclose(course, course[0], atol=1e-6)
    assert subject.basal_u_per_min == 0.0


def test_weaker_insulin_makes_meals_higher() -> None:
    subject = find_subject(NAME, "t2d#average")
    resistant = changed(NAME, subject, {"sensitivity": 0.6})
    usual, higher = (meal(body_of(NAME, one, options=BARE), 60.0)["glucose_mgdl"] for one in (subject, resistant))
    assert np.max(higher) > np.max(usual)


@pytest.mark.slow
@pytest.mark.parametrize("name", SUBJECTS)
def test_full_body_rests_at_night_with_and_without_its_kidney(name: str) -> None:
    for without in (frozenset({"circadian"}), frozenset({"circadian", "kidney"})):
        body = make_body(NAME, subject=name, options=BodyOptions(without=without))
        course = meal(body, 0.0, minutes=300)["glucose_mgdl"]
        np.testing.assert_allclose(course, course[0], atol=1e-6)


def test_injected_insulin_is_part_of_the_rest() -> None:
    values = {**find_subject(NAME, "t2d#average").values, "basal_injected_u_per_min": 0.01}
    body = compose_padova_t2d(values, BARE)
    own = as_published("t2d#average").parameters()["beta_cell.basal_pmol_per_kg_per_min"]
    assert float(body.parameters()["beta_cell.basal_pmol_per_kg_per_min"]) < float(own)
    run = simulate(body, constant_inputs(300, insulin_u_per_min=np.full(300, 0.01)), outputs=OUTPUTS)
    np.testing.assert_allclose(run.outputs["glucose_mgdl"], run.outputs["glucose_mgdl"][0], atol=1e-6)
    assert padova_t2d_basal_u_per_min(values) == 0.01
