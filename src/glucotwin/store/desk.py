"""A desk: one transaction of one account, with the keys at hand. Repositories work at it; none of them commits."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, select

from glucotwin.store.database import Database
from glucotwin.store.key import Keystore
from glucotwin.store.schema import membership


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a request is worked on.

    Attributes:
        connection: within a transaction that acts for the account.
        keystore: the people's keys.
        account_id: on whose behalf.
    """

    connection: Connection
    keystore: Keystore
    account_id: str

    def within_reach(self, table: Table) -> ColumnElement[bool]:
        """The rows of people of whom the account is a member: every query says so besides the policies."""
        mine = select(membership.c.person_id).where(membership.c.account_id == self.account_id)
        return table.c.person_id.in_(mine)

    def of_person(self, table: Table, person_id: str) -> ColumnElement[bool]:
        """A person's rows, if they are within reach."""
        return (table.c.person_id == person_id) & self.within_reach(table)


@contextmanager
def desk_of(database: Database, account_id: str) -> Generator[Desk]:
    """A desk for one unit of work: what is done at it is kept whole or not at all.

    Args:
        database: open.
        account_id: on whose behalf.

    Raises:
        DatabaseError: the database cannot be reached.
    """
    with database.acting_for(account_id) as connection:
        yield Desk(connection=connection, keystore=database.keystore, account_id=account_id)
