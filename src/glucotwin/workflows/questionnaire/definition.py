"""A questionnaire as a FHIR R4 ``Questionnaire`` defines it: groups of questions with options that count.

Read are groups, texts to read, and questions with one choice out of options, a number (``integer``, ``decimal``; bounds
and unit by the standard extensions) or free text (``string``, ``text``). An option counts by the standard extension
``ordinalValue``; each group at the top is a scale of its own, and questions outside a group are one scale together.
Other languages stand beside a text by the standard extension ``translation``.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.workflows.questionnaire.question import Option, Question, QuestionKind
from glucotwin.workflows.questionnaire.text import Text, named, node, nodes, text_of

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
LOWEST, HIGHEST, UNIT = (
    f"http://hl7.org/fhir/StructureDefinition/{name}" for name in ("minValue", "maxValue", "questionnaire-unit")
)
KINDS = {
    "choice": QuestionKind.CHOICE,
    "integer": QuestionKind.INTEGER,
    "decimal": QuestionKind.DECIMAL,
    "string": QuestionKind.TEXT,
    "text": QuestionKind.TEXT,
}
LOOSE = "all"
"""The scale of questions outside a group."""
MOST_QUESTIONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Questionnaire:
    """A questionnaire.

    Attributes:
        name: by which it is asked for.
        url, version: which one it is, as FHIR tells it.
        title, description: what it is, and what to know before filling it in.
        copyright: whose it is.
        questions: in order.
        scales: names and titles, in order.
    """

    name: str
    url: str
    version: str
    title: Text
    description: Text
    copyright: str
    questions: tuple[Question, ...]
    scales: Mapping[str, Text]

    @property
    def counted_scales(self) -> Mapping[str, Text]:
        """The scales that answers are summed up to: those with an option that counts."""
        counted = {one.scale for one in self.questions if one.is_counted}
        return {name: title for name, title in self.scales.items() if name in counted}

    def bounds(self, scale: str) -> tuple[float, float]:
        """The least and the most that a scale can come to."""
        counts = [
            [one.counts for one in q.options if one.counts is not None] for q in self.questions if q.scale == scale
        ]
        known = [one for one in counts if one]
        return sum(min(one) for one in known), sum(max(one) for one in known)


def read_questionnaire(path: Path) -> Questionnaire:
    """Reads a definition.

    Args:
        path: a FHIR R4 ``Questionnaire`` as JSON.

    Raises:
        DataError: it is none, or asks in a way that is not known here.
    """
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _bad(path.name, message("questionnaire-no-json")) from error
    if not isinstance(told, dict) or told.get("resourceType") != "Questionnaire":
        raise _bad(path.name, message("questionnaire-no-resource"))
    return _questionnaire(told, path.name)


def _questionnaire(told: Mapping[str, object], file: str) -> Questionnaire:
    name = named(told, "name")
    scales: dict[str, Text] = {}
    questions = tuple(_questions(nodes(told, "item"), file, None, scales))
    if not name or not questions or len(questions) > MOST_QUESTIONS:
        raise _bad(file, message("questionnaire-empty", most=MOST_QUESTIONS))
    if len({one.link_id for one in questions}) != len(questions):
        raise _bad(file, message("questionnaire-repeated"))
    title = text_of(told, "title") or {"en": name}
    if any(one.scale == LOOSE for one in questions):
        scales[LOOSE] = title
    return Questionnaire(
        name=name[:64],
        url=named(told, "url"),
        version=named(told, "version"),
        title=title,
        description=text_of(told, "description"),
        copyright=named(told, "copyright"),
        questions=questions,
        scales=scales,
    )


def _questions(
    items: list[Mapping[str, object]], file: str, scale: str | None, scales: dict[str, Text]
) -> Iterator[Question]:
    for one in items:
        kind, link_id = named(one, "type"), named(one, "linkId")
        if kind == "group":
            if scale is None:
                scales[link_id] = text_of(one, "text") or {"en": link_id}
            yield from _questions(nodes(one, "item"), file, scale or link_id, scales)
        elif kind in KINDS:
            yield _question(one, KINDS[kind], file, scale or LOOSE)
        elif kind != "display":
            raise _bad(file, message("questionnaire-kind", question=link_id, kind=kind))


def _question(told: Mapping[str, object], kind: QuestionKind, file: str, scale: str) -> Question:
    link_id = named(told, "linkId")
    options = tuple(_option(node(each, "valueCoding")) for each in nodes(told, "answerOption"))
    is_choice = kind is QuestionKind.CHOICE
    if not link_id or (is_choice and not (options and all(each.code for each in options))):
        raise _bad(file, message("questionnaire-no-options", question=link_id))
    unit = node(_extension(told, UNIT), "valueCoding")
    return Question(
        link_id=link_id,
        kind=kind,
        text=text_of(told, "text"),
        options=options if is_choice else (),
        required=told.get("required") is True,
        scale=scale,
        least=_bound(told, LOWEST),
        most=_bound(told, HIGHEST),
        unit=named(unit, "display") or named(unit, "code"),
    )


def _extension(told: Mapping[str, object], url: str) -> Mapping[str, object]:
    return next((one for one in nodes(told, "extension") if one.get("url") == url), {})


def _bound(told: Mapping[str, object], url: str) -> float | None:
    extension = _extension(told, url)
    values = (extension.get(name) for name in ("valueInteger", "valueDecimal"))
    return next((float(one) for one in values if isinstance(one, int | float)), None)


def _option(coding: Mapping[str, object]) -> Option:
    counts = _extension(coding, ORDINAL).get("valueDecimal")
    code = named(coding, "code")
    return Option(
        code=code,
        text=text_of(coding, "display") or {"en": code},
        counts=float(counts) if isinstance(counts, int | float) else None,
    )


def _bad(file: str, why: str) -> DataError:
    return DataError(
        ErrorCode.INVALID_VALUE,
        message("questionnaire-bad", file=file, why=why),
        hint=message("questionnaire-bad-hint"),
    )
