"""Therapies beside each other, over a person's own last days."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field

from glucotwin.advise.therapy import MOST_ALTERNATIVES, Alternative, TherapyComparisonJson
from glucotwin.core.message import message
from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Shape
from glucotwin.store.access import Action
from glucotwin.workflows.therapy import alternative_of, compare_therapies

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

    def alternative(self) -> Alternative:
        """As the layers below know it."""
        return alternative_of(**self.model_dump())


class ComparisonBody(Shape):
    """Which therapies over which days."""

    alternatives: Annotated[tuple[AlternativeShape, ...], Field(min_length=1, max_length=MOST_ALTERNATIVES)]
    days: float = Field(default=7, ge=1, le=14)
    end: AwareDatetime | None = None


class TherapyAnswer(TherapyComparisonJson):
    """An answered comparison, with what to know before reading it."""

    uncertainty: str
    limits: str
    twin_version: str
    cautions: list[str]


@router.post("/people/{person_id}/therapy-comparisons")
def compare(
    person_id: PersonId, body: ComparisonBody, request: Request, caller: Calling, service: Running
) -> TherapyAnswer:
    """Up to three therapies over a person's last days, beside what was, on the twin; takes some seconds."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, access):
        authority = service.authority(access.role)
        alternatives = [one.alternative() for one in body.alternatives]
        timeline, twin = service.memory.timeline(desk, person_id), service.memory.require_twin(desk, person_id)
    answer = compare_therapies(twin, timeline, alternatives, days=body.days, end=body.end, authority=authority)
    plain = answer.payload.to_json()
    keys = dict.fromkeys(key for arm in answer.payload.arms for key in arm.what_if.cautions)
    return {
        **plain,
        "cautions": [message(key) for key in (*keys, *answer.validity.cautions)],
        "uncertainty": answer.uncertainty,
        "limits": answer.limits,
        "twin_version": answer.model.twin_version,
    }
