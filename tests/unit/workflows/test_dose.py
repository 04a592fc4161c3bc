"""One decision of a dosing algorithm."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from glucotwin.core.error import DataError, NotAllowedError
from glucotwin.core.profile import Authority
from glucotwin.workflows.dose import decide_dose
from made_up_oref import bolus, readings, request

LOOP: dict[str, Any] = json.loads((Path(__file__).parents[3] / "examples" / "dose" / "loop.json").read_text())
LIMITS = {"max_basal_u_per_h": 3.0, "max_bolus_u": 5.0, "max_insulin_on_board_u": 12.0}


def stream(document: object) -> io.StringIO:
    return io.StringIO(json.dumps(document))


def safety(document: dict[str, Any], algorithm: str, **limits: float) -> Any:
    answer = decide_dose(stream(document), algorithm=algorithm, limits=stream({**LIMITS, **limits}))
    return answer["safety"]


def test_researcher_is_answered() -> None:
    assert "result" in decide_dose(io.StringIO(json.dumps(request())), algorithm="oref0")


def test_nobody_is_shown_doses_in_the_review_profile() -> None:
    with pytest.raises(NotAllowedError):
        decide_dose(io.StringIO(json.dumps(request())), algorithm="oref0", authority=Authority())


def test_loops_dose_is_brought_onto_the_pumps_steps() -> None:
    found = safety(LOOP, "loop")
    assert found["wanted"]["bolus_u"] == pytest.approx(0.1966, abs=1e-4)
    assert found["given"]["bolus_u"] == pytest.approx(0.15)
    assert [clamp["reason"] for clamp in found["clamps"]] == ["pump-step"]
    assert found["around"]["insulin_on_board_u"] == pytest.approx(3.8755, abs=1e-4)


@pytest.mark.parametrize("kind", ["tempBasal", "automaticBolus", "manualBolus"])
def test_every_kind_of_loops_recommendation_keeps_the_limits(kind: str) -> None:
    found = safety({**LOOP, "recommendationType": kind}, "loop", max_insulin_on_board_u=1.0)
    assert found["given"] == {"rate_u_per_h": 0.0, "bolus_u": 0.0}
    assert "max-insulin-on-board" in {clamp["reason"] for clamp in found["clamps"]}


def test_without_a_recommendation_there_is_no_dose() -> None:
    assert safety({**LOOP, "basal": []}, "loop") is None


def test_orefs_rate_keeps_the_limits() -> None:
    document = request(glucose=readings(220, 3))
    wanted = safety(document, "oref0")
    assert wanted["wanted"]["rate_u_per_h"] == 3
    lowered = safety(document, "oref0", max_basal_u_per_h=1.2)
    assert lowered["given"]["rate_u_per_h"] == pytest.approx(1.2)
    assert [clamp["reason"] for clamp in lowered["clamps"]] == ["max-basal"]


def test_orefs_insulin_on_board_is_what_the_limit_is_judged_by() -> None:
    found = safety(request([bolus(9.0, 5)], glucose=readings(220, 3)), "oref0", max_insulin_on_board_u=2.0)
    assert found["around"]["insulin_on_board_u"] > 2
    assert found["given"] == {"rate_u_per_h": 0.0, "bolus_u": 0.0}


@pytest.mark.parametrize("limits", [{}, {**LIMITS, "max_bolus_u": -1}, {**LIMITS, "max_bolos_u": 1}])
def test_wrong_limits_are_an_error_with_a_hint(limits: dict[str, float]) -> None:
    with pytest.raises(DataError, match="limits are wrong") as raised:
        decide_dose(stream(LOOP), algorithm="loop", limits=stream(limits))
    assert "max_basal_u_per_h" in raised.value.hint
