"""Loop beside its original: every effect and recommendation of recorded runs, and the original's own fixtures."""

import json
import lzma
from dataclasses import replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from glucotwin.control.algorithm import find_algorithm
from glucotwin.control.loop.absorption_model import Linear, PiecewiseLinear
from glucotwin.control.loop.carb_effect import absorbed_carbs, carbs_on_board
from glucotwin.control.loop.carb_status import CarbEntry, CarbRule, CarbStatus, carb_statuses
from glucotwin.control.loop.correction import Correction, correct
from glucotwin.control.loop.counteraction import Counteraction, Glucose, counteraction
from glucotwin.control.loop.dose import Dose, NetDose, net_doses
from glucotwin.control.loop.insulin_effect import insulin_effect, insulin_on_board
from glucotwin.control.loop.insulin_model import PRESETS, InsulinModel
from glucotwin.control.loop.momentum import momentum_effect
from glucotwin.control.loop.pipeline import forecast_glucose
from glucotwin.control.loop.recommendation import (
    DoseLimit,
    automatic_bolus_u,
    manual_bolus_u,
    manual_notice,
    temp_rate,
    temp_rate_beside_bolus,
)
from glucotwin.control.loop.request import input_from_json
from glucotwin.control.loop.series import Series
from glucotwin.control.loop.timeline import TargetRange, Timeline

DATA = Path(__file__).parent / "data"
TOLERANCE = 1e-6
SINGLE = 1.1920929e-07
Record = dict[str, Any]

DELIBERATE = {
    "iob_over_limit": "a negative rate is 0",
    "basal_timeline_starts_after_doses": "insulin on board of 0 without a word is an error",
}


@lru_cache(maxsize=2)
def recorded(name: str) -> Record:
    found: Record = json.loads(lzma.decompress((DATA / f"{name}.json.xz").read_bytes()))
    return found


def cases() -> list[Record]:
    found: list[Record] = recorded("loop_cases")["cases"]
    return found


def case(name: str) -> Record:
    return next(one for one in cases() if one["id"] == name)


def index(name: str) -> list[Record]:
    found: list[Record] = recorded("loop_fixtures")["index"][name]
    return found


def fixture(name: str) -> Any:
    return recorded("loop_fixtures")["files"][name.removesuffix(".json")]


def points(series: Record) -> list[list[float]]:
    times = series.get("t") or [series["t0"] + series["dt"] * step for step in range(len(series["v"])) if series["dt"]]
    return [list(pair) for pair in zip(times, series["v"], strict=True)]


def differences(ours: Any, theirs: Any, place: str = "") -> list[tuple[str, Any, Any]]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        if "v" in theirs:
            return differences(points(ours), points(theirs), place)
        names = [name for name in {**ours, **theirs} if name != "warnings"]
        return [
            found
            for name in names
            for found in differences(ours.get(name, "absent"), theirs.get(name, "absent"), f"{place}/{name}")
        ]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = enumerate(zip(ours, theirs, strict=True))
        return [found for place_, (one, other) in pairs for found in differences(one, other, f"{place}/{place_}")]
    if isinstance(ours, int | float) and isinstance(theirs, int | float):
        return [] if abs(ours - theirs) <= TOLERANCE else [(place, ours, theirs)]
    return [] if ours == theirs else [(place, ours, theirs)]


