"""Identities: by whom a provider knows an account. Only keyed indices are kept, which tell nobody who that is."""

import json
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from glucotwin.core.error import ConflictError, ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.store.desk import Desk
from glucotwin.store.key import Keystore
from glucotwin.store.schema import account_identity as table


def find_identity(connection: Connection, keystore: Keystore, *, issuer: str, subject: str) -> str | None:
    """The account that a provider's subject may enter; None when there is none.

    Args:
        connection: of ``Database.signing_in``.
        keystore: whose key the index needs.
        issuer: the provider.
        subject: by whom it knows them, for ever and for nobody else.
    """
    query = select(table.c.account_id).where(table.c.identity_index == _identity_index(keystore, issuer, subject))
    return connection.execute(query).scalar()


def link_identity(connection: Connection, keystore: Keystore, *, account_id: str, issuer: str, subject: str) -> None:
    """Lets a provider's subject enter an account; the transaction is lost when it may not.

    Args:
        connection: of ``Database.signing_in`` or on behalf of the account.
        keystore: whose key the index needs.
        account_id: the account.
        issuer: the provider.
        subject: by whom it knows them.

    Raises:
        ConflictError: the subject enters another account, or the account is entered by another of its subjects.
    """
    made = insert(table).values(
        identity_index=_identity_index(keystore, issuer, subject),
        provider_index=_provider_index(keystore, issuer),
        account_id=account_id,
        created_at=datetime.now(UTC),
    )
    try:
        connection.execute(made)
    except IntegrityError as error:
        raise ConflictError(ErrorCode.ALREADY_EXISTS, message("store-identity-taken")) from error


def linked_since(desk: Desk, issuer: str) -> datetime | None:
    """When the account was linked to a provider; None when it is not."""
    return desk.connection.execute(select(table.c.created_at).where(_own(desk, issuer))).scalar()


def unlink_identity(desk: Desk, issuer: str) -> None:
    """Ends that a provider's subject may enter the account. Whether another way in is left is the caller's to ask.

    Raises:
        NotFoundError: there is no such link.
    """
    if desk.connection.execute(delete(table).where(_own(desk, issuer))).rowcount == 0:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-identity"))


def _own(desk: Desk, issuer: str) -> ColumnElement[bool]:
    of_provider = table.c.provider_index == _provider_index(desk.keystore, issuer)
    return (table.c.account_id == desk.account_id) & of_provider


def _identity_index(keystore: Keystore, issuer: str, subject: str) -> str:
    # As JSON, so that no two pairs give the same text.
    return keystore.index("identity|" + json.dumps([issuer, subject]))


def _provider_index(keystore: Keystore, issuer: str) -> str:
    return keystore.index(f"provider|{issuer}")
