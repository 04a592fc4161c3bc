"""Sign-in through a provider of identities, and linking an account to one. A browser goes there and comes back."""

import secrets
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import Connection
from typing_extensions import TypedDict

from glucotwin.core.error import ConflictError, ErrorCode, GlucoTwinError, NotAllowedError, NotFoundError
from glucotwin.core.json_value import Instant, iso_utc
from glucotwin.core.message import LOCALES, message
from glucotwin.service.caller import COOKIE, Calling, Running, keep_signed_in
from glucotwin.service.identity.answer import Identity, refused
from glucotwin.service.identity.pending import LIFE_S, Link, Pending
from glucotwin.service.log import log
from glucotwin.service.problem import NotSignedInError
from glucotwin.service.state import Service
from glucotwin.store.account import create_account, find_account, read_account
from glucotwin.store.identity import find_identity, link_identity, linked_since, unlink_identity
from glucotwin.store.session import hashed, is_session_open, open_session

if TYPE_CHECKING:
    from glucotwin.service.identity.provider import Provider

router = APIRouter(tags=["accounts"])

PENDING_COOKIE = "glucotwin_pending"
PENDING_PATH = "/api/v1/session/provider"
AFTER_SIGN_IN, AFTER_LINK = "/#/now", "/#/settings"
"""Pages. What is told to them stands behind the #, which no server's log gets."""
LONGEST_NAME, LEAST_LOGIN = 200, 3
GOING: dict[int | str, dict[str, Any]] = {
    302: {"description": "To the provider, or back to the page with the code of a problem."}
}

Word = Annotated[str, Query(max_length=4096)]


class AddressJson(TypedDict):
    """Where a browser has to go."""

    address: str


class IdentityJson(TypedDict):
    """Whether the account may be entered through the provider, and whether another way in is left without it."""

    provider: str
    linked_at: Instant | None
    may_unlink: bool


@router.get("/session/provider", status_code=302, response_class=RedirectResponse, responses=GOING)
def begin(request: Request, service: Running) -> RedirectResponse:
    """Sends a browser to the provider, to sign in there."""
    provider = _provider(service)
    browser, pending = service.pending.begin()
    try:
        service.sign_ins.check(_address(request))
        response = RedirectResponse(provider.address(pending), status_code=302)
    except GlucoTwinError as error:
        return _with_problem(AFTER_SIGN_IN, error)
    _remember(request, response, browser)
    return response


@router.post("/session/provider/link")
def begin_link(request: Request, response: Response, caller: Calling, service: Running) -> AddressJson:
    """Begins that the account may be entered through the provider: the browser has to go to the address."""
    caller.require_browser()
    provider = _provider(service)
    link = Link(account_id=caller.account_id, session_hash=hashed(request.cookies.get(COOKIE, "")))
    browser, pending = service.pending.begin(link)
    address = provider.address(pending)
    _remember(request, response, browser)
    return {"address": address}


@router.get("/session/provider/callback", status_code=302, response_class=RedirectResponse, responses=GOING)
def come_back(
    request: Request, service: Running, state: Word = "", code: Word = "", iss: Word = "", error: Word = ""
) -> RedirectResponse:
    """Takes a browser back from the provider: signs it in, or links the account for which it was sent."""
    _provider(service)
    pending = service.pending.take(state, request.cookies.get(PENDING_COOKIE, ""))
    link = None if pending is None else pending.link
    page = AFTER_SIGN_IN if link is None else AFTER_LINK
    response = RedirectResponse(page, status_code=302)
    request.state.is_change = True
    try:
        if error and pending is not None:
            raise refused()
        identity = _identity(request, service, pending, code, iss)
        if link is None:
            account_id, secret = _enter(service, identity)
            keep_signed_in(request, response, secret, account_id)
        else:
            _link(service, identity, link)
            request.state.account_id = link.account_id
    except GlucoTwinError as problem:
        response = _with_problem(page, problem)
    response.delete_cookie(PENDING_COOKIE, path=PENDING_PATH)
    return response


@router.get("/session/provider/end", status_code=302, response_class=RedirectResponse, responses=GOING)
def end(service: Running) -> RedirectResponse:
    """Sends a browser that signed out here to the provider, to sign out there: otherwise the next one is let in."""
    provider = _provider(service)
    try:
        address = provider.end_address()
        if address is None:
            raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("provider-no-end"))
    except GlucoTwinError as error:
        return _with_problem(AFTER_SIGN_IN, error)
    return RedirectResponse(address, status_code=302)


