"""Followers of Nightscout's version 1: what they ask, and in which shapes they are answered."""

from datetime import timedelta

import pytest

from glucotwin.service.state import Service
from made_up_app import MINUTE, NOW, MadeUpApp, iso, loop_temp_basal, made_up_app, ms, xdrip_entry
from made_up_service import Browser, client_of, sign_up


@pytest.fixture(scope="module")
def owner(service: Service) -> Browser:
    return sign_up(service, "followed")


@pytest.fixture(scope="module")
def app(service: Service, owner: Browser) -> MadeUpApp:
    """Six days of readings, as they came by file, with a fall at the end; a meal told by the dashboard; a dose."""
    app = made_up_app(service, owner)
    falling = {0: 90, 5: 98, 10: 106, 15: 114, 20: 122}
    readings = [
        {"time": (NOW - minutes * MINUTE).isoformat(), "glucose_mgdl": falling.get(minutes, 140)}
        for minutes in range(0, 6 * 1440, 5)
    ]
    assert owner.post(f"/people/{app.person_id}/readings", {"readings": readings}).status_code == 200
    meal = {"stream": "meal", "time": (NOW - 40 * MINUTE).isoformat(), "fields": {"carbs_g": 50.0}}
    assert owner.post(f"/people/{app.person_id}/events", meal).status_code == 201
    app.post("v1/treatments", [loop_temp_basal(NOW - 30 * MINUTE, 0.5, name="one")])
    return app


def test_the_newest_readings_come_first_with_an_arrow(app: MadeUpApp) -> None:
    entries = app.get("v1/entries.json?count=3")
    assert [one["sgv"] for one in entries] == [90, 98, 106]
    first = entries[0]
    assert (first["direction"], first["delta"], first["type"]) == ("FortyFiveDown", -8.0, "sgv")
    assert (first["date"], first["dateString"]) == (ms(NOW), iso(NOW))
    assert len(app.get("v1/entries.json")) == 10
    assert len(app.get("v1/entries.json?count=5000")) == 4 * 288 + 1


def test_readings_since_a_time_in_each_way_of_asking(app: MadeUpApp) -> None:
    since = NOW - 15 * MINUTE
    for condition in (
        f"find[date][$gte]={ms(since)}",
        f"find[dateString][$gte]={iso(since)}",
        f"find[dateString][$gt]={iso(since - MINUTE)}",
        f"find[mills][$gte]={ms(since)}&find[type]=sgv",
        f"find[type][$ne]=cal&find[date][$gt]={ms(since) - 1}",
    ):
        found = app.get(f"v1/entries/sgv.json?count=1600&{condition}")
        assert [one["sgv"] for one in found] == [90, 98, 106, 114], condition
    old = app.get(f"v1/entries.json?count=4&find[date][$lt]={ms(NOW - timedelta(days=5))}")
    assert [one["sgv"] for one in old] == [140] * 4
    assert app.get("v1/entries/mbg.json") == []


def test_one_reading_by_its_name_and_its_withdrawal(service: Service, owner: Browser) -> None:
    app = made_up_app(service, owner)
    app.post("v1/entries", [xdrip_entry(NOW, 100), xdrip_entry(NOW - 5 * MINUTE, 101)])
    current = app.get("v1/entries/current")[0]
    assert app.get(f"v1/entries/{current['_id']}") == [current]
    assert app.ask("DELETE", f"v1/entries/{current['_id']}").status_code == 200
    assert [one["sgv"] for one in app.get("v1/entries.json")] == [101]
    assert app.ask("DELETE", f"v1/entries/{current['_id']}").status_code == 404


def test_lines_for_simple_devices(app: MadeUpApp) -> None:
    lines = app.client.get("/api/v1/entries.tsv?count=2", headers=app.headers)
    assert lines.text == f'"{iso(NOW)}"\t{ms(NOW)}\t90\t"FortyFiveDown"\t"glucotwin"\n' + (
        f'"{iso(NOW - 5 * MINUTE)}"\t{ms(NOW - 5 * MINUTE)}\t98\t"FortyFiveDown"\t"glucotwin"'
    )


def test_treatments_hold_what_apps_and_the_dashboard_told(app: MadeUpApp) -> None:
    treatments = app.get("v1/treatments.json")
    assert [one["eventType"] for one in treatments] == ["Temp Basal", "Carb Correction"]
    assert treatments[1]["carbs"] == 50.0
    carbs = app.get("v1/treatments.json?find[carbs][$exists]=true&find[enteredBy][$ne]=Trio&find[enteredBy][$ne]=local")
    assert [one["eventType"] for one in carbs] == ["Carb Correction"]
    assert len(app.get("v1/treatments.json?find[eventType]=Temp+Basal")) == 1
    assert len(app.get("v1/treatments.json?find[eventType]=/Basal/&find[duration][$gte]=30")) == 1
    assert app.get(f"v1/treatments?find[created_at][$gt]={iso(NOW)}") == []
    assert app.ask("GET", "v1/treatments.json?find[carbs][$where]=1").status_code == 400
    assert app.ask("GET", "v1/treatments.json?find[eventType]=/(/").status_code == 400


