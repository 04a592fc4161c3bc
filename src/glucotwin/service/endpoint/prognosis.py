"""Years ahead of a described person by published equations; nothing is kept.

Nobody's record is looked at but by what fills in a description from a person's own.
"""

from typing import Annotated, Literal, cast

from fastapi import APIRouter, Request
from pydantic import Field

from glucotwin.prognosis.answer import Question
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.schema import person_schema
from glucotwin.prognosis.shape import ComplicationsJson, PersonKeyJson
from glucotwin.service.caller import Calling, PersonId, desk_for
from glucotwin.service.schema import Items, Shape
from glucotwin.store.access import Action
from glucotwin.workflows.complications import complications_of_person
from glucotwin.workflows.living.data import timeline_of
from glucotwin.workflows.recorded_person import RecordedFactsJson, recorded_facts
from glucotwin.workflows.years_ahead import YearsAheadJson, years_ahead

router = APIRouter(tags=["prognosis"])
LONGEST_Y, MOST_SAMPLES, MOST_CANDIDATES = 40, 5000, 3
"""What a request may ask for, so that it takes a second or two of one processor at most."""


class ComplicationsBody(Shape):
    """A described person, and how their years ahead are asked for."""

    person: DescribedPerson
    years: int = Field(default=10, ge=1, le=LONGEST_Y)
    risk_factors: Literal["published", "held"] = "published"
    samples: int = Field(default=2000, ge=0, le=MOST_SAMPLES, description="Simulated lives; 0 for none.")
    seed: int = Field(default=1, ge=0, le=2**31 - 1)


Candidate = Annotated[str, Field(min_length=3, max_length=200)]


class YearsAheadBody(Shape):
    """A described person, candidates such as ``metformin:2000+semaglutide:1``, and the horizon of the courses."""

    person: DescribedPerson
    candidates: tuple[Candidate, ...] = Field(default=(), max_length=MOST_CANDIDATES)
    years: int = Field(default=10, ge=1, le=LONGEST_Y)
    samples: int = Field(default=1000, ge=1, le=MOST_SAMPLES, description="Simulated lives.")


@router.post("/years-ahead")
def ahead(body: YearsAheadBody, caller: Calling) -> Items[YearsAheadJson]:
    """Risks by year a year into each candidate; the first item, without a name, is to change nothing."""
    return {"items": years_ahead(body.person, body.candidates, years=body.years, samples=body.samples)}


@router.get("/people/{person_id}/description")
def description(person_id: PersonId, request: Request, caller: Calling) -> RecordedFactsJson:
    """What the person's own record says of the keys of a description, with where each comes from."""
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        return recorded_facts(timeline_of(desk, person_id))


@router.get("/complications/schema")
def schema(caller: Calling) -> Items[PersonKeyJson]:
    """Every key of a described person with its meaning, unit, choices, range and default."""
    return {"items": cast("list[PersonKeyJson]", person_schema())}


@router.post("/complications")
def complications(body: ComplicationsBody, caller: Calling) -> ComplicationsJson:
    """One object per score: risks, or named reasons why it is not meant for this person."""
    held = body.risk_factors == "held"
    question = Question(years=body.years, samples=body.samples, seed=body.seed, progression=not held)
    return cast("ComplicationsJson", complications_of_person(body.person, question).to_json())
