"""Version 3 of Nightscout's interface as AAPS speaks it, and GlucoTwin's own source against both versions."""

import threading
from collections.abc import Generator
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from pydantic import SecretStr

from glucotwin.ingest.live.nightscout import NightscoutSource
from glucotwin.service.app import create_app
from glucotwin.service.run import address_of, bind
from glucotwin.service.state import Service
from glucotwin.workflows.living.data import timeline_of
from made_up_app import (
    MINUTE,
    NOW,
    MadeUpApp,
    aaps_bolus,
    as_bearer,
    iso,
    loop_temp_basal,
    made_up_app,
    ms,
    xdrip_entry,
)
from made_up_service import Browser


@pytest.fixture
def app(service: Service, owner: Browser) -> MadeUpApp:
    return as_bearer(made_up_app(service, owner))


def boluses(service: Service, owner: Browser, app: MadeUpApp) -> list[float]:
    with service.desk(owner.account_id) as desk:
        frame = timeline_of(desk, app.person_id).streams.get("bolus")
    return [] if frame is None else frame["insulin_u"].to_list()


def test_signing_in_and_what_is_there(app: MadeUpApp) -> None:
    told = app.get(f"v2/authorization/request/{app.token}")
    assert told["exp"] > told["iat"]
    assert app.ask("GET", "v2/authorization/request/unknown").status_code == 401
    status = app.get("v3/status")["result"]
    assert status["apiPermissions"]["treatments"] == "rcud"
    assert status["srvDate"] == ms(NOW)
    assert app.get("v3/version")["result"]["apiVersion"].startswith("3.")


def test_a_bolus_is_created_once_changed_and_deleted(service: Service, owner: Browser, app: MadeUpApp) -> None:
    bolus = aaps_bolus(NOW - MINUTE, 1.0, pump_id=7)
    made = app.ask("POST", "v3/treatments", bolus)
    again = app.ask("POST", "v3/treatments", bolus)
    assert (made.status_code, again.status_code) == (201, 200)
    identifier = made.json()["identifier"]
    assert again.json() == made.json() | {"status": 200, "isDeduplication": True, "deduplicatedIdentifier": identifier}
    assert boluses(service, owner, app) == [1.0]
    assert app.ask("PATCH", f"v3/treatments/{identifier}", {"insulin": 0.6}).status_code == 200
    assert boluses(service, owner, app) == [0.6]
    found = app.get(f"v3/treatments/{identifier}")["result"]
    assert (found["insulin"], found["app"], found["isValid"], found["date"]) == (0.6, "AAPS", True, ms(NOW - MINUTE))
    assert app.ask("DELETE", f"v3/treatments/{identifier}").status_code == 200
    assert boluses(service, owner, app) == []
    assert app.ask("GET", f"v3/treatments/{identifier}").status_code == 410
    assert app.ask("PATCH", f"v3/treatments/{identifier}", {"insulin": 2}).status_code == 404
    assert app.ask("DELETE", f"v3/treatments/{identifier}").status_code == 200
    assert app.ask("GET", "v3/treatments/nothing").status_code == 404


def test_history_tells_every_change_once_in_order(app: MadeUpApp) -> None:
    names = [app.post("v3/treatments", aaps_bolus(NOW - n * MINUTE, n, pump_id=n))["identifier"] for n in (3, 2, 1)]
    whole = app.get("v3/treatments/history/0")["result"]
    assert [one["identifier"] for one in whole] == names
    stamps = [one["srvModified"] for one in whole]
    assert stamps == sorted(set(stamps))
    part = app.ask("GET", f"v3/treatments/history/{stamps[0]}?limit=1")
    assert [one["identifier"] for one in part.json()["result"]] == [names[1]]
    assert part.headers["ETag"] == f'W/"{stamps[1]}"'
    app.ask("DELETE", f"v3/treatments/{names[0]}")
    [gone] = app.get(f"v3/treatments/history/{stamps[-1]}")["result"]
    assert (gone["identifier"], gone["isValid"]) == (names[0], False)
    assert app.get("v3/lastModified")["result"]["collections"]["treatments"] == gone["srvModified"]


def test_searching_sorts_limits_and_chooses_fields(app: MadeUpApp) -> None:
    for n in range(5):
        app.post("v3/treatments", aaps_bolus(NOW - timedelta(days=20 * n), 1.0 + n, pump_id=n))
    since = iso(NOW - timedelta(days=70))
    oldest = app.get(f"v3/treatments?sort=created_at&created_at$gt={since}&limit=2")["result"]
    assert [one["insulin"] for one in oldest] == [4.0, 3.0]
    newest = app.get("v3/treatments?sort$desc=date&limit=2&skip=1")["result"]
    assert [one["insulin"] for one in newest] == [2.0, 3.0]
    largest = app.get("v3/treatments?sort$desc=insulin&insulin$lte=4&fields=insulin,app")["result"]
    assert largest == [{"insulin": value, "app": "AAPS"} for value in (4.0, 3.0, 2.0, 1.0)]
    assert len(app.get("v3/treatments?eventType$in=Correction Bolus,Note&insulin$ne=1")["result"]) == 4
    assert app.ask("GET", "v3/treatments?sort=date&sort$desc=date").status_code == 400
    assert app.ask("GET", "v3/treatments?insulin$near=4").status_code == 400


