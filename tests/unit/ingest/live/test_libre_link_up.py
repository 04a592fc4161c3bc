"""LibreLinkUp through pylibrelinkup, against a service on this machine."""

import traceback
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from glucotwin.core.error import DataError, GlucoTwinError, NotFoundError, UnitError
from glucotwin.ingest.live.libre_link_up import LibreLinkUpSource, imported_from_graph
from glucotwin.ingest.live.source import AnswerError, BusyError, SignInError, SourceRequest, UnreachableError
from glucotwin.ingest.merge import counted_once, joined
from glucotwin.ingest.quality import FindingCode
from local_server import Asked, LocalServer, Reply, serving

PASSWORD = "s3cr3t-value"  # noqa: S105  # made up
TIME = datetime(2024, 3, 1, 8, tzinfo=UTC)
PATIENT = "7f0d6fc1-4c3e-4f27-a8b1-3f0f6f1d2c11"


def reading(time: datetime, value: Any, **more: Any) -> dict[str, Any]:
    written = f"{time.month}/{time.day}/{time.year} {time:%I:%M:%S %p}"
    return {
        "FactoryTimestamp": written,
        "Timestamp": written,
        "type": 0,
        "ValueInMgPerDl": value,
        "MeasurementColor": 1,
        "GlucoseUnits": 1,
        "Value": value,
        "isHigh": False,
        "isLow": False,
    } | more


class Service:
    """Signs in, lists people and gives a graph as the real service does."""

    def __init__(self) -> None:
        self.graph: Any = [reading(TIME + timedelta(minutes=5 * index), 100 + index) for index in range(3)]
        self.current: Any = reading(TIME + timedelta(minutes=14), 110, TrendArrow=3)
        self.people = [{"patientId": PATIENT, "firstName": "Anna", "lastName": "Example"}]
        self.token = "ticket-1"  # noqa: S105
        self.logins = 0

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/llu/auth/login":
            if asked.body["password"] != PASSWORD:
                return Reply(value={"status": 2, "error": {"message": "notAuthenticated"}})
            self.logins += 1
            ticket = {"token": self.token, "expires": 1, "duration": 1}
            return Reply(value={"status": 0, "data": {"user": {"id": "user-1"}, "authTicket": ticket}})
        if asked.headers.get("authorization") != f"Bearer {self.token}" or len(asked.headers["account-id"]) != 64:
            return Reply(status=401, value={"message": "invalid or expired jwt"})
        if asked.path == "/llu/connections":
            return Reply(value={"status": 0, "data": self.people})
        assert asked.path == f"/llu/connections/{PATIENT}/graph"
        connection = {"glucoseMeasurement": self.current, "glucoseAlarm": {"anything": 1}}
        return Reply(value={"status": 0, "data": {"connection": connection, "graphData": self.graph}})


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def server(service: Service) -> Generator[LocalServer]:
    with serving(service) as server:
        yield server


def source_of(server: LocalServer, **more: Any) -> LibreLinkUpSource:
    more = {"username": SecretStr("anna@example.org"), "password": SecretStr(PASSWORD), "url": server.url} | more
    return LibreLinkUpSource(**more)


def test_graph_and_current_reading(server: LocalServer) -> None:
    source = source_of(server)
    glucose = source.fetch(None).streams["glucose"]
    source.close()
    assert glucose.select("time", "glucose_mgdl", "source").rows() == [
        (TIME, 100.0, "libre-link-up"),
        (TIME + timedelta(minutes=5), 101.0, "libre-link-up"),
        (TIME + timedelta(minutes=10), 102.0, "libre-link-up"),
        (TIME + timedelta(minutes=14), 110.0, "libre-link-up current"),
    ]


def test_current_reading_gives_way_to_the_graph() -> None:
    graph = [reading(TIME + timedelta(minutes=5 * index), 100) for index in range(4)]
    imported = imported_from_graph(graph, [reading(TIME + timedelta(minutes=14), 110)])
    streams, _ = counted_once(joined([imported.streams]))
    assert len(streams["glucose"]) == 4


def test_bounds_of_the_sensor() -> None:
    values = [(500, {}), (501, {}), (400, {"isHigh": True}), (250, {"isHigh": True}), (39, {}), (40, {"isLow": True})]
    graph = [reading(TIME + timedelta(minutes=index), value, **more) for index, (value, more) in enumerate(values)]
    glucose = imported_from_graph(graph).streams["glucose"]
    assert glucose.select("glucose_mgdl", "censoring").rows() == [
        (500.0, "none"),
        (500.0, "high"),
        (400.0, "high"),
        (250.0, "none"),
        (40.0, "low"),
        (40.0, "low"),
    ]


