import json

import pytest

from glucotwin.core.claim import Claim, Verdict


def claim(verdict: Verdict, measured: str | None) -> Claim:
    return Claim(
        claim="RMSE at 60 min below persistence",
        source="own measurement",
        expected="< 40 mg/dL",
        measured=measured,
        verdict=verdict,
        command="glucotwin demo",
        attributes=(("sex", "female"), ("age_band", "18-64")),
    )


@pytest.mark.parametrize(
    ("verdict", "measured"), [(Verdict.MET, "31 mg/dL"), (Verdict.MISSED, "44 mg/dL"), (Verdict.UNVERIFIED, None)]
)
def test_claim_is_written_with_verdict_and_command(verdict: Verdict, measured: str | None) -> None:
    document = json.loads(json.dumps(claim(verdict, measured).to_json()))
    assert list(document) == ["claim", "source", "expected", "measured", "verdict", "command", "attributes"]
    assert (document["verdict"], document["measured"]) == (str(verdict), measured)
    assert document["attributes"] == {"sex": "female", "age_band": "18-64"}


def test_claim_needs_the_command_that_measures_it() -> None:
    with pytest.raises(TypeError, match="command"):
        Claim(claim="c", source="s", expected="e", measured=None, verdict=Verdict.UNVERIFIED)  # pyright: ignore[reportCallIssue]  # the omission
