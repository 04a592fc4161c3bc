"""What a score answers: risks where it is valid for the person, otherwise named reasons why it refuses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from glucotwin.core.message import message

RiskValue = float | tuple[float, ...]


class Reason(StrEnum):
    """Why a score refuses a person; each has a sentence ``prognosis-refusal-…`` in the catalogue."""

    OUT_OF_RANGE = "out-of-range"
    NOT_MEASURED = "not-measured"
    TYPE_1 = "type-1"
    PRIOR_CARDIOVASCULAR_DISEASE = "prior-cardiovascular-disease"
    PRIOR_HEART_FAILURE = "prior-heart-failure"
    KIDNEY_REPLACEMENT = "kidney-replacement"
    SEVERE_ORGAN_DAMAGE = "severe-organ-damage"
    REGION = "region"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One reason why a score is not meant for a person.

    Attributes:
        reason: which kind.
        key: the key of the description that stands against it.
        value, low, high: the value and the range of the equation, as text; empty for other reasons.
    """

    reason: Reason
    key: str
    value: str = ""
    low: str = ""
    high: str = ""

    @property
    def text(self) -> str:
        """The reason in one sentence."""
        values = {"key": self.key, "value": self.value, "low": self.low, "high": self.high}
        return message(f"prognosis-refusal-{self.reason}", **values)

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {"reason": str(self.reason), "key": self.key, "message": self.text}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Risks of one event.

    Attributes:
        event: what happens, such as ``heart_failure``.
        risks: probabilities from 0 to 1 by name, such as ``risk_10y``; several for a course over years.
    """

    event: str
    risks: Mapping[str, RiskValue]

    @property
    def text(self) -> str:
        """The event in words."""
        return message(f"prognosis-event-{self.event.replace('_', '-')}")

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {name: list(risk) if isinstance(risk, tuple) else risk for name, risk in self.risks.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreAnswer:
    """What one score says of one person.

    Attributes:
        outcomes: events with their risks; empty when refused. The first is the score's own.
        measures: other numbers and words, such as an eGFR or a category.
        refusals: why it does not answer.
        cautions: catalogue keys of what limits the answer.
        assumed: keys of the description that were taken at their default.
    """

    outcomes: tuple[Outcome, ...] = ()
    measures: Mapping[str, object] = field(default_factory=dict[str, object])
    refusals: tuple[Refusal, ...] = ()
    cautions: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether it answers."""
        return not self.refusals

    def to_json(self) -> dict[str, object]:
        """As JSON values; a single event's risks, or those of the first, stand at the top."""
        answer: dict[str, object] = {"valid": self.valid}
        if self.refusals:
            return answer | {"refused_because": [one.to_json() for one in self.refusals]}
        if self.outcomes:
            answer |= {"event": self.outcomes[0].event} | self.outcomes[0].to_json()
        answer |= self.measures
        if len(self.outcomes) > 1:
            answer["events"] = {one.event: one.to_json() for one in self.outcomes}
        if self.cautions:
            answer["cautions"] = [message(key) for key in self.cautions]
        if self.assumed:
            answer["assumed"] = list(self.assumed)
        return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """How a person's future is asked for.

    Attributes:
        years: horizon of the yearly courses.
        samples: simulated lives; 0 leaves them out.
        seed: of the simulated lives.
        progression: whether risk factors go on as published, or are held.
    """

    years: int = 10
    samples: int = 5000
    seed: int = 1
    progression: bool = True
