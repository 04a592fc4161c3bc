"""Claims: what the project says it achieves, each with the command that measures it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """Whether a claim held when it was measured."""

    MET = "met"
    MISSED = "missed"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One measurable statement, kept in ``validation/`` as JSON.

    Attributes:
        claim: the statement in words, with units.
        source: where the expected figure comes from.
        expected: the figure or interval expected.
        measured: what was measured; None when it could not be.
        verdict: met, missed, or unverified: not measured, or measured against a figure that nobody could look up.
        command: what to run to measure it again.
        attributes: groups it was measured in (age band, sex, therapy, device …), if it is about people.
    """

    claim: str
    source: str
    expected: str
    measured: str | None
    verdict: Verdict
    command: str
    attributes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Claim":
        """A claim from its JSON values."""
        plain = {name: values[name] for name in ("claim", "source", "expected", "measured", "command")}
        verdict, attributes = Verdict(values["verdict"]), tuple(values["attributes"].items())
        return cls(**plain, verdict=verdict, attributes=attributes)

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {
            "claim": self.claim,
            "source": self.source,
            "expected": self.expected,
            "measured": self.measured,
            "verdict": str(self.verdict),
            "command": self.command,
            "attributes": dict(self.attributes),
        }