def test_what_the_dashboard_told_can_be_deleted_by_an_app(service: Service, owner: Browser) -> None:
    app = made_up_app(service, owner)
    note = {"stream": "note", "time": NOW.isoformat(), "fields": {"text": "a walk", "kind": "note"}}
    assert owner.post(f"/people/{app.person_id}/events", note).status_code == 201
    [told] = app.get("v1/treatments.json")
    assert app.ask("DELETE", f"v1/treatments/{told['_id']}").json()["n"] == 1
    assert app.get("v1/treatments.json") == []
    assert app.ask("DELETE", f"v1/treatments/{told['_id']}").json()["n"] == 0


def test_a_site_says_what_it_is(app: MadeUpApp) -> None:
    status = app.get("v1/status.json")
    assert (status["status"], status["settings"]["units"], status["serverTimeEpoch"]) == ("ok", "mg/dl", ms(NOW))
    assert app.get("v1/verifyauth")["message"]["canWrite"] is True
    assert app.ask("GET", "v1/experiments/test").status_code == 200


@pytest.mark.parametrize("way", ["header", "plain header", "token", "secret", "hash in the address", "bearer"])
def test_secrets_are_taken_from_wherever_apps_put_them(service: Service, app: MadeUpApp, way: str) -> None:
    digest = app.headers["api-secret"]
    headers, query = {
        "header": (app.headers, ""),
        "plain header": ({"api-secret": f"token={app.token}"}, ""),
        "token": ({}, f"?token={app.token}"),
        "secret": ({}, f"?secret={app.token}"),
        "hash in the address": ({}, f"?secret={digest}"),
        "bearer": ({"Authorization": f"Bearer {app.token}"}, ""),
    }[way]
    assert client_of(service).get(f"/api/v1/status.json{query}", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers", [{}, {"api-secret": "0" * 40}, {"api-secret": "guess"}, {"Authorization": "Basic x"}]
)
def test_a_wrong_secret_is_told_in_nightscouts_shape(service: Service, headers: dict[str, str]) -> None:
    answer = client_of(service).get("/api/v1/entries.json", headers=headers)
    assert answer.status_code == 401
    assert (answer.json()["status"], answer.json()["message"]) == (401, "Unauthorized")


def test_a_cookie_opens_nothing_here(owner: Browser) -> None:
    assert owner.client.get("/api/v1/entries.json").status_code == 401


def test_a_token_for_everybody_needs_exactly_one_person(service: Service) -> None:
    somebody = sign_up(service, "several")
    headers = somebody.token("read")
    assert somebody.client.get("/api/v1/entries.json", headers=headers).status_code == 401
    somebody.person()
    assert somebody.client.get("/api/v1/entries.json", headers=headers).json() == []
    somebody.person()
    assert somebody.client.get("/api/v1/entries.json", headers=headers).status_code == 401


def test_live_listeners_and_the_audit_learn_of_uploads(service: Service, owner: Browser) -> None:
    app = made_up_app(service, owner)
    app.post("v1/entries", [xdrip_entry(NOW, 104)])
    told = [one.name for one in service.broker._kept[app.person_id]]
    assert told[0] == "reading"
    rows = owner.get(f"/people/{app.person_id}/audit").json()["items"]
    assert any(row["action"].endswith("/entries") and row["action"].startswith("POST") for row in rows)


def test_watches_see_the_newest_reading_at_a_glance(app: MadeUpApp) -> None:
    answer = app.client.get("/pebble", params={"token": app.token, "count": 2})
    assert answer.headers["cache-control"] == "no-store"
    pebble = answer.json()
    assert pebble["status"] == [{"now": ms(NOW)}]
    first, second = pebble["bgs"]
    assert (first["sgv"], first["bgdelta"], first["trend"], first["direction"]) == ("90", -8, 5, "FortyFiveDown")
    assert (first["datetime"], second["sgv"]) == (ms(NOW), "98")
    in_mmoll = app.client.get("/pebble", params={"token": app.token, "units": "mmol"}).json()["bgs"]
    assert [(one["sgv"], one["bgdelta"]) for one in in_mmoll] == [("5.0", "-0.4")]
    assert app.client.get("/pebble").status_code == 401


def test_properties_tell_the_newest_reading_its_change_and_its_arrow(app: MadeUpApp) -> None:
    told = app.get("v2/properties")
    assert set(told) == {"bgnow", "delta", "direction"}
    assert (told["bgnow"]["last"], told["bgnow"]["mills"]) == (90, ms(NOW))
    assert told["bgnow"]["sgvs"][0]["mgdl"] == 90
    assert (told["delta"]["mgdl"], told["delta"]["display"], told["delta"]["interpolated"]) == (-8, "-8", False)
    assert told["direction"] == {"display": "FortyFiveDown", "value": "FortyFiveDown", "label": "↘"}
    assert set(app.get("v2/properties/bgnow,iob")) == {"bgnow"}
    assert app.get("v2/properties?units=mmol")["bgnow"]["last"] == 5.0


def test_old_reading_is_no_property_of_now(service: Service, owner: Browser) -> None:
    app = made_up_app(service, owner)
    assert app.get("v2/properties") == {}
    assert app.client.get("/pebble", params={"token": app.token}).json()["bgs"] == []
    app.post("v1/entries", [xdrip_entry(NOW - 20 * MINUTE, 100)])
    assert app.get("v2/properties") == {}
    app.post("v1/entries", [xdrip_entry(NOW - 1 * MINUTE, 81)])
    delta = app.get("v2/properties")["delta"]
    assert (delta["absolute"], delta["interpolated"], delta["mgdl"]) == (-19, True, -5)
