"""A demonstration's stream: past days told as if they happened now, five minutes every few seconds."""

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from starlette.concurrency import run_in_threadpool

from glucotwin.core.error import GlucoTwinError
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.service.background import beside
from glucotwin.service.log import log
from glucotwin.service.state import Service
from glucotwin.workflows.living.demo import DemoPerson, take_in_until

STEP = timedelta(minutes=5)


def _standing(at: datetime) -> datetime:
    """A clock that stands: the record of somebody beside the stream ends with a visit."""
    return at


class Replay:
    """The stream of one person, whose clock it is.

    Attributes:
        demo: as far as it has come.
    """

    def __init__(self, service: Service, demo: DemoPerson, *, every_s: float) -> None:
        self.demo = demo
        self._service, self._every_s = service, every_s
        self._lock = threading.Lock()
        service.clocks[demo.person_id] = self.now
        service.clocks.update({one: partial(_standing, at) for one, at in demo.visited.items()})
        service.demo_accounts, service.demo_names = demo.account_ids, demo.names

    def now(self) -> datetime:
        """The time that counts as now."""
        with self._lock:
            return self.demo.at

    def step(self) -> bool:
        """Takes in five minutes more.

        Returns:
            Whether there is more to come.
        """
        demo, service = self.demo, self._service
        end = min(demo.at + STEP, demo.end)
        try:
            with service.desk(demo.account_id) as desk:
                added = take_in_until(desk, demo, end)
        except GlucoTwinError as error:
            # They were erased: the stream is over.
            log("replay-ended", code=str(error.code))
            return False
        with self._lock:
            self.demo = replace(demo, at=end)
        if added:
            self._tell(demo, end, added)
        return end < demo.end

    def _tell(self, demo: DemoPerson, end: datetime, added: dict[str, int]) -> None:
        new = demo.timeline.frame(GlucoseReading)
        new = new.filter((new["time"] >= demo.at) & (new["time"] < end))
        latest = None if new.is_empty() else new.row(-1, named=True)
        self._service.took_in(demo.account_id, demo.person_id, added, latest)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Goes on beside the service until that ends."""
        async with beside(self._run()):
            yield

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            if not await run_in_threadpool(self.step):
                return
