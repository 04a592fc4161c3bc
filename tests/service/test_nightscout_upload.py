"""Uploaders of Nightscout's version 1: what they send, repeat, change and delete has one effect."""

import gzip
import json
from datetime import timedelta
from itertools import permutations
from typing import Any

import polars as pl
import pytest

from glucotwin.service.state import Service
from glucotwin.workflows.living.data import timeline_of
from made_up_app import MINUTE, NOW, MadeUpApp, iso, loop_temp_basal, made_up_app, ms, xdrip_entry
from made_up_service import Browser


@pytest.fixture
def app(service: Service, owner: Browser) -> MadeUpApp:
    return made_up_app(service, owner)


def streams(service: Service, owner: Browser, app: MadeUpApp) -> dict[str, pl.DataFrame]:
    """The person's records."""
    with service.desk(owner.account_id) as desk:
        return dict(timeline_of(desk, app.person_id).streams)


def test_xdrip_readings_are_taken_in_once(service: Service, owner: Browser, app: MadeUpApp) -> None:
    readings = [xdrip_entry(NOW - 5 * index * MINUTE, 120 + index) for index in range(12)]
    first = app.post("v1/entries", readings)
    again = app.post("v1/entries", readings[::-1])
    assert [one["_id"] for one in first] == [one["_id"] for one in again][::-1]
    glucose = streams(service, owner, app)["glucose"]
    assert glucose["glucose_mgdl"].to_list() == [float(120 + index) for index in range(11, -1, -1)]
    assert set(glucose["source"]) == {"nightscout xDrip"}


