"""What every request passes: limits, headers for browsers, numbers, log and audit. Plain ASGI: streams flow."""

import time
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from glucotwin.core.error import ErrorCode, GlucoTwinError
from glucotwin.core.message import message, preferred_locale, spoken_in
from glucotwin.service.log import log
from glucotwin.service.problem import problem, problem_of
from glucotwin.service.state import Service
from glucotwin.store.audit import append_audit

LARGEST_BODY_BYTES = 256 * 2**20
LARGEST_JSON_BYTES = 8 * 2**20
CSP = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; connect-src 'self'; "
    "worker-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
API = ("/api/", "/pebble")
"""What is limited and kept in the audit log."""
QUIET = frozenset({"/health/live", "/health/ready", "/metrics"})
OWN_READS = frozenset({"person"})
"""Roles whose mere looking is not kept: their own data."""


class Guard:
    """The outermost application."""

    def __init__(self, app: ASGIApp, *, service: Service) -> None:
        self.app, self.service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handles one connection."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope.setdefault("state", {})
        with spoken_in(preferred_locale(Headers(scope=scope).get("accept-language", ""))):
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = _Answered(scope)
        try:
            refused = self._refusal(Request(scope))
            if refused is not None:
                await refused(scope, receive, answered.sending(send))
            else:
                await self.app(scope, _limited(scope, receive), answered.sending(send))
        except Exception as error:
            log("request-failed", route=answered.route, failed=error)
            if answered.status == 0:
                internal = problem(500, "internal", message("service-internal"))
                await internal(scope, receive, answered.sending(send))
        finally:
            await self._note(scope, answered)

    def _refusal(self, request: Request) -> Response | None:
        length = request.headers.get("content-length", "")
        if length.isdigit() and int(length) > _most_bytes(request.headers):
            return problem(413, str(ErrorCode.FILE_TOO_LARGE), message("service-too-large"))
        if not request.url.path.startswith(API):
            return None
        try:
            self.service.requests.take(request.client.host if request.client else "")
        except GlucoTwinError as error:
            return problem_of(error)
        return None

    async def _note(self, scope: Scope, answered: "_Answered") -> None:
        took = time.perf_counter() - answered.begun
        method, route, metrics = scope["method"], answered.route, self.service.metrics
        metrics.requests.labels(method, route, str(answered.status)).inc()
        metrics.seconds.labels(method, route).observe(took)
        if scope["path"] not in QUIET:
            log("request", method=method, route=route, status=answered.status, ms=round(1000 * took, 1))
        account_id = scope["state"].get("account_id")
        role = scope["state"].get("role", "")
        is_look = method == "GET" and not scope["state"].get("is_change", False)
        is_quiet = is_look and (role in OWN_READS or answered.person_id is None)
        if account_id and scope["path"].startswith(API) and not is_quiet:
            await run_in_threadpool(self._audit, account_id, role, answered, method)

    def _audit(self, account_id: str, role: str, answered: "_Answered", method: str) -> None:
        try:
            append_audit(
                self.service.database,
                account_id=account_id,
                role=role,
                person_id=answered.person_id,
                action=f"{method} {answered.route}"[-64:],
                outcome=str(answered.status),
            )
        except (GlucoTwinError, OSError) as error:
            log("audit-failed", failed=error)


class _Answered:
    """What became of a request."""

    def __init__(self, scope: Scope) -> None:
        self.scope, self.status, self.begun = scope, 0, time.perf_counter()

    @property
    def route(self) -> str:
        """The route's pattern, which names nobody; blank when none fits."""
        found = self.scope.get("route")
        return str(getattr(found, "path", ""))

    @property
    def person_id(self) -> str | None:
        """Of whom the request was: named by its path, or by the token that came with it."""
        return self.scope.get("path_params", {}).get("person_id") or self.scope["state"].get("person_id")

    def sending(self, send: Send) -> Send:
        async def sent(told: Message) -> None:
            if told["type"] == "http.response.start":
                self.status = told["status"]
                headers = MutableHeaders(scope=told)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self.scope["path"].startswith(API):
                    headers.setdefault("Cache-Control", "no-store")
                if self.scope.get("scheme") == "https":
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
            await send(told)

        return sent


def _most_bytes(headers: Headers) -> int:
    return LARGEST_BODY_BYTES if "multipart/" in headers.get("content-type", "") else LARGEST_JSON_BYTES


def _limited(scope: Scope, receive: Receive) -> Receive:
    """The body of a request without a length, cut off where it grows too large."""
    most, seen = _most_bytes(Headers(scope=scope)), 0

    async def received() -> Message:
        nonlocal seen
        told = await receive()
        seen += len(told.get("body", b""))
        if seen > most:
            return {"type": "http.disconnect"}
        return told

    return received
