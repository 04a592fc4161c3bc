"""Answers to a questionnaire: checked, scored, and as FHIR tells them."""

from collections.abc import Mapping
from datetime import datetime

from typing_extensions import TypedDict

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.workflows.questionnaire.definition import LOOSE, Questionnaire
from glucotwin.workflows.questionnaire.question import Question, QuestionKind


class ScoreJson(TypedDict):
    """What a scale came to, and the least and most that it can."""

    scale: str
    title: str
    score: float | None
    least: float
    most: float


def check_answers(form: Questionnaire, answers: Mapping[str, str]) -> None:
    """Passes when every answer is one of the form's, and all that is required is answered.

    Args:
        form: the questionnaire.
        answers: by ``linkId``: the code of an option, a number as it is written in JSON, or text.

    Raises:
        DataError: an answer is to no question or none that it takes, or one is missing.
    """
    questions = {one.link_id: one for one in form.questions}
    for link_id, answer in answers.items():
        if link_id not in questions:
            raise DataError(ErrorCode.INVALID_VALUE, message("questionnaire-no-question", question=link_id[:40]))
        questions[link_id].check(answer)
    missing = [one.link_id for one in form.questions if one.required and one.link_id not in answers]
    if missing:
        raise DataError(
            ErrorCode.INVALID_VALUE, message("questionnaire-missing", count=len(missing)), hint=", ".join(missing)
        )


def score_of(form: Questionnaire, scale: str, answers: Mapping[str, str]) -> float | None:
    """The sum of what the answers of a scale count; None when one of its questions is not answered."""
    counts = [
        q.option(answers[q.link_id]).counts if q.link_id in answers else None
        for q in form.questions
        if q.scale == scale and q.is_counted
    ]
    known = [one for one in counts if one is not None]
    return sum(known) if known and len(known) == len(counts) else None


def response_resource(
    form: Questionnaire, answers: Mapping[str, str], *, identifier: str, subject: str, at: datetime
) -> dict[str, object]:
    """The answers as a FHIR R4 ``QuestionnaireResponse``.

    Args:
        form: the questionnaire.
        answers: by ``linkId``.
        identifier: of the resource.
        subject: reference of the person.
        at: aware time.
    """
    items: list[dict[str, object]] = [
        {"linkId": one.link_id, "answer": [_value(one, answers[one.link_id])]}
        for one in form.questions
        if one.link_id in answers
    ]
    return {
        "resourceType": "QuestionnaireResponse",
        "id": identifier,
        "questionnaire": f"{form.url}|{form.version}" if form.version else form.url,
        "status": "completed",
        "subject": {"reference": subject},
        "authored": at.isoformat(),
        "item": _nested(form, items),
    }


def _value(question: Question, answer: str) -> dict[str, object]:
    if question.kind is QuestionKind.CHOICE:
        return {"valueCoding": {"code": answer, "display": question.option(answer).text.get("en", answer)}}
    if question.kind is QuestionKind.INTEGER:
        return {"valueInteger": int(question.number(answer))}
    if question.kind is QuestionKind.DECIMAL:
        return {"valueDecimal": question.number(answer)}
    return {"valueString": answer}


def _nested(form: Questionnaire, items: list[dict[str, object]]) -> list[dict[str, object]]:
    """Answers below the group that they stand in."""
    scale_of = {one.link_id: one.scale for one in form.questions}
    groups: dict[str, list[dict[str, object]]] = {}
    for one in items:
        groups.setdefault(scale_of[str(one["linkId"])], []).append(one)
    nested: list[dict[str, object]] = []
    for scale, inside in groups.items():
        whole: dict[str, object] = {"linkId": scale, "item": inside}
        nested += inside if scale == LOOSE else [whole]
    return nested
