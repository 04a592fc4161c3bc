"""Webhooks and mail against receivers on this machine; addresses that must not be reached."""

import hmac
import json
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default

import pytest

from glucotwin.core.error import DataError
from glucotwin.workflows.channel.address import check_address, post
from glucotwin.workflows.channel.channel import ChannelError, MailServer, Notice, Outgoing
from glucotwin.workflows.channel.mail import Mail
from glucotwin.workflows.channel.registry import CHANNELS, find_kind
from glucotwin.workflows.channel.webhook import SIGNATURE, Webhook
from local_server import LocalServer, Reply, serving

ALARM: dict[str, object] = {
    "kind": "low",
    "title": "Low glucose",
    "sentence": "62 mg/dL and falling.",
    "do": "Treat the low.",
    "time": "2024-03-20T12:00:00+00:00",
    "urgent": True,
    "person": "Ada\r\nBcc: everybody@example.org",
}
NOTICE = Notice(content=ALARM, secret="shared")  # noqa: S106
HERE = Outgoing(allow_private=True, timeout_s=5.0)


@pytest.fixture
def status() -> list[int]:
    return [200]


@pytest.fixture
def receiver(status: list[int]) -> Generator[LocalServer]:
    with serving(lambda asked: Reply(status=status[0], value={})) as server:
        yield server


def test_a_webhook_brings_the_alarm_and_proves_who_sent_it(receiver: LocalServer) -> None:
    Webhook().send({"url": f"{receiver.url}/hook?id=1"}, NOTICE, HERE)
    [asked] = receiver.asked
    assert (asked.method, asked.path, asked.query) == ("POST", "/hook", {"id": "1"})
    assert asked.body == ALARM
    at, mark = (part.partition("=")[2] for part in asked.headers[SIGNATURE.lower()].split(","))
    wanted = hmac.new(b"shared", f"{at}.{json.dumps(asked.body)}".encode(), "sha256").hexdigest()
    assert mark == wanted


@pytest.mark.parametrize(("told", "is_final"), [(500, False), (302, False), (404, True), (410, True)])
def test_what_a_receiver_does_not_take_is_told(
    receiver: LocalServer, status: list[int], told: int, is_final: bool
) -> None:
    status[0] = told
    with pytest.raises(ChannelError) as caught:
        Webhook().send({"url": receiver.url}, NOTICE, HERE)
    assert caught.value.is_final is is_final


def test_nobody_there_is_told(receiver: LocalServer) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(ChannelError):
            post(f"http://127.0.0.1:{free.getsockname()[1]}/", b"", {}, HERE)


@pytest.mark.parametrize(
    "address",
    [
        "http://example.org/",
        "ftp://example.org/",
        "https://user:secret@example.org/",
        "https:///path",
        "nothing",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:127.0.0.1]/",
        "https://example.org/" + "x" * 3000,
    ],
)
def test_addresses_that_are_not_allowed(address: str) -> None:
    with pytest.raises(DataError):
        check_address(address, allow_private=False)


@pytest.mark.parametrize("number", ["127.0.0.1", "10.0.0.8", "::1", "fe80::1%eth0", "169.254.169.254", "100.64.0.1"])
def test_a_name_that_leads_into_a_private_network_is_not_reached(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    family = socket.AF_INET6 if ":" in number else socket.AF_INET
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443)),
        (family, socket.SOCK_STREAM, 6, "", (number, 443)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(ChannelError, match="private"):
        post("https://innocent.example.org/", b"", {}, Outgoing())


@contextmanager
def mailbox() -> Generator[tuple[int, list[bytes]]]:
    """A mail server that takes what comes."""
    received: list[bytes] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listening.accept()
        with connection, connection.makefile("rwb") as lines:

            def answer(text: str) -> None:
                lines.write(f"{text}\r\n".encode())
                lines.flush()

            answer("220 here")
            for line in lines:
                word = line.split()[0].upper() if line.split() else b""
                if word == b"DATA":
                    answer("354 go on")
                    content: list[bytes] = []
                    for part in lines:
                        if part == b".\r\n":
                            break
                        content.append(part)
                    received.append(b"".join(content))
                answer("221 bye" if word == b"QUIT" else "250 fine")
                if word == b"QUIT":
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listening.getsockname()[1], received
    finally:
        thread.join(5)
        listening.close()


def test_a_mail_holds_the_alarm_and_nothing_that_somebody_slipped_in() -> None:
    with mailbox() as (port, received):
        server = MailServer(host="127.0.0.1", port=port, is_encrypted=False, sender="alarms@example.org")
        outgoing = Outgoing(mail=server, timeout_s=5.0)
        Mail().check({"address": "carer@example.org"}, outgoing)
        Mail().send({"address": "carer@example.org"}, NOTICE, outgoing)
    [raw] = received
    mail: Message = message_from_bytes(raw, policy=default)
    assert (mail["To"], mail["From"], mail["Bcc"]) == ("carer@example.org", "alarms@example.org", None)
    assert mail["Subject"] == "Low glucose (Ada Bcc: everybody@example.org)"
    assert "62 mg/dL and falling." in str(mail.get_payload())
    assert "not a medical device" in str(mail.get_payload())


@pytest.mark.parametrize("address", ["nobody", "a@b", "a@example.org\nBcc: b@example.org", "a b@example.org", "@x.org"])
def test_what_is_no_mail_address_is_refused(address: str) -> None:
    server = MailServer(host="127.0.0.1", port=1, is_encrypted=False, sender="alarms@example.org")
    with pytest.raises(DataError):
        Mail().check({"address": address}, Outgoing(mail=server))
    with pytest.raises(DataError):
        Mail().check({"address": "a@example.org"}, Outgoing())
    with pytest.raises(ChannelError):
        Mail().send({"address": "a@example.org"}, NOTICE, Outgoing(mail=server, timeout_s=1.0))


def test_every_kind_is_found_by_its_name() -> None:
    assert set(CHANNELS) == {"webhook", "email", "push"}
    assert all(find_kind(kind).fields for kind in CHANNELS)
