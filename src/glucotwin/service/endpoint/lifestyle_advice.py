"""What habits would have done over a person's own last days, ranked by effect."""

from typing import Annotated, cast

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field
from typing_extensions import TypedDict

from glucotwin.advise.lifestyle import HabitKind
from glucotwin.core.message import spoken_locale
from glucotwin.core.unit import GlucoseUnit
from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.endpoint.twin import JobJson, job_json
from glucotwin.service.schema import Items, Shape
from glucotwin.store.access import Action
from glucotwin.store.desk import Desk
from glucotwin.store.job import Job, JobKind, list_jobs, read_content, read_job
from glucotwin.workflows.living.lifestyle_advice import ask_habits
from glucotwin.workflows.living.shape.lifestyle_advice import LifestyleAnswer, LifestyleQuestion

router = APIRouter(tags=["advice"])


class LifestyleAdviceBody(Shape):
    """Which kinds of habits over which days, and the unit of the sentences."""

    days: float = Field(default=7, ge=1, le=14)
    end: AwareDatetime | None = None
    kinds: Annotated[tuple[HabitKind, ...], Field(min_length=1, max_length=len(HabitKind))] = tuple(HabitKind)
    unit: GlucoseUnit = GlucoseUnit.MGDL


class LifestyleAdviceJson(TypedDict):
    """A question about habits that was asked: how far it has come, and its answer once there is one."""

    job: JobJson
    question: LifestyleQuestion
    answer: LifestyleAnswer | None


@router.post("/people/{person_id}/lifestyle-advice", status_code=202)
def ask(
    person_id: PersonId, body: LifestyleAdviceBody, request: Request, caller: Calling, service: Running
) -> LifestyleAdviceJson:
    """Asks what walks, other meals and earlier boluses would have done over a person's last days, on the twin.

    It takes some seconds to a minute. Whoever may not be shown what-ifs of insulin gets the habits that change no dose.
    A question of the account's own that is not answered yet is called off.
    """
    question = LifestyleQuestion(**body.model_dump(mode="json"))
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, access):
        authority = service.authority(access.role)
        job = ask_habits(desk, service.memory, person_id, question, authority=authority, locale=spoken_locale())
        asked = _advice(desk, job)
    if service.defer is not None:
        service.defer(job.job_id, person_id, caller.account_id)
    return asked


@router.get("/people/{person_id}/lifestyle-advice")
def asked(person_id: PersonId, request: Request, caller: Calling) -> Items[LifestyleAdviceJson]:
    """The last questions about habits that the account asked, the newest first."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, _):
        return {"items": [_advice(desk, one) for one in list_jobs(desk, person_id, kind=JobKind.HABITS)]}


@router.get("/people/{person_id}/lifestyle-advice/{job_id}")
def advice(person_id: PersonId, job_id: PersonId, request: Request, caller: Calling) -> LifestyleAdviceJson:
    """One question about habits that the account asked."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, _):
        return _advice(desk, read_job(desk, person_id, job_id, kind=JobKind.HABITS))


def _advice(desk: Desk, job: Job) -> LifestyleAdviceJson:
    content = read_content(desk, job.person_id, job.job_id)
    answer = None if content.result is None else cast("LifestyleAnswer", content.result)
    return {"job": job_json(job), "question": content.request["question"], "answer": answer}