def test_reading_that_cannot_be_read_costs_only_itself() -> None:
    nameless = reading(TIME, 100)
    del nameless["ValueInMgPerDl"]
    bad = [None, "x", {}, nameless, reading(TIME, "high"), {**reading(TIME, 100), "FactoryTimestamp": "1.3.2024"}]
    imported = imported_from_graph([*bad, reading(TIME, 100)])
    assert len(imported.streams["glucose"]) == 1
    assert [(one.code, one.count) for one in imported.findings] == [(FindingCode.UNREADABLE_ROWS, 6)]


def test_readings_in_mmol_are_refused() -> None:
    with pytest.raises(UnitError):
        imported_from_graph([reading(TIME, 5.6), reading(TIME, 7.1)])


def test_ticket_is_kept_and_renewed(service: Service, server: LocalServer) -> None:
    source = source_of(server)
    source.fetch(None)
    source.fetch(None)
    assert service.logins == 1
    service.token = "ticket-2"  # noqa: S105
    assert source.fetch(None).streams
    assert service.logins == 2
    source.close()


def test_refused_password_is_not_tried_again(server: LocalServer) -> None:
    source = source_of(server, password=SecretStr("wrong-s3cr3t"))
    with pytest.raises(SignInError) as caught:
        source.fetch(None)
    source.close()
    assert len(server.asked) == 1
    assert "s3cr3t" not in "".join(traceback.format_exception(caught.value))


LOCKED = {"status": 429, "data": {"code": 60, "data": {"failures": 3, "interval": 60, "lockout": 300}}}


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (Reply(value=LOCKED), BusyError, "locked"),
        (Reply(status=429, raw=b"error code: 1015", headers={"Retry-After": "60"}), BusyError, "60 s"),
        (Reply(value={"status": 4, "data": {"step": {"type": "tou"}}}), SignInError, "terms of use"),
        (Reply(value={"status": 4, "data": {"step": {"type": "verifyEmail"}}}), SignInError, "e-mail"),
        (Reply(value={"status": 911}), UnreachableError, "maintenance"),
        (Reply(status=403, value={"status": 920, "data": {"minimumVersion": "9.0.0"}}), SignInError, "Update"),
        (Reply(value={"status": 0, "data": {"redirect": True, "region": "de"}}), SignInError, "--region de"),
        (Reply(value={"status": 0, "data": {}}), AnswerError, "no session"),
        (Reply(value=[]), AnswerError, "no JSON object"),
        (Reply(raw=b"<html>"), AnswerError, "no JSON"),
        (Reply(status=500, raw=b"<html>"), UnreachableError, "500"),
        (Reply(value={"status": 0}, cut=True), UnreachableError, "broke off"),
    ],
)
def test_failures_while_signing_in(server: LocalServer, reply: Reply, kind: type[GlucoTwinError], words: str) -> None:
    source = source_of(server)
    server.failures = [reply]
    with pytest.raises(kind) as caught:
        source.fetch(None)
    source.close()
    assert words in str(caught.value)


def test_lockout_says_how_long(server: LocalServer) -> None:
    source = source_of(server)
    server.failures = [Reply(value=LOCKED)]
    with pytest.raises(BusyError) as caught:
        source.fetch(None)
    source.close()
    assert caught.value.retry_after_s == 300.0


@pytest.mark.parametrize(("patient", "found"), [("ben", True), ("Anna Example", True), ("Carl", False), ("", False)])
def test_person_is_chosen_by_name_and_never_named(
    service: Service, server: LocalServer, patient: str, found: bool
) -> None:
    other = {"patientId": PATIENT, "firstName": "Ben", "lastName": "Other"}
    service.people = [{**service.people[0]}, other]
    source = source_of(server, patient=SecretStr(patient) if patient else None)
    if found:
        assert source.fetch(None).streams
    else:
        with pytest.raises(NotFoundError) as caught:
            source.fetch(None)
        assert not any(name in str(caught.value) for name in ("Anna", "Ben", "Carl", PATIENT))
    source.close()


def test_graph_that_is_none(service: Service, server: LocalServer) -> None:
    service.graph = None
    source = source_of(server)
    with pytest.raises(AnswerError):
        source.fetch(None)
    service.graph, service.current = [], None
    assert source.fetch(None).streams == {}
    source.close()


def test_region_must_be_known() -> None:
    with pytest.raises(DataError, match="eu2"):
        LibreLinkUpSource.reached_by(SourceRequest(region="mars"))
