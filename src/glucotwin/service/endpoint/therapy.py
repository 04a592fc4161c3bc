"""Therapies beside each other, over a person's own last days."""

from typing import Annotated, cast

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field
from typing_extensions import TypedDict

from glucotwin.advise.therapy import MOST_ALTERNATIVES
from glucotwin.core.message import spoken_locale
from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.endpoint.twin import JobJson, job_json
from glucotwin.service.schema import Items, Shape
from glucotwin.store.access import Action
from glucotwin.store.desk import Desk
from glucotwin.store.job import Job, JobKind, list_jobs, read_content, read_job
from glucotwin.workflows.living.comparison import ask_comparison
from glucotwin.workflows.living.shape.therapy import TherapyAnswer, TherapyQuestion

router = APIRouter(tags=["questions"])


class AlternativeShape(Shape):
    """A therapy: what is given is changed, everything else stays."""

    name: str = Field(min_length=1, max_length=80)
    basal_factor: float | None = Field(default=None, ge=0, le=10)
    carb_ratio_g_per_u: float | None = Field(default=None, ge=0.5, le=200)
    correction_factor_mgdl_per_u: float | None = Field(default=None, ge=2, le=500)
    insulin: str | None = Field(default=None, min_length=1, max_length=64)
    bolus_shift_min: float | None = Field(default=None, ge=-120, le=120)
    algorithm: str | None = Field(default=None, min_length=1, max_length=64)
    answered: bool = False


class ComparisonBody(Shape):
    """Which therapies over which days."""

    alternatives: Annotated[tuple[AlternativeShape, ...], Field(min_length=1, max_length=MOST_ALTERNATIVES)]
    days: float = Field(default=7, ge=1, le=14)
    end: AwareDatetime | None = None


class ComparisonJson(TypedDict):
    """A comparison that was asked for: how far it has come, and its answer once there is one."""

    job: JobJson
    question: TherapyQuestion
    answer: TherapyAnswer | None


@router.post("/people/{person_id}/therapy-comparisons", status_code=202)
def compare(
    person_id: PersonId, body: ComparisonBody, request: Request, caller: Calling, service: Running
) -> ComparisonJson:
    """Asks for up to three therapies over a person's last days, beside what was, on the twin.

    It takes some seconds to minutes. A comparison of the account's own that is not answered yet is called off.
    """
    question = TherapyQuestion(**body.model_dump(mode="json"))
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, access):
        authority = service.authority(access.role)
        job = ask_comparison(desk, service.memory, person_id, question, authority=authority, locale=spoken_locale())
        asked = _comparison(desk, job)
    if service.defer is not None:
        service.defer(job.job_id, person_id, caller.account_id)
    return asked


@router.get("/people/{person_id}/therapy-comparisons")
def comparisons(person_id: PersonId, request: Request, caller: Calling) -> Items[ComparisonJson]:
    """The last comparisons that the account asked for, the newest first."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, _):
        return {"items": [_comparison(desk, one) for one in list_jobs(desk, person_id, kind=JobKind.COMPARE)]}


@router.get("/people/{person_id}/therapy-comparisons/{job_id}")
def comparison(person_id: PersonId, job_id: PersonId, request: Request, caller: Calling) -> ComparisonJson:
    """One comparison that the account asked for."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, _):
        return _comparison(desk, read_job(desk, person_id, job_id, kind=JobKind.COMPARE))


def _comparison(desk: Desk, job: Job) -> ComparisonJson:
    content = read_content(desk, job.person_id, job.job_id)
    answer = None if content.result is None else cast("TherapyAnswer", content.result)
    return {"job": job_json(job), "question": content.request["question"], "answer": answer}
