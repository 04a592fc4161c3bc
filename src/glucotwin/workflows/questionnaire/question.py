"""One question of a questionnaire: a choice out of options, a number within bounds, or free text."""

import math
import re
from dataclasses import dataclass
from enum import StrEnum

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.number import plain_number
from glucotwin.workflows.questionnaire.text import Text

LONGEST_TEXT = 2000
"""Characters of a free text."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
"""A number as JSON and browsers write it; Python alone reads ``1_0`` and other scripts' digits too."""


class QuestionKind(StrEnum):
    """How a question is answered; names of FHIR item types."""

    CHOICE = "choice"
    INTEGER = "integer"
    DECIMAL = "decimal"
    TEXT = "text"

    @property
    def is_number(self) -> bool:
        """Whether a number is the answer."""
        return self in {QuestionKind.INTEGER, QuestionKind.DECIMAL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer to choose: what is told of it, and what it counts; None where it counts nothing."""

    code: str
    text: Text
    counts: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question.

    Attributes:
        link_id: its name in answers.
        kind: how it is answered.
        text: what is asked.
        options: to choose from; none but for a choice.
        required: whether the form is whole without it.
        scale: what it counts for.
        least, most: bounds of a number; None where there is none.
        unit: of a number, as it is written.
    """

    link_id: str
    kind: QuestionKind = QuestionKind.CHOICE
    text: Text
    options: tuple[Option, ...] = ()
    required: bool
    scale: str
    least: float | None = None
    most: float | None = None
    unit: str = ""

    @property
    def is_counted(self) -> bool:
        """Whether its options count something."""
        return any(one.counts is not None for one in self.options)

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

    def number(self, answer: str) -> float:
        """The number that was answered.

        Raises:
            DataError: it is none, not whole where it has to be, or out of bounds.
        """
        value = float(answer) if _NUMBER.fullmatch(answer) else math.nan
        is_whole = self.kind is not QuestionKind.INTEGER or value.is_integer()
        low, high = -math.inf if self.least is None else self.least, math.inf if self.most is None else self.most
        # Not a number is within no bounds.
        if not (is_whole and math.isfinite(value) and low <= value <= high):
            bounds = ["" if one is None else plain_number(one) for one in (self.least, self.most)]
            raise DataError(
                ErrorCode.INVALID_VALUE,
                message("questionnaire-no-number", question=self.link_id, value=answer[:40]),
                hint=message(f"questionnaire-{self.kind}-hint", low=bounds[0] or "–∞", high=bounds[1] or "∞"),
            )
        return value

    def check(self, answer: str) -> None:
        """Passes for an answer to this question.

        Raises:
            DataError: it is none.
        """
        if self.kind is QuestionKind.CHOICE:
            self.option(answer)
        elif self.kind.is_number:
            self.number(answer)
        elif not answer.strip() or len(answer) > LONGEST_TEXT:
            text = message("questionnaire-no-text", question=self.link_id, most=LONGEST_TEXT)
            raise DataError(ErrorCode.INVALID_VALUE, text)
