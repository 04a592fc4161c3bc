"""Times when a pump stood still, and what is left of temporary rates around them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from glucotwin.control.oref0.local_clock import MS_PER_H, MS_PER_MIN, LocalClock
from glucotwin.control.oref0.pump_event import PumpEvent
from glucotwin.control.oref0.temp_basal_history import TempBasal
from glucotwin.core.error import DataError, ErrorCode

_LONGEST_MEMORY_H = 8
"""A pump that was off when its history begins is taken to have been off for so long before now, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """From a stop of the pump, in ms since 1970, for some minutes."""

    start_ms: float
    duration_min: float

    @property
    def end_ms(self) -> float:
        """When the pump ran again, in ms since 1970."""
        return self.start_ms + self.duration_min * MS_PER_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspensions:
    """All standstills of a history.

    Attributes:
        closed: those that began and ended within it, oldest first.
        until_ms: end of one that had begun before it; None if there was none.
        since_ms: begin of one that lasts; None if the pump runs.
    """

    closed: tuple[Suspension, ...]
    until_ms: float | None
    since_ms: float | None

    def as_zero_temps(self, now_ms: float) -> list[TempBasal]:
        """The standstills as zero rates, for what they take away from the scheduled basal.

        As in the original, only one that lasts is compared with the rate of its own time in its first half hour, the
        others with the last rate of the day.
        """
        spans = list(self.closed)
        memory_ms = now_ms - _LONGEST_MEMORY_H * MS_PER_H
        if self.until_ms is not None and memory_ms < self.until_ms:
            spans.append(Suspension(start_ms=memory_ms, duration_min=(self.until_ms - memory_ms) / MS_PER_MIN))
        zeros = [_zero_temp(span, scheduled_at_ms=None) for span in spans]
        if self.since_ms is not None:
            span = Suspension(start_ms=self.since_ms, duration_min=(now_ms - self.since_ms) / MS_PER_MIN)
            zeros.append(_zero_temp(span, scheduled_at_ms=self.since_ms))
        return zeros


def find_suspensions(history: Sequence[PumpEvent], clock: LocalClock) -> Suspensions:
    """Match stops of a pump with its starts.

    Raises:
        DataError: two stops with no start between them. (The original reports it and goes on with half the stops.)
    """
    stops_ms = _times_ms(history, "PumpSuspend", clock)
    starts_ms = _times_ms(history, "PumpResume", clock)
    began_before = bool(starts_ms) and (not stops_ms or starts_ms[0] < stops_ms[0])
    closed: list[Suspension] = []
    since_ms: float | None = None
    for place, stop_ms in enumerate(stops_ms):
        start_ms = next((moment_ms for moment_ms in starts_ms if moment_ms > stop_ms), None)
        following_ms = stops_ms[place + 1] if place + 1 < len(stops_ms) else None
        if following_ms is not None and (start_ms is None or start_ms > following_ms):
            raise DataError(
                ErrorCode.INVALID_VALUE,
                "The pump history has two PumpSuspend records with no PumpResume between them.",
                hint="Add the missing PumpResume, or remove the second PumpSuspend.",
            )
        if start_ms is None:
            since_ms = stop_ms
        else:
            closed.append(Suspension(start_ms=stop_ms, duration_min=(start_ms - stop_ms) / MS_PER_MIN))
    return Suspensions(closed=tuple(closed), until_ms=starts_ms[0] if began_before else None, since_ms=since_ms)


def cut_around(temp: TempBasal, suspensions: Suspensions) -> list[TempBasal]:
    """What is left of a temporary rate beside all standstills; the first piece stands for the record itself."""
    temp = _cut_open_ends(temp, suspensions)
    pieces = [temp]
    if temp.duration_min == 0:
        return pieces
    for suspension in suspensions.closed:
        for place, piece in enumerate(tuple(pieces)):
            kept, added = _cut(piece, suspension)
            pieces[place] = kept
            pieces.extend(added)
    return pieces


def _zero_temp(span: Suspension, *, scheduled_at_ms: float | None) -> TempBasal:
    return TempBasal(
        rate_u_per_h=0.0,
        start_ms=span.start_ms,
        started_at_ms=span.start_ms,
        duration_min=span.duration_min,
        scheduled_at_ms=scheduled_at_ms,
    )


def _times_ms(history: Sequence[PumpEvent], kind: str, clock: LocalClock) -> list[int]:
    times = (event.moment_ms(clock) for event in history if event.kind == kind)
    return sorted(moment_ms for moment_ms in times if moment_ms is not None)


def _cut_open_ends(temp: TempBasal, suspensions: Suspensions) -> TempBasal:
    until_ms, since_ms = suspensions.until_ms, suspensions.since_ms
    if until_ms is not None and temp.start_ms < until_ms:
        if temp.end_ms < until_ms:
            temp = replace(temp, duration_min=0.0)
        else:
            left_min = (temp.end_ms - until_ms) / MS_PER_MIN
            temp = replace(temp, start_ms=until_ms, started_at_ms=until_ms, duration_min=left_min)
    # As in the original, a rate that was set after a stop that lasts still counts, though the pump stood still.
    if since_ms is not None and temp.start_ms <= since_ms < temp.end_ms:
        temp = replace(temp, duration_min=(since_ms - temp.start_ms) / MS_PER_MIN)
    return temp


def _cut(temp: TempBasal, suspension: Suspension) -> tuple[TempBasal, list[TempBasal]]:
    if temp.start_ms <= suspension.start_ms < temp.end_ms:
        before = replace(temp, duration_min=(suspension.start_ms - temp.start_ms) / MS_PER_MIN)
        after = [_from_end_of(temp, suspension)] if temp.end_ms > suspension.end_ms else []
        return before, after
    if suspension.start_ms <= temp.start_ms < suspension.end_ms:
        return _from_end_of(temp, suspension), []
    return temp, []


def _from_end_of(temp: TempBasal, suspension: Suspension) -> TempBasal:
    written_ms = suspension.end_ms // 1000 * 1000
    return replace(
        temp,
        start_ms=suspension.end_ms,
        started_at_ms=written_ms,
        scheduled_at_ms=written_ms,
        duration_min=(temp.end_ms - suspension.end_ms) / MS_PER_MIN,
        time_text=None,
    )
