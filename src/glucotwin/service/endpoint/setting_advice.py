"""Advice on settings, for clinicians: small steps from a person's own last days, and what became of a signed one."""

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field

from glucotwin.core.unit import GlucoseUnit
from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Shape
from glucotwin.store.access import Action
from glucotwin.workflows.living.setting_advice import (
    SettingQuestion,
    ask_settings,
    setting_advice_json,
)
from glucotwin.workflows.living.shape.setting_advice import SettingAdviceAnswer

router = APIRouter(tags=["advice"])


class SettingAdviceBody(Shape):
    """Where the days end, what today's settings are where they are not on record, and the unit of the sentences."""

    end: AwareDatetime | None = None
    carb_ratio_g_per_u: float | None = Field(default=None, ge=1, le=150)
    correction_factor_mgdl_per_u: float | None = Field(default=None, ge=5, le=400)
    target_mgdl: float | None = Field(default=None, ge=70, le=200)
    unit: GlucoseUnit = GlucoseUnit.MGDL

    def question(self) -> SettingQuestion:
        """As the layers below know it."""
        return SettingQuestion(**{name: getattr(self, name) for name in SettingQuestion.__dataclass_fields__})


@router.post("/people/{person_id}/setting-advice")
def advise(
    person_id: PersonId, body: SettingAdviceBody, request: Request, caller: Calling, service: Running
) -> SettingAdviceAnswer:
    """Advises small steps of settings from the last days; what is advised may be proposed to the person."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.ADVISE) as (desk, access):
        access.require(Action.ASK_TWIN)
        authority = service.authority(access.role)
        ready = ask_settings(service.memory, desk, person_id, body.question(), authority)
    return setting_advice_json(ready(), unit=body.unit)
