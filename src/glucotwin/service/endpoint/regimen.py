"""Candidate regimens of a described person with type 2 diabetes; nothing is kept, and nobody's record is looked at."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from typing_extensions import TypedDict

from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.target import DEFAULT_TARGETS, Targets
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.service.caller import Calling
from glucotwin.service.schema import Items, Shape
from glucotwin.workflows.regimen import compare_for_person
from glucotwin.workflows.regimen_answer import CandidateJson
from glucotwin.workflows.regimen_person import months_person
from glucotwin.workflows.regimen_plan import PlanJson, plan_for_person

router = APIRouter(tags=["prognosis"])
LONGEST_MONTHS, MOST_CANDIDATES, MOST_DRAWS = 12, 6, 400
"""What a request may ask for, so that it takes a second or two of one processor at most."""

Candidate = Annotated[str, Field(min_length=3, max_length=200)]


class DescribedBody(Shape):
    """A described person, and how far ahead to look."""

    person: DescribedPerson
    months: int = Field(default=12, ge=1, le=LONGEST_MONTHS)
    height_m: float | None = Field(default=None, ge=1.2, le=2.2, description="Default by sex.")


class RegimensBody(DescribedBody):
    """A described person and candidates such as ``metformin:2000+semaglutide:1``."""

    candidates: tuple[Candidate, ...] = Field(min_length=1, max_length=MOST_CANDIDATES)
    adherence: float = Field(default=1.0, ge=0.05, le=1.0, description="Share of doses taken.")
    draws: int = Field(default=200, ge=0, le=MOST_DRAWS, description="Of models and people; 0 for response alone.")


class PlanBody(DescribedBody):
    """A described person, and values to be below."""

    hba1c_pct: float = Field(default=DEFAULT_TARGETS.hba1c_pct, ge=5.0, le=10.0)
    sbp_mmhg: float = Field(default=DEFAULT_TARGETS.sbp_mmhg, ge=100.0, le=180.0)
    ldl_mmoll: float = Field(default=DEFAULT_TARGETS.ldl_mmoll, ge=0.5, le=5.0)


class MedicineJson(TypedDict):
    """A medicine or way of living, its class, and its dose."""

    name: str
    kind: str
    unit: str
    largest_dose: float
    titrated: bool


@router.get("/regimens/medicines")
def medicines(caller: Calling) -> Items[MedicineJson]:
    """Everything that a candidate can hold."""
    return {
        "items": [
            {
                "name": name,
                "kind": one.kind,
                "unit": one.unit,
                "largest_dose": one.largest_dose,
                "titrated": one.titration is not None,
            }
            for name, one in MEDICINES.items()
        ]
    }


@router.post("/regimens/compare")
def compare(body: RegimensBody, caller: Calling) -> Items[CandidateJson]:
    """What each candidate would do; the first item, without a name, is to change nothing."""
    person = months_person(body.person, height_m=body.height_m)
    answers = compare_for_person(
        body.person, person, body.candidates, months=body.months, adherence=body.adherence, draws=body.draws
    )
    return {"items": [one.to_json() for one in answers]}


@router.post("/regimens/plan")
def plan(body: PlanBody, caller: Calling) -> PlanJson:
    """The fewest medicines with which HbA1c, blood pressure and LDL cholesterol come below their targets together."""
    targets = Targets(hba1c_pct=body.hba1c_pct, sbp_mmhg=body.sbp_mmhg, ldl_mmoll=body.ldl_mmoll)
    person = months_person(body.person, height_m=body.height_m)
    return plan_for_person(body.person, person, months=body.months, targets=targets).to_json()
