"""The database: brought to the present schema, and opened on behalf of one account at a time.

Every transaction names the account that it works for (``SET LOCAL`` in effect), and the policies of row-level security
go by it. Without a name there are no rows.
"""

import json
import secrets
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from psycopg import sql
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError

from glucotwin.core.error import ErrorCode, GlucoTwinError
from glucotwin.core.message import message
from glucotwin.store.key import Keystore, write_private

APP_ROLE = "glucotwin_app"
APP_PASSWORD = "application.json"  # noqa: S105  # the name of a file
MIGRATIONS = Path(__file__).parent / "migration"
HEAD = "head"
POOL_SIZE = 20
DISK_FULL = "53100"
LEAST_BYTES = 1 << 20


class DatabaseError(GlucoTwinError):
    """The database cannot be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """An open database.

    Attributes:
        engine: connects as the application's role, which owns nothing.
        owner_url: address as the owner, for migrations and backups.
        keystore: the people's keys.
        folder: where everything else of the installation is kept.
    """

    engine: Engine
    owner_url: str = field(repr=False)
    keystore: Keystore
    folder: Path

    @contextmanager
    def acting_for(self, account_id: str) -> Generator[Connection]:
        """One transaction on behalf of an account: all of it happens, or nothing.

        Args:
            account_id: of the account.

        Raises:
            DatabaseError: the database cannot be reached, breaks off or has no room.
        """
        with self._begin("app.account", account_id) as connection:
            yield connection

    @contextmanager
    def signing_in(self) -> Generator[Connection]:
        """One transaction before anybody is known: sees accounts, sessions and tokens, and nothing of people."""
        with self._begin("app.sign_in", "on") as connection:
            yield connection

    @contextmanager
    def nobody(self) -> Generator[Connection]:
        """One transaction for nobody: sees no rows but those of the audit log."""
        with self._begin("app.account", "") as connection:
            yield connection

    @contextmanager
    def _begin(self, name: str, value: str) -> Generator[Connection]:
        is_reached = False
        try:
            with self.engine.connect() as connection, connection.begin():
                connection.execute(text("SELECT set_config(:name, :value, true)"), {"name": name, "value": value})
                is_reached = True
                yield connection
        except OperationalError as error:
            raise _failed(error, self.folder, is_reached=is_reached) from error

    def close(self) -> None:
        """Lets go of all connections."""
        self.engine.dispose()


def open_database(url: str, *, keystore: Keystore, folder: Path) -> Database:
    """Opens a database, and brings it to the present schema first.

    Args:
        url: address as the role that owns the database and may make the application's role.
        keystore: the people's keys; the password of the application's role is kept beside them.
        folder: where everything else of the installation is kept.

    Raises:
        DatabaseError: it cannot be reached.
    """
    address = make_url(url).set(drivername="postgresql+psycopg")
    password = _app_password(keystore)
    owner = create_engine(address)
    try:
        with owner.begin() as connection:
            # One process at a time: several may start together.
            connection.execute(text("SELECT pg_advisory_xact_lock(7153001)"))
            _make_app_role(connection, password)
            migrate(connection, HEAD)
    except OperationalError as error:
        raise _unreachable() from error
    finally:
        owner.dispose()
    engine = create_engine(
        address.set(username=APP_ROLE, password=password),
        pool_size=POOL_SIZE,
        max_overflow=POOL_SIZE,
        pool_pre_ping=True,
    )
    return Database(
        engine=engine, owner_url=address.render_as_string(hide_password=False), keystore=keystore, folder=folder
    )


def migrate(connection: Connection, revision: str) -> None:
    """Brings the schema to a revision, up or down.

    Args:
        connection: of the owner, within a transaction.
        revision: ``head``, ``base`` or a number.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    present = MigrationContext.configure(connection).get_current_revision() or ""
    # Revisions are numbered: what sorts before the present one lies behind it, as "base" does.
    if revision == "base" or (revision != "head" and revision < present):
        command.downgrade(config, revision)
    else:
        command.upgrade(config, revision)


def owner_address(database: Database) -> URL:
    """The owner's address in parts."""
    return make_url(database.owner_url)


def _app_password(keystore: Keystore) -> str:
    path = keystore.folder / APP_PASSWORD
    if not path.exists():
        write_private(path, json.dumps({"password": secrets.token_urlsafe(32)}).encode())
    return str(json.loads(path.read_text(encoding="utf-8"))["password"])


def _make_app_role(connection: Connection, password: str) -> None:
    """Makes the application's role, or gives it the password that is kept; it may log in and nothing else."""
    known = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": APP_ROLE}).first()
    made = "CREATE ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}"
    changed = "ALTER ROLE {} PASSWORD {}"
    raw: Any = connection.connection.driver_connection
    raw.execute(sql.SQL(made if known is None else changed).format(sql.Identifier(APP_ROLE), sql.Literal(password)))


def storage_full() -> DatabaseError:
    """The error of a disk without room."""
    return DatabaseError(ErrorCode.STORAGE_FULL, message("store-full"), hint=message("store-full-hint"))


def _failed(error: OperationalError, folder: Path, *, is_reached: bool) -> DatabaseError:
    """What an error of the database's own means to who asked: the transaction was not kept."""
    # A server that cannot write its log ends instead of saying why.
    if getattr(error.orig, "sqlstate", None) == DISK_FULL or shutil.disk_usage(folder).free < LEAST_BYTES:
        return storage_full()
    if not is_reached:
        return _unreachable()
    return DatabaseError(
        ErrorCode.DATABASE_UNAVAILABLE, message("store-interrupted"), hint=message("store-interrupted-hint")
    )


def _unreachable() -> DatabaseError:
    return DatabaseError(
        ErrorCode.DATABASE_UNAVAILABLE, message("store-unreachable"), hint=message("store-unreachable-hint")
    )
