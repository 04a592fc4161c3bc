"""Temporary rates cut where the scheduled rate may change."""

from collections.abc import Sequence
from dataclasses import replace

from glucotwin.control.oref0.local_clock import MIN_PER_DAY, MS_PER_MIN, LocalClock
from glucotwin.control.oref0.temp_basal_history import TempBasal

_LONGEST_PIECE_MIN = 30


def split_temp(temp: TempBasal, changes_min: Sequence[float], clock: LocalClock) -> list[TempBasal]:
    """Cut a temporary rate into pieces of at most 30 minutes, at midnight and where the schedule changes.

    As in the original, a last piece of up to 30 minutes is lost when the schedule changes within the piece before it.

    Args:
        temp: rate to cut.
        changes_min: minutes of the day at which the scheduled rate changes; with none, nothing is cut.
        clock: zone of the schedule.
    """
    if not changes_min:
        return [temp]
    pieces, was_cut = [temp], True
    while was_cut:
        pieces, was_cut = _cut_each_once(pieces, changes_min, clock)
    return pieces


def _cut_each_once(
    pieces: Sequence[TempBasal], changes_min: Sequence[float], clock: LocalClock
) -> tuple[list[TempBasal], bool]:
    result: list[TempBasal] = []
    was_cut = False
    for piece in pieces:
        first_min = _first_piece_min(piece, changes_min, clock)
        if first_min is not None:
            result += [replace(piece, duration_min=first_min), _after(piece, first_min)]
            was_cut = True
        elif not was_cut:
            result.append(piece)
    return result, was_cut


def _first_piece_min(temp: TempBasal, changes_min: Sequence[float], clock: LocalClock) -> float | None:
    if temp.duration_min > _LONGEST_PIECE_MIN:
        return _LONGEST_PIECE_MIN
    begin_min = clock.minute_of_day(temp.started_at_ms)
    end_min = begin_min + temp.duration_min
    cuts_min = [change for change in (*changes_min, MIN_PER_DAY) if begin_min < change < end_min]
    return min(cuts_min) - begin_min if cuts_min else None


def _after(temp: TempBasal, first_min: float) -> TempBasal:
    start_ms = (temp.started_at_ms + first_min * MS_PER_MIN) // 1000 * 1000
    return replace(
        temp,
        start_ms=start_ms,
        started_at_ms=start_ms,
        scheduled_at_ms=start_ms,
        duration_min=temp.duration_min - first_min,
    )
