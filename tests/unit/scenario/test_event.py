"""From scenarios to per-minute inputs."""

import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.scenario.dosing import Dosing
from glucotwin.scenario.event import inputs_from_scenario
from glucotwin.scenario.reader import parse_scenario

DOSING = Dosing(subject="adult#001", basal_u_per_min=0.02, carb_ratio_g_per_u=10.0)


def test_auto_takes_the_subjects_basal_rate_and_carb_ratio() -> None:
    scenario = parse_scenario("meals: [{time: '07:00', carbs_g: 45}]\nboluses: [{time: '07:00', carbs_g: 45}]")
    inputs = inputs_from_scenario(scenario, DOSING)
    insulin = np.asarray(inputs.insulin_u_per_min["rapid"])
    assert inputs.minutes == 1440
    assert insulin[0] == pytest.approx(0.02)
    assert insulin[420] == pytest.approx(4.52)
    np.testing.assert_allclose(inputs.carbs_g_per_min[420:429], 5.0)
    assert np.sum(inputs.carbs_g_per_min) == pytest.approx(45.0)


def test_meals_repeat_daily_unless_days_are_given() -> None:
    text = "days: 3\nmeals: [{time: '08:00', carbs_g: 10}, {time: '20:00', carbs_g: 30, days: [2]}]"
    carbs = np.asarray(inputs_from_scenario(parse_scenario(text), DOSING).carbs_g_per_min).reshape(3, 1440)
    np.testing.assert_allclose(carbs.sum(axis=1), [10.0, 40.0, 10.0])


def test_basal_profile_follows_the_local_clock_across_a_clock_change() -> None:
    text = (
        "start: 2024-03-31\nzone: Europe/Berlin\nbasal: [{from: '00:00', u_per_h: 0.6}, {from: '06:00', u_per_h: 1.2}]"
    )
    inputs = inputs_from_scenario(parse_scenario(text), DOSING)
    insulin = np.asarray(inputs.insulin_u_per_min["rapid"])
    assert inputs.minutes == 23 * 60
    assert int(np.argmax(insulin > 0.015)) == 5 * 60
    assert np.sum(insulin) == pytest.approx(5 * 0.6 + 18 * 1.2)


def test_extended_bolus_is_spread_over_its_duration() -> None:
    text = "basal: 0\nboluses: [{time: '10:00', u: 1, extended_u: 3, extended_min: 60}]"
    insulin = np.asarray(inputs_from_scenario(parse_scenario(text), DOSING).insulin_u_per_min["rapid"])
    assert insulin[600] == pytest.approx(1.05)
    np.testing.assert_allclose(insulin[601:660], 0.05)
    assert np.sum(insulin) == pytest.approx(4.0)


def test_start_later_than_midnight_keeps_whole_days() -> None:
    text = "start: 2024-05-05T18:00\nmeals: [{time: '07:00', carbs_g: 10}]"
    inputs = inputs_from_scenario(parse_scenario(text), DOSING)
    assert inputs.minutes == 1440
    assert int(np.argmax(np.asarray(inputs.carbs_g_per_min) > 0)) == 13 * 60


def test_subject_without_a_carb_ratio_gets_advice() -> None:
    scenario = parse_scenario("boluses: [{time: '07:00', carbs_g: 45}]")
    with pytest.raises(DataError, match="no carb ratio of its own"):
        inputs_from_scenario(scenario, Dosing(subject="typical", basal_u_per_min=0.01))


def test_unknown_zone_is_refused() -> None:
    with pytest.raises(DataError, match="no time zone 'Mars/Base'"):
        inputs_from_scenario(parse_scenario("zone: Mars/Base"), DOSING)
