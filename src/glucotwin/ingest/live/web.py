"""JSON over HTTP with the limits that a source on the internet needs: time, size, redirects, secrets out of logs."""

import ipaddress
import json
import logging
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from glucotwin import __version__
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.live.source import AnswerError, BusyError, SignInError, SourceError, UnreachableError

TIMEOUT_S = 30.0
"""For connecting and for every pause in an answer."""
DEADLINE_S = 180.0
"""For a whole answer, however steadily it drips."""
LARGEST_ANSWER_BYTES = 64 * 1024 * 1024
ATTEMPTS = 3
FIRST_PAUSE_S = 1.0
MOST_REDIRECTS = 3
LONGEST_RETRY_AFTER_S = 86_400.0

_TALKATIVE = ("httpx", "httpcore", "urllib3", "pydexcom", "pylibrelinkup")
"""Libraries that log addresses, which may hold tokens and session numbers, or whole answers."""
_LOCAL_ENDINGS = (".local", ".lan", ".localhost", ".home.arpa")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebAnswer:
    """What a server said.

    Attributes:
        status: of HTTP.
        data: the body, decompressed.
        location: where a redirect leads; empty without one.
        retry_after_s: seconds after which to ask again; None when it does not say.
    """

    status: int
    data: bytes
    location: str = ""
    retry_after_s: float | None = None


class Web:
    """One server, asked for JSON.

    Certificates are verified, redirects are followed on the same host only, answers are bounded in time and size, and
    a reading request that fails on the way is repeated a few times.
    """

    def __init__(
        self,
        url: str,
        *,
        title: str,
        timeout_s: float = TIMEOUT_S,
        deadline_s: float = DEADLINE_S,
        largest_answer_bytes: int = LARGEST_ANSWER_BYTES,
        pause: Callable[[float], object] = time.sleep,
    ) -> None:
        """Takes the address; nothing is connected yet.

        Args:
            url: of the server, without any secret.
            title: of the source, for messages.
            timeout_s: for connecting and for every pause in an answer.
            deadline_s: for a whole answer.
            largest_answer_bytes: of an answer, decompressed.
            pause: waits for some seconds.

        Raises:
            DataError: the address holds a secret, is none, or would send secrets unencrypted over the internet.
        """
        self.title = title
        self._base = checked_url(url, title=title)
        self._deadline_s = deadline_s
        self._largest_answer_bytes = largest_answer_bytes
        self._pause = pause
        self._client = httpx.Client(
            timeout=httpx.Timeout(timeout_s),
            follow_redirects=False,
            headers={"accept": "application/json", "user-agent": f"glucotwin/{__version__}"},
        )

    def get(
        self, path: str, parameters: Mapping[str, str | int] | None = None, *, headers: Mapping[str, str] | None = None
    ) -> object:
        """The JSON value at a path.

        Raises:
            SourceError: there is none; its subclass and message say why.
        """
        return json_of(self.checked(self.ask("GET", path, parameters=parameters, headers=headers)), title=self.title)

    def ask(
        self,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
        body: object = None,
    ) -> WebAnswer:
        """The answer of whatever status, after redirects on the same host.

        Args:
            method: ``GET``, which is repeated when it fails on the way, or ``POST``, which is not.
            path: below the server's address.
            parameters: of the query.
            headers: further ones.
            body: JSON value to send; None for nothing.

        Raises:
            UnreachableError: no whole answer came.
            AnswerError: it is too large, or leads to another host.
        """
        url = self._base.copy_with(path=f"{self._base.path.rstrip('/')}/{path.lstrip('/')}")
        if parameters:
            url = url.copy_merge_params({name: str(value) for name, value in parameters.items()})
        content = None if body is None else json.dumps(body).encode()
        sent = dict(headers or {}) | ({} if body is None else {"content-type": "application/json"})
        for _ in range(MOST_REDIRECTS + 1):
            answer = self._persistently(method, url, sent, content)
            if not (300 <= answer.status < 400 and answer.location):
                return answer
            url = self._redirected(url, answer.location)
        raise AnswerError(f"{self.title} redirects in a circle.", hint="Check the address.")

    def checked(self, answer: WebAnswer) -> WebAnswer:
        """The answer, if it is the one that was asked for.

        Raises:
            SourceError: its status tells of a failure.
        """
        if 200 <= answer.status < 300:
            return answer
        raise self._failure(answer)

    def close(self) -> None:
        """Closes the connections."""
        with quiet_logs():
            self._client.close()

    def _persistently(
        self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None
    ) -> WebAnswer:
        pause_s = FIRST_PAUSE_S
        for attempt in range(1, ATTEMPTS + 1):
            last = attempt == ATTEMPTS or method != "GET"
            try:
                answer = self._once(method, url, headers, content)
            except UnreachableError:
                if last:
                    raise
            else:
                if last or answer.status < 500 or answer.retry_after_s is not None:
                    return answer
            self._pause(pause_s)
            pause_s *= 4.0
        raise AssertionError("The last attempt answers or raises.")

    def _once(self, method: str, url: httpx.URL, headers: Mapping[str, str], content: bytes | None) -> WebAnswer:
        # What the library says may hold the address and with it a token: none of it is passed on.
        try:
            with (
                quiet_logs(),
                self._client.stream(method, url, headers=dict(headers), content=content) as response,
            ):
                return WebAnswer(
                    status=response.status_code,
                    data=self._bounded(response),
                    location=response.headers.get("location", ""),
                    retry_after_s=retry_after_s(response.headers.get("retry-after", "")),
                )
        except httpx.TimeoutException:
            raise UnreachableError(
                f"{self.title} did not answer in time.", hint="Check that the site is up; try again later."
            ) from None
        except httpx.DecodingError:
            raise AnswerError(f"The answer of {self.title} is damaged.", hint="Try again later.") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise self._broken(error) from None

    def _bounded(self, response: httpx.Response) -> bytes:
        started = time.monotonic()
        data = bytearray()
        for block in response.iter_bytes():
            data += block
            if len(data) > self._largest_answer_bytes:
                raise AnswerError(
                    f"{self.title} sends more than {self._largest_answer_bytes / 1024**2:,.0f} MiB at once.",
                    hint="Check that the address is the right one.",
                )
            if time.monotonic() - started > self._deadline_s:
                raise UnreachableError(
                    f"{self.title} needs more than {self._deadline_s:.0f} s for one answer.", hint="Try again later."
                )
        return bytes(data)

    def _broken(self, error: Exception) -> SourceError:
        if "certificate" in str(error).lower():
            return UnreachableError(
                f"The certificate of {self.title} cannot be trusted, so nothing was sent to it.",
                hint="Check the address and this computer's clock; renew the certificate of your own site.",
            )
        return UnreachableError(
            f"The connection to {self.title} failed or broke off.",
            hint="Check the address, the network and that the site is up.",
        )

    def _redirected(self, url: httpx.URL, location: str) -> httpx.URL:
        try:
            target = url.join(location)
        except (httpx.InvalidURL, ValueError):
            raise AnswerError(f"{self.title} redirects to nowhere.", hint="Check the address.") from None
        secure = target.scheme == "https" or target.scheme == url.scheme
        if target.host != url.host or not secure:
            raise AnswerError(
                f"{self.title} redirects to another host, {target.host!r}, and nothing was sent there.",
                hint="If that is your site, give its address.",
            )
        return target

    def _failure(self, answer: WebAnswer) -> SourceError:
        status = answer.status
        if status in {401, 403}:
            return SignInError(
                f"{self.title} refuses the credentials, or they do not permit reading (HTTP {status}).",
                hint="Check them; a Nightscout token needs the role 'readable'. They are not tried again by itself.",
            )
        if status == 429 or (status == 503 and answer.retry_after_s is not None):
            after = "" if answer.retry_after_s is None else f" for {answer.retry_after_s:.0f} s"
            return BusyError(
                f"{self.title} asks to be left alone{after} (HTTP {status}).",
                hint="Ask it less often: --every 5m or more.",
                retry_after_s=answer.retry_after_s,
            )
        if status >= 500:
            return UnreachableError(f"{self.title} has a failure of its own (HTTP {status}).", hint="Try again later.")
        return AnswerError(
            f"{self.title} does not know what it was asked for (HTTP {status}).",
            hint="Check that the address is that of the site itself, and that the site is up to date.",
        )


