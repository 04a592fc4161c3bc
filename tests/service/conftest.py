"""One service per process, on a real database; each test makes accounts of its own."""

from collections.abc import Generator

import pytest

from glucotwin.service.state import Service
from glucotwin.store.database import Database
from made_up_service import Browser, made_up_running, sign_up
from made_up_store import MadeUpStore


@pytest.fixture(scope="session")
def database(store: MadeUpStore) -> Database:
    """A database of the service's tests."""
    return store.database("service")


@pytest.fixture(scope="session")
def service(database: Database) -> Generator[Service]:
    """A running service without limits."""
    made = made_up_running(database)
    yield made
    made.close()


@pytest.fixture
def owner(service: Service) -> Browser:
    """Somebody who is signed in."""
    return sign_up(service, "owner")


@pytest.fixture
def other(service: Service) -> Browser:
    """Somebody else who is signed in."""
    return sign_up(service, "other")
