"""A service of the tests that answers at an address, for browsers, and who signs in to it."""

import re
import threading
from collections.abc import Generator
from contextlib import AbstractAsyncContextManager, contextmanager

from playwright.sync_api import Page, expect

from glucotwin.service.run import ServiceServer, address_of, bind, run_service
from glucotwin.service.state import Service
from made_up_store import PASSWORD

PATIENCE_MS = 60_000
"""The first answer of each kind compiles its programs."""


@contextmanager
def running(service: Service, *work: AbstractAsyncContextManager[None]) -> Generator[str]:
    """Its address, until it is closed; the work runs beside it."""
    found: list[ServiceServer] = []
    started = threading.Event()

    def ready(server: ServiceServer) -> None:
        found.append(server)
        started.set()

    with bind("127.0.0.1", 0) as bound:
        thread = threading.Thread(
            target=run_service, args=(service, bound), kwargs={"work": work, "ready": ready}, daemon=True
        )
        thread.start()
        assert started.wait(60.0)
        try:
            yield address_of(bound)
        finally:
            found[0].stop()
            thread.join(60.0)


def sign_in(page: Page, login: str) -> None:
    """Signs a made-up account in, in English or German, as somebody who waits as long as it takes."""
    page.set_default_timeout(PATIENCE_MS)
    page.get_by_label(re.compile("Sign-in name|Anmeldename")).fill(login)
    page.get_by_label(re.compile("Password|Passwort")).fill(PASSWORD)
    page.get_by_role("button", name=re.compile("^(Sign in|Anmelden)$")).click()
    expect(page.get_by_role("link", name=re.compile("^(Now|Jetzt)$"))).to_be_visible()
