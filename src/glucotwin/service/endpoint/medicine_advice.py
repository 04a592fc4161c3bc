"""Advice on medicines of type 2 diabetes, for clinicians: a person's visits on record, and what may follow them."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field
from typing_extensions import TypedDict

from glucotwin.prognosis.person import DescribedPerson
from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Shape
from glucotwin.store.access import Action
from glucotwin.workflows.living.data import timeline_of
from glucotwin.workflows.living.medicine_advice import MedicineQuestion, ask_medicines, visit_json
from glucotwin.workflows.living.shape.medicine_advice import VisitJson
from glucotwin.workflows.recorded_visits import recorded_visits
from glucotwin.workflows.regimen_advice import RegimenQuestion
from glucotwin.workflows.regimen_advice_answer import MedicineAdviceAnswer, medicine_advice_json
from glucotwin.workflows.regimen_history import LIMITS, VisitRow

router = APIRouter(tags=["advice"])
MOST_VISITS, LONGEST_MONTHS = 60, 24


class VisitsJson(TypedDict):
    """A person's visits in order, and what was left out or supposed."""

    items: list[VisitJson]
    cautions: list[str]


class VisitBody(Shape):
    """A visit: what was measured, and what is taken from then on (null for as before)."""

    on: date
    medicines: str | None = Field(default=None, min_length=1, max_length=400)
    hba1c_pct: float | None = Field(default=None, ge=LIMITS["hba1c_pct"][0], le=LIMITS["hba1c_pct"][1])
    fasting_glucose_mmoll: float | None = Field(
        default=None, ge=LIMITS["fasting_glucose_mmoll"][0], le=LIMITS["fasting_glucose_mmoll"][1]
    )
    mean_glucose_mgdl: float | None = Field(
        default=None, ge=LIMITS["mean_glucose_mgdl"][0], le=LIMITS["mean_glucose_mgdl"][1]
    )
    weight_kg: float | None = Field(default=None, ge=LIMITS["weight_kg"][0], le=LIMITS["weight_kg"][1])

    def row(self) -> VisitRow:
        """As the layers below know it."""
        return VisitRow(**{name: getattr(self, name) for name in VisitRow.__dataclass_fields__})


class MedicineAdviceBody(Shape):
    """The person today, their visits in order (the first one says what is taken), and what is aimed at."""

    person: DescribedPerson
    visits: tuple[VisitBody, ...] = Field(min_length=1, max_length=MOST_VISITS)
    target_hba1c_pct: float = Field(default=7.0, ge=5.5, le=9.0)
    months: int = Field(default=6, ge=3, le=LONGEST_MONTHS)
    c_peptide_nmoll: float | None = Field(default=None, ge=0, le=10)
    medicines: tuple[str, ...] = Field(default=(), max_length=40, description="Only these may be begun or raised.")

    def asked(self) -> MedicineQuestion:
        """As the layers below know it."""
        question = RegimenQuestion(
            target_pct=self.target_hba1c_pct,
            months=self.months,
            c_peptide_nmoll=self.c_peptide_nmoll,
            medicines=self.medicines,
        )
        visits = tuple(sorted((one.row() for one in self.visits), key=lambda row: row.on))
        return MedicineQuestion(described=self.person, visits=visits, question=question)


class MedicinePlanBody(Shape):
    """A plan out of those that advice ranks, the day from which it holds, and the question that the twin is asked."""

    plan: str = Field(max_length=400, description="As the answer names it; empty for nothing taken.")
    from_day: date
    advice: MedicineAdviceBody


@router.get("/people/{person_id}/visits")
def visits(
    person_id: PersonId,
    request: Request,
    caller: Calling,
    before: Annotated[str | None, Query(min_length=1, max_length=400)] = None,
) -> VisitsJson:
    """HbA1c on record with what stands beside it, and what was taken when; ``before``: what before the first dose."""
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        found = recorded_visits(timeline_of(desk, person_id), before)
    return {"items": [visit_json(row) for row in found.rows], "cautions": list(found.cautions)}


@router.post("/people/{person_id}/medicine-advice")
def advise(
    person_id: PersonId, body: MedicineAdviceBody, request: Request, caller: Calling, service: Running
) -> MedicineAdviceAnswer:
    """Ranks the medicines that may follow, by a twin of the person's months; nothing contraindicated is proposed."""
    caller.require_browser()
    with desk_for(request, caller, person_id, Action.ADVISE) as (desk, access):
        access.require(Action.ASK_TWIN)
        authority = service.authority(access.role)
        found = ask_medicines(desk, person_id, body.asked(), authority)
    return medicine_advice_json(found.answer())
