"""A server on this machine that behaves like the real services: scripted answers, and a Nightscout site."""

import json
import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

DEFAULT_COUNT = {"entries": 10, "treatments": 100, "profile": 10}
"""What version 1 of the real site gives when it is not asked for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer: of a JSON value or raw bytes, after a delay, perhaps cut off or dripping."""

    value: Any = None
    status: int = 200
    raw: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    cut: bool = False
    drip_s: float = 0.0

    @property
    def data(self) -> bytes:
        return json.dumps(self.value).encode() if self.raw is None else self.raw


Answering = Callable[[Asked], Reply]


class LocalServer:
    """Answers by a function, after any failures that were queued; keeps what it was asked."""

    def __init__(self, answering: Answering) -> None:
        self.answering = answering
        self.failures: list[Reply] = []
        self.asked: list[Asked] = []
        self.url = ""

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]

    def reply(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        return self.failures.pop(0) if self.failures else self.answering(asked)


def _value(sent: bytes, content_type: str) -> Any:
    """A body as a JSON value, or as it came when it says that it is something else."""
    if content_type == "application/octet-stream":
        return sent
    if content_type.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(sent.decode(), keep_blank_values=True))
    return json.loads(sent) if sent else None


@contextmanager
def serving(answering: Answering) -> Generator[LocalServer]:
    """Runs a server in a thread."""
    local = LocalServer(answering)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def _answer(self, method: str) -> None:
            parts = urlsplit(self.path)
            sent = self.rfile.read(int(self.headers.get("content-length") or 0))
            asked = Asked(
                method=method,
                path=unquote(parts.path),
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=_value(sent, self.headers.get("content-type", "")),
            )
            reply = local.reply(asked)
            time.sleep(reply.delay_s)
            try:
                self._send(reply)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

        def _send(self, reply: Reply) -> None:
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(reply.data)))
            self.end_headers()
            data = reply.data[: len(reply.data) // 2] if reply.cut else reply.data
            for byte in [data] if not reply.drip_s else [data[at : at + 1] for at in range(len(data))]:
                self.wfile.write(byte)
                self.wfile.flush()
                time.sleep(reply.drip_s)
            self.close_connection = reply.cut

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    local.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield local
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class NightscoutSite:
    """Documents of a site, given as cgm-remote-monitor's versions 1 and 3 do: filtered, the newest first, so many."""

    def __init__(self, *, has_version_3: bool = True, most: int = 1000) -> None:
        self.documents: dict[str, list[dict[str, Any]]] = {"entries": [], "treatments": [], "profile": []}
        self.token = "reader-0123456789abcdef"  # noqa: S105  # made up
        self.web_token = "header.payload.signature"  # noqa: S105
        self.secret_sha1 = ""
        self.has_version_3 = has_version_3
        self.most = most

    def entry(self, time: datetime, sgv: float, **more: Any) -> dict[str, Any]:
        ms = round(time.timestamp() * 1000)
        document = {"_id": f"e{len(self.documents['entries'])}", "type": "sgv", "sgv": sgv, "date": ms, **more}
        document.setdefault("dateString", iso(time))
        self.documents["entries"].append(document)
        return document

    def treatment(self, time: datetime, event_type: str, **more: Any) -> dict[str, Any]:
        count = len(self.documents["treatments"])
        document = {"_id": f"t{count}", "eventType": event_type, "created_at": iso(time), **more}
        self.documents["treatments"].append(document)
        return document

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == f"/api/v2/authorization/request/{self.token}":
            return Reply(value={"token": self.web_token, "sub": "reader", "iat": 1, "exp": 2})
        if asked.path.startswith("/api/v2/authorization/request/"):
            return Reply(status=401, value={"status": 401, "message": "Unauthorized"})
        if asked.path == "/api/v3/version":
            found = Reply(value={"status": 200, "result": {"apiVersion": "3.0.4"}})
            return found if self.has_version_3 else Reply(status=404, raw=b"Cannot GET")
        if not self._allowed(asked):
            return Reply(status=401, value={"status": 401, "message": "Unauthorized", "description": "Invalid/Missing"})
        version, collection = asked.path.split("/")[2:4]
        collection = collection.removesuffix(".json")
        if version == "v1":
            return Reply(value=self._version_1(collection, asked.query))
        return Reply(value={"status": 200, "result": self._version_3(collection, asked.query)})

    def _allowed(self, asked: Asked) -> bool:
        bearer = asked.headers.get("authorization") == f"Bearer {self.web_token}"
        admin = bool(self.secret_sha1) and asked.headers.get("api-secret") == self.secret_sha1
        return bearer or admin

    def _version_1(self, collection: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        name = "date" if collection == "entries" else "created_at"
        bounds = {operator: query.get(f"find[{name}][${operator}]") for operator in ("gte", "lte")}
        if bounds == {"gte": None, "lte": None} and collection != "profile":
            bounds["gte"] = self._four_days_ago(collection)
        count = int(query.get("count") or DEFAULT_COUNT[collection])
        return self._found(collection, name, bounds, query.get("find[eventType]"), min(count, self.most))

    def _version_3(self, collection: str, query: Mapping[str, str]) -> list[dict[str, Any]]:
        name = "date" if collection == "entries" else "created_at"
        bounds = {operator: query.get(f"{name}${operator}") for operator in ("gte", "lte")}
        assert query["sort$desc"] == name
        return self._found(collection, name, bounds, query.get("eventType$eq"), min(int(query["limit"]), self.most))

    def _four_days_ago(self, collection: str) -> str:
        now = datetime.now(UTC).timestamp() - 4 * 86400
        return str(round(now * 1000)) if collection == "entries" else iso(datetime.fromtimestamp(now, UTC))

    def _found(
        self, collection: str, name: str, bounds: Mapping[str, str | None], event: str | None, count: int
    ) -> list[dict[str, Any]]:
        convert = int if name == "date" else str
        low, high = (convert(bound) if (bound := bounds[key]) else None for key in ("gte", "lte"))
        found = [
            one
            for one in self.documents[collection]
            if (low is None or one[name] >= low)
            and (high is None or one[name] <= high)
            and (event is None or one["eventType"] == event)
        ]
        return sorted(found, key=lambda one: one.get(name, 0), reverse=True)[:count]


def iso(time: datetime) -> str:
    """As Nightscout writes times."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"
