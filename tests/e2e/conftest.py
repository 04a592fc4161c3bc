"""One browser for the journeys of a file, and a stand-in service for each that changes something."""

from collections.abc import Generator

import pytest
from playwright.sync_api import Browser, sync_playwright

from dashboard_page import find_browser, find_pages, stand_in


@pytest.fixture(scope="module")
def browser() -> Generator[Browser]:
    """One browser for all journeys of a file."""
    program = find_browser()
    find_pages()
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield found
        found.close()


@pytest.fixture
def stand_in_address() -> Generator[str]:
    """The address of a stand-in of its own."""
    with stand_in() as address:
        yield address
