"""Questions to the twin: forecasts and what-ifs."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field

from glucotwin.advise.activity_change import AddExercise, RemoveExercise
from glucotwin.advise.algorithm_plan import FollowAlgorithm
from glucotwin.advise.change import AddBolus, AddMeal, Change, ScaleBasal, ScaleBolus, ScaleMeal, ShiftBolus, ShiftMeal
from glucotwin.advise.dosing_plan import DosingPlan
from glucotwin.advise.regimen_change import ChangeComposition, ChangeProduct, SplitBolus
from glucotwin.advise.unexplained_change import LeaveOutUnexplained
from glucotwin.advise.what_if import WhatIf, WhatIfJson
from glucotwin.core.answer import Answer
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.profile import Authority
from glucotwin.domain.meal import Absorption
from glucotwin.domain.timeline import Window
from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.endpoint.data import Moment, window_of
from glucotwin.service.schema import Items, Shape
from glucotwin.store.access import Action
from glucotwin.store.desk import Desk
from glucotwin.store.forecast import read_forecasts
from glucotwin.workflows.ledger import LedgerAnswer, score_of_issued
from glucotwin.workflows.living.memory import Memory
from glucotwin.workflows.living.now import curve_json, issue_now
from glucotwin.workflows.living.offline import offline_of
from glucotwin.workflows.living.shape.now import IssuedCurve
from glucotwin.workflows.living.shape.twin import OfflineTwin
from glucotwin.workflows.what_if import ask_open_prospect, replay_person, required_capability

router = APIRouter(tags=["questions"])
LONGEST_REPLAY_DAYS = 3.0


class ForecastBody(Shape):
    """How far to look ahead."""

    horizon_min: int = Field(default=240, ge=30, le=480, multiple_of=5)


class _At(Shape):
    """A change at a moment."""

    at: AwareDatetime


class AddMealShape(_At):
    """More to eat."""

    kind: Literal["add-meal"]
    carbs_g: float = Field(ge=0, le=500)
    absorption: Literal["unknown", "fast"] = Field(
        default="unknown", description="fast: as of glucose tablets or juice; else as of a mixed meal"
    )

    def change(self) -> Change:
        """As the layers below know it."""
        return AddMeal(at=self.at, carbs_g=self.carbs_g, absorption=Absorption(self.absorption))


class ScaleShape(_At):
    """More or less of what was eaten or given."""

    kind: Literal["scale-meal", "scale-bolus"]
    factor: float = Field(ge=0, le=10)

    def change(self) -> Change:
        """As the layers below know it."""
        make = ScaleMeal if self.kind == "scale-meal" else ScaleBolus
        return make(at=self.at, factor=self.factor)


class ShiftShape(_At):
    """Earlier or later."""

    kind: Literal["shift-meal", "shift-bolus"]
    minutes: float = Field(ge=-720, le=720)

    def change(self) -> Change:
        """As the layers below know it."""
        make = ShiftMeal if self.kind == "shift-meal" else ShiftBolus
        return make(at=self.at, minutes=self.minutes)


class AddBolusShape(_At):
    """More insulin."""

    kind: Literal["add-bolus"]
    insulin_u: float = Field(ge=0, le=100)

    def change(self) -> Change:
        """As the layers below know it."""
        return AddBolus(at=self.at, insulin_u=self.insulin_u)


class SplitBolusShape(_At):
    """A part of a bolus later."""

    kind: Literal["split-bolus"]
    now_fraction: float = Field(ge=0, le=1)
    over_min: float = Field(ge=1, le=1440)

    def change(self) -> Change:
        """As the layers below know it."""
        return SplitBolus(at=self.at, now_fraction=self.now_fraction, over_min=self.over_min)


class ScaleBasalShape(Shape):
    """Another basal rate."""

    kind: Literal["scale-basal"]
    factor: float = Field(ge=0, le=10)

    def change(self) -> Change:
        """As the layers below know it."""
        return ScaleBasal(factor=self.factor)


class AddExerciseShape(_At):
    """A walk, or more."""

    kind: Literal["add-exercise"]
    duration_min: float = Field(ge=1, le=720)
    intensity_fraction: float = Field(default=0.5, ge=0, le=1)

    def change(self) -> Change:
        """As the layers below know it."""
        return AddExercise(at=self.at, duration_min=self.duration_min, intensity_fraction=self.intensity_fraction)


class RemoveExerciseShape(_At):
    """No walk."""

    kind: Literal["remove-exercise"]

    def change(self) -> Change:
        """As the layers below know it."""
        return RemoveExercise(at=self.at)


class CompositionShape(_At):
    """Another meal with the same carbohydrate."""

    kind: Literal["change-composition"]
    protein_g: float | None = Field(default=None, ge=0, le=500)
    fat_g: float | None = Field(default=None, ge=0, le=500)
    fibre_g: float | None = Field(default=None, ge=0, le=200)

    def change(self) -> Change:
        """As the layers below know it."""
        return ChangeComposition(at=self.at, protein_g=self.protein_g, fat_g=self.fat_g, fibre_g=self.fibre_g)


class ProductShape(Shape):
    """Another mealtime insulin."""

    kind: Literal["change-insulin"]
    product: str = Field(max_length=64)

    def change(self) -> Change:
        """As the layers below know it."""
        return ChangeProduct(product=self.product)


class UnexplainedShape(Shape):
    """A past day without what nothing on record explains."""

    kind: Literal["leave-out-unexplained"]

    def change(self) -> Change:
        """As the layers below know it."""
        return LeaveOutUnexplained()


AnyChange = Annotated[
    AddMealShape
    | ScaleShape
    | ShiftShape
    | AddBolusShape
    | SplitBolusShape
    | ScaleBasalShape
    | AddExerciseShape
    | RemoveExerciseShape
    | CompositionShape
    | ProductShape
    | UnexplainedShape,
    Field(discriminator="kind"),
]


class AlgorithmShape(Shape):
    """A dosing algorithm that has all insulin of the hours in its hands; what is not given is as the pump is set."""

    name: str = Field(max_length=64)
    carb_ratio_g_per_u: float | None = Field(default=None, ge=0.5, le=200)
    correction_factor_mgdl_per_u: float | None = Field(default=None, ge=2, le=500)
    target_mgdl: float | None = Field(default=None, ge=70, le=250)

    def plan(self) -> DosingPlan:
        """As the layers below know it."""
        return FollowAlgorithm(
            algorithm=self.name,
            carb_ratio_g_per_u=self.carb_ratio_g_per_u,
            correction_factor_mgdl_per_u=self.correction_factor_mgdl_per_u,
            target_mgdl=self.target_mgdl,
        )


class WhatIfBody(Shape):
    """A question: what if."""

    mode: Literal["ahead", "replay"]
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    horizon_min: int = Field(default=240, ge=30, le=480, multiple_of=5)
    changes: tuple[AnyChange, ...] = Field(default=(), max_length=12)
    algorithm: AlgorithmShape | None = None


class WhatIfAnswer(WhatIfJson):
    """An answered what-if: in sentences, with what limits it, and which twin said it."""

    sentences: list[str]
    uncertainty: str
    limits: str
    twin_version: str


@router.post("/people/{person_id}/forecasts")
def forecast(
    person_id: PersonId, body: ForecastBody, request: Request, caller: Calling, service: Running
) -> IssuedCurve:
    """A forecast from the newest reading; it is entered into the ledger as it is told."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, access):
        authority = service.authority(access.role)
        issued = issue_now(desk, service.memory, person_id, authority=authority, horizon_min=body.horizon_min)
        return curve_json(issued)


