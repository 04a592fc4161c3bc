"""Accounts, sessions of browsers, and tokens of machines."""

import re
from datetime import UTC, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field
from typing_extensions import TypedDict

from glucotwin import __version__
from glucotwin.core.error import ErrorCode, NotAllowedError, NotFoundError
from glucotwin.core.json_value import Instant, iso_utc
from glucotwin.core.message import LOCALES, message
from glucotwin.core.profile import Profile, Role
from glucotwin.service.caller import COOKIE, UUID_PATTERN, Caller, Calling, Running, keep_signed_in
from glucotwin.service.problem import NotSignedInError
from glucotwin.service.schema import Items, Shape
from glucotwin.service.state import Service
from glucotwin.store.access import Action, access_to
from glucotwin.store.account import Account, create_account, find_account, read_account
from glucotwin.store.password import is_password
from glucotwin.store.session import (
    ApiToken,
    WebSession,
    close_session,
    create_token,
    delete_token,
    list_tokens,
    open_session,
)

router = APIRouter(tags=["accounts"])

Login = Annotated[str, Field(min_length=3, max_length=200)]
Password = Annotated[str, Field(min_length=12, max_length=1000)]


class NewAccount(Shape):
    """A wish for an account."""

    login: Login
    password: Password
    display_name: str = Field(min_length=1, max_length=200)
    locale: Literal["en", "de"] = "en"


class SignIn(Shape):
    """Login and password."""

    login: str = Field(max_length=200)
    password: str = Field(max_length=1000)


class NewToken(Shape):
    """A wish for a token."""

    name: str = Field(min_length=1, max_length=200)
    scopes: frozenset[Literal["read", "write"]] = Field(min_length=1)
    person_id: str | None = Field(default=None, pattern=UUID_PATTERN)
    expires_in_days: int = Field(default=365, ge=1, le=3650)


class EnterDemo(Shape):
    """As whom to look around."""

    role: Literal["person", "clinician"] = "person"


PERSON_OF_DEMO = EnterDemo()


class About(TypedDict):
    """What a service is."""

    name: str
    version: str
    profile: Profile
    demo: bool
    registration_open: bool
    provider: str | None
    disclaimer: str
    locales: list[str]


class AccountJson(TypedDict):
    """Somebody who can sign in."""

    account_id: str
    login: str
    display_name: str
    locale: str
    is_admin: bool


class SessionJson(TypedDict):
    """Who is signed in, and the secret that every change has to repeat."""

    account: AccountJson
    csrf_token: str
    expires_at: Instant


class TokenJson(TypedDict):
    """A token of a machine, without its text."""

    token_id: str
    name: str
    scopes: list[str]
    person_id: str | None
    created_at: Instant
    expires_at: Instant | None
    last_used_at: Instant | None


class NewTokenJson(TokenJson):
    """A token with its text."""

    token: str


@router.get("/about")
def about(service: Running) -> About:
    """What this service is; asked before anybody signs in."""
    return {
        "name": "GlucoTwin",
        "version": __version__,
        "profile": service.profile,
        "demo": bool(service.demo_accounts),
        "registration_open": service.registration_open,
        "provider": None if service.provider is None else service.provider.settings.name,
        "disclaimer": message("not-a-medical-device"),
        "locales": list(LOCALES),
    }


@router.post("/accounts", status_code=201)
def create(body: NewAccount, request: Request, response: Response, service: Running) -> SessionJson:
    """Makes an account and signs in."""
    service.sign_ins.check(_address(request))
    if not service.registration_open:
        raise NotAllowedError(ErrorCode.NOT_ALLOWED, message("service-registration-closed"))
    with service.database.signing_in() as connection:
        made = create_account(
            connection,
            service.database.keystore,
            login=body.login,
            password=body.password,
            display_name=body.display_name,
            locale=body.locale,
        )
        secret, session = open_session(connection, made.account_id)
    return _entered(service, request, response, secret, session, made)


