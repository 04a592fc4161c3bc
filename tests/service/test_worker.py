"""Jobs: worked on beside the requests, told as they go, taken up again after a death, refused when access is gone."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.service.state import Service
from glucotwin.service.worker import NIGHT_HOUR, Worker
from glucotwin.store.database import Database
from glucotwin.store.queue import nightly_twins, queue_of
from glucotwin.workflows.living import job as job_module
from glucotwin.workflows.living.twin import TwinRequest
from made_up_person import made_up_timeline
from made_up_service import Browser, made_up_running, sign_up, with_twin
from made_up_store import MadeUpStore

Work = Callable[..., str]


@pytest.fixture(scope="module")
def own(store: MadeUpStore) -> Database:
    """A database whose queue no other test uses."""
    return store.database("queue")


@pytest.fixture
def served(own: Database) -> Service:
    return made_up_running(own)


@pytest.fixture
def owner(served: Service) -> Browser:
    return sign_up(served, "owner")


def _person(owner: Browser) -> str:
    person_id = owner.person()
    owner.consent(person_id, "care-view", "personal-twin")
    return person_id


def _replace(monkeypatch: pytest.MonkeyPatch, work: Work) -> None:
    monkeypatch.setattr(job_module, "work_on_twin", work)


def _fit(owner: Browser, person_id: str) -> dict[str, Any]:
    asked = owner.post(f"/people/{person_id}/jobs", {"kind": "fit"})
    assert asked.status_code == 202, asked.text
    return asked.json()


@asynccontextmanager
async def _working(service: Service, **settings: float) -> AsyncGenerator[Worker]:
    worker = Worker(service, **settings)
    async with worker.running():
        yield worker


async def _ended(owner: Browser, person_id: str, job_id: str) -> dict[str, Any]:
    for _ in range(600):
        told = await asyncio.to_thread(lambda: owner.get(f"/people/{person_id}/jobs/{job_id}").json())
        if told["status"] in {"done", "failed"}:
            return told
        await asyncio.sleep(0.05)
    raise AssertionError("The job did not end.")


def _work_through(service: Service, owner: Browser, person_id: str) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        async with _working(service):
            job = await asyncio.to_thread(_fit, owner, person_id)
            return await _ended(owner, person_id, job["job_id"])

    return asyncio.run(run())


def test_a_job_is_worked_on_and_told_as_it_goes(
    served: Service, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id, told = _person(owner), []

    def work(*_: object, progress: ProgressCallback) -> str:
        progress("Fitting", 0.1)
        progress("Fitting", 0.101)
        progress("Fitting", 0.5)
        return "version"

    _replace(monkeypatch, work)
    served.broker.tell = lambda person_id, name, content: told.append((name, dict(content)))
    ended = _work_through(served, owner, person_id)
    assert (ended["status"], ended["progress_fraction"], ended["error"]) == ("done", 1.0, None)
    assert ended["finished_at"] is not None
    jobs = [content for name, content in told if name == "job"]
    assert [(one["status"], one["progress_fraction"]) for one in jobs] == [
        ("running", 0.0),
        ("running", 0.1),
        ("running", 0.5),
        ("done", 1.0),
    ]


def test_a_job_that_cannot_be_done_says_why(served: Service, owner: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    person_id = _person(owner)

    def work(*_: object, **__: object) -> str:
        raise DataError(ErrorCode.TOO_LITTLE_DATA, "Only two days.", hint="Wait.")

    _replace(monkeypatch, work)
    ended = _work_through(served, owner, person_id)
    assert ended["status"] == "failed"
    assert ended["error"] == {"code": "too-little-data", "detail": "Only two days.", "hint": "Wait."}


def test_a_person_without_data_gets_a_reason_from_the_real_fit(served: Service, owner: Browser) -> None:
    ended = _work_through(served, owner, _person(owner))
    assert ended["status"] == "failed"
    assert ended["error"]["detail"]


def test_a_defect_ends_the_job_without_its_words(
    served: Service, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id = _person(owner)

    def work(*_: object, **__: object) -> str:
        raise RuntimeError("Ada has 140 mg/dL")

    _replace(monkeypatch, work)
    ended = _work_through(served, owner, person_id)
    assert (ended["status"], ended["error"]["code"]) == ("failed", "internal")
    assert "Ada" not in ended["error"]["detail"]


def test_a_job_is_not_done_after_consent_has_ended(
    served: Service, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id = _person(owner)
    job = _fit(owner, person_id)
    owner.send("DELETE", f"/people/{person_id}/consents/personal-twin")
    _replace(monkeypatch, lambda *_, **__: pytest.fail("worked without consent"))
    Worker(served).work(job["job_id"], person_id, owner.account_id)
    owner.consent(person_id, "personal-twin")
    assert owner.get(f"/people/{person_id}/jobs/{job['job_id']}").json()["error"]["code"] == "consent-missing"


def test_a_job_of_somebody_erased_ends_silently(served: Service, owner: Browser) -> None:
    person_id = _person(owner)
    job = _fit(owner, person_id)
    owner.post(f"/people/{person_id}/erase", {"confirm": person_id})
    Worker(served).work(job["job_id"], person_id, owner.account_id)


def test_a_job_whose_worker_died_is_taken_up_again(
    own: Database, served: Service, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id, begun = _person(owner), []

    def work(_: object, __: object, request: TwinRequest, **___: object) -> str:
        begun.append(request.person_id)
        return "version"

    async def die() -> str:
        """A worker that takes the job and is never heard of again."""
        async with _working(served):
            served_defer = served.defer
        assert served_defer is not None
        door = Worker(served)
        door._door.open()
        job = _fit(owner, person_id)
        door.defer(job["job_id"], person_id, owner.account_id)
        door._door.close()
        dead = queue_of(own)
        async with dead.open_async():
            worker_id = await dead.job_manager.register_worker()
            assert await dead.job_manager.fetch_job(queues=None, worker_id=worker_id) is not None
        return job["job_id"]

    async def run() -> dict[str, Any]:
        job_id = await die()
        await asyncio.sleep(0.3)
        async with _working(served, stalled_s=0.2, look_s=0.2):
            return await _ended(owner, person_id, job_id)

    _replace(monkeypatch, work)
    assert asyncio.run(run())["status"] == "done"
    assert begun == [person_id]


def test_a_service_that_ends_lets_the_job_wait_for_the_next(
    served: Service, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    person_id = _person(owner)
    is_first = True

    async def run() -> dict[str, Any]:
        nonlocal is_first
        reached = asyncio.Event()
        loop = asyncio.get_running_loop()

        def endless(*_: object, progress: ProgressCallback) -> str:
            loop.call_soon_threadsafe(reached.set)
            while is_first:
                progress("Fitting", 0.1)
            return "version"

        _replace(monkeypatch, endless)
        async with _working(served):
            job = await asyncio.to_thread(_fit, owner, person_id)
            await asyncio.wait_for(reached.wait(), 30)
        is_first = False
        async with _working(served, stalled_s=0.2, look_s=0.2):
            return await _ended(owner, person_id, job["job_id"])

    assert asyncio.run(run())["status"] == "done"


def test_nights_are_planned_where_it_is_night_for_those_who_consent(own: Database, served: Service) -> None:
    owner = sign_up(served, "night")
    sleeping, _ = with_twin(served, owner)
    awake, _ = with_twin(served, owner)
    refusing, _ = with_twin(served, owner)
    owner.send("DELETE", f"/people/{refusing}/consents/personal-twin")
    mine = {one.person_id for one in nightly_twins(own) if one.account_id == owner.account_id}
    assert mine == {sleeping, awake}
    zone = made_up_timeline().person.zone_info
    night = datetime(2024, 3, 6, NIGHT_HOUR, 20, tzinfo=zone).astimezone(UTC)
    served.clocks[sleeping] = lambda: night
    served.clocks[awake] = lambda: night + timedelta(hours=9)
    worker = Worker(served)
    worker._door.open()
    planned = {one.person_id for one in worker.plan_nights()}
    worker._door.close()
    assert sleeping in planned
    assert planned.isdisjoint({awake, refusing})
    assert made_up_timeline().frame(GlucoseReading).height > 0
