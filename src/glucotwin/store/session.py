"""Sessions of browsers and tokens of machines: kept as hashes, so that the database opens no door."""

import hashlib
import json
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Row, delete, insert, select, update

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.store.desk import Desk
from glucotwin.store.key import Keystore
from glucotwin.store.schema import api_token, web_session

SESSION_LIFE = timedelta(days=14)
TOKEN_PREFIX = "gt_"  # noqa: S105  # what tells a token from other text
SECRET_BYTES = 32
NIGHTSCOUT_DIGITS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSession:
    """A browser that is signed in.

    Attributes:
        account_id: who.
        csrf_token: what requests that change something have to repeat.
        expires_at: until when.
    """

    account_id: str
    csrf_token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """A token of a machine.

    Attributes:
        token_id: to revoke it by.
        account_id: on whose behalf.
        name: what it is for.
        scopes: ``read``, ``write``.
        person_id: the only person it is good for; None for all of the account.
        created_at, expires_at, last_used_at: aware times.
    """

    token_id: str
    account_id: str
    name: str
    scopes: frozenset[str]
    person_id: str | None
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


def open_session(connection: Connection, account_id: str) -> tuple[str, WebSession]:
    """Signs a browser in: the secret for its cookie, and the session. Expired sessions are cleared away."""
    now = datetime.now(UTC)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    made = WebSession(account_id=account_id, csrf_token=secrets.token_urlsafe(24), expires_at=now + SESSION_LIFE)
    connection.execute(delete(web_session).where(web_session.c.expires_at < now))
    connection.execute(
        insert(web_session).values(
            session_hash=hashed(secret),
            account_id=account_id,
            csrf_token=made.csrf_token,
            created_at=now,
            expires_at=made.expires_at,
        )
    )
    return secret, made


def find_session(connection: Connection, secret: str) -> WebSession | None:
    """The session of a cookie; None when there is none, or no longer."""
    query = select(web_session).where(
        web_session.c.session_hash == hashed(secret), web_session.c.expires_at > datetime.now(UTC)
    )
    row = connection.execute(query).first()
    if row is None:
        return None
    fields = row._mapping
    return WebSession(account_id=fields["account_id"], csrf_token=fields["csrf_token"], expires_at=fields["expires_at"])


def is_session_open(connection: Connection, session_hash: str) -> bool:
    """Whether the session of which this is kept (see ``hashed``) still is one."""
    query = select(web_session.c.account_id).where(
        web_session.c.session_hash == session_hash, web_session.c.expires_at > datetime.now(UTC)
    )
    return connection.execute(query).first() is not None


def close_session(connection: Connection, secret: str) -> None:
    """Signs a browser out."""
    connection.execute(delete(web_session).where(web_session.c.session_hash == hashed(secret)))


def create_token(
    desk: Desk, *, name: str, scopes: Sequence[str], person_id: str | None, life: timedelta
) -> tuple[str, ApiToken]:
    """Makes a token: its text, which is shown once and kept nowhere, and what is known of it."""
    now = datetime.now(UTC)
    secret = TOKEN_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    made = ApiToken(
        token_id=str(uuid.uuid4()),
        account_id=desk.account_id,
        name=name,
        scopes=frozenset(scopes),
        person_id=person_id,
        created_at=now,
        expires_at=now + life,
        last_used_at=None,
    )
    desk.connection.execute(
        insert(api_token).values(
            token_id=made.token_id,
            token_hash=hashed(secret),
            secret_hash=_secret_hash(nightscout_hash(secret)),
            account_id=desk.account_id,
            person_id=person_id,
            sealed=desk.keystore.seal(desk.account_id, _place(made.token_id), json.dumps({"name": name}).encode()),
            scopes=sorted(made.scopes),
            created_at=now,
            expires_at=made.expires_at,
        )
    )
    return secret, made


def find_token(connection: Connection, keystore: Keystore, secret: str) -> ApiToken | None:
    """The token of a text, or of the SHA-1 of it that Nightscout's clients send; None when there is none."""
    is_hash = len(secret) == NIGHTSCOUT_DIGITS
    sent = api_token.c.secret_hash == _secret_hash(secret.lower())
    which = sent if is_hash else api_token.c.token_hash == hashed(secret)
    now = datetime.now(UTC)
    row = connection.execute(select(api_token).where(which, api_token.c.expires_at > now)).first()
    if row is None:
        return None
    found = _token(row, keystore)
    if found.last_used_at is None or now - found.last_used_at > timedelta(minutes=1):
        changed = update(api_token).where(api_token.c.token_id == found.token_id).values(last_used_at=now)
        connection.execute(changed)
    return found


def list_tokens(desk: Desk) -> tuple[ApiToken, ...]:
    """The account's tokens, the newest first."""
    query = select(api_token).where(api_token.c.account_id == desk.account_id).order_by(api_token.c.created_at.desc())
    return tuple(_token(row, desk.keystore) for row in desk.connection.execute(query))


def delete_token(desk: Desk, token_id: str) -> None:
    """Revokes a token.

    Raises:
        NotFoundError: the account has no such token.
    """
    query = delete(api_token).where(api_token.c.token_id == token_id, api_token.c.account_id == desk.account_id)
    if desk.connection.execute(query).rowcount == 0:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-token"))


def hashed(secret: str) -> str:
    """What is kept of a secret that is long and random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def nightscout_hash(secret: str) -> str:
    """What Nightscout's clients send instead of a secret; safe here because secrets are long and random."""
    return hashlib.sha1(secret.encode(), usedforsecurity=False).hexdigest()


def _secret_hash(sent: str) -> str:
    """What is kept of a hash that clients send, which opens as much as the secret itself."""
    return hashed(sent)[:NIGHTSCOUT_DIGITS]


def _place(token_id: str) -> str:
    return f"api_token|{token_id}"


def _token(row: Row[tuple[object, ...]], keystore: Keystore) -> ApiToken:
    fields = row._mapping
    told = json.loads(keystore.open_sealed(fields["account_id"], _place(fields["token_id"]), fields["sealed"]))
    return ApiToken(
        token_id=fields["token_id"],
        account_id=fields["account_id"],
        name=told["name"],
        scopes=frozenset(fields["scopes"]),
        person_id=fields["person_id"],
        created_at=fields["created_at"],
        expires_at=fields["expires_at"],
        last_used_at=fields["last_used_at"],
    )
