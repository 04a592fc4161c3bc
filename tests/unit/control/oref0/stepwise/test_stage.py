"""oref0 from a record in steps decides as the pipeline does on the pump's files of the same hours."""

from datetime import UTC, datetime, timedelta

import jax
import numpy as np
import pytest

from glucotwin.control.oref0.decision_input import CurrentTemp
from glucotwin.control.oref0.local_clock import LocalClock
from glucotwin.control.oref0.pipeline import Stages, run_stages
from glucotwin.control.oref0.request import request_from_json
from glucotwin.control.oref0.stepwise.host import Options
from glucotwin.control.oref0.stepwise.record import RECORD_STEPS, Record, insulin_ahead
from glucotwin.control.oref0.stepwise.setting_profile import Schedules, at_slot
from glucotwin.control.oref0.stepwise.stage import Stepped, decide_from_record
from glucotwin.core.random import root_key

NOW = datetime(2025, 1, 2, 14, 30, tzinfo=UTC)
NOW_MS = NOW.timestamp() * 1000
STEP = timedelta(minutes=5)
SLOTS = np.ones(288)
SCHEDULES = Schedules(
    basal_u_per_h=np.where(np.arange(288) < 96, 0.8, 1.2),
    carb_ratio_g_per_u=10.0 * SLOTS,
    correction_factor_mgdl_per_u=np.where(np.arange(288) < 144, 40.0, 50.0),
    target_mgdl=105.0 * SLOTS,
    insulin_duration_min=360.0,
    daily_insulin_u=45.0,
)
OPTIONS = Options(micro_bolus=True)
PROFILE = at_slot(SCHEDULES.profile(OPTIONS.fields()), SCHEDULES, 174, exercise=False)


def made_up(seed: int) -> dict[str, np.ndarray]:
    """A day of readings, boluses and meals, the newest first; basal as scheduled."""
    key = jax.random.split(root_key(seed), 6)
    chance = [np.asarray(jax.random.uniform(one, (RECORD_STEPS,))) for one in key]
    walk = np.cumsum(np.asarray(jax.random.normal(key[0], (RECORD_STEPS,))) * 6.0)
    glucose = np.round(np.clip(150.0 + walk - walk.mean(), 60.0, 300.0))
    return {
        "glucose_mgdl": np.where((chance[1] < 0.05) & (np.arange(RECORD_STEPS) > 0), np.nan, glucose),
        "bolus_u": np.where(chance[2] < 0.03, np.round(5.0 * chance[3], 1), 0.0),
        "carbs_g": np.where(chance[4] < 0.02, np.ceil(60.0 * chance[5]), 0.0),
    }


def by_steps(lived: dict[str, np.ndarray], extra_basal_u: float = 0.0) -> Stepped:
    nothing = np.zeros(RECORD_STEPS)
    record = Record(
        now_ms=NOW_MS,
        known_steps=RECORD_STEPS,
        basal_u=nothing + extra_basal_u,
        scheduled_u=nothing,
        iob_u=nothing.copy(),
        activity_u_per_min=nothing.copy(),
        **lived,
    )
    ahead = [insulin_ahead(record.insulin_u()[step:], 0.0, PROFILE, 0.0, steps=1)[0] for step in range(RECORD_STEPS)]
    record.iob_u[:] = [one.iob_u for one in ahead]
    record.activity_u_per_min[:] = [one.activity_u_per_min for one in ahead]
    return decide_from_record(
        record, PROFILE, temp=CurrentTemp(), autosens_ratio=None, micro_bolus=True, variant=None, usual_daily_u=45.0
    )


def by_files(lived: dict[str, np.ndarray]) -> Stages:
    def at(step: int) -> str:
        return (NOW - step * STEP).isoformat()

    document = {
        "clock": at(0),
        "profile": PROFILE.model_dump(by_alias=True),
        "pumphistory": [
            {"_type": "Bolus", "timestamp": at(int(step) + 1), "amount": float(lived["bolus_u"][step]), "duration": 0}
            for step in np.flatnonzero(lived["bolus_u"])
        ],
        "glucose": [
            {"date": NOW_MS - int(step) * 300_000, "sgv": float(lived["glucose_mgdl"][step])}
            for step in np.flatnonzero(np.isfinite(lived["glucose_mgdl"]))
        ],
        "carbs": [
            {"created_at": at(int(step)), "carbs": float(lived["carbs_g"][step])}
            for step in np.flatnonzero(lived["carbs_g"])
        ],
        "microBolusAllowed": True,
    }
    return run_stages(request_from_json(document))


@pytest.mark.parametrize("seed", range(1, 9))
def test_a_day_with_scheduled_basal_gets_the_decision_of_the_pipeline(seed: int) -> None:
    lived = made_up(seed)
    stepped, stages = by_steps(lived), by_files(lived)
    assert stepped.autosens_ratio == stages.autosens.ratio
    assert stepped.insulin.iob_u == stages.insulin.now.iob_u
    assert stepped.decision is not None
    mine, its = stepped.decision, stages.decision
    assert (mine.rate_u_per_h, mine.duration_min) == (its.rate_u_per_h, its.duration_min)
    assert (mine.micro_bolus_u, mine.insulin_required_u) == (its.micro_bolus_u, its.insulin_required_u)
    rounded = ("predBGs", "eventualBG")
    assert {**mine.details, **dict.fromkeys(rounded)} == {**its.details, **dict.fromkeys(rounded)}
    # The files' basal to be withheld comes in pieces of 0.05 U, and lines are in whole mg/dL.
    assert mine.details["eventualBG"] == pytest.approx(its.details["eventualBG"], abs=1.0)


def test_clock_of_the_record_is_the_local_one() -> None:
    assert LocalClock().minute_of_day(NOW_MS) == 870
    assert PROFILE.basal_u_per_h == 1.2
    assert PROFILE.sensitivity_mgdl_per_u == 50.0


def test_basal_beyond_the_schedule_counts_as_insulin_on_board() -> None:
    lived = made_up(1)
    more = by_steps(lived, extra_basal_u=0.05).insulin.iob_u - by_steps(lived).insulin.iob_u
    # 0.6 U/h for longer than insulin acts, of which about two hours' worth are still there.
    assert 0.9 < more < 1.8


def test_insulin_of_hours_before_the_record_is_the_usual() -> None:
    lived = made_up(1)
    record = Record(
        now_ms=NOW_MS,
        known_steps=0,
        basal_u=np.zeros(RECORD_STEPS),
        scheduled_u=np.zeros(RECORD_STEPS),
        iob_u=np.zeros(RECORD_STEPS),
        activity_u_per_min=np.zeros(RECORD_STEPS),
        **lived,
    )
    assert record.given_u((0, 24), usual_daily_u=48.0) == pytest.approx(48.0)
    assert record.given_u((4, 8), usual_daily_u=48.0) == pytest.approx(8.0)
