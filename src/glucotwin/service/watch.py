"""Looks after people whose readings stop: nothing comes that would bring their twin in step, yet alarms go on."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from starlette.concurrency import run_in_threadpool

from glucotwin.core.error import GlucoTwinError
from glucotwin.service.background import beside
from glucotwin.service.log import log
from glucotwin.service.state import Service
from glucotwin.store.desk import desk_of
from glucotwin.store.queue import Looked, nightly_twins
from glucotwin.store.record import newest_time

EVERY_S = 60.0
SILENT_S = 300.0
"""Who was not stepped for so long is stepped without a reading."""
GIVEN_UP = timedelta(days=1)
"""So long after the newest reading there is nothing more to say."""


class Watch:
    """Beside a service: lets alarms go on in time when readings do not."""

    def __init__(self, service: Service, *, every_s: float = EVERY_S, silent_s: float = SILENT_S) -> None:
        self._service, self._every_s, self._silent_s = service, every_s, silent_s

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Looks again and again until the service ends."""
        async with beside(self._run()):
            yield

    def look(self) -> int:
        """Lets everybody be stepped who was silent for too long.

        Returns:
            How many they are.
        """
        return sum(self._step(one) for one in nightly_twins(self._service.database))

    def _step(self, one: Looked) -> bool:
        service = self._service
        if service.stepped_within(one.person_id, self._silent_s):
            return False
        try:
            with desk_of(service.database, one.account_id) as desk:
                newest = newest_time(desk, one.person_id)
        except GlucoTwinError as error:
            log("watch-refused", code=str(error.code))
            return False
        if newest is None or service.now(one.person_id) - newest > GIVEN_UP:
            return False
        service.changed(one.account_id, one.person_id)
        return True

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await run_in_threadpool(self.look)
            except Exception as error:  # a defect must not end the looking after everybody
                log("watch-failed", failed=error)