@router.get("/people/{person_id}/forecasts")
def forecasts(
    person_id: PersonId, request: Request, caller: Calling, service: Running, start: Moment = None, end: Moment = None
) -> Items[IssuedCurve]:
    """Issued forecasts by their origins; default those of the last day."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, _):
        window = window_of(start, end, service.now(person_id))
        return {"items": [curve_json(one) for one in read_forecasts(desk, person_id, window=window)]}


@router.get("/people/{person_id}/forecasts/score")
def score(person_id: PersonId, request: Request, caller: Calling, service: Running) -> LedgerAnswer:
    """How good the issued forecasts were, by version and horizon."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, access):
        timeline, issued = service.memory.timeline(desk, person_id), read_forecasts(desk, person_id)
        return score_of_issued(issued, timeline, authority=service.authority(access.role))


@router.get("/people/{person_id}/offline-twin")
def offline_twin(person_id: PersonId, request: Request, caller: Calling, service: Running) -> OfflineTwin:
    """The compact twin, with which a phone goes on forecasting without a network."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, access):
        return offline_of(desk, service.memory, person_id, authority=service.authority(access.role))


@router.post("/people/{person_id}/what-ifs")
def what_if(person_id: PersonId, body: WhatIfBody, request: Request, caller: Calling, service: Running) -> WhatIfAnswer:
    """What would have been, or would be, with other food, insulin or exercise."""
    with desk_for(request, caller, person_id, Action.ASK_TWIN) as (desk, access):
        ready = question(service.memory, desk, person_id, body, service.authority(access.role))
    return _what_if_json(ready())


def question(
    memory: Memory, desk: Desk, person_id: str, body: WhatIfBody, authority: Authority
) -> Callable[[], Answer[WhatIf]]:
    """A question with everything that it needs of the store, to be answered without it."""
    changes = [one.change() for one in body.changes]
    dosing = None if body.algorithm is None else body.algorithm.plan()
    if body.mode == "ahead":
        if dosing is not None:
            raise DataError(ErrorCode.INVALID_VALUE, message("service-algorithm-replays"))
        # Refused before anything is worked out that only the answer would need.
        authority.require(required_capability(changes))
        opened = memory.prospect(desk, person_id, origin=body.start, horizon_min=body.horizon_min)
        return partial(ask_open_prospect, opened, changes, authority=authority)
    timeline, twin, window = memory.timeline(desk, person_id), memory.require_twin(desk, person_id), _replayed(body)
    return partial(replay_person, twin, timeline, window=window, changes=changes, dosing=dosing, authority=authority)


def _replayed(body: WhatIfBody) -> Window:
    if body.start is None or body.end is None:
        raise DataError(ErrorCode.INVALID_VALUE, message("service-replay-window"))
    window = Window(start=body.start, end=body.end)
    if window.days > LONGEST_REPLAY_DAYS:
        raise DataError(ErrorCode.INVALID_VALUE, message("service-window-too-long", days=round(LONGEST_REPLAY_DAYS)))
    return window


def _what_if_json(answer: Answer[WhatIf]) -> WhatIfAnswer:
    plain = answer.payload.to_json()
    cautions = [message(key) for key in (*answer.payload.cautions, *answer.validity.cautions)]
    return {
        **plain,
        "sentences": list(answer.payload.changes),
        "cautions": cautions,
        "uncertainty": answer.uncertainty,
        "limits": answer.limits,
        "twin_version": answer.model.twin_version,
    }
