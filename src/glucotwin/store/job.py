"""Jobs: long work for a person, with what became of it. The queue holds their identifiers and nothing else."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, insert, select, update

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.store.desk import Desk
from glucotwin.store.schema import job as table

MOST = 50
KEPT_QUESTIONS = 3
"""So many of an account's earlier questions about a person stay, with their answers."""


class JobKind(StrEnum):
    """What is to be done."""

    FIT = "fit"
    NIGHTLY = "nightly"
    COMPARE = "compare"
    HABITS = "habits"

    @property
    def is_question(self) -> bool:
        """Whether it is a question of one account, whose answer is for that account alone."""
        return self in (JobKind.COMPARE, JobKind.HABITS)


class JobStatus(StrEnum):
    """What became of it."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


UNFINISHED = frozenset({JobStatus.WAITING, JobStatus.RUNNING})


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


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContent:
    """What was asked of a job, and what it found.

    Attributes:
        request: JSON values as they were asked; empty where the kind says everything.
        result: JSON values; None where nothing was found (yet), or nothing is to be said.
    """

    request: Mapping[str, Any]
    result: Mapping[str, Any] | None


def create_job(desk: Desk, person_id: str, kind: JobKind, *, request: Mapping[str, object] | None = None) -> Job:
    """Notes work that waits to be done.

    Work on the twin of the same kind that waits or runs already is returned instead. A question takes the place of the
    account's earlier one that is still unanswered, and the oldest answers make room for it.

    Args:
        desk: of whom it is done for.
        person_id: about whom.
        kind: what.
        request: what is asked, JSON values; kept sealed.
    """
    same = list_jobs(desk, person_id, kind=kind)
    if kind.is_question:
        _make_room(desk, same)
    else:
        for one in same:
            if one.status in UNFINISHED:
                return one
    job_id = str(uuid.uuid4())
    query = insert(table).values(
        job_id=job_id,
        person_id=person_id,
        asked_by=desk.account_id,
        kind=str(kind),
        status=str(JobStatus.WAITING),
        stage="",
        progress_permille=0,
        request=_sealed(desk, person_id, _REQUEST, job_id, request),
        created_at=datetime.now(UTC),
    )
    return _job(desk, desk.connection.execute(query.returning(table)).one())


def read_job(desk: Desk, person_id: str, job_id: str, *, kind: JobKind | None = None) -> Job:
    """One job.

    Args:
        desk: of the account.
        person_id: whose job.
        job_id: which.
        kind: that it has to be of; None for any.

    Raises:
        NotFoundError: the person has no such job, it is of another kind, or it is somebody else's question.
    """
    found = _job(desk, _row(desk, person_id, job_id))
    if kind is not None and found.kind is not kind:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-job"))
    return found


def read_content(desk: Desk, person_id: str, job_id: str) -> JobContent:
    """What was asked of a job, and what it found.

    Raises:
        NotFoundError: the person has no such job, or it is somebody else's question.
    """
    row = _row(desk, person_id, job_id)._mapping
    return JobContent(
        request=_opened(desk, person_id, _REQUEST, job_id, row["request"]) or {},
        result=_opened(desk, person_id, _RESULT, job_id, row["result"]),
    )


def list_jobs(desk: Desk, person_id: str, *, kind: JobKind | None = None) -> tuple[Job, ...]:
    """A person's jobs without other accounts' questions, the newest first; of one kind where it is given."""
    query = select(table).where(_seen(desk, person_id)).order_by(table.c.created_at.desc()).limit(MOST)
    query = query if kind is None else query.where(table.c.kind == str(kind))
    return tuple(_job(desk, row) for row in desk.connection.execute(query))


def update_job(
    desk: Desk,
    job: Job,
    *,
    status: JobStatus,
    stage: str = "",
    progress_fraction: float = 0.0,
    error: dict[str, str] | None = None,
    result: Mapping[str, object] | None = None,
) -> Job:
    """Notes how far a job has come, or how it ended; one that has ended stays as it is.

    Returns:
        The job as it is now: as noted, or as it had ended before.

    Raises:
        NotFoundError: it is no longer there.
    """
    query = (
        update(table)
        .where(_seen(desk, job.person_id), table.c.job_id == job.job_id, table.c.status.in_(UNFINISHED))
        .values(
            status=str(status),
            stage=stage,
            progress_permille=round(1000 * progress_fraction),
            error=_sealed(desk, job.person_id, _ERROR, job.job_id, error),
            result=_sealed(desk, job.person_id, _RESULT, job.job_id, result),
            finished_at=None if status in UNFINISHED else datetime.now(UTC),
        )
    )
    row = desk.connection.execute(query.returning(table)).first()
    return read_job(desk, job.person_id, job.job_id) if row is None else _job(desk, row)


def cancel_job(desk: Desk, job: Job) -> Job:
    """Calls a job off; whoever works on it stops at the next step. One that has ended stays as it is.

    Raises:
        NotFoundError: it is no longer there.
    """
    return update_job(desk, job, status=JobStatus.CANCELLED, progress_fraction=job.progress_fraction)


_ERROR, _REQUEST, _RESULT = "job", "job-request", "job-result"
"""What is sealed is bound to where it belongs."""


def _make_room(desk: Desk, earlier: Sequence[Job]) -> None:
    for one in earlier:
        if one.status in UNFINISHED:
            cancel_job(desk, one)
    old = [one.job_id for one in earlier[KEPT_QUESTIONS - 1 :]]
    desk.connection.execute(delete(table).where(desk.within_reach(table), table.c.job_id.in_(old)))


def _seen(desk: Desk, person_id: str) -> ColumnElement[bool]:
    questions = [str(kind) for kind in JobKind if kind.is_question]
    own = (table.c.asked_by == desk.account_id) | table.c.kind.not_in(questions)
    return desk.of_person(table, person_id) & own


def _row(desk: Desk, person_id: str, job_id: str) -> Row[Any]:
    row = desk.connection.execute(select(table).where(_seen(desk, person_id), table.c.job_id == job_id)).first()
    if row is None:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("store-no-job"))
    return row


def _sealed(desk: Desk, person_id: str, part: str, job_id: str, value: Mapping[str, object] | None) -> bytes | None:
    if value is None:
        return None
    return desk.keystore.seal(person_id, f"{part}|{job_id}", json.dumps(value).encode())


def _opened(desk: Desk, person_id: str, part: str, job_id: str, sealed: bytes | None) -> dict[str, Any] | None:
    return None if sealed is None else json.loads(desk.keystore.open_sealed(person_id, f"{part}|{job_id}", sealed))


def _job(desk: Desk, row: Row[Any]) -> Job:
    fields = row._mapping
    return Job(
        job_id=fields["job_id"],
        person_id=fields["person_id"],
        asked_by=fields["asked_by"],
        kind=JobKind(fields["kind"]),
        status=JobStatus(fields["status"]),
        stage=fields["stage"],
        progress_fraction=fields["progress_permille"] / 1000.0,
        error=_opened(desk, fields["person_id"], _ERROR, fields["job_id"], fields["error"]),
        created_at=fields["created_at"],
        finished_at=fields["finished_at"],
    )
