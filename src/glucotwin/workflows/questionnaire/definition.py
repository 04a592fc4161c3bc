"""A questionnaire as a FHIR R4 ``Questionnaire`` defines it: groups of questions with options that count.

Read are groups, texts to read, and questions with one choice out of options. An option counts by the standard extension
``ordinalValue``; each group at the top is a scale of its own, and questions outside a group are one scale together.
Other languages stand beside a text by the standard extension ``translation``.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.workflows.questionnaire.text import Text, named, node, nodes, text_of

ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
LOOSE = "all"
"""The scale of questions outside a group."""
MOST_QUESTIONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer to choose: what is told of it, and what it counts; None where it counts nothing."""

    code: str
    text: Text
    counts: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question with one choice.

    Attributes:
        link_id: its name in answers.
        text: what is asked.
        options: to choose from.
        required: whether the form is whole without it.
        scale: what it counts for.
    """

    link_id: str
    text: Text
    options: tuple[Option, ...]
    required: bool
    scale: str

    def option(self, code: str) -> Option:
        """The option of a code.

        Raises:
            DataError: there is none.
        """
        found = next((one for one in self.options if one.code == code), None)
        if found is None:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                message("questionnaire-no-option", question=self.link_id, code=code[:40]),
                hint=", ".join(one.code for one in self.options),
            )
        return found


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
        elif kind == "choice":
            options = tuple(_option(node(each, "valueCoding")) for each in nodes(one, "answerOption"))
            if not link_id or not options or not all(each.code for each in options):
                raise _bad(file, message("questionnaire-no-options", question=link_id))
            required = one.get("required") is True
            text = text_of(one, "text")
            yield Question(link_id=link_id, text=text, options=options, required=required, scale=scale or LOOSE)
        elif kind != "display":
            raise _bad(file, message("questionnaire-kind", question=link_id, kind=kind))


def _option(coding: Mapping[str, object]) -> Option:
    counts = next((each.get("valueDecimal") for each in nodes(coding, "extension") if each.get("url") == ORDINAL), None)
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
