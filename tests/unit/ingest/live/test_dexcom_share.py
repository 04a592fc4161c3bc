"""Dexcom Share through pydexcom, against a service on this machine."""

import logging
import traceback
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from glucotwin.core.error import DataError, UnitError
from glucotwin.ingest.live.dexcom_share import DexcomShareSource, imported_from_share
from glucotwin.ingest.live.source import AnswerError, BusyError, SignInError, SourceRequest, UnreachableError
from glucotwin.ingest.quality import FindingCode
from local_server import Asked, LocalServer, Reply, serving

PASSWORD = "s3cr3t-value"  # noqa: S105  # made up
ACCOUNT, SESSION = "3b12b0ae-7b0b-4e02-9c55-0c3a4ab3b7f6", "f1a1fd1c-64a6-4c5d-a0dd-fd6d3a3a4f4e"
TIME = datetime(2024, 3, 1, 8, tzinfo=UTC)


def reading(time: datetime, value: object, trend: object = "Flat") -> dict[str, Any]:
    ms = round(time.timestamp() * 1000)
    return {"WT": f"Date({ms})", "ST": f"Date({ms})", "DT": f"Date({ms}-0500)", "Value": value, "Trend": trend}


class Service:
    """Signs in and gives readings as the real service does."""

    def __init__(self) -> None:
        self.readings: list[Any] = []
        self.session = SESSION
        self.logins = 0

    def __call__(self, asked: Asked) -> Reply:
        if asked.path.startswith("/General/"):
            if asked.body["password"] != PASSWORD:
                return Reply(status=500, value={"Code": "AccountPasswordInvalid", "Message": "no"})
            self.logins += 1
            return Reply(value=ACCOUNT if asked.path.endswith("AuthenticatePublisherAccount") else self.session)
        if asked.query["sessionId"] != self.session:
            return Reply(status=500, value={"Code": "SessionIdNotFound", "Message": "no"})
        return Reply(value=self.readings)


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def server(service: Service) -> Generator[LocalServer]:
    with serving(service) as server:
        yield server


def source_of(server: LocalServer, password: str = PASSWORD) -> DexcomShareSource:
    return DexcomShareSource(username=SecretStr("anna"), password=SecretStr(password), url=server.url)


def test_readings_with_bounds_and_codes() -> None:
    at = [TIME + timedelta(minutes=5 * index) for index in range(6)]
    values = [100, 39, 401, 400, 40, 5]
    imported = imported_from_share([reading(time, value) for time, value in zip(at, values, strict=True)][::-1])
    assert imported.streams["glucose"].select("time", "glucose_mgdl", "censoring").rows() == [
        (at[0], 100.0, "none"),
        (at[1], 40.0, "low"),
        (at[2], 400.0, "high"),
        (at[3], 400.0, "none"),
        (at[4], 40.0, "none"),
    ]
    assert [(one.code, one.count) for one in imported.findings] == [(FindingCode.PASSED_OVER, 1)]


def test_reading_that_cannot_be_read_costs_only_itself() -> None:
    bad = [None, {}, reading(TIME, "high"), reading(TIME, None), {**reading(TIME, 100), "DT": "yesterday"}]
    imported = imported_from_share([*bad, reading(TIME, 100, trend=4), reading(TIME, "101")])
    assert imported.streams["glucose"]["glucose_mgdl"].to_list() == [100.0, 101.0]
    assert [(one.code, one.count) for one in imported.findings] == [(FindingCode.UNREADABLE_ROWS, 5)]


def test_readings_in_mmol_are_refused() -> None:
    with pytest.raises(UnitError):
        imported_from_share([reading(TIME, 5.6), reading(TIME, 7.1)])


def test_session_is_kept_and_renewed(service: Service, server: LocalServer) -> None:
    service.readings = [reading(TIME, 100)]
    source = source_of(server)
    assert len(source.fetch(None).streams["glucose"]) == 1
    source.fetch(None)
    assert service.logins == 2
    service.session = "a3b1fd1c-64a6-4c5d-a0dd-fd6d3a3a4f4e"
    assert len(source.fetch(None).streams["glucose"]) == 1
    assert service.logins == 3
    source.close()


def test_only_the_time_since_is_asked_for(service: Service, server: LocalServer) -> None:
    source = source_of(server)
    source.fetch(datetime.now(UTC) - timedelta(hours=1))
    source.fetch(None)
    source.fetch(datetime.now(UTC) - timedelta(days=30))
    source.close()
    minutes = [int(one.query["minutes"]) for one in server.asked if "minutes" in one.query]
    assert 60 <= minutes[0] <= 75
    assert minutes[1:] == [1440, 1440]


def test_refused_password_is_not_tried_again(server: LocalServer) -> None:
    source = source_of(server, password="wrong-s3cr3t")  # noqa: S106
    with pytest.raises(SignInError) as caught:
        source.fetch(None)
    source.close()
    assert len(server.asked) == 1
    assert "s3cr3t" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(status=429, headers={"Retry-After": "300"}), BusyError),
        (Reply(status=500, value={"Code": "SSO_AuthenticateMaxAttemptsExceeded", "Message": "x"}), SignInError),
        (Reply(status=500, value={"Code": "SomethingNew", "Message": "s3cr3t-value"}), AnswerError),
        (Reply(status=500, raw=b"<html>"), UnreachableError),
        (Reply(status=500, value={"Code": "SessionNotValid", "Message": "x"}), UnreachableError),
        (Reply(raw=b'["3b12b0ae'), AnswerError),
        (Reply(raw=b'"3b12b0ae-7b0b"', cut=True), UnreachableError),
        (Reply(value="00000000-0000-0000-0000-000000000000"), SignInError),
    ],
)
def test_failures_while_signing_in(
    server: LocalServer, reply: Reply, kind: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    source = source_of(server)
    server.failures = [reply]
    with pytest.raises(kind) as caught:
        source.fetch(None)
    source.close()
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))
    assert caplog.records == []


def test_answer_that_is_no_list(service: Service, server: LocalServer) -> None:
    source = source_of(server)
    source.fetch(None)
    server.failures = [Reply(value={"readings": []})]
    with pytest.raises(AnswerError):
        source.fetch(None)
    source.close()


def test_no_readings_at_all(server: LocalServer) -> None:
    source = source_of(server)
    assert source.fetch(None).streams == {}
    source.close()


def test_region_must_be_known() -> None:
    with pytest.raises(DataError, match="ous, us, jp"):
        DexcomShareSource.reached_by(SourceRequest(region="mars"))
