"""Which app asks, of whom: by a token, in all the places where apps put Nightscout's secrets and tokens."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request

from glucotwin.core.error import ErrorCode
from glucotwin.core.message import message
from glucotwin.service.caller import Caller, Running, desk_for, require_scope
from glucotwin.service.problem import NotSignedInError
from glucotwin.service.state import Service
from glucotwin.store.access import Access, Action
from glucotwin.store.desk import Desk
from glucotwin.store.person import list_people
from glucotwin.store.session import ApiToken, find_token


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """An app with a token.

    Attributes:
        request: what it asks.
        service: that runs.
        caller: on whose behalf.
        token: what it showed.
        secret: the token's text or hash, as it was shown.
        person_id: whose data the token opens.
    """

    request: Request
    service: Service
    caller: Caller
    token: ApiToken
    secret: str
    person_id: str

    @property
    def now(self) -> datetime:
        """The time that counts as now for the person."""
        return self.service.now(self.person_id)

    @contextmanager
    def desk(self, action: Action) -> Generator[tuple[Desk, Access]]:
        """A desk at which one thing may be done with the person's data.

        Raises:
            NotFoundError, NotAllowedError, ConsentError: it may not be done.
        """
        with desk_for(self.request, self.caller, self.person_id, action) as opened:
            yield opened

    def took_in(self, streams: frozenset[str], *, added: int = 0, newest: tuple[datetime, float] | None = None) -> None:
        """Tells whoever looks that data came or changed, and lets the twin be brought in step.

        Args:
            streams: that changed; empty when nothing did.
            added: how many readings are new.
            newest: time and glucose of the newest of them (mg/dL); None without any.
        """
        if not streams:
            return
        # How many records follow from documents is not counted: they are worked out anew each time.
        counts = {stream: added if stream == "glucose" else 0 for stream in streams}
        latest = None if newest is None else {"time": newest[0], "glucose_mgdl": newest[1]}
        self.service.took_in(self.caller.account_id, self.person_id, counts, latest)


def app_of(request: Request, service: Running) -> App:
    """Which app asks.

    Raises:
        NotSignedInError: no token, or one that is not known, or that does not say of whom.
        NotAllowedError: a token without the scope.
    """
    return app_with(request, service, secret_of(request))


def app_with(request: Request, service: Service, secret: str) -> App:
    """The app that shows a token or its hash.

    Raises:
        NotSignedInError: it is blank, not known, or does not say of whom.
        NotAllowedError: it lacks the scope.
    """
    with service.database.signing_in() as connection:
        token = find_token(connection, service.database.keystore, secret) if secret else None
    if token is None:
        raise NotSignedInError(ErrorCode.NOT_SIGNED_IN, message("service-not-signed-in"))
    require_scope(token, request.method)
    caller = Caller(account_id=token.account_id, token=token)
    request.state.account_id = token.account_id
    person_id = token.person_id or _only_person(service, token.account_id)
    request.state.person_id = person_id
    return App(request=request, service=service, caller=caller, token=token, secret=secret, person_id=person_id)


Asking = Annotated[App, Depends(app_of)]


def secret_of(request: Request) -> str:
    """The token or its hash: in the header ``api-secret``, in the address, or as a bearer; blank without any."""
    kind, _, bearer = request.headers.get("Authorization", "").partition(" ")
    shown = (
        request.headers.get("api-secret", ""),
        request.query_params.get("token", ""),
        request.query_params.get("secret", ""),
        bearer if kind.lower() == "bearer" else "",
    )
    return next((one.strip().removeprefix("token=") for one in shown if one.strip()), "")


def _only_person(service: Service, account_id: str) -> str:
    with service.desk(account_id) as desk:
        people = list_people(desk)
    if len(people) != 1:
        raise NotSignedInError(ErrorCode.NOT_SIGNED_IN, message("nightscout-whose"))
    return people[0][0]
