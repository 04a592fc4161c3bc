"""The person's twin: what it knows, its versions, and the work on it."""

from dataclasses import replace
from typing import Literal, cast

from fastapi import APIRouter, Request
from pydantic import Field
from typing_extensions import TypedDict

from glucotwin.core.error import ErrorCode, NotAllowedError
from glucotwin.core.json_value import Instant, iso_utc
from glucotwin.core.message import message, spoken_locale
from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Items, Shape
from glucotwin.service.state import Service
from glucotwin.store.access import Action, access_to
from glucotwin.store.job import Job, JobKind, JobStatus, cancel_job, create_job, list_jobs, read_job
from glucotwin.store.person import read_person, write_person
from glucotwin.workflows.living.job import action_of
from glucotwin.workflows.living.shape.twin import TwinAnswer
from glucotwin.workflows.living.twin import describe_twin, take_back

router = APIRouter(tags=["twin"])


class NewJob(Shape):
    """Work on the twin."""

    kind: Literal["fit", "nightly"]


class Why(Shape):
    """A reason."""

    why: str = Field(min_length=1, max_length=500)


class Frozen(Shape):
    """Whether the twin stays as it is."""

    frozen: bool


class JobError(TypedDict):
    """Why work failed, and what to do."""

    code: str
    detail: str
    hint: str


class JobJson(TypedDict):
    """Work on a twin, how far it has come, and what became of it."""

    job_id: str
    kind: JobKind
    status: JobStatus
    stage: str
    progress_fraction: float
    created_at: Instant
    finished_at: Instant | None
    error: JobError | None


@router.get("/people/{person_id}/twin")
def twin(person_id: PersonId, request: Request, caller: Calling, service: Running) -> TwinAnswer:
    """What the twin knows of the person, in plain words and numbers with bands."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, _):
        return describe_twin(desk, service.memory, person_id)


@router.post("/people/{person_id}/twin/rollback")
def rollback(person_id: PersonId, body: Why, request: Request, caller: Calling, service: Running) -> TwinAnswer:
    """Makes the version before the present one answer again."""
    with desk_for(request, caller, person_id, Action.RUN_TWIN) as (desk, _):
        take_back(desk, service.memory, person_id, why=body.why)
        answer = describe_twin(desk, service.memory, person_id)
    service.changed(caller.account_id, person_id)
    return answer


@router.put("/people/{person_id}/twin/frozen", status_code=204)
def freeze(person_id: PersonId, body: Frozen, request: Request, caller: Calling) -> None:
    """Freezes the twin, or lets it go on learning."""
    with desk_for(request, caller, person_id, Action.MANAGE) as (desk, _):
        write_person(desk, replace(read_person(desk, person_id), frozen=body.frozen))


@router.post("/people/{person_id}/jobs", status_code=202)
def begin(person_id: PersonId, body: NewJob, request: Request, caller: Calling, service: Running) -> JobJson:
    """Begins work on the twin; the same work that waits or runs already is told instead."""
    with desk_for(request, caller, person_id, Action.RUN_TWIN) as (desk, _):
        if read_person(desk, person_id).frozen:
            raise NotAllowedError(ErrorCode.NOT_ALLOWED, message("living-frozen"), hint=message("living-frozen-hint"))
        job = create_job(desk, person_id, JobKind(body.kind), request={"locale": spoken_locale()})
    if service.defer is not None:
        service.defer(job.job_id, person_id, caller.account_id)
    return job_json(job)


@router.get("/people/{person_id}/jobs")
def jobs(person_id: PersonId, request: Request, caller: Calling) -> Items[JobJson]:
    """Work on the twin, the newest first."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, _):
        return {"items": [job_json(one) for one in list_jobs(desk, person_id)]}


@router.get("/people/{person_id}/jobs/{job_id}")
def job(person_id: PersonId, job_id: PersonId, request: Request, caller: Calling) -> JobJson:
    """One piece of work."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, _):
        return job_json(read_job(desk, person_id, job_id))


@router.delete("/people/{person_id}/jobs/{job_id}")
def cancel(person_id: PersonId, job_id: PersonId, request: Request, caller: Calling, service: Running) -> JobJson:
    """Calls work off: it stops at its next step, and what it has done so far is dropped. What has ended stays."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, _):
        found = read_job(desk, person_id, job_id)
        access_to(desk, person_id, action_of(found.kind))
        cancelled = cancel_job(desk, found)
    tell_job(service, cancelled)
    return job_json(cancelled)


def tell_job(service: Service, one: Job) -> None:
    """Tells who listens to a person how far work has come; a question is its account's alone, which asks for it."""
    if not one.kind.is_question:
        service.broker.tell(one.person_id, "job", job_json(one))


def job_json(one: Job) -> JobJson:
    """A job as it is told."""
    return {
        "job_id": one.job_id,
        "kind": one.kind,
        "status": one.status,
        "stage": one.stage,
        "progress_fraction": one.progress_fraction,
        "created_at": str(iso_utc(one.created_at)),
        "finished_at": iso_utc(one.finished_at),
        "error": cast("JobError | None", one.error),
    }
