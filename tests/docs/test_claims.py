"""The claims in ``validation/`` keep to their schema and name commands that exist."""

import json
from pathlib import Path

import pytest

from glucotwin.core.claim import Claim, Verdict

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "validation").glob("*.json"))
CLAIMS = [claim for file in FILES for claim in json.loads(file.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("values", CLAIMS, ids=[claim["claim"][:60] for claim in CLAIMS])
def test_every_claim_keeps_to_the_schema(values: dict[str, object]) -> None:
    claim = Claim.from_json(values)
    assert claim.to_json() == values
    assert claim.measured is not None or claim.verdict is Verdict.UNVERIFIED


@pytest.mark.parametrize("command", sorted({claim["command"] for claim in CLAIMS}))
def test_every_claim_names_a_command_that_exists(command: str) -> None:
    targets = [word for word in command.split() if "/" in word]
    assert command.startswith("uv run ")
    assert targets
    assert all((ROOT / target).exists() for target in targets)


def test_misses_are_reported_too() -> None:
    assert {claim["verdict"] for claim in CLAIMS} >= {"met", "missed"}
