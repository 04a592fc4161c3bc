"""Faults drawn by rates happen to each person their own, alike for every algorithm."""

from datetime import UTC, datetime

import numpy as np
import pytest

from glucotwin.core.error import DataError
from glucotwin.devices.fault import SENSOR_FAULTS
from glucotwin.devices.faulty_pump import FaultyPump
from glucotwin.devices.faulty_sensor import FaultySensor
from glucotwin.workflows.day_plan import LivedDays
from glucotwin.workflows.loop.campaign_fault import CampaignFaults
from glucotwin.workflows.loop.campaign_file import CampaignFile, HazardPart
from glucotwin.workflows.own_fault import Faults, devices_with_faults, fault_rows, faults_of_people

START, DAYS, PEOPLE = datetime(2024, 1, 1, tzinfo=UTC), 7, ("adult#001", "adult#002", "adult#003")


def drawn(
    *people: str, seed: int = 1, sensor: str = "ideal", texts: tuple[str, ...] = ("typical",)
) -> tuple[Faults, ...]:
    return faults_of_people(texts, people, start=START, days=DAYS, seed=seed, sensor=sensor)


def test_people_have_faults_of_their_own_whoever_is_beside_them() -> None:
    together = drawn(*PEOPLE)
    assert len(set(together)) == 3
    assert drawn(PEOPLE[2], PEOPLE[0]) == (together[2], together[0])
    assert drawn(PEOPLE[0], seed=2) != together[:1]


def test_scripted_faults_happen_to_everybody() -> None:
    first, second = drawn(*PEOPLE[:2], texts=("occlusion:30-36",))
    assert first == second
    assert (first[0].first_min, first[0].last_min) == (1800.0, 2160.0)


def test_devices_carry_each_persons_schedule_padded_to_one_length() -> None:
    faults = drawn(*PEOPLE)
    sensor, pump, own = devices_with_faults("ideal", "tubed", faults, start_minute=1000)
    rows = fault_rows(faults)
    assert own.sensor.kind.shape == (3, rows[0])
    assert own.pump.kind.shape == (3, rows[1])
    lengths = np.sum(own.pump.last_minute > own.pump.first_minute, axis=1)
    assert lengths.tolist() == [sum(one.kind not in SENSOR_FAULTS for one in person) for person in faults]
    worn, used = own.put_on(sensor, pump)
    assert isinstance(worn, FaultySensor)
    assert isinstance(used, FaultyPump)
    assert worn.faults.kind is own.sensor.kind
    assert used.faults.kind is own.pump.kind


def days_of(hazard: HazardPart, seed: int) -> LivedDays:
    return LivedDays(profile="typical", days=DAYS, seed=seed)


def test_algorithms_share_faults_and_sensors_keep_their_own_disturbances() -> None:
    file = CampaignFile.model_validate(
        {
            "format": "glucotwin-campaign/1",
            "scenario": "typical",
            "seeds": [1, 2],
            "arms": [
                {"algorithm": "pid"},
                {"algorithm": "loop"},
                {"algorithm": "loop", "name": "g6", "sensor": "dexcom-g6"},
            ],
            "hazards": [{"name": "none"}, {"name": "life", "faults": ["typical"]}],
        }
    )
    faults = CampaignFaults(file, PEOPLE, days_of)
    pid, loop, with_g6 = file.arms
    none, life = file.hazards
    assert faults.of(pid, life, 1, PEOPLE) == faults.of(loop, life, 1, PEOPLE) == drawn(*PEOPLE)
    assert faults.of(pid, life, 2, PEOPLE) == drawn(*PEOPLE, seed=2)
    assert faults.of(pid, none, 1, PEOPLE) == ((), (), ())
    assert not {one.kind for person in faults.of(with_g6, life, 1, PEOPLE) for one in person} & set(SENSOR_FAULTS)
    assert faults.least_rows == fault_rows([*drawn(*PEOPLE), *drawn(*PEOPLE, seed=2)])


def test_nonsense_is_refused_when_the_file_is_read() -> None:
    HazardPart(name="life", faults=("typical", "bias:1-2:10")).check_faults()
    with pytest.raises(DataError, match="is no fault"):
        HazardPart(name="life", faults=("usual",)).check_faults()
