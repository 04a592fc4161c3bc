"""oref0 beside its original: every stage of every recorded case, exactly."""

import json
import lzma
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from glucotwin.control.algorithm import find_algorithm
from glucotwin.control.oref0.carb_entry import BolusEntry, CarbEntry, find_meal_entries
from glucotwin.control.oref0.carbs_on_board import Absorption, MealStatus
from glucotwin.control.oref0.decision import Decision
from glucotwin.control.oref0.decision_input import CurrentTemp, DecisionInput, InsulinForecast
from glucotwin.control.oref0.determine_basal import determine_basal
from glucotwin.control.oref0.glucose_status import (
    GlucoseEntry,
    GlucoseStatus,
    find_glucose_status,
    readings_from_entries,
)
from glucotwin.control.oref0.insulin_curve import find_curve
from glucotwin.control.oref0.insulin_on_board import Insulin, project_insulin, read_insulin_history
from glucotwin.control.oref0.local_clock import LocalClock
from glucotwin.control.oref0.number import plain
from glucotwin.control.oref0.oracle import glucose_as_json, insulin_ahead_as_json
from glucotwin.control.oref0.profile import Profile
from glucotwin.control.oref0.pump_event import PumpEvent
from glucotwin.control.oref0.rounding import percentile, round_rate
from glucotwin.control.oref0.temp_basal import find_highest_rate, set_temp

DATA = Path(__file__).parent / "data"
CLOCK = LocalClock()
Record = dict[str, Any]


@lru_cache(maxsize=1)
def recorded() -> Record:
    cases: Record = json.loads(lzma.decompress((DATA / "oref0_cases.json.xz").read_bytes()))
    return cases


@lru_cache(maxsize=1)
def recorded_more() -> list[Record]:
    cases: list[Record] = json.loads(lzma.decompress((DATA / "more_cases.json.xz").read_bytes()))
    return cases


def vectors(name: str) -> list[Record]:
    found: list[Record] = recorded()["upstream_test_vectors"][name]
    return found


def grid(name: str) -> list[Record]:
    found: list[Record] = recorded()["unit_grids"][name]
    return found


def numbers(text: str | None) -> list[str]:
    return re.findall(r"-?\d+\.?\d*", text or "")


def differences(ours: Any, theirs: Any, place: str = "") -> list[tuple[str, Any, Any]]:
    """Where two answers differ: numbers exactly, reasons in their numbers."""
    if place.endswith("reason"):
        return [] if numbers(ours) == numbers(theirs) else [(place, ours, theirs)]
    if isinstance(ours, dict) and isinstance(theirs, dict):
        names = [name for name in {**ours, **theirs} if name not in {"warnings", "time"}]
        absent = object()
        return [
            found
            for name in names
            for found in differences(ours.get(name, absent), theirs.get(name, absent), f"{place}/{name}")
        ]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [found for index, (one, other) in pairs for found in differences(one, other, f"{place}/{index}")]
    return [] if ours == theirs else [(place, ours, theirs)]


def without_nulls(record: Record | None) -> Record:
    return {name: value for name, value in (record or {}).items() if value is not None}


def events(records: list[Record]) -> list[PumpEvent]:
    return [PumpEvent.model_validate(record) for record in records]


@pytest.mark.parametrize("case", recorded()["pipeline_cases"], ids=lambda case: case["id"])
def test_every_stage_of_a_case_is_the_originals(case: Record) -> None:
    document = dict(case["input"])
    if "autosens_8h" not in case["stages"]:  # the caller had set it
        document["autosens"] = case["stages"]["autosens"]
    answer = find_algorithm("oref0")(document)
    assert differences(answer, case["stages"]) == []


@pytest.mark.parametrize("case", recorded_more(), ids=lambda case: case["id"])
def test_every_stage_of_a_made_up_case_is_the_originals(case: Record) -> None:
    answer = find_algorithm("oref0")(case["input"])
    assert differences(answer, case["stages"]) == []


@pytest.mark.parametrize("vector", vectors("iob"), ids=lambda vector: vector["test"])
def test_insulin_on_board_is_the_originals(vector: Record) -> None:
    inputs = vector["input"]["inputs"]
    profile, now_ms = Profile.model_validate(inputs["profile"]), CLOCK.moment_ms(inputs["clock"])
    history = read_insulin_history(events(inputs["history"]), profile, now_ms, CLOCK)
    as_is, if_stopped = project_insulin(history, profile, now_ms)
    forecast = InsulinForecast(as_is=as_is, if_stopped=if_stopped, last_bolus_ms=history.last_bolus_ms)
    rows = insulin_ahead_as_json(forecast, history)
    assert differences(rows[: len(vector["output"])], vector["output"]) == []


