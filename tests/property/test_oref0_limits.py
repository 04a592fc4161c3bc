"""What oref0 never does, whatever the readings, records and settings."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.control.oref0.oracle import decide
from made_up_oref import PROFILE, bolus, meal, readings, request, temp

RATES = st.floats(0, 6).map(lambda rate: round(rate, 2))
SETTINGS = st.fixed_dictionaries(
    {
        "max_iob": st.floats(0, 12),
        "max_basal": st.floats(0, 6),
        "enableSMB_always": st.booleans(),
        "enableSMB_with_COB": st.booleans(),
        "enableUAM": st.booleans(),
        "maxSMBBasalMinutes": st.integers(15, 120),
        "sens": st.integers(15, 150),
        "carb_ratio": st.integers(3, 30),
    }
)


@st.composite
def situations(draw: st.DrawFn) -> dict[str, Any]:
    history = [
        *([bolus(draw(st.floats(0.1, 12)), draw(st.integers(0, 20)))] if draw(st.booleans()) else []),
        *temp(draw(RATES), 25, draw(st.sampled_from([30, 60, 120]))),
        *([bolus(draw(st.floats(0.1, 12)), draw(st.integers(30, 200)))] if draw(st.booleans()) else []),
        *temp(draw(RATES), 210, draw(st.sampled_from([30, 60]))),
    ]
    return request(
        history,
        profile=draw(SETTINGS),
        glucose=readings(draw(st.integers(20, 420)), draw(st.floats(-12, 12)), noise=draw(st.integers(0, 4))),
        carbs=[meal(draw(st.integers(1, 250)), draw(st.integers(0, 300)))] if draw(st.booleans()) else [],
        currenttemp={"rate": draw(RATES), "duration": draw(st.integers(0, 120))},
        microBolusAllowed=draw(st.booleans()),
        autosens={"ratio": draw(st.floats(0.7, 1.2))},
    )


@settings(deadline=None, max_examples=60)
@given(situations())
def test_doses_stay_within_the_limits(document: dict[str, Any]) -> None:
    stages: dict[str, Any] = decide(document)
    result, profile = stages["result"], document["profile"]
    highest = min(profile["max_basal"], 3 * PROFILE["max_daily_basal"], 4 * PROFILE["current_basal"])
    # A rate is rounded to the pump's steps of 0.05 U/h after it is limited.
    assert 0 <= result.get("rate", 0) <= max(highest, PROFILE["current_basal"]) + 0.025
    assert 0 <= result.get("duration", 0) <= 120
    units = result.get("units", 0)
    assert units >= 0
    if units:
        assert document["microBolusAllowed"]
        assert units + stages["iob"][0]["iob"] <= profile["max_iob"] + 1e-9
        assert units <= PROFILE["current_basal"] * max(profile["maxSMBBasalMinutes"], 30) / 60 + 0.05
        assert result["bg"] > 39


@settings(deadline=None, max_examples=40)
@given(situations(), st.integers(20, 65))
def test_low_glucose_never_gets_more_than_the_schedule(document: dict[str, Any], glucose_mgdl: int) -> None:
    document["glucose"] = readings(glucose_mgdl, -1)
    result: dict[str, Any] = decide(document)["result"]  # type: ignore[assignment]
    assert result.get("rate", 0) <= PROFILE["current_basal"]
    assert "units" not in result
