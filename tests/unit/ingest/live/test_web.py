"""JSON over HTTP: limits, failures, and secrets kept out of sight."""

import logging
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.live.source import AnswerError, BusyError, SignInError, SourceError, UnreachableError
from glucotwin.ingest.live.web import Web, checked_url, retry_after_s
from local_server import Asked, Reply, serving

SECRET = "s3cr3t-value"  # noqa: S105  # made up


def web_of(url: str, pauses: list[float] | None = None, **limits: Any) -> Web:
    record: list[float] = [] if pauses is None else pauses
    return Web(url, title="Site", pause=record.append, **limits)


def failure_of(reply: Reply, **limits: Any) -> SourceError:
    with serving(lambda asked: reply) as server:
        web = web_of(server.url, **limits)
        with pytest.raises(SourceError) as caught:
            web.get(f"path/{SECRET}", {"token": SECRET})
        web.close()
    shown = "".join(traceback.format_exception(caught.value))
    assert SECRET not in shown
    assert caught.value.hint
    return caught.value


def test_value_comes_with_parameters_and_headers() -> None:
    with serving(lambda asked: Reply(value=[asked.path, asked.query])) as server:
        web = web_of(f"{server.url}/below/")
        assert web.get("api/x", {"find[date][$gte]": 5}) == ["/below/api/x", {"find[date][$gte]": "5"}]
        web.close()


@pytest.mark.parametrize(
    ("reply", "kind", "passing"),
    [
        (Reply(status=401), SignInError, False),
        (Reply(status=403), SignInError, False),
        (Reply(status=404), AnswerError, True),
        (Reply(status=429), BusyError, True),
        (Reply(status=503, headers={"Retry-After": "7"}), BusyError, True),
        (Reply(status=500), UnreachableError, True),
        (Reply(raw=b"<html>welcome</html>"), AnswerError, True),
        (Reply(raw=b'[{"sgv": 1'), AnswerError, True),
        (Reply(raw=b"[" * 100_000), AnswerError, True),
        (Reply(value=[1] * 1000, cut=True), UnreachableError, True),
        (Reply(raw=b"no gzip", headers={"Content-Encoding": "gzip"}), AnswerError, True),
    ],
)
def test_failures_have_their_kind(reply: Reply, kind: type[SourceError], passing: bool) -> None:
    error = failure_of(reply)
    assert type(error) is kind
    assert error.passing is passing


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(status=401), ErrorCode.SIGN_IN_REFUSED),
        (Reply(status=403), ErrorCode.SIGN_IN_REFUSED),
        (Reply(status=429), ErrorCode.SOURCE_BUSY),
        (Reply(status=502), ErrorCode.SOURCE_UNREACHABLE),
        (Reply(value=[1] * 1000, cut=True), ErrorCode.SOURCE_UNREACHABLE),
        (Reply(status=404), ErrorCode.SOURCE_ANSWER),
        (Reply(raw=b"<html>welcome</html>"), ErrorCode.SOURCE_ANSWER),
    ],
)
def test_failures_have_their_code(reply: Reply, code: ErrorCode) -> None:
    assert failure_of(reply).code is code


def test_slow_answer_ends_in_time() -> None:
    assert isinstance(failure_of(Reply(value=[], delay_s=0.6), timeout_s=0.1), UnreachableError)


def test_answer_that_drips_ends_in_time() -> None:
    error = failure_of(Reply(raw=b"x" * 200, drip_s=0.02), timeout_s=5.0, deadline_s=0.1)
    assert "one answer" in error.message


def test_large_answer_is_not_read_to_its_end() -> None:
    assert "MiB" in failure_of(Reply(raw=b"1" * 5000), largest_answer_bytes=1000).message


def test_nobody_there() -> None:
    with serving(lambda asked: Reply()) as server:
        url = server.url
    web = web_of(url)
    with pytest.raises(UnreachableError):
        web.get("x")
    web.close()


def test_reading_is_tried_again_and_posting_is_not() -> None:
    pauses: list[float] = []
    with serving(lambda asked: Reply(value="fine")) as server:
        web = web_of(server.url, pauses)
        server.failures = [Reply(status=502), Reply(value="lost", cut=True)]
        assert web.get("x") == "fine"
        assert pauses == [1.0, 4.0]
        server.failures = [Reply(status=502)]
        assert web.ask("POST", "x", body={}).status == 502
        web.close()


def test_busy_site_is_not_asked_again() -> None:
    with serving(lambda asked: Reply(status=429, headers={"Retry-After": "120"})) as server:
        web = web_of(server.url)
        with pytest.raises(BusyError) as caught:
            web.get("x")
        web.close()
    assert caught.value.retry_after_s == 120.0
    assert len(server.asked) == 1


def test_redirects_stay_on_the_host() -> None:
    def answering(asked: Asked) -> Reply:
        if asked.path == "/here":
            return Reply(status=301, headers={"Location": "/there"})
        if asked.path == "/away":
            return Reply(status=302, headers={"Location": "https://evil.example/steal"})
        if asked.path == "/round":
            return Reply(status=302, headers={"Location": "/round"})
        return Reply(value="found")

    with serving(answering) as server:
        web = web_of(server.url)
        assert web.get("here") == "found"
        with pytest.raises(AnswerError, match=r"evil\.example"):
            web.get("away")
        with pytest.raises(AnswerError, match="circle"):
            web.get("round")
        web.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ftp://site.example",
        "https://",
        "https://me:s3cr3t-value@site.example",
        "https://site.example/?token=s3cr3t-value",
        "https://site.example/#s3cr3t-value",
        "http://site.example",
        "http://8.8.8.8",
        "https://[::1",
    ],
)
def test_address_that_is_none_or_not_safe(url: str) -> None:
    with pytest.raises(DataError) as caught:
        checked_url(url, title="Site")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["site.example", "https://site.example/sub", "http://localhost:1337", "http://10.0.0.2"]
)
def test_address_that_is_safe(url: str) -> None:
    assert checked_url(url, title="Site").host


def test_retry_after_is_seconds_or_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    assert 80.0 < (retry_after_s(later) or 0.0) <= 90.0
    assert retry_after_s("Wed, 21 Oct 2015 07:28:00 GMT") == 0.0
    assert [retry_after_s(text) for text in ("30", " 5 ", "99999999", "", "soon", "-3")] == [
        30.0,
        5.0,
        86_400.0,
        None,
        None,
        None,
    ]


def test_libraries_log_nothing_of_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(lambda asked: Reply(value=1)) as server:
        web = web_of(server.url)
        web.get(f"path/{SECRET}", headers={"api-secret": SECRET})
        web.close()
    assert SECRET not in caplog.text
    assert logging.getLogger("httpx").level == logging.NOTSET
