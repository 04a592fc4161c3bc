"""``glucotwin devices``."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Invoke = Callable[..., subprocess.CompletedProcess[str]]


def test_devices_and_faults_are_listed_with_what_is_known_of_them(invoke: Invoke) -> None:
    finished = invoke("devices", "--json")
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    by_name = {one["name"]: one for one in answer["devices"]}
    assert by_name["dexcom-g6"]["published"]["mard_pct"] == 9.0
    assert all(one["sources"] and one["verdict"] for one in answer["devices"])
    assert [one["name"] for one in answer["fault_rates"]] == ["typical"]
    assert {"kind": "bias", "device": "sensor", "unit": "mg/dL"}.items() <= answer["faults"][0].items()


def test_table_names_what_can_be_worn(invoke: Invoke) -> None:
    finished = invoke("devices")
    assert finished.returncode == 0, finished.stderr
    assert "libre-3" in finished.stdout
    assert "occlusion" in finished.stdout


@pytest.mark.slow
def test_a_pump_is_measured_as_on_a_balance(invoke: Invoke) -> None:
    finished = invoke("devices", "validate", "omnipod", "--json")
    assert finished.returncode == 0, finished.stderr
    (pump,) = json.loads(finished.stdout)["devices"]
    hours = {one["details"]["hours"]: one for one in pump["findings"] if one["details"].get("rate") == "1"}
    assert hours["6"]["measured"] == pytest.approx(6.0, abs=0.3)
    assert hours["6"]["verdict"] == "met"


def test_a_device_that_does_not_exist_is_refused_with_those_that_do(invoke: Invoke) -> None:
    finished = invoke("devices", "validate", "dexcom-g8")
    assert finished.returncode == 2
    assert "dexcom-g8" in finished.stderr
    assert "dexcom-g7" in finished.stderr


@pytest.mark.slow
def test_a_sensor_is_measured_on_people_beside_its_study(invoke: Invoke, tmp_path: Path) -> None:
    plot = tmp_path / "sensor.png"
    finished = invoke(
        "devices", "validate", "dexcom-g6", "--subject", "adult#001", "--days", "3", "--json", "--plot", str(plot)
    )
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    (sensor,) = answer["devices"]
    by_name = {one["name"]: one for one in sensor["findings"]}
    assert answer["people"] == 1
    assert by_name["mard"]["source"] == "Shah 2018"
    assert 3.0 < by_name["mard"]["measured"] < 15.0
    letters = [one["details"]["letter"] for one in sensor["findings"] if "letter" in one["details"]]
    assert letters == list("ABCDEFGHIJK")
    assert plot.stat().st_size > 5000
