"""The queue: jobs wait in the database, in a schema of its own, and are taken up again after a killed process."""

from dataclasses import dataclass
from typing import Any

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from sqlalchemy import text

from glucotwin.store.database import Database

SCHEMA = "queue"
WORK = "work"
"""Name of the task that works on a job."""
MOST_CONNECTIONS = 4


def queue_of(database: Database) -> App:
    """The queue as a worker uses it, to be opened within an event loop."""
    return App(connector=PsycopgConnector(min_size=1, max_size=MOST_CONNECTIONS, **_address(database)))


def hand_over_to(database: Database) -> App:
    """The queue as requests use it, from any thread; to be opened and closed."""
    return App(connector=SyncPsycopgConnector(min_size=0, max_size=MOST_CONNECTIONS, **_address(database)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A twin that is looked after at night, and on whose behalf."""

    person_id: str
    account_id: str


def nightly_twins(database: Database) -> tuple[Looked, ...]:
    """Everybody whose twin is looked after at night: it is there, not frozen, and they consent to it."""
    with database.nobody() as connection:
        rows = connection.execute(text("SELECT person_id::text, account_id::text FROM app_nightly()"))
        return tuple(Looked(person_id=row.person_id, account_id=row.account_id) for row in rows)


def _address(database: Database) -> dict[str, Any]:
    address = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    return {"conninfo": address, "kwargs": {"options": f"-c search_path={SCHEMA}"}}