@router.post("/session")
def sign_in(body: SignIn, request: Request, response: Response, service: Running) -> SessionJson:
    """Signs a browser in; after three failures each further one takes longer."""
    keys = (_address(request), service.database.keystore.index(f"back-off|{body.login.strip().casefold()}"))
    for key in keys:
        service.sign_ins.check(key)
    with service.database.signing_in() as connection:
        found = find_account(connection, service.database.keystore, body.login)
    if not is_password(body.password, None if found is None else found.password_hash) or found is None:
        for key in keys:
            service.sign_ins.failed(key)
        raise NotSignedInError(ErrorCode.SIGN_IN_REFUSED, message("service-sign-in-refused"))
    for key in keys:
        service.sign_ins.succeeded(key)
    with service.database.signing_in() as connection:
        secret, session = open_session(connection, found.account_id)
    return _entered(service, request, response, secret, session, found)


@router.post("/session/demo")
def enter_demo(request: Request, response: Response, service: Running, body: EnterDemo = PERSON_OF_DEMO) -> SessionJson:
    """Signs a browser in as the person of the demonstration, or as their clinician; only a demonstration has this."""
    account_id = service.demo_accounts.get(Role(body.role))
    if account_id is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("service-no-demo"))
    with service.database.signing_in() as connection:
        account = read_account(connection, service.database.keystore, account_id)
        secret, session = open_session(connection, account.account_id)
    return _entered(service, request, response, secret, session, account)


@router.get("/session")
def who(caller: Calling, service: Running) -> SessionJson:
    """Who is signed in."""
    session = _browser(caller)
    return _session_json(service, session, _account(service, caller))


@router.delete("/session", status_code=204)
def sign_out(request: Request, response: Response, caller: Calling, service: Running) -> None:
    """Signs a browser out."""
    _browser(caller)
    with service.database.signing_in() as connection:
        close_session(connection, request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE, path="/")


@router.get("/tokens")
def tokens(caller: Calling, service: Running) -> Items[TokenJson]:
    """The account's tokens."""
    caller.require_browser()
    with service.desk(caller.account_id) as desk:
        return {"items": [_token_json(one) for one in list_tokens(desk)]}


@router.post("/tokens", status_code=201)
def make_token(body: NewToken, caller: Calling, service: Running) -> NewTokenJson:
    """Makes a token; its text is shown this once."""
    caller.require_browser()
    with service.desk(caller.account_id) as desk:
        if body.person_id is not None:
            access_to(desk, body.person_id, Action.SEE_PERSON)
        secret, made = create_token(
            desk,
            name=body.name,
            scopes=sorted(body.scopes),
            person_id=body.person_id,
            life=timedelta(days=body.expires_in_days),
        )
    return {**_token_json(made), "token": secret}


@router.delete("/tokens/{token_id}", status_code=204)
def revoke_token(token_id: str, caller: Calling, service: Running) -> None:
    """Revokes a token at once."""
    caller.require_browser()
    _require_uuid(token_id)
    with service.desk(caller.account_id) as desk:
        delete_token(desk, token_id)


def _require_uuid(text: str) -> None:
    if not re.match(UUID_PATTERN, text):
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-token"))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _browser(caller: Caller) -> WebSession:
    if caller.session is None:
        raise NotSignedInError(ErrorCode.NOT_SIGNED_IN, message("service-not-signed-in"))
    return caller.session


def _account(service: Service, caller: Caller) -> Account:
    with service.database.acting_for(caller.account_id) as connection:
        return read_account(connection, service.database.keystore, caller.account_id)


def _entered(
    service: Service, request: Request, response: Response, secret: str, session: WebSession, account: Account
) -> SessionJson:
    keep_signed_in(request, response, secret, account.account_id)
    return _session_json(service, session, account)


def _session_json(service: Service, session: WebSession, account: Account) -> SessionJson:
    return {
        "account": {
            "account_id": account.account_id,
            "login": account.login,
            "display_name": service.called(account.account_id, account.display_name),
            "locale": account.locale,
            "is_admin": account.is_admin,
        },
        "csrf_token": session.csrf_token,
        "expires_at": session.expires_at.astimezone(UTC).isoformat(),
    }


def _token_json(one: ApiToken) -> TokenJson:
    return {
        "token_id": one.token_id,
        "name": one.name,
        "scopes": sorted(one.scopes),
        "person_id": one.person_id,
        "created_at": one.created_at.astimezone(UTC).isoformat(),
        "expires_at": iso_utc(one.expires_at),
        "last_used_at": iso_utc(one.last_used_at),
    }
