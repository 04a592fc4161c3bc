"""Candidate regimens of a described person with type 2 diabetes; nothing is kept, and nobody's record is looked at."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from typing_extensions import TypedDict

from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.service.caller import Calling
from glucotwin.service.schema import Items, Shape
from glucotwin.workflows.regimen import compare_for_person
from glucotwin.workflows.regimen_answer import CandidateJson
from glucotwin.workflows.regimen_person import months_person

router = APIRouter(tags=["prognosis"])
LONGEST_MONTHS, MOST_CANDIDATES = 12, 6
"""What a request may ask for, so that it takes a second or two of one processor at most."""

Candidate = Annotated[str, Field(min_length=3, max_length=200)]


class RegimensBody(Shape):
    """A described person and candidates such as ``metformin:2000+semaglutide:1``."""

    person: DescribedPerson
    candidates: tuple[Candidate, ...] = Field(min_length=1, max_length=MOST_CANDIDATES)
    months: int = Field(default=12, ge=1, le=LONGEST_MONTHS)
    height_m: float | None = Field(default=None, ge=1.2, le=2.2, description="Default by sex.")
    adherence: float = Field(default=1.0, ge=0.05, le=1.0, description="Share of doses taken.")


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
    answers = compare_for_person(body.person, person, body.candidates, months=body.months, adherence=body.adherence)
    return {"items": [one.to_json() for one in answers]}
