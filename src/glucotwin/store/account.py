"""Accounts: who may sign in. Found by a keyed index of the login; login and name are sealed with the account's key."""

import json
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, Row, delete, insert, select
from sqlalchemy.exc import IntegrityError

from glucotwin.core.error import ConflictError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.store.key import Keystore
from glucotwin.store.password import hash_password
from glucotwin.store.schema import account

PLACE = "account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign in.

    Attributes:
        account_id: stable identifier.
        login: what they sign in with.
        display_name: how they are called.
        locale: language of texts.
        is_admin: whether they run the installation.
        password_hash: see ``store.password``.
        has_password: whether they chose a password; otherwise nobody knows it, and they sign in through a provider.
    """

    account_id: str
    login: str
    display_name: str
    locale: str
    is_admin: bool
    password_hash: str
    has_password: bool


def create_account(
    connection: Connection,
    keystore: Keystore,
    *,
    login: str,
    password: str | None,
    display_name: str,
    locale: str = "en",
    is_admin: bool = False,
) -> Account:
    """Makes an account.

    Args:
        connection: of ``Database.signing_in``.
        keystore: gets the account's key.
        login: what to sign in with; case does not matter.
        password: checked by the caller for its length; None for an account that is entered through a provider alone.
        display_name: how to call them.
        locale: language of texts.
        is_admin: whether they run the installation.

    Raises:
        ConflictError: the login is taken.
    """
    made = Account(
        account_id=str(uuid.uuid4()),
        login=login.strip(),
        display_name=display_name,
        locale=locale,
        is_admin=is_admin,
        # A password that nobody learns, rather than a row that a comparison would have to treat apart.
        password_hash=hash_password(secrets.token_urlsafe(32) if password is None else password),
        has_password=password is not None,
    )
    keystore.make(made.account_id)
    told = {"login": made.login, "display_name": display_name, "locale": locale, "has_password": made.has_password}
    sealed = json.dumps(told).encode()
    try:
        connection.execute(
            insert(account).values(
                account_id=made.account_id,
                login_index=login_index(keystore, login),
                password_hash=made.password_hash,
                sealed=keystore.seal(made.account_id, PLACE, sealed),
                is_admin=is_admin,
                created_at=datetime.now(UTC),
            )
        )
    except IntegrityError as error:
        keystore.destroy(made.account_id)
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("store-login-taken")) from error
    return made


def find_account(connection: Connection, keystore: Keystore, login: str) -> Account | None:
    """The account of a login; None when there is none."""
    row = connection.execute(select(account).where(account.c.login_index == login_index(keystore, login))).first()
    return None if row is None else _account(row, keystore)


def read_account(connection: Connection, keystore: Keystore, account_id: str) -> Account:
    """The account of an identifier.

    Raises:
        NotFoundError: there is none.
    """
    row = connection.execute(select(account).where(account.c.account_id == account_id)).first()
    if row is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-account"))
    return _account(row, keystore)


def delete_account(connection: Connection, keystore: Keystore, account_id: str) -> None:
    """Removes an account, its sessions, tokens and memberships, and its key."""
    connection.execute(delete(account).where(account.c.account_id == account_id))
    keystore.destroy(account_id)


def login_index(keystore: Keystore, login: str) -> str:
    """The name under which a login is found."""
    return keystore.index(f"login|{login.strip().casefold()}")


def _account(row: Row[tuple[object, ...]], keystore: Keystore) -> Account:
    fields = row._mapping
    told = json.loads(keystore.open_sealed(fields["account_id"], PLACE, fields["sealed"]))
    return Account(
        account_id=fields["account_id"],
        login=told["login"],
        display_name=told["display_name"],
        locale=told["locale"],
        is_admin=fields["is_admin"],
        password_hash=fields["password_hash"],
        # Accounts of before there were providers have one.
        has_password=told.get("has_password", True),
    )
