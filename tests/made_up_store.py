"""An embedded database for tests: one server per process, a database where a test asks for one, made-up accounts."""

import itertools
import shutil
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
from argon2 import PasswordHasher

from glucotwin.core.profile import Role
from glucotwin.domain.frame import frame_from_records
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.person import Person
from glucotwin.store import password
from glucotwin.store.account import Account, create_account
from glucotwin.store.database import Database, open_database
from glucotwin.store.desk import desk_of
from glucotwin.store.embedded.server import EmbeddedServer, start_server
from glucotwin.store.key import KEYS, Keystore
from glucotwin.store.member import add_member
from glucotwin.store.person import StoredPerson, create_person

PASSWORD = "correct horse battery"  # noqa: S105  # of made-up accounts
START = datetime(2024, 3, 1, 8, tzinfo=UTC)


@dataclass
class MadeUpStore:
    """A running server and the databases opened on it."""

    folder: Path
    server: EmbeddedServer
    opened: list[Database] = field(default_factory=list)
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def database(self, name: str) -> Database:
        """A database of its own."""
        self.server.make_database(name)
        made = open_database(self.server.url(name), keystore=Keystore.open(self.folder / KEYS), folder=self.folder)
        self.opened.append(made)
        return made


@contextmanager
def made_up_store() -> Generator[MadeUpStore]:
    """A server in a folder of its own, short enough for a socket's address and reachable for its user."""
    # What makes passwords slow to guess makes tests slow as well.
    password._HASHER = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    folder = Path(tempfile.mkdtemp(prefix="gt-"))
    folder.chmod(0o711)
    store = MadeUpStore(folder=folder, server=start_server(folder / "data", durable=False))
    try:
        yield store
    finally:
        for one in store.opened:
            one.close()
        store.server.stop()
        shutil.rmtree(folder, ignore_errors=True)


_NUMBERS = itertools.count()


def made_up_account(database: Database, name: str = "somebody") -> Account:
    """A new account."""
    with database.signing_in() as connection:
        return create_account(
            connection,
            database.keystore,
            login=f"{name}-{next(_NUMBERS)}@example.org",
            password=PASSWORD,
            display_name=name.title(),
        )


def made_up_person(database: Database, account: Account, name: str = "Ada Example") -> StoredPerson:
    """A new person, of whom the account is the person."""
    with desk_of(database, account.account_id) as desk:
        return create_person(desk, display_name=name, person=Person(person_id="new", zone="Europe/Berlin", adult=True))


def let_see(database: Database, owner: Account, person: StoredPerson, other: Account, role: Role) -> None:
    """Makes another account a member."""
    with desk_of(database, owner.account_id) as desk:
        add_member(desk, person.person_id, other.account_id, role)


def made_up_readings(count: int, *, first: int = 0, source: str = "sensor") -> pl.DataFrame:
    """Readings every five minutes."""
    return frame_from_records(
        GlucoseReading,
        [
            GlucoseReading(time=START + timedelta(minutes=5 * index), glucose_mgdl=100.0 + index % 90, source=source)
            for index in range(first, first + count)
        ],
    )
