from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from glucotwin.advise.envelope import SafetyEnvelope, situation_refusals
from glucotwin.advise.enveloped import within_envelope
from glucotwin.advise.refusal import RefusalReason
from glucotwin.advise.setting_plan import SettingAdvice
from glucotwin.advise.setting_space import PUMP_COORDINATES
from glucotwin.advise.sick_day import basal_titration
from glucotwin.control.setting import SLOTS, TherapySetting
from glucotwin.core.message import spoken_in
from glucotwin.domain.timeline import Window
from made_up_envelope import FINE, LIMITS

SIGNED = datetime(2026, 3, 20, tzinfo=UTC)
DAYS = Window(start=SIGNED - timedelta(days=15), end=SIGNED - timedelta(days=1))
ENVELOPE = SafetyEnvelope(
    person_id="me",
    limits=LIMITS,
    signed_by="Dr. Weber",
    signed_at=SIGNED,
    valid_until=SIGNED + timedelta(days=7),
    why="a try",
)


def advice() -> SettingAdvice:
    today = TherapySetting(
        basal_u_per_h=np.full(SLOTS, 0.8),
        carb_ratio_g_per_u=np.full(SLOTS, 10.0),
        correction_factor_mgdl_per_u=np.full(SLOTS, 40.0),
        target_mgdl=np.full(SLOTS, 110.0),
        insulin_duration_min=np.asarray(240.0),
        insulin_peak_min=np.asarray(75.0),
        daily_insulin_u=np.asarray(40.0),
        weight_kg=np.asarray(70.0),
    )
    return SettingAdvice(today=today, coordinates=PUMP_COORDINATES, plan=None)


@pytest.mark.parametrize(
    ("given_at", "reasons"),
    [
        (SIGNED + timedelta(hours=1), set()),
        (DAYS.end, {RefusalReason.NOT_YET_VALID}),
        (SIGNED + timedelta(days=8), {RefusalReason.EXPIRED}),
    ],
)
def test_limits_have_to_hold_when_advice_is_given_whatever_days_it_looks_at(
    given_at: datetime, reasons: set[RefusalReason]
) -> None:
    held = within_envelope(advice(), DAYS, ENVELOPE, person_id="me", given_at=given_at)
    assert {one.reason for one in held.refusals} == reasons


def test_a_table_of_long_acting_insulin_stays_inside_the_limits_too() -> None:
    high = basal_titration(np.full(7, 200.0))
    small = replace(ENVELOPE, limits=replace(LIMITS, largest_step_fraction=0.05), seal="")
    for envelope, kept in ((None, high), (ENVELOPE, high), (small, None)):
        held = within_envelope(
            advice(), DAYS, envelope, person_id="me", given_at=SIGNED + timedelta(hours=1), titration=high
        )
        assert held.titration is kept


def test_refusals_are_told_in_the_words_of_the_language() -> None:
    doubtful = replace(FINE, artefacts=("compression-low", "sudden-change"))
    with spoken_in("de"):
        (refusal,) = situation_refusals(LIMITS, doubtful)
        assert "Druck auf den Sensor, eine plötzliche Änderung" in refusal.sentence()
