"""The claims in ``validation/`` keep to their schema and name commands that exist."""

import json
from pathlib import Path

import pytest

from glucotwin.core.claim import Claim, Verdict

ROOT = Path(__file__).parents[2]
CLAIMS = json.loads((ROOT / "validation" / "claims.json").read_text(encoding="utf-8"))


def read_claim(values: dict[str, object]) -> Claim:
    """A claim from its JSON values."""
    fields = {name: values[name] for name in ("claim", "source", "expected", "measured", "command")}
    attributes = values["attributes"]
    assert isinstance(attributes, dict)
    return Claim(**fields, verdict=Verdict(str(values["verdict"])), attributes=tuple(attributes.items()))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize("values", CLAIMS, ids=[claim["claim"][:60] for claim in CLAIMS])
def test_every_claim_keeps_to_the_schema(values: dict[str, object]) -> None:
    claim = read_claim(values)
    assert claim.to_json() == values
    assert (claim.measured is None) == (claim.verdict is Verdict.UNVERIFIED)


@pytest.mark.parametrize("command", sorted({claim["command"] for claim in CLAIMS}))
def test_every_claim_names_a_command_that_exists(command: str) -> None:
    targets = [word for word in command.split() if "/" in word]
    assert command.startswith("uv run ")
    assert targets
    assert all((ROOT / target).exists() for target in targets)


def test_misses_are_reported_too() -> None:
    assert {claim["verdict"] for claim in CLAIMS} >= {"met", "missed"}