@pytest.mark.parametrize("vector", vectors("determine_basal"), ids=lambda vector: vector["test"])
def test_decision_is_the_originals(vector: Record) -> None:
    inputs: Record = vector["input"]
    now_ms = CLOCK.moment_ms(recorded()["mocked_now_for_upstream"])
    glucose, meal = without_nulls(inputs.get("glucose_status")), without_nulls(inputs.get("meal_data"))
    insulin, autosens = inputs.get("iob_data"), without_nulls(inputs.get("autosens"))
    decision = determine_basal(
        DecisionInput(
            glucose=GlucoseStatus(
                glucose_mgdl=glucose.get("glucose", 0),
                delta=glucose.get("delta"),
                short_mean_delta=glucose.get("short_avgdelta"),
                long_mean_delta=glucose.get("long_avgdelta"),
                moment_ms=glucose.get("date"),
                noise=glucose.get("noise"),
            ),
            current_temp=CurrentTemp.model_validate(without_nulls(inputs.get("currenttemp"))),
            insulin=None
            if insulin is None
            else InsulinForecast(
                as_is=(Insulin(moment_ms=now_ms, iob_u=insulin["iob"], activity_u_per_min=insulin["activity"]),)
            ),
            profile=Profile.model_validate(without_nulls(inputs.get("profile"))),
            autosens_ratio=autosens.get("ratio"),
            meal=MealStatus(
                carbs_g=meal.get("carbs", 0),
                cob_g=meal.get("mealCOB", 0),
                absorption=Absorption(
                    slope_from_highest=meal.get("slopeFromMaxDeviation", 0),
                    slope_from_lowest=meal.get("slopeFromMinDeviation", 0),
                ),
            ),
            micro_bolus_allowed=bool(inputs.get("microBolusAllowed")),
            now_ms=now_ms,
            minute_of_hour=CLOCK.local(now_ms).minute,
        )
    )
    assert differences(decision.as_json(), vector["output"]) == []


@pytest.mark.parametrize("vector", vectors("set_temp_basal"), ids=lambda vector: vector["test"])
def test_temporary_rate_is_the_originals(vector: Record) -> None:
    inputs: Record = vector["input"]
    before = Decision(rate_u_per_h=inputs["rT"].get("rate"), duration_min=inputs["rT"].get("duration"))
    running = inputs.get("currenttemp")
    current = None if running is None else CurrentTemp.model_validate(running)
    profile = Profile.model_validate(inputs["profile"])
    decision = set_temp(before, inputs["rate"], inputs["duration"], profile, current)
    assert differences(decision.as_json(), vector["output"]) == []


@pytest.mark.parametrize("vector", vectors("glucose_get_last"), ids=lambda vector: vector["test"])
def test_glucose_status_is_the_originals(vector: Record) -> None:
    entries = [GlucoseEntry.model_validate(entry) for entry in vector["input"]["entries"]]
    status = find_glucose_status(readings_from_entries(entries, CLOCK))
    assert differences(glucose_as_json(status), vector["output"]) == []


@pytest.mark.parametrize("vector", vectors("meal_history"), ids=lambda vector: vector["test"])
def test_meal_entries_are_the_originals(vector: Record) -> None:
    inputs = vector["input"]["inputs"]
    entries = find_meal_entries(events(inputs["carbs"]), events(inputs["history"]), CLOCK)
    assert [_entry_as_json(entry) for entry in entries] == vector["output"]


def _entry_as_json(entry: CarbEntry | BolusEntry) -> Record:
    if isinstance(entry, BolusEntry):
        return {"timestamp": entry.time_text, "bolus": plain(entry.insulin_u)}
    name = {"app": "nsCarbs", "pump wizard": "bwCarbs", "pump journal": "journalCarbs"}[entry.source]
    return {"timestamp": entry.time_text, "carbs": plain(entry.carbs_g), name: plain(entry.carbs_g)}


@pytest.mark.parametrize("row", grid("iob_curves"), ids=lambda row: f"{row['curve']}-{row['dia_h']}h")
def test_insulin_curves_are_the_originals(row: Record) -> None:
    curve = find_curve(Profile.model_validate({**row["profile"], "dia": row["dia_h"]}))
    for minute, left_u, activity in row["points_min_iob_activity"]:
        ours = (curve.left_u[minute], curve.activity_u_per_min[minute]) if minute < curve.left_u.size else (0.0, 0.0)
        assert ours == pytest.approx((left_u, activity), abs=1e-13)


def test_rates_are_rounded_as_the_original_does() -> None:
    rows = grid("round_basal")
    assert [round_rate(row["basal"], row["model"]) for row in rows] == [row["rounded"] for row in rows]


def test_percentiles_are_the_originals() -> None:
    rows = grid("percentile")
    assert [percentile(row["arr"], row["p"]) for row in rows] == pytest.approx([row["value"] for row in rows])


def test_highest_rates_are_the_originals() -> None:
    rows = grid("max_safe_basal")
    found = [find_highest_rate(Profile.model_validate(without_nulls(row["profile"]))) for row in rows]
    assert found == [row["maxSafeBasal"] for row in rows]


def test_every_recorded_case_is_here() -> None:
    counts = {name: len(found) for name, found in recorded()["upstream_test_vectors"].items()}
    assert counts == {"determine_basal": 42, "iob": 51, "glucose_get_last": 5, "meal_history": 1, "set_temp_basal": 13}
    assert len(recorded()["pipeline_cases"]) == 45
    assert len(recorded_more()) == 50
