"""Use case: work through a job, tell how far it has come, and note how it ended."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from glucotwin.core.error import GlucoTwinError, NotFoundError
from glucotwin.core.message import DEFAULT_LOCALE, message, spoken_in
from glucotwin.core.profile import Authority, Profile
from glucotwin.core.progress import ProgressCallback
from glucotwin.store.access import Action, access_to
from glucotwin.store.database import Database
from glucotwin.store.desk import desk_of
from glucotwin.store.job import UNFINISHED, Job, JobKind, JobStatus, read_content, read_job, update_job
from glucotwin.workflows.living.comparison import answer_comparison
from glucotwin.workflows.living.lifestyle_advice import answer_habits
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.twin import Fit, TwinRequest, work_on_twin

SHOWN_STEP = 0.02
"""Progress is noted when it has come so much further, or when another stage begins."""
INTERNAL = "internal"


class JobInterruptedError(Exception):
    """The work has to stop before its end; it is taken up again."""


class _CancelledError(Exception):
    """Somebody called the job off."""


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
    work = _Work(database, memory, request)
    try:
        job, locale = work.begin()
        if job.status not in UNFINISHED:
            return job
        with spoken_in(locale):
            return work.run(job)
    except NotFoundError:
        return None


class _Work:
    """A job that is being worked on."""

    def __init__(self, database: Database, memory: Memory, request: JobRequest) -> None:
        self._database, self._memory, self._request = database, memory, request
        self._stage, self._fraction = "", -1.0

    def begin(self) -> tuple[Job, str]:
        """The job, and the language of who asked for it."""
        request = self._request
        with desk_of(self._database, request.account_id) as desk:
            job = read_job(desk, request.person_id, request.job_id)
            told = read_content(desk, request.person_id, request.job_id).request
        return job, str(told.get("locale", DEFAULT_LOCALE))

    def run(self, job: Job) -> Job:
        kind = _KINDS[job.kind]
        try:
            with desk_of(self._database, self._request.account_id) as desk:
                role = access_to(desk, self._request.person_id, kind.action).role
            self._note(job, JobStatus.RUNNING)
            authority = Authority(profile=self._request.profile, role=role)
            result = kind.work(self, job, authority, lambda stage, fraction: self._progress(job, stage, fraction))
            return self._note(job, JobStatus.DONE, fraction=1.0, result=result)
        except JobInterruptedError:
            raise
        except _CancelledError:
            return self.begin()[0]
        except GlucoTwinError as error:
            return self._failed(job, str(error.code), error.message, error.hint)
        except Exception:
            self._failed(job, INTERNAL, message("service-internal"), "")
            raise

    def on_twin(self, job: Job, authority: Authority, progress: ProgressCallback) -> None:
        """Fits or judges versions of the twin."""
        asked = TwinRequest(
            account_id=self._request.account_id,
            person_id=job.person_id,
            kind=Fit(job.kind),
            authority=authority,
            at=self._request.at,
        )
        work_on_twin(self._database, self._memory, asked, progress=progress)

    def on_comparison(self, job: Job, authority: Authority, progress: ProgressCallback) -> Mapping[str, object]:
        """Answers a comparison of therapies."""
        return answer_comparison(self._database, self._memory, job, authority=authority, progress=progress)

    def on_habits(self, job: Job, authority: Authority, progress: ProgressCallback) -> Mapping[str, object]:
        """Ranks habits by what they would have done."""
        return answer_habits(self._database, self._memory, job, authority=authority, progress=progress)

    def _progress(self, job: Job, stage: str, fraction: float) -> None:
        self._request.check()
        if stage != self._stage or fraction >= self._fraction + SHOWN_STEP:
            self._stage, self._fraction = stage, fraction
            self._note(job, JobStatus.RUNNING, stage=stage, fraction=min(fraction, 1.0))

    def _failed(self, job: Job, code: str, detail: str, hint: str) -> Job:
        told = {"code": code, "detail": detail, "hint": hint}
        try:
            return self._note(job, JobStatus.FAILED, stage=self._stage, fraction=max(self._fraction, 0.0), error=told)
        except _CancelledError:
            return self.begin()[0]

    def _note(
        self,
        job: Job,
        status: JobStatus,
        *,
        stage: str = "",
        fraction: float = 0.0,
        error: dict[str, str] | None = None,
        result: Mapping[str, object] | None = None,
    ) -> Job:
        with desk_of(self._database, self._request.account_id) as desk:
            noted = update_job(
                desk, job, status=status, stage=stage, progress_fraction=fraction, error=error, result=result
            )
        if noted.status is JobStatus.CANCELLED:
            raise _CancelledError
        self._request.told(noted)
        return noted


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of job is worked on: what the account must be allowed to, and by what."""

    action: Action
    work: Callable[[_Work, Job, Authority, ProgressCallback], Mapping[str, object] | None]


_KINDS: Mapping[JobKind, _Kind] = {
    JobKind.FIT: _Kind(Action.RUN_TWIN, _Work.on_twin),
    JobKind.NIGHTLY: _Kind(Action.RUN_TWIN, _Work.on_twin),
    JobKind.COMPARE: _Kind(Action.ASK_TWIN, _Work.on_comparison),
    JobKind.HABITS: _Kind(Action.ASK_TWIN, _Work.on_habits),
}


def action_of(kind: JobKind) -> Action:
    """What an account must be allowed to for a kind of job."""
    return _KINDS[kind].action
