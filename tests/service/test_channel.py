"""Channels of alarms: made, tried and removed by those who may know; each alarm told once, late ones not at all."""

import base64
import json
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from glucotwin.core.error import GlucoTwinError
from glucotwin.service.outgoing import mail_server_of, outgoing_of
from glucotwin.service.state import Service
from glucotwin.store.alarm import keep_alarms
from glucotwin.store.database import Database
from glucotwin.workflows.channel import mail
from glucotwin.workflows.channel.channel import MailServer, Notice, Outgoing
from glucotwin.workflows.channel.notify import notify
from glucotwin.workflows.channel.push import made_push_key
from local_server import LocalServer, Reply, serving
from made_up_service import Browser, made_up_running, sign_up

AUTH = b"0123456789abcdef"
NOW = datetime(2024, 3, 20, 12, tzinfo=UTC)
SERVER = MailServer(host="127.0.0.1", port=1, is_encrypted=False, sender="alarms@example.org")
OUTGOING = Outgoing(allow_private=True, mail=SERVER, push_key=made_push_key(), timeout_s=5.0)


def decrypted(body: bytes, key: ec.EllipticCurvePrivateKey, point: bytes) -> bytes:
    """What a browser reads (RFC 8291, RFC 8188)."""

    def derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
        return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)

    salt, sender = body[:16], body[21 : 21 + body[20]]
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    secret = derived(shared, AUTH, b"WebPush: info\x00" + point + sender, 32)
    content = derived(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = derived(secret, salt, b"Content-Encoding: nonce\x00", 12)
    return AESGCM(content).decrypt(nonce, body[21 + body[20] :], None).rstrip(b"\x00")[:-1]


@pytest.fixture(scope="module")
def service(database: Database) -> Generator[Service]:
    made = made_up_running(database, outgoing=OUTGOING)
    yield made
    made.notifier.close()


@pytest.fixture
def receiver() -> Generator[LocalServer]:
    with serving(lambda asked: Reply(value={})) as server:
        yield server


@pytest.fixture
def person(owner: Browser) -> str:
    person_id = owner.person()
    owner.consent(person_id, "care-view", "personal-twin")
    return person_id


def webhook(browser: Browser, person_id: str, receiver: LocalServer, name: str = "lamp") -> dict[str, Any]:
    body = {"kind": "webhook", "label": name, "settings": {"url": f"{receiver.url}/{name}"}}
    made = browser.post(f"/people/{person_id}/channels", body)
    assert made.status_code == 201, made.text
    return made.json()


def alarm(
    service: Service, owner: Browser, person_id: str, title: str, *, minutes_ago: float = 0.0, audible: bool = True
) -> None:
    at = NOW - timedelta(minutes=minutes_ago)
    content = {"kind": "low", "title": title, "sentence": "s", "do": "d", "time": at.isoformat(), "urgent": True}
    content["audible"] = audible
    with service.desk(owner.account_id) as desk:
        keep_alarms(desk, person_id, [(at, content)])


def told(service: Service, owner: Browser, person_id: str) -> tuple[int, list[str]]:
    """How many messages were told, and what failed."""
    failed: list[str] = []

    def note(_: object, error: GlucoTwinError) -> None:
        failed.append(str(error.code))

    count = notify(service.database, owner.account_id, person_id, OUTGOING, at=NOW, failed=note)
    return count, failed


def titles(receiver: LocalServer, name: str = "lamp") -> list[str]:
    return [one.body["title"] for one in receiver.asked if one.path == f"/{name}"]


def test_alarms_are_told_once_in_order_and_not_when_they_are_old(
    service: Service, owner: Browser, person: str, receiver: LocalServer
) -> None:
    alarm(service, owner, person, "before")
    webhook(owner, person, receiver)
    assert told(service, owner, person) == (0, [])
    alarm(service, owner, person, "old", minutes_ago=45)
    alarm(service, owner, person, "first", minutes_ago=5)
    alarm(service, owner, person, "second")
    assert told(service, owner, person) == (2, [])
    assert told(service, owner, person) == (0, [])
    assert titles(receiver) == ["first", "second"]
    assert receiver.asked[0].body["person"] == "Ada Example"


def test_a_receiver_that_was_away_is_told_the_next_time(
    service: Service, owner: Browser, person: str, receiver: LocalServer
) -> None:
    webhook(owner, person, receiver)
    alarm(service, owner, person, "first")
    alarm(service, owner, person, "second")
    receiver.failures += [Reply(value={}), Reply(status=503)]
    assert told(service, owner, person) == (0, ["not-delivered"])
    assert told(service, owner, person) == (1, [])
    assert titles(receiver) == ["first", "second", "second"]


def test_a_receiver_that_is_gone_is_forgotten(
    service: Service, owner: Browser, person: str, receiver: LocalServer
) -> None:
    webhook(owner, person, receiver)
    alarm(service, owner, person, "first")
    receiver.failures += [Reply(status=410)]
    told(service, owner, person)
    assert owner.get(f"/people/{person}/channels").json()["items"] == []


def test_a_carer_is_told_as_long_as_they_may_know(
    service: Service, owner: Browser, person: str, receiver: LocalServer
) -> None:
    carer = sign_up(service, "carer")
    owner.invite(person, carer, "carer")
    webhook(carer, person, receiver)
    webhook(owner, person, receiver, "own")
    assert [one["label"] for one in owner.get(f"/people/{person}/channels").json()["items"]] == ["own"]
    alarm(service, owner, person, "first")
    assert told(service, owner, person) == (2, [])
    assert owner.send("DELETE", f"/people/{person}/consents/care-view").status_code == 200
    alarm(service, owner, person, "second")
    assert told(service, owner, person) == (1, ["consent-missing"])
    assert (titles(receiver), titles(receiver, "own")) == (["first"], ["first", "second"])


def test_a_channel_can_be_tried_and_removed(owner: Browser, person: str, receiver: LocalServer) -> None:
    made = webhook(owner, person, receiver)
    path = f"/people/{person}/channels/{made['channel_id']}"
    assert owner.post(f"{path}/test").status_code == 204
    assert receiver.asked[0].body["kind"] == "test"
    receiver.failures.append(Reply(status=500))
    assert owner.post(f"{path}/test").json()["code"] == "not-delivered"
    assert "secret" not in owner.get(f"/people/{person}/channels").json()["items"][0]
    for _ in range(2):
        assert owner.send("DELETE", path).status_code == 204
    assert owner.post(f"{path}/test").status_code == 404


def test_a_mail_address_is_told_nothing_before_its_code(
    service: Service, owner: Browser, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Notice] = []
    monkeypatch.setattr(mail.Mail, "send", lambda *arguments: sent.append(arguments[2]))
    body = {"kind": "email", "settings": {"address": "carer@example.org"}}
    made = owner.post(f"/people/{person}/channels", body).json()
    assert (made["confirmed"], "secret" in made) == (False, False)
    path = f"/people/{person}/channels/{made['channel_id']}"
    code = sent[0].secret
    assert code in sent[0].text("sentence")
    alarm(service, owner, person, "first")
    assert told(service, owner, person) == (0, [])
    assert owner.post(f"{path}/test").status_code == 403
    assert owner.post(f"{path}/confirm", {"code": "x"}).status_code == 403
    assert owner.post(f"{path}/confirm", {"code": f" {code} "}).json()["confirmed"] is True
    alarm(service, owner, person, "second")
    alarm(service, owner, person, "over", audible=False)
    assert told(service, owner, person) == (1, [])
    assert [one.text("title") for one in sent[1:]] == ["second"]


def test_guessing_a_code_takes_longer_and_longer(owner: Browser, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail.Mail, "send", lambda *_: None)
    body = {"kind": "email", "settings": {"address": "carer@example.org"}}
    made = owner.post(f"/people/{person}/channels", body).json()
    path = f"/people/{person}/channels/{made['channel_id']}/confirm"
    answers = [owner.post(path, {"code": "x"}).status_code for _ in range(6)]
    assert answers[-1] == 429


def test_a_browser_subscribes_with_the_key_of_the_installation(
    service: Service, owner: Browser, person: str, receiver: LocalServer
) -> None:
    kinds = owner.get("/channel-kinds").json()
    assert {one["kind"]: one["available"] for one in kinds["items"]} == {"webhook": True, "email": True, "push": True}
    assert len(base64.urlsafe_b64decode(kinds["push_key"] + "=")) == 65
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    settings = {
        "endpoint": f"{receiver.url}/push",
        "p256dh": base64.urlsafe_b64encode(point).decode(),
        "auth": base64.urlsafe_b64encode(AUTH).decode(),
    }
    assert owner.post(f"/people/{person}/channels", {"kind": "push", "settings": settings}).status_code == 201
    alarm(service, owner, person, "first")
    assert told(service, owner, person)[0] == 1
    [asked] = receiver.asked
    assert asked.headers["content-encoding"] == "aes128gcm"
    assert asked.headers["authorization"].startswith("vapid t=")
    message = json.loads(decrypted(asked.body, key, point))
    assert (message["title"], message["body"], message["urgent"]) == ("first", "Ada Example: s", True)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "pigeon", "settings": {}}, 404),
        ({"kind": "webhook", "settings": {}}, 422),
        ({"kind": "webhook", "settings": {"url": "https://example.org", "more": "x"}}, 422),
        ({"kind": "webhook", "settings": {"url": "file:///etc/passwd"}}, 422),
        ({"kind": "email", "settings": {"address": "nobody"}}, 422),
        ({"kind": "push", "settings": {"endpoint": "https://example.org", "p256dh": "x", "auth": "x"}}, 422),
    ],
)
def test_wishes_that_cannot_be_fulfilled(owner: Browser, person: str, body: dict[str, Any], status: int) -> None:
    assert owner.post(f"/people/{person}/channels", body).status_code == status