def test_entries_of_version_3(app: MadeUpApp) -> None:
    entry = {"date": ms(NOW), "app": "AAPS", "device": "AAPS-DexcomG6", "type": "sgv", "sgv": 123, "units": "mg/dl"}
    made = app.ask("POST", "v3/entries", entry)
    assert (made.status_code, app.ask("POST", "v3/entries", entry).status_code) == (201, 200)
    app.post("v3/entries", entry | {"date": ms(NOW - 5 * MINUTE), "sgv": 120})
    assert [one["sgv"] for one in app.get("v3/entries?sort$desc=date&type=sgv")["result"]] == [123, 120]
    newer = app.get(f"v3/entries?sort=date&date$gt={ms(NOW - 6 * MINUTE)}&limit=1")["result"]
    assert [one["sgv"] for one in newer] == [120]
    identifier = made.json()["identifier"]
    assert app.get(f"v3/entries/{identifier}")["result"]["sgv"] == 123
    assert app.ask("PATCH", f"v3/entries/{identifier}", {"isReadOnly": True}).status_code == 200
    assert [one["sgv"] for one in app.get(f"v3/entries/history/{ms(NOW) - 1}")["result"]] == [123]
    assert app.ask("DELETE", f"v3/entries/{identifier}").status_code == 200
    assert [one["sgv"] for one in app.get("v3/entries")["result"]] == [120]


def test_other_collections_are_kept_and_put_by_name(app: MadeUpApp) -> None:
    setting = {"date": ms(NOW), "app": "AAPS", "value": 1}
    assert app.ask("PUT", "v3/settings/mine", setting).status_code == 201
    assert app.ask("PUT", "v3/settings/mine", setting | {"value": 2}).status_code == 200
    assert app.get("v3/settings/mine")["result"]["value"] == 2
    assert [one["value"] for one in app.get("v3/settings?limit=100")["result"]] == [2]
    status = {"date": ms(NOW), "app": "AAPS", "device": "openaps://Pixel", "uploaderBattery": 80, "openaps": {}}
    app.post("v3/devicestatus", status)
    assert app.get("v3/devicestatus/history/0")["result"][0]["uploaderBattery"] == 80
    assert app.ask("GET", "v3/secrets").status_code == 422


@pytest.mark.parametrize("missing", ["date", "app"])
def test_what_version_3_requires(app: MadeUpApp, missing: str) -> None:
    bolus = aaps_bolus(NOW, 1.0, pump_id=1)
    del bolus[missing]
    answer = app.ask("POST", "v3/treatments", bolus)
    assert (answer.status_code, answer.json()["message"]) == (400, "Bad Request")
    assert answer.json()["description"] == f"Bad or missing {missing} field"


@pytest.fixture(scope="module")
def address(service: Service) -> Generator[str]:
    """The service over HTTP."""
    import uvicorn

    bound = bind("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(service), lifespan="off", log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    yield address_of(bound)
    server.should_exit = True
    thread.join(10)
    bound.close()


@pytest.mark.parametrize("by", ["token", "api_secret"])
def test_glucotwin_itself_reads_from_the_service_what_was_uploaded(
    service: Service, owner: Browser, address: str, by: str
) -> None:
    app = made_up_app(service, owner)
    app.post("v1/entries", [xdrip_entry(NOW - 5 * n * MINUTE, 100 + n % 80) for n in range(600)])
    app.post("v1/entries", [xdrip_entry(NOW - timedelta(days=200), 155)])
    app.post("v1/treatments", [loop_temp_basal(NOW - n * 10 * MINUTE, n % 3, name=f"rate-{n}") for n in range(100)])
    secrets: dict[str, Any] = {by: SecretStr(app.token)}
    source = NightscoutSource(address, zone="Europe/Berlin", page_size=250, **secrets)
    fetched = source.fetch(None).streams
    source.close()
    with service.desk(owner.account_id) as desk:
        kept = timeline_of(desk, app.person_id).streams
    for stream in ("glucose", "basal"):
        columns = [name for name in kept[stream].columns if name != "source"]
        # A rate that still runs is followed to the present here, to the last document there.
        wanted = kept[stream].select(columns).filter(pl.col("time") < NOW - 30 * MINUTE)
        assert fetched[stream].select(columns).filter(pl.col("time") < NOW - 30 * MINUTE).equals(wanted)
    assert len(fetched["glucose"]) == 601