def json_of(answer: WebAnswer, *, title: str) -> object:
    """The JSON value of an answer.

    Raises:
        AnswerError: it is no JSON.
    """
    try:
        return json.loads(answer.data)
    except (ValueError, RecursionError):
        raise AnswerError(
            f"The answer of {title} is no JSON, or broke off.",
            hint="Check that the address is that of the site itself; try again later.",
        ) from None


def checked_url(url: str, *, title: str) -> httpx.URL:
    """An address without secrets, encrypted unless it stays within the local network; https when it does not say.

    Raises:
        DataError: it is none of that. The message does not repeat it.
    """
    try:
        parsed = httpx.URL(url if "://" in url else f"https://{url}")
    except (httpx.InvalidURL, ValueError):
        parsed = httpx.URL()
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"The address of {title} is none.",
            hint="Give it as your browser shows it: https://my-site.example.",
        )
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"The address of {title} holds more than the site, perhaps a secret.",
            hint="Give only https://my-site.example; a secret that was typed here should be replaced by a new one.",
        )
    if parsed.scheme == "http" and not _is_local(parsed.host):
        raise DataError(
            ErrorCode.INVALID_VALUE,
            f"The address of {title} is not encrypted, and secrets would be sent in the open.",
            hint="Use https://; http:// is for this computer and the local network.",
        )
    return parsed


def _is_local(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:
        return host == "localhost" or host.endswith(_LOCAL_ENDINGS)


def retry_after_s(text: str) -> float | None:
    """Seconds that a header ``Retry-After`` names, as such or as a date; None when it names none (RFC 9110, 10.2.3)."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_RETRY_AFTER_S)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, IndexError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (aware - datetime.now(UTC)).total_seconds()), LONGEST_RETRY_AFTER_S)


@contextmanager
def quiet_logs() -> Generator[None]:
    """Keeps libraries from logging while they handle secrets."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