def test_nobody_has_more_than_ten(owner: Browser, person: str, receiver: LocalServer) -> None:
    for _ in range(10):
        webhook(owner, person, receiver)
    body = {"kind": "webhook", "settings": {"url": receiver.url}}
    assert owner.post(f"/people/{person}/channels", body).status_code == 409


def test_the_notifier_tells_in_the_background(
    service: Service, owner: Browser, person: str, receiver: LocalServer
) -> None:
    webhook(owner, person, receiver)
    alarm(service, owner, person, "first")
    for _ in range(3):
        service.notifier.tell(owner.account_id, person, lambda: NOW)
    service.notifier.tell(owner.account_id, "00000000-0000-4000-8000-000000000000", lambda: NOW)
    service.notifier.close()
    assert titles(receiver) == ["first"]


def test_what_the_operator_allows(database: Database) -> None:
    assert mail_server_of({}) is None
    address = {"GLUCOTWIN_SMTP_URL": "smtps://a%40b:p%2Fw@mail.example.org", "GLUCOTWIN_MAIL_FROM": "a@example.org"}
    found = mail_server_of(address)
    assert found is not None
    assert (found.host, found.port, found.is_encrypted, found.user) == ("mail.example.org", 465, True, "a@b")
    assert "p/w" not in repr(found)
    for bad in ("http://x", "smtp://", "smtp://h:port"):
        with pytest.raises(GlucoTwinError):
            mail_server_of(address | {"GLUCOTWIN_SMTP_URL": bad})
    first = outgoing_of({"GLUCOTWIN_PRIVATE_TARGETS": "1"}, database)
    assert first.allow_private
    assert first.push_key == outgoing_of({}, database).push_key
    assert json.dumps(first.contact) == '"mailto:nobody@localhost"'
