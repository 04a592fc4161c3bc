"""Validity: for whom a model was validated, and whether a person is one of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidatedPopulation:
    """For whom a model's forecasts and what-ifs were checked against real data.

    Attributes:
        diabetes_types: values of ``DiabetesType`` covered.
        minimum_age_years: youngest age covered.
        evidence: where the validation is written down.
        cautions: message keys of what limits it for everybody covered.
    """

    diabetes_types: frozenset[str]
    minimum_age_years: int
    evidence: str
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """Whether an answer is meant for this person.

    Attributes:
        reasons_against: message keys of why not; empty when valid.
        cautions: message keys of what is not known and should be kept in mind.
    """

    reasons_against: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons_against

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        return {"valid": self.valid, "reasons_against": list(self.reasons_against), "cautions": list(self.cautions)}