def test_xdrip_packs_what_it_sends(app: MadeUpApp) -> None:
    body = gzip.compress(json.dumps([xdrip_entry(NOW, 111)]).encode())
    headers = app.headers | {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    assert app.client.post("/api/v1/entries", content=body, headers=headers).status_code == 200
    assert app.get("v1/entries/current.json")[0]["sgv"] == 111


def test_what_is_packed_too_well_is_refused(app: MadeUpApp) -> None:
    headers = app.headers | {"Content-Encoding": "gzip"}
    bomb = gzip.compress(b" " * (9 * 2**20))
    assert app.client.post("/api/v1/entries", content=bomb, headers=headers).status_code == 413
    assert app.client.post("/api/v1/entries", content=b"no gzip", headers=headers).status_code == 400


def test_meters_calibrations_and_sensor_errors(service: Service, owner: Browser, app: MadeUpApp) -> None:
    meter = {"device": "xDrip", "type": "mbg", "mbg": 131, "date": ms(NOW), "dateString": iso(NOW)}
    calibration = {"device": "xDrip", "type": "cal", "slope": 1, "intercept": 2, "scale": 1, "date": ms(NOW)}
    error = xdrip_entry(NOW - 5 * MINUTE, 5)
    low = xdrip_entry(NOW - 10 * MINUTE, 39)
    app.post("v1/entries.json", [meter, calibration, error, low])
    found = streams(service, owner, app)
    assert found["glucose"].select("glucose_mgdl", "kind", "censoring").rows() == [
        (39.0, "cgm", "low"),
        (131.0, "fingerstick", "none"),
    ]
    assert found["device"]["kind"].to_list() == ["sensor-calibration"]


def test_a_reading_of_the_future_is_left_out_and_the_rest_is_kept(app: MadeUpApp) -> None:
    app.post("v1/entries", [xdrip_entry(NOW + timedelta(days=3), 100), xdrip_entry(NOW, 101)])
    assert [one["sgv"] for one in app.get("v1/entries.json?count=9")] == [101]


def test_loops_temporary_rates_run_until_the_next_in_whatever_order(service: Service, owner: Browser) -> None:
    rates = [loop_temp_basal(NOW - minutes * MINUTE, rate, name=f"dose-{rate}") for minutes, rate in ((90, 1), (80, 2))]
    rates.append(loop_temp_basal(NOW - 30 * MINUTE, 3, name="dose-3", minutes=20))
    seen: list[Any] = []
    for order in permutations(rates):
        app = made_up_app(service, owner)
        for one in order:
            app.post("v1/treatments", [one])
        app.post("v1/treatments", list(order))
        basal = streams(service, owner, app)["basal"]
        seen.append(basal.select("time", "duration_min", "rate_u_per_h", "kind").rows())
    assert all(one == seen[0] for one in seen)
    assert [row[1:] for row in seen[0]] == [
        (10.0, 1.0, "automated"),
        (30.0, 2.0, "automated"),
        (20.0, 3.0, "automated"),
    ]


def test_loop_deletes_a_dose_by_the_name_that_it_was_answered(service: Service, owner: Browser, app: MadeUpApp) -> None:
    bolus = {"eventType": "Correction Bolus", "created_at": iso(NOW - MINUTE), "insulin": 1.2, "syncIdentifier": "a"}
    carbs = {"eventType": "Meal Bolus", "created_at": iso(NOW - MINUTE), "carbs": 30, "syncIdentifier": "b"}
    told = app.post("v1/treatments", [bolus, carbs])
    assert [one["syncIdentifier"] for one in told] == ["a", "b"]
    assert app.ask("DELETE", f"v1/treatments/{told[0]['_id']}").status_code == 200
    assert set(streams(service, owner, app)) == {"meal"}
    # A repeat that was on its way does not bring it back; another dose of the same moment is another one.
    app.post("v1/treatments", [bolus])
    assert set(streams(service, owner, app)) == {"meal"}
    app.post("v1/treatments", [bolus | {"syncIdentifier": "c"}])
    assert streams(service, owner, app)["bolus"]["insulin_u"].to_list() == [1.2]


def test_xdrip_changes_a_treatment_by_putting_it_and_changes_it_back(
    service: Service, owner: Browser, app: MadeUpApp
) -> None:
    treatment = {
        "_id": "5b1f2c3d4e5f60718293a4b5",
        "uuid": "5b1f2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
        "eventType": "Meal Bolus",
        "created_at": iso(NOW - MINUTE),
        "enteredBy": "xdrip",
        "insulin": 2.0,
        "carbs": 20,
    }
    for carbs in (20, 35, 20):
        assert app.ask("PUT", "v1/treatments", treatment | {"carbs": carbs}).json()["_id"] == treatment["_id"]
        assert streams(service, owner, app)["meal"]["carbs_g"].to_list() == [float(carbs)]
    found = app.get(f"v1/treatments.json?find[uuid]={treatment['uuid']}")
    assert [one["carbs"] for one in found] == [20]
    assert app.ask("DELETE", f"v1/treatments/{treatment['_id']}").json()["n"] == 1
    assert app.get("v1/treatments.json") == []


def test_trio_deletes_by_its_own_name_and_checks_its_connection(
    service: Service, owner: Browser, app: MadeUpApp
) -> None:
    assert app.post("v1/treatments.json", {"eventType": "Note", "enteredBy": "Trio", "notes": "Trio connected"})
    carbs = {
        "id": "6F9619FF-8B86-D011-B42D-00C04FC964FF",
        "eventType": "Carb Correction",
        "created_at": iso(NOW - MINUTE),
        "enteredBy": "Trio",
        "carbs": 45,
        "fat": 10,
        "protein": 15,
    }
    app.post("v1/treatments.json", [carbs])
    assert streams(service, owner, app)["meal"].select("carbs_g", "fat_g", "protein_g").rows() == [(45.0, 10.0, 15.0)]
    assert app.ask("DELETE", f"v1/treatments.json?find[id][$eq]={carbs['id']}").json()["n"] == 1
    assert "meal" not in streams(service, owner, app)
    assert app.ask("DELETE", "v1/treatments.json").status_code == 400


def test_profile_gives_settings_and_the_rate_between_commands(service: Service, owner: Browser, app: MadeUpApp) -> None:
    store = {
        "dia": 6,
        "timezone": "Europe/Berlin",
        "units": "mg/dl",
        "carbratio": [{"time": "00:00", "value": 10}],
        "sens": [{"time": "00:00", "value": 45}],
        "basal": [{"time": "00:00", "value": 0.8}, {"time": "12:30", "value": 1.0}],
        "target_low": [{"time": "00:00", "value": 100}],
        "target_high": [{"time": "00:00", "value": 110}],
    }
    profile = {"defaultProfile": "Default", "startDate": iso(NOW - timedelta(days=3)), "store": {"Default": store}}
    app.post("v1/treatments", [loop_temp_basal(NOW - 60 * MINUTE, 2, name="dose", minutes=15)])
    app.post("v1/profile.json", [profile])
    basal = streams(service, owner, app)["basal"]
    assert basal.select("duration_min", "rate_u_per_h", "kind").rows() == [
        (15.0, 2.0, "automated"),
        (15.0, 0.8, "scheduled"),
        (30.0, 1.0, "scheduled"),
    ]
    assert app.get("v1/profile/current")["defaultProfile"] == "Default"
    assert len(app.get("v1/profile.json")) == 1
    with service.desk(owner.account_id) as desk:
        [settings] = timeline_of(desk, app.person_id).settings
    assert settings.carb_ratio_g_per_u is not None
    bad = {"defaultProfile": "x", "store": {"x": {k: v for k, v in store.items() if k != "units"}}}
    assert app.ask("POST", "v1/profile", bad).status_code == 400


def test_device_status_tells_suspensions_and_is_kept_for_a_week(
    service: Service, owner: Browser, app: MadeUpApp
) -> None:
    def status(at: Any, *, suspended: bool) -> dict[str, object]:
        pump = {"clock": iso(at), "pumpID": "1", "suspended": suspended, "reservoir": 100.5}
        loop = {"name": "Loop", "timestamp": iso(at), "iob": {"timestamp": iso(at), "iob": 1.5}}
        return {"device": "loop://iPhone", "created_at": iso(at), "loop": loop, "pump": pump}

    app.post("v1/devicestatus.json", status(NOW - timedelta(days=9), suspended=False))
    for minutes, suspended in ((10, False), (5, True), (0, True)):
        app.post("v1/devicestatus.json", [status(NOW - minutes * MINUTE, suspended=suspended)])
    assert streams(service, owner, app)["device"]["kind"].to_list() == ["pump-suspend"]
    assert [one["pump"]["suspended"] for one in app.get("v1/devicestatus.json?count=2")] == [True, True]
    assert len(app.get("v1/devicestatus.json?count=99&find[created_at][$gte]=2024-01-01")) == 3


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"a": NaN}', b"[" * 100_000, b'"\\ud800"'])
def test_what_is_no_document_is_refused(app: MadeUpApp, body: bytes) -> None:
    for path in ("entries", "treatments", "devicestatus"):
        answer = app.client.post(f"/api/v1/{path}", content=body, headers=app.headers)
        assert answer.status_code == 400
        assert answer.json()["status"] == 400


def test_readings_in_mmoll_are_refused(app: MadeUpApp) -> None:
    readings = [xdrip_entry(NOW - 5 * index * MINUTE, 6.5 + index / 10) for index in range(6)]
    assert app.ask("POST", "v1/entries", readings).status_code == 400


def test_strange_fields_do_no_harm(service: Service, owner: Browser, app: MadeUpApp) -> None:
    strange = {
        "eventType": {"a": 1},
        "insulin": "many",
        "carbs": [],
        "created_at": "yesterday",
        "duration": 1e308,
        "pumpId": {},
        "pumpSerial": [],
        "insulinInjections": "[",
        "profileJson": "{",
        "_id": 7,
    }
    app.post("v1/treatments", [strange, {}, {"eventType": "Profile Switch", "profile": 3}])
    assert streams(service, owner, app).keys() <= {"device"}
    assert app.get("v1/treatments.json?find[insulin][$gte]=0&find[nothing][$ne]=1") == []
