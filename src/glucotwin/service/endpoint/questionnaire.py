"""Questionnaires: what people say of themselves, and how that goes over time."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import Field, StringConstraints

from glucotwin.service.caller import Calling, PersonId, Running, desk_for
from glucotwin.service.schema import Shape
from glucotwin.store.access import Action
from glucotwin.store.response import remove_response
from glucotwin.workflows.living.questionnaire import answer_questionnaire, questionnaires_of
from glucotwin.workflows.living.shape.questionnaire import QuestionnaireList, ResponseJson
from glucotwin.workflows.questionnaire.definition import MOST_QUESTIONS
from glucotwin.workflows.questionnaire.question import LONGEST_TEXT

router = APIRouter(tags=["questionnaires"])
ResponseId = Annotated[str, Path(pattern="^[0-9a-f]{16}$")]
Code = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Told = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)]


class ResponseBody(Shape):
    """Answers by the ``linkId`` of their question: the code of an option, a number (``7.5``), or text."""

    questionnaire: str = Field(min_length=1, max_length=64)
    answers: dict[Code, Told] = Field(max_length=MOST_QUESTIONS)


@router.get("/people/{person_id}/questionnaires")
def questionnaires(person_id: PersonId, request: Request, caller: Calling) -> QuestionnaireList:
    """Questionnaires to fill in, and what was answered so far with its scores, the newest first."""
    with desk_for(request, caller, person_id, Action.READ_DATA) as (desk, _):
        return questionnaires_of(desk, person_id)


@router.post("/people/{person_id}/questionnaire-responses", status_code=201)
def respond(
    person_id: PersonId, body: ResponseBody, request: Request, caller: Calling, service: Running
) -> ResponseJson:
    """Keeps a filled-in questionnaire."""
    with desk_for(request, caller, person_id, Action.WRITE_DATA) as (desk, _):
        return answer_questionnaire(
            desk, person_id, questionnaire=body.questionnaire, answers=body.answers, at=service.now(person_id)
        )


@router.delete("/people/{person_id}/questionnaire-responses/{response_id}", status_code=204)
def take_out(person_id: PersonId, response_id: ResponseId, request: Request, caller: Calling) -> None:
    """Takes a filled-in questionnaire out."""
    with desk_for(request, caller, person_id, Action.WRITE_DATA) as (desk, _):
        remove_response(desk, person_id, response_id)
