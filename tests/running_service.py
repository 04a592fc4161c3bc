"""A service of the tests that answers at an address, for browsers."""

import threading
from collections.abc import Generator
from contextlib import AbstractAsyncContextManager, contextmanager

from glucotwin.service.run import ServiceServer, address_of, bind, run_service
from glucotwin.service.state import Service


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
