"""The 2008 UVA/Padova body beside an independent implementation: simglucose, scenarios A to D."""

import csv
from pathlib import Path

import jax
import numpy as np
import pytest

from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.padova.t1d_2008 import padova_t1d_2008_subjects
from glucotwin.physiology.registry import find_subject, make_body
from glucotwin.simulate.cohort import simulate_cohort, stack_inputs
from glucotwin.simulate.trajectory import Trajectory

DATA = Path(__file__).parent / "data"
BODY = "padova-t1d-2008"
SCENARIOS = ("A_tight_rtol1e-11", "B_basal_only", "C_meals_nobolus", "D_overbolus_hypo")
WITHIN_MGDL = 0.01

Table = dict[str, np.ndarray]


def reference(scenario: str) -> Table:
    with np.load(DATA / f"{scenario}.npz", allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def inputs_of(table: Table) -> Inputs:
    insulin, carbs = table["insulin_U_per_min"], table["cho_g_per_min"]
    pairs = zip(insulin, carbs, strict=True)
    return stack_inputs([constant_inputs(insulin.shape[1], insulin_u_per_min=u, carbs_g_per_min=d) for u, d in pairs])


def simulated(table: Table) -> Trajectory:
    bodies = stack_bodies([make_body(BODY, subject=str(name)) for name in table["names"]])
    return simulate_cohort(bodies, inputs_of(table))


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_glucose_agrees_with_simglucose_in_every_minute_and_patient(scenario: str) -> None:
    table = reference(scenario)
    ours = simulated(table)
    np.testing.assert_allclose(ours.outputs["glucose_mgdl"], table["bg_plasma"], rtol=0, atol=WITHIN_MGDL)
    np.testing.assert_allclose(ours.outputs["interstitial_mgdl"], table["bg_subcut"], rtol=0, atol=WITHIN_MGDL)


def test_final_state_agrees_with_simglucose_in_every_variable() -> None:
    table = reference("A_tight_rtol1e-11")
    state = simulated(table).final_state
    ours = {
        0: ("gut", "solid_mg"),
        1: ("gut", "liquid_mg"),
        2: ("gut", "intestine_mg"),
        4: ("glucose", "tissue_mg_per_kg"),
        5: ("plasma_insulin", "plasma_pmol_per_kg"),
        6: ("insulin_action", "uptake_action_pmoll"),
        7: ("insulin_action", "delayed_pmoll"),
        8: ("insulin_action", "production_action_pmoll"),
        9: ("plasma_insulin", "liver_pmol_per_kg"),
        10: ("subcutis", "injected_pmol_per_kg"),
        11: ("subcutis", "dissociated_pmol_per_kg"),
    }
    for index, (organ, field) in ours.items():
        expected = table["states"][:, -1, index]
        np.testing.assert_allclose(getattr(state[organ], field), expected, rtol=1e-4, atol=0.02, err_msg=field)


def test_fasting_subject_at_its_basal_rate_stays_at_rest() -> None:
    table = reference("B_basal_only")
    glucose = simulated(table).outputs["glucose_mgdl"]
    assert np.max(np.abs(glucose - glucose[:, :1])) < 1e-6


def published(table: str) -> dict[str, dict[str, str]]:
    with (DATA / f"{table}.csv").open(encoding="utf-8") as file:
        return {row["Name"]: row for row in csv.DictReader(file)}


def test_all_thirty_subjects_have_the_published_numbers() -> None:
    questionnaire = published("Quest")
    assert {one.name for one in padova_t1d_2008_subjects()} == set(questionnaire)
    for subject in padova_t1d_2008_subjects():
        row = questionnaire[subject.name]
        ours = (
            subject.age_years,
            subject.carb_ratio_g_per_u,
            subject.correction_factor_mgdl_per_u,
            subject.total_daily_insulin_u,
        )
        assert ours == tuple(float(row[name]) for name in ("Age", "CR", "CF", "TDI"))


@pytest.mark.parametrize("name", published("vpatient_params"))
def test_derived_numbers_and_rest_are_the_published_ones(name: str) -> None:
    row = published("vpatient_params")[name]
    body = make_body(BODY, subject=name)
    parameters = body.parameters()
    derived = {
        "glucose.production_mg_per_kg_per_min": "kp1",
        "glucose.uptake_max_mg_per_kg_per_min": "Vm0",
        "plasma_insulin.extraction_per_min": "m30",
        "plasma_insulin.clearance_per_min": "m4",
        "subcutis.basal_pmol_per_kg_per_min": "u2ss",
    }
    for ours, theirs in derived.items():
        assert float(parameters[ours]) == pytest.approx(float(row[theirs]), rel=1e-8), ours
    basal = float(row["u2ss"]) * float(row["BW"]) / 6000.0
    assert find_subject(BODY, name).basal_u_per_min == pytest.approx(basal, rel=1e-8)
    state = body.initial_state()
    resting = [*jax.tree.leaves(state["glucose"]), *jax.tree.leaves(state["subcutis"])]
    published_rest = [float(row[column]) for column in ("x0_ 4", "x0_ 5", "x0_11", "x0_12")]
    np.testing.assert_allclose(resting, published_rest, rtol=1e-8)
