"""Food, drink, movement, conditions, medicines, scripted parameters and the body in scenarios."""

import datetime as dt

import numpy as np
import pytest

from glucotwin.domain.activity import Activity, ActivityType
from glucotwin.domain.condition import ConditionKind
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.observation import MedicationDose
from glucotwin.scenario.dosing import Dosing
from glucotwin.scenario.event import inputs_from_scenario, timeline_from_scenario
from glucotwin.scenario.reader import parse_scenario

DOSING = Dosing(subject="adult#001", basal_u_per_min=0.02)


def inputs_of(text: str) -> Inputs:
    return inputs_from_scenario(parse_scenario(text), DOSING)


def test_liquid_carbohydrate_is_told_apart() -> None:
    inputs = inputs_of("meals: [{time: '03:00', carbs_g: 15, liquid: true}, {time: '07:00', carbs_g: 40}]")
    np.testing.assert_allclose(inputs.liquid_carbs_g_per_min[180:183], 5.0)
    assert np.sum(inputs.liquid_carbs_g_per_min) == pytest.approx(15.0)
    assert np.sum(inputs.carbs_g_per_min) == pytest.approx(55.0)


def test_every_nutrient_arrives_in_full() -> None:
    inputs = inputs_of("meals: [{time: '07:00', carbs_g: 40, protein_g: 30, fat_g: 20, fibre_g: 8, duration_min: 20}]")
    totals = [np.sum(rate) for rate in (inputs.carbs_g_per_min, inputs.protein_g_per_min, inputs.fat_g_per_min)]
    np.testing.assert_allclose(totals, [40.0, 30.0, 20.0])
    np.testing.assert_allclose(inputs.fibre_g_per_min[420:440], 0.4)


def test_alcohol_is_drunk_evenly() -> None:
    inputs = inputs_of("days: 2\nalcohol: [{time: '21:00', day: 2, alcohol_g: 28, duration_min: 90}]")
    np.testing.assert_allclose(inputs.alcohol_g_per_min[2700:2790], 28.0 / 90.0)
    assert np.sum(inputs.alcohol_g_per_min) == pytest.approx(28.0)


def test_kinds_of_activity_reach_their_own_inputs() -> None:
    inputs = inputs_of(
        """
activities:
  - {time: '07:00', duration_min: 30, kind: high-intensity}
  - {time: '10:00', duration_min: 45, kind: resistance, intensity_fraction: 0.7}
  - {time: '17:00', duration_min: 60, steps: 6000, heart_rate_bpm: 115}
"""
    )
    np.testing.assert_allclose(inputs.activity_fraction[420:450], 0.85)
    np.testing.assert_allclose(inputs.resistance_fraction[600:645], 0.7)
    np.testing.assert_allclose(inputs.steps_per_min[1020:1080], 100.0)
    np.testing.assert_allclose(inputs.heart_rate_bpm[1020:1080], 115.0)
    assert not np.any(inputs.activity_fraction[600:])


def test_activity_without_a_kind_stays_unknown() -> None:
    scenario = parse_scenario("activities: [{time: '07:00', duration_min: 30, intensity_fraction: 0.5}]")
    activity = next(iter(timeline_from_scenario(scenario, DOSING).records(Activity)))
    assert activity.activity_type is ActivityType.UNKNOWN


@pytest.mark.parametrize("kind", list(ConditionKind))
def test_every_condition_can_be_scripted(kind: ConditionKind) -> None:
    text = f"days: 3\nconditions: [{{kind: {kind}, day: 2, time: '06:00', duration_h: 30, severity: 0.5}}]"
    level = np.asarray(inputs_of(text).condition_level[kind])
    during = np.zeros(3 * 1440, dtype=bool)
    during[1800:3600] = True
    np.testing.assert_allclose(level, np.where(during, 0.5, 0.0))


def test_severity_is_full_unless_given() -> None:
    level = inputs_of("conditions: [{kind: stress, time: '06:00', duration_h: 2}]").condition_level["stress"]
    np.testing.assert_allclose(level[360:480], 1.0)


def test_medicines_arrive_by_name() -> None:
    text = """
days: 2
medications:
  - {time: '08:00', name: prednisolone, dose_mg: 40}
  - {time: '03:00', day: 2, name: glucagon, dose_mg: 1, route: subcutaneous}
"""
    medication = inputs_of(text).medication_mg_per_min
    assert np.sum(medication["prednisolone"]) == pytest.approx(80.0)
    assert medication["glucagon"][1440 + 180] == 1.0
    records = list(timeline_from_scenario(parse_scenario(text), DOSING).records(MedicationDose))
    assert [record.route for record in records] == ["oral", "subcutaneous", "oral"]


def test_parameter_factors_hold_for_their_time_and_multiply() -> None:
    factor = inputs_of(
        """
days: 2
parameters:
  - {name: glucose.clearance, factor: 2, from_day: 1, time: '06:00', duration_h: 1}
  - {name: glucose.clearance, factor: 0.5, time: '06:30'}
  - {name: liver.output, factor: 0, from_day: 2}
"""
    ).parameter_factor
    np.testing.assert_allclose(factor["glucose.clearance"][359:421], [1.0] + [2.0] * 30 + [1.0] * 30 + [0.5])
    assert factor["glucose.clearance"][-1] == 0.5
    np.testing.assert_array_equal(factor["liver.output"], np.repeat([1.0, 0.0], 1440))


def test_nothing_scripted_leaves_no_factor() -> None:
    assert inputs_of("days: 1").parameter_factor == {}


def test_body_says_what_is_different_about_the_subject() -> None:
    text = "body: {subject: {weight_kg: 82, kidney.threshold_mgdl: 190}, without: [circadian, alcohol, alcohol]}"
    scenario = parse_scenario(text)
    assert scenario.changes == {"weight_kg": 82.0, "kidney.threshold_mgdl": 190.0}
    assert scenario.without == {"circadian", "alcohol"}


def test_subject_and_body_are_unchanged_by_default() -> None:
    scenario = parse_scenario("days: 1")
    assert scenario.changes == {}
    assert scenario.without == frozenset()


def test_day_is_short_for_one_of_the_days() -> None:
    one = parse_scenario("days: 3\nmeals: [{time: '08:00', day: 2, carbs_g: 10}]")
    many = parse_scenario("days: 3\nmeals: [{time: '08:00', days: [2], carbs_g: 10}]")
    np.testing.assert_array_equal(
        inputs_from_scenario(one, DOSING).carbs_g_per_min, inputs_from_scenario(many, DOSING).carbs_g_per_min
    )


def test_clock_with_seconds_keeps_totals() -> None:
    scenario = parse_scenario("meals: [{time: '08:00:30', carbs_g: 10}]")
    assert scenario.meals[0].time == dt.time(8, 0, 30)
    carbs = np.asarray(inputs_from_scenario(scenario, DOSING).carbs_g_per_min)
    np.testing.assert_allclose(carbs[479:484], [0.0, 2.5, 5.0, 2.5, 0.0])