def seconds(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def column(rows: list[Record], name: str) -> np.ndarray:
    return np.array([row[name] for row in rows], dtype=np.float64)


def moments(rows: list[Record], name: str = "date") -> np.ndarray:
    return np.array([seconds(row[name]) for row in rows], dtype=np.float64)


def timeline(rows: list[list[float]], place: int) -> Timeline:
    table = np.array(rows, dtype=np.float64)
    return Timeline(start_s=table[:, 0], end_s=table[:, 1], value=table[:, place])


def constant(value: float) -> Timeline:
    return Timeline(start_s=np.array([0.0]), end_s=np.array([1e12]), value=np.array([value]))


# --- whole runs ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [one["id"] for one in cases() if one["id"] not in DELIBERATE])
def test_every_effect_of_a_run_is_the_originals(name: str) -> None:
    run = case(name)
    assert differences(find_algorithm("loop")(run["input"]), run["output"]) == []


def test_rate_is_never_negative_when_there_is_more_insulin_than_the_limit() -> None:
    run = case("iob_over_limit")
    answer = find_algorithm("loop")(run["input"])
    found = differences(answer, run["output"])
    assert [(place, ours) for place, ours, _ in found] == [
        ("/recommendation/automatic/basalAdjustment/unitsPerHour", 0.0)
    ]
    assert found[0][2] < 0
    assert "-6.661 U/h" in str(answer["warnings"])


def test_doses_before_the_basal_schedule_are_an_error_not_insulin_on_board_of_0() -> None:
    run = case("basal_timeline_starts_after_doses")
    assert run["output"]["activeInsulin"] == 0
    answer = find_algorithm("loop")(run["input"])
    assert answer["error"] == "basalTimelineIncomplete"
    assert "recommendation" not in answer


# --- dose maths ------------------------------------------------------------------------------------------------------


def dose_case(record: Record) -> tuple[Correction, DoseLimit, TargetRange]:
    forecast = np.array(record["prediction_s_mgdl"], dtype=np.float64)
    target = TargetRange(lower=timeline(record["target"], 2), upper=timeline(record["target"], 3))
    correction = correct(
        Series(time_s=forecast[:, 0], value=forecast[:, 1]),
        moment_s=0.0,
        target=target,
        suspend_mgdl=record["suspendThreshold"],
        sensitivity_mgdl_per_u=timeline(record["sensitivity"], 2),
        model=PRESETS[record["insulinModel"]],
    )
    limit = DoseLimit(
        neutral_u_per_h=record["neutralBasalRate"],
        max_basal_u_per_h=record["maxBasalRate"],
        max_bolus_u=record["maxBolus"],
        max_insulin_on_board_u=record["maxActiveInsulin"],
        insulin_on_board_u=record["activeInsulin"],
    )
    return correction, limit, target


@pytest.mark.parametrize("record", recorded("loop_cases")["dose_math_cases"], ids=lambda record: record["id"])
def test_dose_maths_is_the_originals(record: Record) -> None:
    given, theirs = record["input"], record["output"]
    correction, limit, target = dose_case(given)
    rate = temp_rate(correction, limit)
    assert correction.kind.value == theirs["type"]
    assert correction.insulin_u == pytest.approx(theirs.get("units", 0), abs=TOLERANCE)
    assert correction.lowest_mgdl == theirs.get("min", correction.lowest_mgdl)
    assert correction.least_mgdl == theirs.get("minTarget", correction.least_mgdl)
    assert correction.correcting_s == theirs.get("correcting_s")
    assert rate.unclamped_u_per_h == pytest.approx(theirs["tempBasal"]["unitsPerHour"], abs=TOLERANCE)
    assert rate.rate_u_per_h == max(0.0, rate.unclamped_u_per_h)
    assert temp_rate_beside_bolus(correction, limit).rate_u_per_h == pytest.approx(
        theirs["automatic"]["basal"], abs=TOLERANCE
    )
    bolus_u = automatic_bolus_u(correction, limit, share=given["applicationFactor"])
    assert bolus_u == pytest.approx(theirs["automatic"]["bolusUnits"], abs=TOLERANCE)
    assert manual_bolus_u(correction, limit) == pytest.approx(theirs["manual"]["amount"], abs=TOLERANCE)
    notice = theirs["manual"].get("notice")
    found = manual_notice(correction, glucose_mgdl=given["currentGlucose"], least_mgdl=target.lower.at_moment(0.0))
    assert found == (next(iter(notice)) if isinstance(notice, dict) else notice)


@pytest.mark.parametrize("grid", recorded("loop_cases")["grids"]["insulin"])
def test_insulin_curves_are_the_originals(grid: Record) -> None:
    model = InsulinModel(
        duration_min=grid["actionDuration_min"], peak_min=grid["peak_min"], delay_min=grid["delay_min"]
    )
    table = np.array(grid["points_min_remaining"])
    np.testing.assert_allclose(model.fraction_left(table[:, 0] * 60), table[:, 1], atol=1e-11)
    assert model.effect_duration_s == grid["effectDuration_min"] * 60


def test_absorption_curve_is_the_originals() -> None:
    table = np.array(recorded("loop_cases")["grids"]["piecewise_linear"]["rows"])
    model = PiecewiseLinear()
    np.testing.assert_allclose(model.absorbed(table[:, 0]), table[:, 1], atol=1e-11)
    np.testing.assert_allclose(model.rate(table[:, 0]), table[:, 2], atol=1e-11)
    np.testing.assert_allclose(model.time_of(table[:, 0]), table[:, 3], atol=1e-8)


# --- the original's own fixtures -------------------------------------------------------------------------------------


def readings(rows: list[Record]) -> Glucose:
    return Glucose(
        time_s=moments(rows),
        value_mgdl=column(rows, "amount"),
        is_calibration=np.array([bool(row.get("display_only")) for row in rows]),
        source=tuple(str(row.get("provenance_identifier", "")) for row in rows),
    )


def rows_of(record: Record) -> list[Record]:
    rows: list[Record] = fixture(record["input"])
    if record.get("input_slice"):
        rows = rows[slice(*record["input_slice"])]
    return sorted(rows * 2, key=lambda row: row["date"]) if record.get("duplicate_and_sort") else rows


@pytest.mark.parametrize("record", index("momentum"), ids=lambda record: record["test"])
def test_momentum_is_the_fixtures(record: Record) -> None:
    glucose = readings(rows_of(record))
    effect = momentum_effect(
        glucose, largest_jump_mgdl=record["gradual_threshold"], lasts_s=record["duration_min"] * 60
    )
    if record["expect_empty"]:
        assert len(effect) == 0
    else:
        theirs = fixture(record["output"])
        assert effect.time_s.tolist() == moments(theirs).tolist()
        np.testing.assert_allclose(effect.value, column(theirs, "amount"), atol=SINGLE)


@pytest.mark.parametrize("record", index("counteraction"), ids=lambda record: record["test"])
def test_counteraction_is_the_fixtures(record: Record) -> None:
    effects, theirs = fixture(record["insulin_effect"]), fixture(record["output"])
    seen = counteraction(readings(rows_of(record)), Series(time_s=moments(effects), value=column(effects, "amount")))
    assert seen.start_s.tolist() == moments(theirs, "startDate").tolist()
    assert seen.end_s.tolist() == moments(theirs, "endDate").tolist()
    np.testing.assert_allclose(seen.rate_mgdl_per_s * 60, column(theirs, "value"), atol=SINGLE)


def carb_case(record: Record) -> tuple[tuple[CarbStatus, ...], CarbRule]:
    rows = record.get("inline_entries") or [fixture(record["carb_entries"])[one] for one in record["entry_indices"]]
    ratio = record["carb_ratio"]
    entries = tuple(
        CarbEntry(
            start_s=seconds(row["start_at"]),
            carbs_g=row["amount"],
            absorption_s=row["absorption_time"] * 60,
            rise_mgdl_per_g=record["isf"] / (ratio[0][1] if isinstance(ratio, list) else ratio),
        )
        for row in rows
    )
    seen = fixture(record["ice"])
    rule = CarbRule(
        model=Linear() if record["model"] == "linear" else PiecewiseLinear(),
        overrun=record["absorption_time_overrun"],
        initial_overrun=record["initial_absorption_time_overrun"],
        delay_s=record["map_delay_min"] * 60,
        adaptive_rate=record["adaptive_rate"],
        adaptive_from=record["adaptive_standby_fraction"],
    )
    course = Counteraction(
        start_s=moments(seen, "start_at"),
        end_s=moments(seen, "end_at"),
        rate_mgdl_per_s=column(seen, "velocity") / 60,
    )
    return carb_statuses(entries, course, rule), rule


@pytest.mark.parametrize("record", index("carb_map"), ids=lambda record: record["test"])
def test_carbs_are_the_fixtures(record: Record) -> None:
    statuses, rule = carb_case(record)
    remaining_s = [status.time_remaining_s for status in statuses]
    assert remaining_s == pytest.approx(record["expected_estimatedTimeRemaining_s"], abs=record["etr_tol_s"])
    if record["expected_observed_g"]:
        observed_g = [status.observed_g for status in statuses]
        assert observed_g == pytest.approx(record["expected_observed_g"], abs=1)
    if record["output"] is None:
        return
    theirs = fixture(record["output"])
    time_s, value = moments(theirs), column(theirs, "amount")
    shown = replace(rule, delay_s=record["output_delay_min"] * 60)
    status = statuses[0]
    ours = (
        absorbed_carbs(status, shown, time_s) * status.entry.rise_mgdl_per_g
        if record["output_kind"] == "effect"
        else [carbs_on_board(status, shown, float(moment)) for moment in time_s]
    )
    np.testing.assert_allclose(ours, value, atol=SINGLE)


def one_dose(record: Record) -> tuple[NetDose, ...]:
    row = record["dose"]
    dose = Dose(
        start_s=seconds(row["start"]),
        end_s=seconds(row["end"]),
        insulin_u=row["volume"],
        model=PRESETS["rapidActingAdult"],
        is_basal=row["type"] == "basal",
    )
    return net_doses((dose,), constant(row.get("scheduled_rate", 0.0)))


@pytest.mark.parametrize(
    "record", [one for one in index("insulin") if "From" in one["test"] and "dose" in one], ids=lambda one: one["test"]
)
def test_insulin_effect_is_the_fixtures(record: Record) -> None:
    doses, theirs = one_dose(record), fixture(record["output"])
    ours = insulin_effect(
        doses, constant(record["isf"]), start_s=doses[0].start_s, end_s=doses[0].end_s, by_time_of_action=False
    )
    value = dict(zip(ours.time_s.tolist(), ours.value.tolist(), strict=True))
    found = [value[moment] for moment in moments(theirs).tolist() if moment in value]
    assert len(found) >= len(theirs) - 1
    np.testing.assert_allclose(found, column(theirs, "amount")[: len(found)], atol=record["tol"])


def test_effect_of_a_history_of_doses_is_the_fixtures() -> None:
    record = next(one for one in index("insulin") if one["test"] == "GlucoseEffectFromHistory")
    rows, theirs = sorted(fixture(record["doses"]), key=lambda row: row["startDate"]), fixture(record["output"])
    starts = np.array([seconds(rows[0]["startDate"]), *(seconds(start) for start, _ in record["basal"][1:])])
    basal = Timeline(
        start_s=starts, end_s=np.append(starts[1:], np.inf), value=np.array([rate for _, rate in record["basal"]])
    )
    doses = tuple(
        Dose(
            start_s=seconds(row["startDate"]),
            end_s=seconds(row["endDate"]),
            insulin_u=row["volume"],
            model=PRESETS["rapidActingAdult"],
            is_basal=row["type"] == "basal",
        )
        for row in rows
    )
    time_s = moments(theirs)
    ours = insulin_effect(
        net_doses(doses, basal),
        constant(record["isf"]),
        start_s=time_s[0],
        end_s=time_s[-1],
        by_time_of_action=False,
    )
    found = np.interp(time_s, ours.time_s, ours.value)
    np.testing.assert_allclose(found, column(theirs, "amount"), atol=record["tol"])


def test_insulin_on_board_is_the_fixtures() -> None:
    record = next(one for one in index("insulin") if one["test"] == "InsulinOnBoardTimeline")
    doses, theirs = one_dose(record), fixture(record["output"])
    ours = [insulin_on_board(doses, moment) for moment in moments(theirs, "startDate").tolist()]
    np.testing.assert_allclose(ours, column(theirs, "value"), atol=1e-12)


@pytest.mark.parametrize("by_time_of_action", [False, True])
def test_two_boluses_lower_glucose_by_their_whole_effect(by_time_of_action: bool) -> None:
    record = next(one for one in index("insulin") if "doses_inline" in one)
    doses = tuple(one for row in record["doses_inline"] for one in one_dose({"dose": row}))
    ours = insulin_effect(
        doses,
        constant(record["isf"]),
        start_s=doses[0].start_s,
        end_s=doses[0].end_s,
        by_time_of_action=by_time_of_action,
    )
    assert len(ours) == record["expected_count"]
    assert ours.value[-1] == pytest.approx(record["expected_last"], abs=1e-9)


@pytest.mark.parametrize("name", ["SuspendScenario", "CarbsWithSensitivityChange"])
def test_scenario_gives_the_fixtures_recommendation(name: str) -> None:
    record = next(one for one in index("algorithm") if one["test"] == name)
    answer = find_algorithm("loop")(fixture(record["input"]))
    assert differences(answer["recommendation"], fixture(record["expected"])) == []


@pytest.mark.parametrize("name", ["MealBolus", "MealBolusNoMidAbsorptionISF"])
def test_meal_needs_the_fixtures_bolus_and_ends_at_the_target_with_it(name: str) -> None:
    record = next(one for one in index("algorithm") if one["test"] == name)
    document = fixture(record["input"])
    answer: Any = find_algorithm("loop")(document)
    amount = answer["recommendation"]["manual"]["amount"]
    assert answer["predictedGlucose"]["v"][-1] == pytest.approx(record["expected_eventual"], abs=0.1)
    assert amount == pytest.approx(record["expected_manual_U"], abs=0.01)
    start_s = seconds(document["predictionStart"])
    bolus = {
        "type": "bolus",
        "startDate": document["predictionStart"],
        "endDate": datetime.fromtimestamp(start_s + 30, UTC).isoformat(),
        "volume": amount,
    }
    after: Any = find_algorithm("loop")({**document, "doses": [*document["doses"], bolus]})
    assert after["predictedGlucose"]["v"][-1] == pytest.approx(150, abs=0.1)


def test_captured_forecast_is_the_fixtures() -> None:
    document, theirs = fixture("live_capture_input"), fixture("live_capture_predicted_glucose")
    given = input_from_json(
        {
            **document,
            "predictionStart": document["glucoseHistory"][-1]["date"],
            "target": [],
            "maxBolus": 10,
            "maxBasalRate": 5,
        }
    )
    ours = forecast_glucose(given).glucose
    assert ours.time_s[: len(theirs)].tolist() == moments(theirs, "startDate").tolist()
    np.testing.assert_allclose(ours.value[: len(theirs)], column(theirs, "quantity"), atol=0.025)


def test_every_recorded_case_is_here() -> None:
    found = recorded("loop_cases")
    assert (len(found["cases"]), len(found["dose_math_cases"]), len(found["grids"]["insulin"])) == (82, 67, 9)
    counts = {name: len(index(name)) for name in ("carb_map", "momentum", "counteraction", "insulin", "algorithm")}
    assert counts == {"carb_map": 15, "momentum": 11, "counteraction": 3, "insulin": 7, "algorithm": 5}
