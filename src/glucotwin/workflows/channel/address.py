"""Sends to addresses that people enter, without letting them reach what only this machine may reach.

A name is resolved once, every address that it stands for is checked, and the connection goes to one of these: what the
name stands for a moment later does not count. Redirects are not followed, and answers are not read.
"""

import ipaddress
import socket
from collections.abc import Mapping

import httpx

from glucotwin import __version__
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.workflows.channel.channel import ChannelError, Outgoing

GONE = frozenset({404, 410})
LONGEST_URL = 2000
PORTS = {"https": 443, "http": 80}


def check_address(text: str, *, allow_private: bool) -> httpx.URL:
    """The address, if it could be sent to; a name is not looked up.

    Args:
        text: an absolute ``https`` address; ``http`` is allowed in private networks alone.
        allow_private: whether private networks may be reached.

    Raises:
        DataError: it is no such address.
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError) as error:
        raise _bad("channel-bad-address") from error
    schemes = {"https", "http"} if allow_private else {"https"}
    if url.scheme not in schemes or not url.host or url.userinfo or len(text) > LONGEST_URL:
        raise _bad("channel-bad-address")
    if _is_number(url.host) and not allow_private and not ipaddress.ip_address(url.host).is_global:
        raise _bad("channel-private")
    return url


def post(url_text: str, body: bytes, headers: Mapping[str, str], outgoing: Outgoing) -> None:
    """Sends a body.

    Args:
        url_text: where to.
        body: what.
        headers: besides those of every request.
        outgoing: what is allowed, and for how long to wait.

    Raises:
        ChannelError: it was not taken, or may not be sent there.
    """
    url = check_address(url_text, allow_private=outgoing.allow_private)
    number = _resolved(url, outgoing)
    port = f":{url.port}" if url.port is not None else ""
    sent = {**headers, "Host": f"{url.raw_host.decode()}{port}", "User-Agent": f"glucotwin/{__version__}"}
    named = {"sni_hostname": url.raw_host.decode()} if url.scheme == "https" else {}
    try:
        with (
            httpx.Client(timeout=outgoing.timeout_s, follow_redirects=False, trust_env=False) as client,
            client.stream("POST", url.copy_with(host=number), content=body, headers=sent, extensions=named) as answer,
        ):
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        raise ChannelError(message("channel-unreachable")) from error
    if not 200 <= status < 300:
        raise ChannelError(message("channel-refused", status=str(status)), is_final=status in GONE)


def _resolved(url: httpx.URL, outgoing: Outgoing) -> str:
    """One address that a name stands for, when all of them may be reached."""
    try:
        found = socket.getaddrinfo(
            url.host, url.port or (443 if url.scheme == "https" else 80), type=socket.SOCK_STREAM
        )
    except OSError as error:
        raise ChannelError(message("channel-unreachable")) from error
    numbers = [str(one[4][0]).partition("%")[0] for one in found]
    are_global = all(ipaddress.ip_address(one).is_global for one in numbers)
    if not numbers or not (are_global or outgoing.allow_private):
        raise ChannelError(message("channel-private"))
    if url.scheme == "http" and are_global:
        raise ChannelError(message("channel-bad-address"))
    return numbers[0]


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _bad(name: str) -> DataError:
    return DataError(ErrorCode.INVALID_VALUE, message(name))
