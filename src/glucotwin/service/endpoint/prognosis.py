"""Years ahead of a described person by published equations; nothing is kept, and nobody's record is looked at."""

from typing import Literal, cast

from fastapi import APIRouter
from pydantic import Field

from glucotwin.prognosis.answer import Question
from glucotwin.prognosis.person import DescribedPerson
from glucotwin.prognosis.schema import person_schema
from glucotwin.prognosis.shape import ComplicationsJson, PersonKeyJson
from glucotwin.service.caller import Calling
from glucotwin.service.schema import Items, Shape
from glucotwin.workflows.complications import complications_of_person

router = APIRouter(tags=["prognosis"])
LONGEST_Y, MOST_SAMPLES = 40, 5000
"""What a request may ask for, so that it takes a second or two of one processor at most."""


class ComplicationsBody(Shape):
    """A described person, and how their years ahead are asked for."""

    person: DescribedPerson
    years: int = Field(default=10, ge=1, le=LONGEST_Y)
    risk_factors: Literal["published", "held"] = "published"
    samples: int = Field(default=2000, ge=0, le=MOST_SAMPLES, description="Simulated lives; 0 for none.")
    seed: int = Field(default=1, ge=0, le=2**31 - 1)


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
