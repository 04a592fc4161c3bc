"""Nightscout over REST, versions 1 and 3, against a site on this machine."""

import hashlib
import traceback
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from pydantic import SecretStr

from glucotwin.core.error import DataError, UnitError
from glucotwin.ingest.live.nightscout import NightscoutSource
from glucotwin.ingest.live.source import AnswerError, BusyError, SignInError, SourceRequest, UnreachableError
from local_server import LocalServer, NightscoutSite, Reply, serving

START = datetime(2024, 3, 1, tzinfo=UTC)
API_SECRET = "a-made-up-api-secret"  # noqa: S105
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=[True, False], ids=["v3", "v1"])
def site(request: pytest.FixtureRequest) -> NightscoutSite:
    site = NightscoutSite(has_version_3=request.param)
    site.secret_sha1 = hashlib.sha1(API_SECRET.encode()).hexdigest()  # noqa: S324
    return site


@pytest.fixture
def server(site: NightscoutSite) -> Generator[LocalServer]:
    with serving(site) as server:
        yield server


def source_of(server: LocalServer, **more: Any) -> NightscoutSource:
    more = {"token": SecretStr("reader-0123456789abcdef"), "pause": lambda seconds: None} | more
    return NightscoutSource(server.url, **more)


def with_readings(site: NightscoutSite, count: int) -> None:
    for index in range(count):
        site.entry(START + index * 5 * MINUTE, 100 + index % 50)


def test_readings_come_page_by_page_and_each_once(site: NightscoutSite, server: LocalServer) -> None:
    with_readings(site, 2500)
    source = source_of(server)
    glucose = source.fetch(None).streams["glucose"]
    source.close()
    assert len(glucose) == 2500
    assert glucose["time"].is_sorted()
    assert glucose["time"][0] == START
    version = "v3" if site.has_version_3 else "v1"
    assert sum(path.startswith(f"/api/{version}/entries") for path in server.paths()) >= 3


