"""Shapes of questionnaires, and of what was answered to them."""

from typing_extensions import TypedDict

from glucotwin.core.json_value import Instant
from glucotwin.workflows.questionnaire.answer import ScoreJson
from glucotwin.workflows.questionnaire.question import QuestionKind


class OptionJson(TypedDict):
    """An answer to choose."""

    code: str
    text: str


class QuestionJson(TypedDict):
    """A question: a choice, a number with its bounds and unit, or free text."""

    link_id: str
    kind: QuestionKind
    scale: str
    text: str
    required: bool
    options: list[OptionJson]
    least: float | None
    most: float | None
    unit: str


class ScaleJson(TypedDict):
    """What answers are summed up to, with the least and most that this can be."""

    scale: str
    title: str
    least: float
    most: float


class QuestionnaireJson(TypedDict):
    """A questionnaire to fill in, in the asker's language."""

    name: str
    url: str
    version: str
    title: str
    description: str
    copyright: str
    scales: list[ScaleJson]
    questions: list[QuestionJson]


class ResponseJson(TypedDict):
    """A filled-in questionnaire and its scores."""

    response_id: str
    questionnaire: str
    version: str
    at: Instant
    answers: dict[str, str]
    scores: list[ScoreJson]


class QuestionnaireList(TypedDict):
    """Questionnaires that may be filled in, and what was answered, the newest first."""

    questionnaires: list[QuestionnaireJson]
    responses: list[ResponseJson]
