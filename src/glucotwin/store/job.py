"""Jobs: long work for a person, with what became of it. The queue holds their identifiers and nothing else."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Row, insert, select, update

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.store.desk import Desk
from glucotwin.store.schema import job as table

MOST = 50


class JobKind(StrEnum):
    """What is to be done."""

    FIT = "fit"
    NIGHTLY = "nightly"


class JobStatus(StrEnum):
    """What became of it."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Long work for a person.

    Attributes:
        job_id, person_id, asked_by: which, for whom, on whose behalf.
        kind, status: what, and what became of it.
        stage: what is being done, in words.
        progress_fraction: how much is done.
        error: code, detail and hint when it failed.
        created_at, finished_at: aware times.
    """

    job_id: str
    person_id: str
    asked_by: str
    kind: JobKind
    status: JobStatus
    stage: str
    progress_fraction: float
    error: dict[str, str] | None
    created_at: datetime
    finished_at: datetime | None


def create_job(desk: Desk, person_id: str, kind: JobKind) -> Job:
    """Notes work that waits to be done; work of the same kind that waits or runs already is returned instead."""
    for one in list_jobs(desk, person_id):
        if one.kind is kind and one.status in {JobStatus.WAITING, JobStatus.RUNNING}:
            return one
    query = insert(table).values(
        job_id=str(uuid.uuid4()),
        person_id=person_id,
        asked_by=desk.account_id,
        kind=str(kind),
        status=str(JobStatus.WAITING),
        stage="",
        progress_permille=0,
        created_at=datetime.now(UTC),
    )
    return _job(desk, desk.connection.execute(query.returning(table)).one())


def read_job(desk: Desk, person_id: str, job_id: str) -> Job:
    """One job.

    Raises:
        NotFoundError: the person has no such job.
    """
    row = desk.connection.execute(
        select(table).where(desk.of_person(table, person_id), table.c.job_id == job_id)
    ).first()
    if row is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-job"))
    return _job(desk, row)


def list_jobs(desk: Desk, person_id: str) -> tuple[Job, ...]:
    """A person's jobs, the newest first."""
    query = select(table).where(desk.of_person(table, person_id)).order_by(table.c.created_at.desc()).limit(MOST)
    return tuple(_job(desk, row) for row in desk.connection.execute(query))


def update_job(
    desk: Desk,
    job: Job,
    *,
    status: JobStatus,
    stage: str = "",
    progress_fraction: float = 0.0,
    error: dict[str, str] | None = None,
) -> Job:
    """Notes how far a job has come, or how it ended.

    Raises:
        NotFoundError: it is no longer there.
    """
    ended = status in {JobStatus.DONE, JobStatus.FAILED}
    sealed = (
        None if error is None else desk.keystore.seal(job.person_id, _place(job.job_id), json.dumps(error).encode())
    )
    query = (
        update(table)
        .where(desk.of_person(table, job.person_id), table.c.job_id == job.job_id)
        .values(
            status=str(status),
            stage=stage,
            progress_permille=round(1000 * progress_fraction),
            error=sealed,
            finished_at=datetime.now(UTC) if ended else None,
        )
    )
    row = desk.connection.execute(query.returning(table)).first()
    if row is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-job"))
    return _job(desk, row)


def _place(job_id: str) -> str:
    return f"job|{job_id}"


def _job(desk: Desk, row: Row[tuple[object, ...]]) -> Job:
    fields = row._mapping
    sealed = fields["error"]
    error = None if sealed is None else desk.keystore.open_sealed(fields["person_id"], _place(fields["job_id"]), sealed)
    return Job(
        job_id=fields["job_id"],
        person_id=fields["person_id"],
        asked_by=fields["asked_by"],
        kind=JobKind(fields["kind"]),
        status=JobStatus(fields["status"]),
        stage=fields["stage"],
        progress_fraction=fields["progress_permille"] / 1000.0,
        error=None if error is None else json.loads(error),
        created_at=fields["created_at"],
        finished_at=fields["finished_at"],
    )