@router.get("/session/provider/identity")
def identity(caller: Calling, service: Running) -> IdentityJson:
    """Whether the account may be entered through the provider."""
    caller.require_browser()
    settings = _provider(service).settings
    with service.desk(caller.account_id) as desk:
        account = read_account(desk.connection, desk.keystore, desk.account_id)
        since = linked_since(desk, settings.issuer)
    return {"provider": settings.name, "linked_at": iso_utc(since), "may_unlink": account.has_password}


@router.delete("/session/provider/identity", status_code=204)
def unlink(caller: Calling, service: Running) -> None:
    """Ends that the account may be entered through the provider; never when it is the last way in."""
    caller.require_browser()
    settings = _provider(service).settings
    with service.desk(caller.account_id) as desk:
        if not read_account(desk.connection, desk.keystore, desk.account_id).has_password:
            raise NotAllowedError(ErrorCode.NOT_ALLOWED, message("provider-last-way-in"))
        unlink_identity(desk, settings.issuer)


def _provider(service: Service) -> "Provider":
    if service.provider is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("provider-none"))
    return service.provider


def _identity(request: Request, service: Service, pending: Pending | None, code: str, issuer: str) -> Identity:
    """Who came back; each return of nobody makes the next one from there wait longer."""
    key = _address(request)
    service.sign_ins.check(key)
    try:
        if pending is None:
            raise refused()
        found = _provider(service).identity(code, pending, issuer=issuer, wants_name=pending.link is None)
    except NotSignedInError:
        service.sign_ins.failed(key)
        raise
    service.sign_ins.succeeded(key)
    return found


def _enter(service: Service, identity: Identity) -> tuple[str, str]:
    """The account of an identity, made where it is new and anybody may; and the secret of a new session."""
    keystore = service.database.keystore
    with service.database.signing_in() as connection:
        known = find_identity(connection, keystore, issuer=identity.issuer, subject=identity.subject)
        account_id = _new_account(connection, service, identity) if known is None else known
        return account_id, open_session(connection, account_id)[0]


def _new_account(connection: Connection, service: Service, identity: Identity) -> str:
    if not service.registration_open:
        raise NotAllowedError(ErrorCode.NOT_ALLOWED, message("service-registration-closed"))
    keystore, login = service.database.keystore, identity.mail
    # Never linked by the address: an account with this login was made by whoever typed it.
    is_free = LEAST_LOGIN <= len(login) <= LONGEST_NAME and find_account(connection, keystore, login) is None
    login = login if is_free else f"oidc-{secrets.token_hex(6)}"
    language = identity.locale[:2].casefold()
    made = create_account(
        connection,
        keystore,
        login=login,
        password=None,
        display_name=identity.name[:LONGEST_NAME] or login,
        locale=language if language in LOCALES else LOCALES[0],
    )
    try:
        link_identity(
            connection, keystore, account_id=made.account_id, issuer=identity.issuer, subject=identity.subject
        )
    except ConflictError:
        # Twice at the same moment: the other one's account stays, and this one's key goes with its row.
        keystore.destroy(made.account_id)
        raise
    return made.account_id


def _link(service: Service, identity: Identity, link: Link) -> None:
    keystore, database = service.database.keystore, service.database
    with database.signing_in() as connection:
        if not is_session_open(connection, link.session_hash):
            raise refused()
        known = find_identity(connection, keystore, issuer=identity.issuer, subject=identity.subject)
    if known == link.account_id:
        return
    with database.acting_for(link.account_id) as connection:
        link_identity(
            connection, keystore, account_id=link.account_id, issuer=identity.issuer, subject=identity.subject
        )


def _address(request: Request) -> str:
    return f"provider|{request.client.host if request.client else ''}"


def _remember(request: Request, response: Response, browser: str) -> None:
    """Ties what was begun to the browser. Lax, because it has to come along from the provider's pages."""
    response.set_cookie(
        PENDING_COOKIE,
        browser,
        max_age=int(LIFE_S),
        path=PENDING_PATH,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _with_problem(page: str, error: GlucoTwinError) -> RedirectResponse:
    """Back to the page, which has its own words for a code; the provider's never get there."""
    log("provider-failed", failed=error, code=str(error.code))
    return RedirectResponse(f"{page}?{urlencode({'problem': str(error.code)})}", status_code=302)
