"""``glucotwin devices``."""

import json
import subprocess
from collections.abc import Callable

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
