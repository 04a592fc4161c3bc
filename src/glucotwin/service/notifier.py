"""Tells alarms at people's channels beside everything else, so that a slow receiver keeps nobody waiting."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from glucotwin.core.error import GlucoTwinError
from glucotwin.service.log import log
from glucotwin.store.channel import StoredChannel
from glucotwin.store.database import Database
from glucotwin.workflows.channel.channel import Outgoing
from glucotwin.workflows.channel.notify import notify

WORKERS = 4


class Notifier:
    """Works through what has to be told, one round per person at a time."""

    def __init__(self, database: Database, outgoing: Outgoing) -> None:
        self.outgoing = outgoing
        self._database = database
        self._pool = ThreadPoolExecutor(max_workers=WORKERS, thread_name_prefix="channel")
        self._lock = threading.Lock()
        self._busy: set[str] = set()
        self._again: set[str] = set()

    def tell(self, account_id: str, person_id: str, now: Callable[[], datetime]) -> None:
        """Tells what was not told yet, in the background.

        Args:
            account_id: of somebody who may read the person's data.
            person_id: whose alarms.
            now: the time that counts as now for the person.
        """
        with self._lock:
            if person_id in self._busy:
                self._again.add(person_id)
                return
            self._busy.add(person_id)
        with contextlib.suppress(RuntimeError):
            self._pool.submit(self._work, account_id, person_id, now)

    def close(self) -> None:
        """Ends what is being told."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _work(self, account_id: str, person_id: str, now: Callable[[], datetime]) -> None:
        while True:
            try:
                notify(self._database, account_id, person_id, self.outgoing, at=now(), failed=_failed)
            except GlucoTwinError as error:
                # Erased or revoked meanwhile: there is nobody to tell.
                log("notify-refused", code=str(error.code))
            except Exception as error:  # a defect must not end the telling to everybody
                log("notify-failed", failed=error)
            with self._lock:
                if person_id not in self._again:
                    self._busy.discard(person_id)
                    return
                self._again.discard(person_id)


def _failed(channel: StoredChannel, error: GlucoTwinError) -> None:
    log("channel-failed", kind=channel.kind, code=str(error.code))
