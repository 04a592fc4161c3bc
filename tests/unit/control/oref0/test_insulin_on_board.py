"""Insulin on board from a pump's history."""

import numpy as np
import pytest

from glucotwin.control.oref0.insulin_curve import find_curve
from glucotwin.control.oref0.insulin_on_board import InsulinHistory, insulin_at, project_insulin, read_insulin_history
from glucotwin.control.oref0.local_clock import LocalClock
from glucotwin.control.oref0.profile import Profile
from glucotwin.control.oref0.pump_event import PumpEvent
from glucotwin.core.error import DataError
from made_up_oref import NOW_MS, PROFILE, Record, bolus, pump_event, temp

CLOCK = LocalClock()
SUSPENDS = {"suspend_zeros_iob": True}
FLAT = {**SUSPENDS, "basalprofile": PROFILE["basalprofile"][:1]}


def history_of(records: list[Record], **changes: object) -> InsulinHistory:
    profile = Profile.model_validate({**PROFILE, **changes})
    return read_insulin_history([PumpEvent.model_validate(one) for one in records], profile, NOW_MS, CLOCK)


def net_basal_u(records: list[Record], **changes: object) -> float:
    return float(history_of(records, **changes).doses.insulin_u.sum())


def test_rate_of_the_schedule_adds_nothing() -> None:
    assert net_basal_u(temp(0.9, 60, 30)) == 0


def test_higher_and_lower_rates_count_by_their_difference() -> None:
    assert net_basal_u(temp(1.9, 60, 30)) == pytest.approx(0.5)
    assert net_basal_u(temp(0, 60, 30)) == pytest.approx(-0.45)


def test_a_rate_ends_where_the_next_one_starts() -> None:
    assert net_basal_u([*temp(0.9, 45, 30), *temp(1.9, 60, 60)]) == pytest.approx(0.25)


def test_records_of_the_future_and_out_of_order_do_not_count() -> None:
    assert net_basal_u([*temp(1.9, 90, 30), *temp(1.9, 30, 30)]) == pytest.approx(0.5)
    assert history_of([bolus(3, -20)]).doses.insulin_u.sum() == 0


def test_sensitivity_scales_the_schedule_that_rates_are_compared_with() -> None:
    profile = Profile.model_validate(PROFILE)
    events = [PumpEvent.model_validate(one) for one in temp(1.8, 60, 30)]
    doubled = read_insulin_history(events, profile, NOW_MS, CLOCK, sensitivity_ratio=2.0)
    assert doubled.doses.insulin_u.size == 0


def test_bolus_is_all_there_at_first_and_gone_in_the_end() -> None:
    profile = Profile.model_validate(PROFILE)
    history, curve = history_of([bolus(2, 0)]), find_curve(profile)
    assert insulin_at(history.doses, curve, NOW_MS).iob_u == 2
    assert insulin_at(history.doses, curve, NOW_MS + 6 * 3_600_000).iob_u == 0
    assert history.last_bolus_ms == NOW_MS


def test_insulin_falls_faster_with_the_basal_stopped() -> None:
    profile = Profile.model_validate(PROFILE)
    as_is, if_stopped = project_insulin(history_of([bolus(2, 30)]), profile, NOW_MS)
    assert len(as_is) == len(if_stopped) == 48
    assert as_is[0] == if_stopped[0]
    assert all(one.iob_u < other.iob_u for one, other in zip(if_stopped[2:], as_is[2:], strict=True))


def test_standstill_takes_the_basal_away() -> None:
    stops = [pump_event("PumpResume", 30), pump_event("PumpSuspend", 60), *temp(0.9, 300, 30)]
    assert net_basal_u(stops, **FLAT) == pytest.approx(-0.45)
    assert net_basal_u(stops) == 0


def test_standstill_is_compared_with_the_last_rate_of_the_day_as_in_the_original() -> None:
    stops = [pump_event("PumpResume", 30), pump_event("PumpSuspend", 60), *temp(0.9, 300, 30)]
    assert net_basal_u(stops, **SUSPENDS) == pytest.approx(-0.55)


def test_standstill_that_lasts_is_compared_with_the_rate_of_its_time() -> None:
    assert net_basal_u([pump_event("PumpSuspend", 30), *temp(0.9, 300, 30)], **SUSPENDS) == pytest.approx(-0.45)


def test_standstill_within_a_high_rate_takes_both_away() -> None:
    stops = [pump_event("PumpResume", 40), pump_event("PumpSuspend", 50), *temp(1.9, 60, 30)]
    assert net_basal_u(stops, **FLAT) == pytest.approx(0.15 + 0.15 - 0.15)


def test_pump_that_was_off_before_its_history_counts_as_off_for_eight_hours() -> None:
    assert net_basal_u([pump_event("PumpResume", 30)], **FLAT) == pytest.approx(-7.5 * 0.9, abs=0.1)


def test_two_stops_without_a_start_are_refused() -> None:
    with pytest.raises(DataError, match="no PumpResume between"):
        history_of([pump_event("PumpSuspend", 30), pump_event("PumpSuspend", 60)], **SUSPENDS)


def test_what_counts_as_no_insulin_is_told() -> None:
    assert "no pump history" in history_of([]).left_out[0]
    without_duration = [{"_type": "TempBasal", "rate": 2, "timestamp": "2025-03-10T11:30:00Z"}]
    assert "has no duration" in history_of(without_duration).left_out[0]
    percentage = [*temp(2, 60, 30)]
    percentage[1]["temp"] = "percent"
    assert "is a percentage" in history_of(percentage).left_out[0]


def test_profile_without_any_basal_rate_is_refused() -> None:
    with pytest.raises(DataError, match="no basal rate"):
        history_of(temp(2, 60, 30), basalprofile=[], current_basal=None)


def test_doses_are_in_order_of_time() -> None:
    doses = history_of([bolus(1, 10), *temp(2, 40, 30), bolus(1, 50), *temp(0, 200, 120)]).doses
    assert np.all(np.diff(doses.start_ms) >= 0)
