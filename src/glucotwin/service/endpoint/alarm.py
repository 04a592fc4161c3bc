"""Alarms: what is on, what was told, silence for a while, and what they go by."""

from fastapi import APIRouter, Request
from pydantic import Field

from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Shape
from glucotwin.store.access import Action
from glucotwin.workflows.living.alarm import alarms_of, snooze
from glucotwin.workflows.living.alarm_settings import (
    AlarmSettingsAnswer,
    alarm_settings_answer,
    change_alarm_settings,
    names_of,
)
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
    """Silences an alarm that is on, for at most as long as its kind allows; everybody sees who did."""
    name = names_of(service.database, [caller.account_id])[caller.account_id]
    with desk_for(request, caller, person_id, Action.SNOOZE) as (desk, _):
        answer = snooze(desk, person_id, kind, minutes=body.minutes, at=service.now(person_id), by_name=name)
    service.broker.tell(person_id, "alarm", answer)
    return answer


@router.get("/people/{person_id}/alarm-settings")
def settings(person_id: PersonId, request: Request, caller: Calling, service: Running) -> AlarmSettingsAnswer:
    """What the alarms go by: thresholds in mg/dL, quiet hours, behaviour by kind, and whom to tell if one stays on."""
    with desk_for(request, caller, person_id, Action.SNOOZE) as (desk, _):
        return alarm_settings_answer(service.database, desk, person_id)


@router.put("/people/{person_id}/alarm-settings")
def change(
    person_id: PersonId, body: AlarmSettings, request: Request, caller: Calling, service: Running
) -> AlarmSettingsAnswer:
    """Lets the alarms go by other settings; an urgent low can neither be switched off nor be quiet for long."""
    with desk_for(request, caller, person_id, Action.CHANGE_PERSON) as (desk, _):
        change_alarm_settings(desk, person_id, body)
        return alarm_settings_answer(service.database, desk, person_id)
