"""Advice on a moment: a meal, a correction, a coming low, exercise, ketones; what was done, and what became of it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, Field, model_validator

from glucotwin.advise.moment_option import MomentKind, PlannedExercise, PlannedMeal
from glucotwin.core.message import message
from glucotwin.core.unit import GlucoseUnit
from glucotwin.domain.activity import ActivityType
from glucotwin.domain.rasterise import USUAL_INTENSITY
from glucotwin.service.caller import UUID_PATTERN, Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Shape
from glucotwin.service.state import account_names
from glucotwin.store.access import Action
from glucotwin.workflows.living.moment_advice import (
    MOST,
    MomentQuestion,
    ask_moment,
    keep_moment,
    moment_json,
    moments_of,
    take_option,
)
from glucotwin.workflows.living.shape.moment_advice import MomentAdviceAnswer, MomentList
from glucotwin.workflows.moment_advice import Asked

router = APIRouter(tags=["advice"])


class MealShape(Shape):
    """A meal that is about to be eaten."""

    carbs_g: float = Field(ge=1, le=300)
    fat_g: float | None = Field(default=None, ge=0, le=200)
    protein_g: float | None = Field(default=None, ge=0, le=200)


class ExerciseShape(Shape):
    """Exercise that is about to begin; how hard it is, or what is usual for its kind."""

    in_min: float = Field(default=0, ge=0, le=120)
    duration_min: float = Field(ge=5, le=180)
    activity_type: ActivityType = ActivityType.AEROBIC
    intensity_fraction: float | None = Field(default=None, ge=0.1, le=1)

    def planned(self) -> PlannedExercise:
        """As the layers below know it."""
        usual = USUAL_INTENSITY[self.activity_type]
        return PlannedExercise(
            in_min=self.in_min,
            duration_min=self.duration_min,
            activity_type=self.activity_type,
            intensity_fraction=usual if self.intensity_fraction is None else self.intensity_fraction,
        )


class MomentBody(Shape):
    """What is asked; with neither meal, exercise nor kind, what the moment calls for.

    Settings are told where they are not on record, and the step of the pump or pen: doses are rounded down to it.
    """

    kind: Literal["correction", "missed-bolus", "low-ahead"] | None = None
    meal: MealShape | None = None
    exercise: ExerciseShape | None = None
    ketone_mmoll: float | None = Field(default=None, ge=0, le=30)
    step_u: float = Field(default=0.05, ge=0.01, le=2)
    may_split: bool | None = Field(
        default=None, description="Whether a dose may be given over hours; null for what is on record of a pump."
    )
    carb_ratio_g_per_u: float | None = Field(default=None, ge=1, le=150)
    correction_factor_mgdl_per_u: float | None = Field(default=None, ge=5, le=400)
    target_mgdl: float | None = Field(default=None, ge=70, le=200)
    unit: GlucoseUnit = GlucoseUnit.MGDL

    @model_validator(mode="after")
    def _one_question(self) -> "MomentBody":
        if sum(one is not None for one in (self.kind, self.meal, self.exercise)) > 1:
            raise ValueError(message("moment-one-question"))
        return self

    def question(self) -> MomentQuestion:
        """As the layers below know it."""
        asked = Asked(
            kind=None if self.kind is None else MomentKind(self.kind),
            meal=None if self.meal is None else PlannedMeal(**self.meal.model_dump()),
            exercise=None if self.exercise is None else self.exercise.planned(),
            ketone_mmoll=self.ketone_mmoll,
            step_u=self.step_u,
            may_split=self.may_split,
        )
        return MomentQuestion(
            asked=asked,
            carb_ratio_g_per_u=self.carb_ratio_g_per_u,
            correction_factor_mgdl_per_u=self.correction_factor_mgdl_per_u,
            target_mgdl=self.target_mgdl,
        )


class TakenBody(Shape):
    """Which option was done, from 1, and when: at most an hour after the moment; null for now."""

    option: int = Field(ge=1, le=100)
    done_at: AwareDatetime | None = None
    unit: GlucoseUnit = GlucoseUnit.MGDL


@router.post("/people/{person_id}/moment-advice", status_code=201)
def advise(
    person_id: PersonId, body: MomentBody, request: Request, caller: Calling, service: Running
) -> MomentAdviceAnswer:
    """Advises on the moment within the signed limits: every option with its band, ranked; it is kept as it is told."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.SEE_ADVICE) as (desk, access):
        access.require(Action.ASK_TWIN)
        authority, now = service.authority(access.role), service.now(person_id)
        ready = ask_moment(service.memory, desk, person_id, body.question(), at=now, authority=authority)
    given = ready()
    with desk_for(request, caller, person_id, Action.SEE_ADVICE) as (desk, access):
        access.require(Action.ASK_TWIN)
        kept = keep_moment(desk, access, given)
    return moment_json(kept, account_names(service), authority=authority, unit=body.unit)


@router.get("/people/{person_id}/moment-advice")
def given(
    person_id: PersonId,
    request: Request,
    caller: Calling,
    service: Running,
    limit: Annotated[int, Query(ge=1, le=100)] = MOST,
) -> MomentList:
    """Advice that was given, the newest first, and what became of what was done: predicted beside achieved."""
    name_of = account_names(service)
    with desk_for(request, caller, person_id, Action.SEE_ADVICE) as (desk, access):
        return moments_of(
            service.memory,
            desk,
            access,
            now=service.now(person_id),
            authority=service.authority(access.role),
            name_of=name_of,
            most=limit,
        )


@router.post("/people/{person_id}/moment-advice/{advice_id}/taken")
def taken(
    person_id: PersonId,
    advice_id: Annotated[str, Path(pattern=UUID_PATTERN)],
    body: TakenBody,
    request: Request,
    caller: Calling,
    service: Running,
) -> MomentAdviceAnswer:
    """Keeps that an option was done: once, by whom and when; it is followed up when its hours are over."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.SEE_ADVICE) as (desk, access):
        authority, now = service.authority(access.role), service.now(person_id)
        told = take_option(desk, access, advice_id, option=body.option, done_at=body.done_at, now=now)
    service.broker.tell(person_id, "data", {"streams": ["advice"]})
    return moment_json(told, account_names(service), authority=authority, unit=body.unit)
