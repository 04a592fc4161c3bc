"""Who calls: a browser with a session, or a machine with a token; and what they may do with whom."""

import hmac
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Response

from glucotwin.core.error import ErrorCode, NotAllowedError, NotFoundError
from glucotwin.core.message import message
from glucotwin.service.problem import NotSignedInError
from glucotwin.service.state import Service
from glucotwin.store.access import Access, Action, access_to
from glucotwin.store.desk import Desk
from glucotwin.store.session import SESSION_LIFE, ApiToken, WebSession, find_session, find_token

COOKIE = "glucotwin_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
READ, WRITE = "read", "write"
QUESTIONS = "/api/cds-services/"
"""Addresses at which a POST changes nothing, so that a token that may only read suffices."""
UUID_PATTERN = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"

PersonId = Annotated[str, Path(pattern=UUID_PATTERN, description="The person's identifier.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who is signed in.

    Attributes:
        account_id: who.
        session: of a browser; None for a machine.
        token: of a machine; None for a browser.
    """

    account_id: str
    session: WebSession | None = None
    token: ApiToken | None = None

    def require_browser(self) -> None:
        """Passes for somebody who signed in with a password: machines may not manage access.

        Raises:
            NotAllowedError: it is a machine.
        """
        if self.session is None:
            raise NotAllowedError(ErrorCode.NOT_ALLOWED, message("service-no-machine"))

    def require_reach(self, person_id: str) -> None:
        """Passes when the token, if there is one, is good for the person.

        Raises:
            NotFoundError: it is for somebody else.
        """
        if self.token is not None and self.token.person_id not in {None, person_id}:
            raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-person"))


def service_of(request: Request) -> Service:
    """The running service."""
    service = request.app.state.service
    assert isinstance(service, Service)  # noqa: S101  # set when the application is made
    return service


Running = Annotated[Service, Depends(service_of)]


def caller_of(request: Request, service: Running) -> Caller:
    """Who calls.

    Raises:
        NotSignedInError: nobody is known by what came.
        NotAllowedError: a token without the scope, or a browser that does not repeat its session's secret.
    """
    caller = _by_token(request, service) or _by_cookie(request, service)
    if caller is None:
        raise NotSignedInError(ErrorCode.NOT_SIGNED_IN, message("service-not-signed-in"))
    request.state.account_id = caller.account_id
    return caller


Calling = Annotated[Caller, Depends(caller_of)]


def keep_signed_in(request: Request, response: Response, secret: str, account_id: str) -> None:
    """Gives a browser the cookie of its new session.

    Args:
        request: notes whose it is, for the audit log.
        response: carries the cookie.
        secret: of the session.
        account_id: who signed in.
    """
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    request.state.account_id = account_id


@contextmanager
def desk_for(request: Request, caller: Caller, person_id: str, action: Action) -> Generator[tuple[Desk, Access]]:
    """A desk at which one thing may be done with one person.

    Args:
        request: notes the role, for the audit log.
        caller: who.
        person_id: with whom.
        action: what.

    Raises:
        NotFoundError: there is no such person for this caller.
        NotAllowedError, ConsentError: it may not be done.
    """
    caller.require_reach(person_id)
    with service_of(request).desk(caller.account_id) as desk:
        access = access_to(desk, person_id, action)
        request.state.role = str(access.role)
        yield desk, access


def require_scope(token: ApiToken, method: str) -> None:
    """Passes when a token has the scope that a method needs.

    Raises:
        NotAllowedError: it has not.
    """
    needed = READ if method in SAFE_METHODS else WRITE
    if needed not in token.scopes:
        raise NotAllowedError(ErrorCode.NOT_ALLOWED, message("service-no-scope", scope=needed))


def _by_token(request: Request, service: Service) -> Caller | None:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return None
    with service.database.signing_in() as connection:
        token = find_token(connection, service.database.keystore, secret.strip())
    if token is None:
        raise NotSignedInError(ErrorCode.NOT_SIGNED_IN, message("service-not-signed-in"))
    require_scope(token, "GET" if request.url.path.startswith(QUESTIONS) else request.method)
    return Caller(account_id=token.account_id, token=token)


def _by_cookie(request: Request, service: Service) -> Caller | None:
    secret = request.cookies.get(COOKIE)
    if not secret:
        return None
    with service.database.signing_in() as connection:
        session = find_session(connection, secret)
    if session is None:
        return None
    given = request.headers.get(CSRF_HEADER, "")
    if request.method not in SAFE_METHODS and not hmac.compare_digest(given.encode(), session.csrf_token.encode()):
        raise NotAllowedError(ErrorCode.CSRF, message("service-csrf"))
    return Caller(account_id=session.account_id, session=session)