@pytest.mark.parametrize("page_size", [10, 11, 50])
def test_pages_end_among_documents_of_the_same_moment(
    site: NightscoutSite, server: LocalServer, page_size: int
) -> None:
    for index in range(60):
        site.entry(START + index // 6 * MINUTE, 100 + index % 6, device=f"phone {index}")
    source = source_of(server, page_size=page_size)
    assert len(source.fetch(None).streams["glucose"]) == 60
    source.close()


def test_server_that_gives_less_than_asked_for_is_asked_on(server: LocalServer, site: NightscoutSite) -> None:
    site.most = 100
    with_readings(site, 350)
    source = source_of(server)
    assert len(source.fetch(None).streams["glucose"]) == 350
    source.close()


def test_server_that_gives_the_same_page_for_ever_is_left(server: LocalServer, site: NightscoutSite) -> None:
    with_readings(site, 20)
    page = Reply(value=site.documents["entries"])
    answering = server.answering
    server.answering = lambda asked: page if "entries" in asked.path else answering(asked)
    source = source_of(server, page_size=20)
    with pytest.raises(AnswerError, match="same page"):
        source.fetch(None)
    source.close()


def test_since_bounds_what_comes(site: NightscoutSite, server: LocalServer) -> None:
    with_readings(site, 100)
    site.treatment(START, "Meal Bolus", insulin=3, carbs=30)
    site.treatment(START + timedelta(hours=6), "Meal Bolus", insulin=4, carbs=40)
    source = source_of(server)
    streams = source.fetch(START + timedelta(hours=5)).streams
    source.close()
    assert streams["glucose"]["time"][0] == START + timedelta(hours=5)
    assert streams["bolus"]["insulin_u"].to_list() == [4.0]
    assert streams["meal"]["carbs_g"].to_list() == [40.0]


def test_basal_that_runs_is_known_from_before(site: NightscoutSite, server: LocalServer) -> None:
    site.documents["profile"].append(
        {
            "_id": "p",
            "startDate": "2024-01-01T00:00:00.000Z",
            "defaultProfile": "Day",
            "units": "mg/dl",
            "store": {"Day": {"timezone": "UTC", "units": "mg/dl", "basal": [{"time": "00:00", "value": 0.8}]}},
        }
    )
    site.treatment(START, "Temp Basal", duration=30, absolute=1.5)
    late = START + timedelta(days=4)
    for index in range(12):
        site.entry(late + index * 5 * MINUTE, 110)
    source = source_of(server)
    basal = source.fetch(late).streams["basal"]
    everything = source.fetch(None).streams["basal"]
    source.close()
    assert basal.rows() == everything.filter(pl.col("time") >= late).rows()
    assert basal["rate_u_per_h"].to_list() == [0.8]
    assert everything["rate_u_per_h"].to_list()[:2] == [1.5, 0.8]


def test_settings_before_the_first_known_switch_are_not_guessed(site: NightscoutSite, server: LocalServer) -> None:
    stores = {
        name: {"timezone": "UTC", "units": "mg/dl", "basal": [{"time": "00:00", "value": rate}]}
        for name, rate in (("Day", 0.8), ("Sport", 0.4))
    }
    site.documents["profile"].append(
        {
            "_id": "p",
            "startDate": "2024-01-01T00:00:00.000Z",
            "defaultProfile": "Day",
            "units": "mg/dl",
            "store": stores,
        }
    )
    site.treatment(START, "Profile Switch", profile="Sport", duration=0)
    site.entry(START + timedelta(days=9), 110)
    source = source_of(server)
    settings = source.fetch(START + timedelta(days=8)).settings
    source.close()
    assert [one.valid_from for one in settings] == [START]
    assert settings[0].basal_u_per_h is not None
    assert settings[0].basal_u_per_h.values == (0.4,)


def test_token_is_sent_once_and_never_in_a_query(site: NightscoutSite, server: LocalServer) -> None:
    with_readings(site, 3)
    source = source_of(server)
    source.fetch(None)
    source.fetch(START)
    source.close()
    with_token = [one for one in server.asked if site.token in one.path or site.token in str(one.query)]
    assert [one.path for one in with_token] == [f"/api/v2/authorization/request/{site.token}"]


def test_api_secret_is_sent_as_its_sha1(site: NightscoutSite, server: LocalServer) -> None:
    with_readings(site, 3)
    source = source_of(server, token=None, api_secret=SecretStr(API_SECRET))
    assert len(source.fetch(None).streams["glucose"]) == 3
    source.close()
    assert {one.headers.get("api-secret") for one in server.asked} == {site.secret_sha1}
    assert all(path.startswith("/api/v1/") for path in server.paths())
    again = source_of(server, token=None, api_secret=SecretStr(site.secret_sha1))
    assert again.fetch(None).streams
    again.close()


def test_expired_web_token_is_renewed(site: NightscoutSite, server: LocalServer) -> None:
    with_readings(site, 3)
    source = source_of(server)
    source.fetch(None)
    site.web_token = "another.web.token"  # noqa: S105
    assert source.fetch(None).streams["glucose"].height == 3
    source.close()


@pytest.mark.parametrize("secret", [{"token": SecretStr("wrong-s3cr3t")}, {"token": None}])
def test_refused_credentials_are_not_tried_again(server: LocalServer, secret: dict[str, Any]) -> None:
    source = source_of(server, **secret)
    with pytest.raises(SignInError) as caught:
        source.fetch(None)
    source.close()
    assert len(server.asked) == 1
    assert "s3cr3t" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(status=429, headers={"Retry-After": "60"}), BusyError),
        (Reply(status=500, headers={"Retry-After": "x"}), UnreachableError),
        (Reply(raw=b"<html>Application error</html>"), AnswerError),
        (Reply(raw=b'[{"sgv": 100, "da'), AnswerError),
        (Reply(value={"status": 200}), AnswerError),
        (Reply(value="text"), AnswerError),
    ],
)
def test_failures_while_reading(site: NightscoutSite, server: LocalServer, reply: Reply, kind: type[Exception]) -> None:
    with_readings(site, 3)
    source = source_of(server)
    source.fetch(None)
    server.failures = [reply] * 3
    with pytest.raises(kind):
        source.fetch(None)
    source.close()


def test_readings_in_mmol_are_refused(site: NightscoutSite, server: LocalServer) -> None:
    for index in range(20):
        site.entry(START + index * 5 * MINUTE, 5.3 + index % 3)
    source = source_of(server)
    with pytest.raises(UnitError):
        source.fetch(None)
    source.close()


def test_documents_that_are_none_are_passed_over(site: NightscoutSite, server: LocalServer) -> None:
    with_readings(site, 2)
    answering = server.answering
    server.answering = lambda asked: (
        Reply(value=[*site.documents["entries"], None, 5, "x"]) if "entries" in asked.path else answering(asked)
    )
    source = source_of(server)
    assert len(source.fetch(None).streams["glucose"]) == 2
    source.close()


def test_empty_site_gives_nothing(server: LocalServer) -> None:
    source = source_of(server)
    assert source.fetch(None).streams == {}
    source.close()


def test_address_is_needed() -> None:
    with pytest.raises(DataError, match="--url"):
        NightscoutSource.reached_by(SourceRequest())
