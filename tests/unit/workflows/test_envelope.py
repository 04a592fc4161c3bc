import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from glucotwin.advise.envelope import EnvelopeLimits, SafetyEnvelope, standing_refusals
from glucotwin.advise.refusal import RefusalReason
from glucotwin.core.error import DataError, NotFoundError
from glucotwin.workflows.envelope import load_envelope, save_envelope

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def envelope() -> SafetyEnvelope:
    limits = EnvelopeLimits(
        basal_u_per_h=(0.5, 1.2),
        carb_ratio_g_per_u=(7.0, 14.0),
        correction_factor_mgdl_per_u=(30.0, 60.0),
        target_mgdl=(100.0, 130.0),
        max_bolus_u=8.0,
    )
    until = NOW + timedelta(days=7)
    return SafetyEnvelope(
        person_id="me", limits=limits, signed_by="Dr. Weber", signed_at=NOW, valid_until=until, why="a try"
    )


def test_an_envelope_comes_back_from_its_file_and_holds(tmp_path: Path) -> None:
    save_envelope(envelope(), tmp_path / "me.json")
    assert load_envelope(tmp_path / "me.json") == envelope()
    assert not standing_refusals(load_envelope(tmp_path / "me.json"), person_id="me", at=NOW)
    with pytest.raises(DataError, match="already"):
        save_envelope(envelope(), tmp_path / "me.json")


def test_a_file_that_was_altered_holds_for_nothing(tmp_path: Path) -> None:
    document = envelope().to_json()
    document["valid_until"] = (NOW + timedelta(days=60)).isoformat()
    (tmp_path / "me.json").write_text(json.dumps(document))
    found = standing_refusals(load_envelope(tmp_path / "me.json"), person_id="me", at=NOW)
    assert {one.reason for one in found} == {RefusalReason.ALTERED}


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "glucotwin-envelope/1"}', '{"schema": "other"}'])
def test_what_is_no_envelope_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(DataError):
        load_envelope(tmp_path / "bad.json")
    with pytest.raises(NotFoundError):
        load_envelope(tmp_path / "none.json")
