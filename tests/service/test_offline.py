"""The forecast that the phone makes by itself: its own program, run on the compact twin, beside the service."""

import json
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dashboard_page import ROOT, find_node
from dashboard_type import mistyped
from glucotwin.core.profile import RESEARCHER
from glucotwin.service.state import Service
from made_up_service import Browser, sign_up, with_twin

OFFLINE = ROOT / "web" / "src" / "api" / "offline.ts"
MODULE = ROOT / "web" / "src" / "chart" / "offline.ts"
PROGRAM = """
import { readFileSync } from "node:fs";
const { continued } = await import(process.argv[1]);
const { forecast, twin, entries } = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(entries.map((one) => continued(forecast, twin, one))));
"""
MEDIAN_MGDL, EDGE_MGDL = 5.0, 15.0
"""How far the phone may be from the service where glucose is above 40 mg/dL: up to 60 g, or up to 3 U.

Each person's draws are their own, so the farthest edge of a band varies: 6.9 to 10.8 mg/dL over eight people.
"""
MEDIAN_BESIDE_MGDL, EDGE_BESIDE_MGDL = 13.0, 25.0
"""The same of food and insulin at once; over nine people at most 9.8 and 18.5."""
VERY_LOW_MGDL = 40.0


@pytest.fixture(scope="module")
def twinned(service: Service) -> tuple[Browser, str, datetime]:
    owner = sign_up(service, "phone")
    return (owner, *with_twin(service, owner))


def _on_the_phone(forecast: object, twin: object, entries: list[list[dict[str, object]]]) -> list[Any]:
    """What the dashboard's own module makes of entries."""
    command = [str(find_node()), "--no-warnings", "--input-type=module", "-e", PROGRAM, MODULE.as_uri()]
    asked = json.dumps({"forecast": forecast, "twin": twin, "entries": entries})
    run = subprocess.run(command, input=asked, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def _entry(stream: str, at: datetime, amount: float) -> dict[str, object]:
    name = "carbs_g" if stream == "meal" else "insulin_u"
    return {"stream": stream, "time": at.isoformat(), "fields": {name: amount}}


def _change(stream: str, at: datetime, amount: float) -> dict[str, object]:
    name = "carbs_g" if stream == "meal" else "insulin_u"
    return {"kind": f"add-{stream}", "at": at.isoformat(), name: amount}


def _apart(one: object, other: object) -> float:
    """Largest distance of two curves in mg/dL; what is very low is the same."""
    first, second = (np.maximum(np.asarray(curve, dtype=float), VERY_LOW_MGDL) for curve in (one, other))
    return float(np.abs(first - second).max())


def test_phone_says_what_the_service_would_say(
    service: Service, twinned: tuple[Browser, str, datetime], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    owner, person_id, _ = twinned
    twin = owner.get(f"/people/{person_id}/offline-twin").json()
    assert (twin["format"], twin["version"]) == ("glucotwin-offline", 2)
    assert mistyped({"OfflineTwin": [{**twin, "effects": twin["effects"][:1]}]}, tmp_path, types=OFFLINE) == []
    forecast = owner.get(f"/people/{person_id}/now").json()["forecast"]
    origin = datetime.fromisoformat(forecast["origin"])
    assert datetime.fromisoformat(twin["origin"]) == origin
    doses = [("meal", 10, 20.0), ("meal", 47, 60.0), ("bolus", 5, 1.0), ("bolus", 80, 3.0)]
    asked = [*([one] for one in doses), [doses[0], ("meal", 47, 30.0)], doses[1:3]]
    at = {minutes: origin + timedelta(minutes=minutes) for _, minutes, _ in doses}
    entries = [[_entry(stream, at[minutes], amount) for stream, minutes, amount in one] for one in asked]
    shown = _on_the_phone(forecast, twin, entries)
    # Questions about insulin are for clinicians and researchers: here they only check what is counted of entries.
    monkeypatch.setattr(Service, "authority", lambda *_: RESEARCHER)
    for one, on_phone in zip(asked, shown, strict=True):
        changes = [_change(stream, at[minutes], amount) for stream, minutes, amount in one]
        told = owner.post(f"/people/{person_id}/what-ifs", {"mode": "ahead", "changes": changes}).json()["changed"]
        assert on_phone["counted"] == len(one)
        beside = len({stream for stream, _, _ in one}) > 1
        limits = (MEDIAN_BESIDE_MGDL, EDGE_BESIDE_MGDL) if beside else (MEDIAN_MGDL, EDGE_MGDL)
        assert _apart(on_phone["forecast"]["median_mgdl"], told["median_mgdl"]) < limits[0], one
        for mine, theirs in zip(on_phone["forecast"]["bands"], told["bands"], strict=True):
            assert mine["level"] == theirs["level"]
            assert _apart(mine["low_mgdl"], theirs["low_mgdl"]) < limits[1], one
            assert _apart(mine["high_mgdl"], theirs["high_mgdl"]) < limits[1], one


def test_there_is_no_compact_twin_without_a_twin(service: Service) -> None:
    owner = sign_up(service, "phone")
    person_id = owner.person()
    owner.consent(person_id, "care-view", "personal-twin")
    assert owner.get(f"/people/{person_id}/offline-twin").status_code == 404


def test_band_is_judged_after_a_day_of_forecasts(
    service: Service, twinned: tuple[Browser, str, datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, person_id, at = twinned
    assert owner.get(f"/people/{person_id}/now").json()["band_performance"] is None
    monkeypatch.setitem(service.clocks, person_id, lambda: at + timedelta(minutes=70))
    # The forecast's origin is a minute before what counted as now; an hour later something was measured.
    reading = {"time": (at + timedelta(minutes=59)).isoformat(), "glucose_mgdl": 120}
    assert owner.post(f"/people/{person_id}/readings", {"readings": [reading]}).status_code == 200
    told = owner.get(f"/people/{person_id}/now").json()["band_performance"]
    assert (told["inside_fraction"], told["hours"], told["hours_needed"]) == (None, 1, 24)
