"""The worker: takes jobs from the queue one at a time, beside the requests, and looks after twins at night."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import psycopg
from procrastinate import RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException

from glucotwin.core.error import GlucoTwinError
from glucotwin.service.background import beside
from glucotwin.service.endpoint.twin import tell_job
from glucotwin.service.log import log
from glucotwin.service.state import Service
from glucotwin.store.desk import desk_of
from glucotwin.store.job import Job, JobKind, create_job
from glucotwin.store.person import read_person
from glucotwin.store.queue import WORK, hand_over_to, nightly_twins, queue_of
from glucotwin.workflows.living.job import JobInterruptedError, JobRequest, work_on_job

NIGHT_HOUR = 3
"""Local hour at which a twin is looked after."""
STALLED_S, LOOK_S, BEAT_S = 30.0, 15.0, 5.0
"""A worker silent for so long is dead; how often dead ones are looked for; how often a living one is heard."""
PATIENCE_S = 5.0
REST_S = 2.0
"""Between two tries when the database is away."""
MOST_ATTEMPTS = 5
HOURLY = "7 * * * *"


class Worker:
    """The queue's worker of a service."""

    def __init__(self, service: Service, *, stalled_s: float = STALLED_S, look_s: float = LOOK_S) -> None:
        self._service, self._stalled_s, self._look_s = service, stalled_s, look_s
        self._stopping = threading.Event()
        self._queue, self._door = queue_of(service.database), hand_over_to(service.database)
        retry = RetryStrategy(max_attempts=MOST_ATTEMPTS, retry_exceptions={JobInterruptedError})
        self._queue.task(name=WORK, retry=retry)(self.work)
        self._queue.periodic(cron=HOURLY)(self._queue.task(name="nights", pass_context=False)(self._nights))

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Works beside the service until that ends."""
        self._door.open()
        self._service.defer = self.defer
        async with self._queue.open_async(), beside(self._again(self._run), self._again(self._look)):
            try:
                yield
            finally:
                self._stopping.set()
                self._service.defer = None
        self._door.close()

    def defer(self, job_id: str, person_id: str, account_id: str) -> None:
        """Hands a job over; the same one that waits already is not handed over twice."""
        place = self._door.configure_task(WORK, queueing_lock=job_id)
        with contextlib.suppress(AlreadyEnqueued):
            place.defer(job_id=job_id, person_id=person_id, account_id=account_id)

    def work(self, job_id: str, person_id: str, account_id: str) -> None:
        """Works on a job, in a thread of its own."""
        service = self._service
        request = JobRequest(
            job_id=job_id,
            person_id=person_id,
            account_id=account_id,
            profile=service.profile,
            at=service.now(person_id),
            told=lambda job: tell_job(service, job),
            check=self._check,
        )
        try:
            ended = work_on_job(service.database, service.memory, request)
        except JobInterruptedError:
            raise
        except Exception as error:  # a defect in one job must not be tried again and again
            log("job-failed", failed=error)
            return
        log("job", kind="" if ended is None else str(ended.kind), status="gone" if ended is None else str(ended.status))
        if ended is not None and not ended.kind.is_question:
            service.changed(account_id, person_id)

    def plan_nights(self) -> tuple[Job, ...]:
        """Hands over the work of everybody for whom it is night."""
        planned: list[Job] = []
        for one in nightly_twins(self._service.database):
            try:
                with desk_of(self._service.database, one.account_id) as desk:
                    zone = read_person(desk, one.person_id).person.zone_info
                    if self._service.now(one.person_id).astimezone(zone).hour != NIGHT_HOUR:
                        continue
                    job = create_job(desk, one.person_id, JobKind.NIGHTLY)
            except GlucoTwinError as error:
                log("night-not-planned", code=str(error.code))
                continue
            self.defer(job.job_id, one.person_id, one.account_id)
            planned.append(job)
        return tuple(planned)

    def _nights(self, timestamp: int) -> None:
        self.plan_nights()

    def _check(self) -> None:
        if self._stopping.is_set():
            raise JobInterruptedError

    async def _again(self, work: Callable[[], Awaitable[None]]) -> None:
        """Goes on after the database was away."""
        while True:
            try:
                await work()
            except (OSError, ConnectorException, psycopg.Error) as error:
                log("queue-interrupted", failed=error)
            if self._stopping.is_set():
                return
            await asyncio.sleep(REST_S)

    async def _run(self) -> None:
        await self._queue.run_worker_async(
            install_signal_handlers=False,
            delete_jobs="always",
            update_heartbeat_interval=BEAT_S,
            stalled_worker_timeout=self._stalled_s,
            shutdown_graceful_timeout=PATIENCE_S,
        )

    async def _look(self) -> None:
        """Lets jobs of workers that died wait again."""
        manager = self._queue.job_manager
        while True:
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self._stalled_s):
                log("job-taken-up-again")
                await manager.retry_job(job)
            await asyncio.sleep(self._look_s)
