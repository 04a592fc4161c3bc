"""One database per process for all tests of the store."""

from collections.abc import Generator

import pytest

from glucotwin.store.database import Database
from made_up_store import MadeUpStore, made_up_store


@pytest.fixture(scope="session")
def store() -> Generator[MadeUpStore]:
    """A running server."""
    with made_up_store() as started:
        yield started


@pytest.fixture(scope="session")
def database(store: MadeUpStore) -> Database:
    """A migrated database that the tests share; each makes accounts of its own."""
    return store.database("shared")
