"""Alarms: what is on, what was told, and silence for a while."""

from fastapi import APIRouter, Request
from pydantic import Field

from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Shape
from glucotwin.store.access import Action
from glucotwin.workflows.living.alarm import alarms_of, snooze
from glucotwin.workflows.living.shape.now import AlarmJson, Alarms

router = APIRouter(tags=["alarms"])


class Snooze(Shape):
    """For how long."""

    minutes: float = Field(ge=0, le=1440)


@router.get("/people/{person_id}/alarms")
def alarms(person_id: PersonId, request: Request, caller: Calling) -> Alarms:
    """Alarms that are on, and what was told lately."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, _):
        return alarms_of(desk, person_id)


@router.post("/people/{person_id}/alarms/{kind}/snooze")
def silence(
    person_id: PersonId, kind: str, body: Snooze, request: Request, caller: Calling, service: Running
) -> AlarmJson:
    """Silences an alarm that is on, for at most as long as its kind allows."""
    with desk_for(request, caller, person_id, Action.SNOOZE) as (desk, _):
        answer = snooze(desk, person_id, kind, minutes=body.minutes, at=service.now(person_id))
    service.broker.tell(person_id, "alarm", answer)
    return answer
