"""Endpoints of what imports changed: steps that the person refuses or accepts again."""

from enum import StrEnum

from fastapi import APIRouter, Request

from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Shape
from glucotwin.store.access import Action
from glucotwin.workflows.correction import StepJson
from glucotwin.workflows.living.data import settle_correction

router = APIRouter(tags=["data"])


class CorrectionState(StrEnum):
    """What becomes of a step."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class CorrectionBody(Shape):
    """The decision on a step."""

    state: CorrectionState


@router.put("/people/{person_id}/corrections/{step_id}")
def settle(
    person_id: PersonId, step_id: str, body: CorrectionBody, request: Request, caller: Calling, service: Running
) -> StepJson:
    """Refuses a step of an import, so that the original value is used again, or lets it hold again."""
    with desk_for(request, caller, person_id, Action.WRITE_DATA) as (desk, _):
        step = settle_correction(desk, person_id, step_id, refused=body.state is CorrectionState.REFUSED)
    service.took_in(caller.account_id, person_id, {})
    return step.to_json()
