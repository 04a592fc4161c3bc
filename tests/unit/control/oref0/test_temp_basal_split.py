"""Temporary rates cut where the scheduled rate may change."""

from dataclasses import replace
from itertools import pairwise

import pytest

from glucotwin.control.oref0.local_clock import MS_PER_MIN, LocalClock
from glucotwin.control.oref0.temp_basal_history import TempBasal
from glucotwin.control.oref0.temp_basal_split import split_temp
from made_up_oref import NOW_MS

TEMP = TempBasal(
    rate_u_per_h=1.0, start_ms=NOW_MS, started_at_ms=NOW_MS, duration_min=30.0, scheduled_at_ms=NOW_MS, time_text="x"
)


def pieces(temp: TempBasal, *changes_min: float) -> list[float]:
    return [piece.duration_min for piece in split_temp(temp, changes_min, LocalClock())]


def test_short_rates_stay_whole() -> None:
    assert split_temp(TEMP, [0.0], LocalClock()) == [TEMP]
    assert split_temp(replace(TEMP, duration_min=90.0), [], LocalClock()) == [replace(TEMP, duration_min=90.0)]


def test_long_rates_are_cut_by_half_hours_and_at_changes() -> None:
    assert pieces(replace(TEMP, duration_min=75.0), 0.0) == [30, 30, 15]
    assert pieces(TEMP, 0.0, 12.5 * 60 + 10) == [10, 20]


def test_midnight_is_a_change() -> None:
    start_ms = NOW_MS + (11 * 60 + 20) * MS_PER_MIN
    assert pieces(replace(TEMP, start_ms=start_ms, started_at_ms=start_ms), 0.0, 600.0) == [10, 20]


def test_pieces_follow_each_other() -> None:
    found = split_temp(replace(TEMP, duration_min=100.0), [0.0, 760.0, 800.0], LocalClock())
    assert sum(piece.duration_min for piece in found) == pytest.approx(100)
    assert all(one.end_ms == other.start_ms for one, other in pairwise(found))


def test_last_piece_is_lost_after_a_change_as_in_the_original() -> None:
    assert pieces(replace(TEMP, duration_min=60.0), 0.0, 12.5 * 60 + 10) == [10, 20]
