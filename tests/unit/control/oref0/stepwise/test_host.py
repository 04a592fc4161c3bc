"""Decisions of many people in one call of Python."""

from typing import Any

import jax
import numpy as np
import pytest

from glucotwin.control.oref0.stepwise import host
from glucotwin.control.oref0.stepwise.host import HostCall, Options, decide_batch
from glucotwin.control.oref0.stepwise.record import RECORD_STEPS, Record
from glucotwin.control.oref0.stepwise.stage import Stepped, decide_from_record
from glucotwin.control.setting import SLOTS, TherapySetting

GLUCOSE_MGDL = (90.0, 180.0, 250.0)
OPTIONS = Options(micro_bolus=True)


def call_of(people: int) -> HostCall:
    """People with two hours of steady glucose of their own; the last is there again and again."""
    rings = ("glucose_mgdl", "basal_u", "bolus_u", "carbs_g", "scheduled_u", "iob_u", "activity_u_per_min")
    record = {name: np.zeros((people, RECORD_STEPS)) for name in rings}
    record["glucose_mgdl"][:] = np.nan
    for row in range(people):
        record["glucose_mgdl"][row, :24] = GLUCOSE_MGDL[min(row, len(GLUCOSE_MGDL) - 1)]
    slots, ones = np.ones((people, SLOTS)), np.ones(people)
    setting = TherapySetting(
        basal_u_per_h=slots,
        carb_ratio_g_per_u=10.0 * slots,
        correction_factor_mgdl_per_u=50.0 * slots,
        target_mgdl=110.0 * slots,
        insulin_duration_min=360.0 * ones,
        insulin_peak_min=75.0 * ones,
        daily_insulin_u=45.0 * ones,
        weight_kg=75.0 * ones,
    )
    return HostCall(
        setting=setting,
        record=record,
        steps=24.0 * ones,
        minute_of_day=600.0 * ones,
        autosens_ratio=ones,
        temp_u_per_h=0.0 * ones,
        temp_left_min=0.0 * ones,
        exercise=0.0 * ones,
    )


def test_everybody_is_decided_for_as_if_alone() -> None:
    together = decide_batch(call_of(3), OPTIONS)
    for row in range(3):
        alone = decide_batch(jax.tree.map(lambda leaf, row=row: leaf[row : row + 1], call_of(3)), OPTIONS)
        assert [float(one[row]) for one in together] == [float(one[0]) for one in alone]


def test_a_person_who_fills_up_a_chunk_is_decided_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decided: list[float] = []

    def counted(record: Record, *rest: Any, **more: Any) -> Stepped:
        decided.append(float(record.glucose_mgdl[0]))
        return decide_from_record(record, *rest, **more)

    monkeypatch.setattr(host, "decide_from_record", counted)
    answers = decide_batch(call_of(32), OPTIONS)
    assert decided == list(GLUCOSE_MGDL)
    assert all(np.array_equal(one[2:], np.broadcast_to(one[2], 30), equal_nan=True) for one in answers)
