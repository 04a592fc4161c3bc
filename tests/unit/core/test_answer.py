import json
from datetime import UTC, datetime, timedelta

import pytest

from glucotwin.core.answer import Answer, ContextOfUse, DataGap, DataReference, ModelReference
from glucotwin.core.profile import RESEARCHER
from glucotwin.core.validity import Validity

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)


class Level:
    """The smallest thing that can be told."""

    def to_json(self) -> dict[str, object]:
        return {"glucose_mgdl": 120.0}


def answer() -> Answer[Level]:
    return Answer(
        context_of_use=ContextOfUse.FORECAST,
        issued_at=NOW,
        authority=RESEARCHER,
        model=ModelReference(body="minimal", twin_version="v", twin_hash="h", software_version="0"),
        data=DataReference(person_id="p", data_hash="d", start=NOW - timedelta(days=1), end=NOW),
        inputs_used=("glucose", "meal"),
        data_gaps=(DataGap(stream="glucose", start=NOW - timedelta(hours=2), end=NOW - timedelta(hours=1)),),
        validity=Validity(cautions=("validity-age-unknown",)),
        uncertainty="From the posterior.",
        limits="Not for dosing.",
        payload=Level(),
    )


def test_envelope_carries_everything_that_is_needed_to_judge_the_answer() -> None:
    document = json.loads(json.dumps(answer().to_json()))
    assert set(document) == {
        "context_of_use",
        "issued_at",
        "profile",
        "role",
        "model",
        "data",
        "inputs_used",
        "data_gaps",
        "validity",
        "uncertainty",
        "limits",
        "answer",
    }
    assert document["context_of_use"] == "forecast"
    assert (document["profile"], document["role"]) == ("research", "researcher")
    assert document["answer"] == {"glucose_mgdl": 120.0}
    assert document["validity"] == {"valid": True, "reasons_against": [], "cautions": ["validity-age-unknown"]}


def test_times_in_the_envelope_have_their_zone() -> None:
    document = json.loads(json.dumps(answer().to_json()))
    texts = [document["issued_at"], document["data"]["start"], document["data_gaps"][0]["end"]]
    assert all(datetime.fromisoformat(text).utcoffset() == timedelta(0) for text in texts)


@pytest.mark.parametrize("missing", ["limits", "uncertainty", "validity", "model", "data", "authority", "data_gaps"])
def test_answer_without_a_part_of_the_envelope_cannot_be_made(missing: str) -> None:
    parts = {name: getattr(answer(), name) for name in Answer.__dataclass_fields__ if name != missing}
    with pytest.raises(TypeError, match=missing):
        Answer(**parts)
