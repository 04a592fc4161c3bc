"""Use case: work through a job, tell how far it has come, and note how it ended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from glucotwin.core.error import GlucoTwinError, NotFoundError
from glucotwin.core.message import message
from glucotwin.core.profile import Authority, Profile
from glucotwin.store.access import Action, access_to
from glucotwin.store.database import Database
from glucotwin.store.desk import desk_of
from glucotwin.store.job import Job, JobStatus, read_job, update_job
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.twin import Fit, TwinRequest, work_on_twin

SHOWN_STEP = 0.02
"""Progress is noted when it has come so much further, or when another stage begins."""
ENDED = frozenset({JobStatus.DONE, JobStatus.FAILED})
INTERNAL = "internal"


class JobInterruptedError(Exception):
    """The work has to stop before its end; it is taken up again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRequest:
    """A job to be worked on.

    Attributes:
        job_id, person_id, account_id: which, for whom, on whose behalf.
        profile: of the installation.
        at: aware time that counts as now for the person.
        told: hears of every change.
        check: called at every change; may raise ``JobInterruptedError``.
    """

    job_id: str
    person_id: str
    account_id: str
    profile: Profile
    at: datetime
    told: Callable[[Job], None]
    check: Callable[[], None]


def work_on_job(database: Database, memory: Memory, request: JobRequest) -> Job | None:
    """Works on a job to its end; one that has ended already is left as it is.

    Args:
        database: open.
        memory: what is remembered.
        request: which job.

    Returns:
        The job as it ended; None when it, its person or the account's access is gone.

    Raises:
        JobInterruptedError: the check asked for it; the job goes on running.
        Exception: a defect; the job has failed.
    """
    work = _Work(database, request)
    try:
        job = work.begin()
        if job.status in ENDED:
            return job
        return work.run(job, memory)
    except NotFoundError:
        return None


class _Work:
    """A job that is being worked on."""

    def __init__(self, database: Database, request: JobRequest) -> None:
        self._database, self._request = database, request
        self._stage, self._fraction = "", -1.0

    def begin(self) -> Job:
        with desk_of(self._database, self._request.account_id) as desk:
            return read_job(desk, self._request.person_id, self._request.job_id)

    def run(self, job: Job, memory: Memory) -> Job:
        request = self._request
        try:
            with desk_of(self._database, request.account_id) as desk:
                role = access_to(desk, request.person_id, Action.RUN_TWIN).role
            self._note(job, JobStatus.RUNNING)
            asked = TwinRequest(
                account_id=request.account_id,
                person_id=request.person_id,
                kind=Fit(job.kind),
                authority=Authority(profile=request.profile, role=role),
                at=request.at,
            )
            work_on_twin(
                self._database, memory, asked, progress=lambda stage, fraction: self._progress(job, stage, fraction)
            )
        except JobInterruptedError:
            raise
        except GlucoTwinError as error:
            return self._failed(job, str(error.code), error.message, error.hint)
        except Exception:
            self._failed(job, INTERNAL, message("service-internal"), "")
            raise
        return self._note(job, JobStatus.DONE, fraction=1.0)

    def _progress(self, job: Job, stage: str, fraction: float) -> None:
        self._request.check()
        if stage != self._stage or fraction >= self._fraction + SHOWN_STEP:
            self._stage, self._fraction = stage, fraction
            self._note(job, JobStatus.RUNNING, stage=stage, fraction=min(fraction, 1.0))

    def _failed(self, job: Job, code: str, detail: str, hint: str) -> Job:
        told = {"code": code, "detail": detail, "hint": hint}
        return self._note(job, JobStatus.FAILED, stage=self._stage, fraction=max(self._fraction, 0.0), error=told)

    def _note(
        self,
        job: Job,
        status: JobStatus,
        *,
        stage: str = "",
        fraction: float = 0.0,
        error: dict[str, str] | None = None,
    ) -> Job:
        with desk_of(self._database, self._request.account_id) as desk:
            noted = update_job(desk, job, status=status, stage=stage, progress_fraction=fraction, error=error)
        self._request.told(noted)
        return noted
