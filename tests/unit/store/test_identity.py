"""Links of accounts to identities: found by their pair alone, seen by their account alone."""

import pytest
from sqlalchemy import text

from glucotwin.core.error import ConflictError, ErrorCode, NotFoundError
from glucotwin.store.account import create_account, find_account, read_account
from glucotwin.store.database import Database
from glucotwin.store.desk import desk_of
from glucotwin.store.identity import find_identity, link_identity, linked_since, unlink_identity
from made_up_store import made_up_account

ISSUER = "https://login.example"


def _link(database: Database, account_id: str, subject: str, issuer: str = ISSUER) -> None:
    with database.acting_for(account_id) as connection:
        link_identity(connection, database.keystore, account_id=account_id, issuer=issuer, subject=subject)


def _found(database: Database, subject: str, issuer: str = ISSUER) -> str | None:
    with database.signing_in() as connection:
        return find_identity(connection, database.keystore, issuer=issuer, subject=subject)


def test_an_account_is_found_by_issuer_and_subject_together(database: Database) -> None:
    account = made_up_account(database)
    _link(database, account.account_id, "found")
    assert _found(database, "found") == account.account_id
    assert _found(database, "Found") is None
    assert _found(database, "found", f"{ISSUER}/") is None


def test_a_subject_opens_one_account_and_an_account_has_one_of_each_provider(database: Database) -> None:
    first, second = made_up_account(database), made_up_account(database)
    _link(database, first.account_id, "one")
    for account, subject in ((second, "one"), (first, "two")):
        with pytest.raises(ConflictError) as caught:
            _link(database, account.account_id, subject)
        assert caught.value.code is ErrorCode.ALREADY_EXISTS
    _link(database, first.account_id, "one", "https://another.example")


def test_nobody_else_sees_makes_or_ends_a_link(database: Database) -> None:
    account, stranger = made_up_account(database), made_up_account(database)
    _link(database, account.account_id, "own")
    count = text("SELECT count(*) FROM account_identity WHERE account_id = :account")
    for acting, expected in ((account, 1), (stranger, 0)):
        with database.acting_for(acting.account_id) as connection:
            assert connection.execute(count, {"account": account.account_id}).scalar() == expected
    gone = text("DELETE FROM account_identity WHERE account_id = :account")
    with database.acting_for(stranger.account_id) as connection:
        assert connection.execute(gone, {"account": account.account_id}).rowcount == 0
    with desk_of(database, stranger.account_id) as desk, pytest.raises(NotFoundError):
        unlink_identity(desk, ISSUER)
    with desk_of(database, account.account_id) as desk:
        assert linked_since(desk, ISSUER) is not None
        unlink_identity(desk, ISSUER)
        assert linked_since(desk, ISSUER) is None
    assert _found(database, "own") is None


def test_an_account_without_a_password_says_so(database: Database) -> None:
    with database.signing_in() as connection:
        made = create_account(connection, database.keystore, login="no-password", password=None, display_name="x")
        found = find_account(connection, database.keystore, "no-password")
    assert found is not None
    assert found == made
    assert found.has_password is False
    account = made_up_account(database)
    with database.acting_for(account.account_id) as connection:
        assert read_account(connection, database.keystore, account.account_id).has_password is True
