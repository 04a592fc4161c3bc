"""Use case: people say how they are, and see with their carers and clinicians how that goes over time."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from glucotwin.core.error import DataError
from glucotwin.core.message import spoken_locale
from glucotwin.core.profile import Role
from glucotwin.store.access import Action, access_to
from glucotwin.store.desk import Desk
from glucotwin.store.response import StoredResponse, add_response, list_responses
from glucotwin.workflows.living.shape.questionnaire import QuestionnaireJson, QuestionnaireList, ResponseJson
from glucotwin.workflows.questionnaire.answer import ScoreJson, check_answers, score_of
from glucotwin.workflows.questionnaire.definition import Questionnaire
from glucotwin.workflows.questionnaire.question import QuestionKind
from glucotwin.workflows.questionnaire.registry import SITES, find_questionnaire, questionnaires_in
from glucotwin.workflows.questionnaire.text import spoken

Known = Mapping[str, Questionnaire]


def known_at(desk: Desk) -> Known:
    """The questionnaires of a service: ours, and those in the folder ``questionnaires`` of its data.

    Raises:
        DataError: a file there is no questionnaire that is known here.
    """
    return questionnaires_in(desk.keystore.folder.parent / SITES)


def questionnaires_of(desk: Desk, person_id: str) -> QuestionnaireList:
    """What may be filled in and what was answered, as JSON values in the language of the request.

    Args:
        desk: of an account that may read.
        person_id: of whom.
    """
    known = known_at(desk)
    return {
        "questionnaires": [questionnaire_json(one) for one in known.values()],
        "responses": [response_json(known, one) for one in responses_of(desk, known, person_id)],
    }


def responses_of(desk: Desk, known: Known, person_id: str) -> tuple[StoredResponse, ...]:
    """What was answered, as far as an account may read it: a researcher gets no free text, which may name people.

    Args:
        desk: of an account that may read.
        known: the questionnaires; what was answered to others may be text and is kept back alike.
        person_id: of whom.
    """
    found = list_responses(desk, person_id)
    if access_to(desk, person_id, Action.READ_DATA).role is not Role.RESEARCHER:
        return found
    return tuple(replace(one, answers=_without_text(known.get(one.questionnaire), one.answers)) for one in found)


def _without_text(form: Questionnaire | None, answers: Mapping[str, str]) -> dict[str, str]:
    questions = () if form is None else form.questions
    plain = {one.link_id for one in questions if one.kind is not QuestionKind.TEXT}
    return {link_id: answer for link_id, answer in answers.items() if link_id in plain}


def answer_questionnaire(
    desk: Desk, person_id: str, *, questionnaire: str, answers: Mapping[str, str], at: datetime
) -> ResponseJson:
    """Keeps the answers to a questionnaire.

    Args:
        desk: of the person or a carer.
        person_id: of whom.
        questionnaire: name of it.
        answers: by question: code of an option, number or text.
        at: aware time.

    Raises:
        NotFoundError: there is no such questionnaire.
        DataError: an answer is missing, or none of the questionnaire's.
    """
    known = known_at(desk)
    form = find_questionnaire(known, questionnaire)
    check_answers(form, answers)
    made = add_response(desk, person_id, questionnaire=form.name, version=form.version, answers=answers, at=at)
    return response_json(known, made)


def questionnaire_json(form: Questionnaire) -> QuestionnaireJson:
    """A questionnaire as JSON values, in the language of the request."""
    locale = spoken_locale()
    scales = form.counted_scales
    bounds = {name: form.bounds(name) for name in scales}
    return {
        "name": form.name,
        "url": form.url,
        "version": form.version,
        "title": spoken(form.title, locale),
        "description": spoken(form.description, locale),
        "copyright": form.copyright,
        "scales": [
            {"scale": name, "title": spoken(title, locale), "least": bounds[name][0], "most": bounds[name][1]}
            for name, title in scales.items()
        ],
        "questions": [
            {
                "link_id": one.link_id,
                "kind": one.kind,
                "scale": one.scale,
                "text": spoken(one.text, locale),
                "required": one.required,
                "options": [{"code": each.code, "text": spoken(each.text, locale)} for each in one.options],
                "least": one.least,
                "most": one.most,
                "unit": one.unit,
            }
            for one in form.questions
        ],
    }


def response_json(known: Known, one: StoredResponse) -> ResponseJson:
    """Answers with their scores as JSON values; without scores when the questionnaire is no longer the same."""
    form = known.get(one.questionnaire)
    scores = [] if form is None or form.version != one.version else _scores(form, one)
    return {
        "response_id": one.response_id,
        "questionnaire": one.questionnaire,
        "version": one.version,
        "at": one.at.isoformat(),
        "answers": dict(one.answers),
        "scores": scores,
    }


def _scores(form: Questionnaire, one: StoredResponse) -> list[ScoreJson]:
    locale = spoken_locale()
    try:
        return [
            {
                "scale": name,
                "title": spoken(title, locale),
                "score": score_of(form, name, one.answers),
                "least": form.bounds(name)[0],
                "most": form.bounds(name)[1],
            }
            for name, title in form.counted_scales.items()
        ]
    except DataError:
        return []
