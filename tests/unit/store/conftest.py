"""One database per process for all tests of the store."""

import pytest

from glucotwin.store.database import Database
from made_up_store import MadeUpStore


@pytest.fixture(scope="session")
def database(store: MadeUpStore) -> Database:
    """A migrated database that the tests share; each makes accounts of its own."""
    return store.database("shared")
