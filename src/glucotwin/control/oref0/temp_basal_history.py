"""From a pump's history to temporary basal rates that do not overlap."""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from glucotwin.control.oref0.local_clock import MS_PER_MIN, LocalClock
from glucotwin.control.oref0.pump_event import NIGHTSCOUT_BOLUSES, PumpEvent

_LONGEST_HISTORY_MIN = 7 * 1440
_MARKER_DELAY_MIN = 1
"""The record of now ends a minute ahead, so that clocks that differ a little do not matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TempBasal:
    """A temporary basal rate.

    Attributes:
        rate_u_per_h: rate that replaces the schedule.
        start_ms: start, in ms since 1970.
        started_at_ms: start as it is written out, to the second where the record was cut.
        duration_min: minutes that it ran; may become negative where a suspension covers all of it.
        scheduled_at_ms: moment whose scheduled rate it is compared with; None for the last rate of the day, with which
            the original compares the first half hour of a zero rate that it assumes for the time to come.
        time_text: start as the record has it; None for pieces that were cut.
    """

    rate_u_per_h: float
    start_ms: float
    started_at_ms: float
    duration_min: float
    scheduled_at_ms: float | None
    time_text: str | None = None

    @property
    def end_ms(self) -> float:
        """When it ends, in ms since 1970."""
        return self.start_ms + self.duration_min * MS_PER_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Bolus:
    """Insulin given at one moment, in U, at a time in ms since 1970."""

    insulin_u: float
    start_ms: float


def without_old(history: Sequence[PumpEvent], now_ms: float, clock: LocalClock) -> list[PumpEvent]:
    """Records of the last week: older ones can't act any more, and a stop of years would take as long to go through."""
    oldest_ms = now_ms - _LONGEST_HISTORY_MIN * MS_PER_MIN
    return [event for event in history if (event.moment_ms(clock) or now_ms) >= oldest_ms]


def newest_first(history: Sequence[PumpEvent], now_ms: float, clock: LocalClock) -> Iterator[tuple[int, PumpEvent]]:
    """Records with their places, without those that are younger than one that came before them, or than now."""
    youngest_ms = now_ms
    for place, event in enumerate(history):
        moment_ms = event.moment_ms(clock)
        if moment_ms is None or moment_ms > youngest_ms:
            continue
        youngest_ms = moment_ms
        yield place, event


def find_temps(
    history: Sequence[PumpEvent], now_ms: float, clock: LocalClock, *, zero_ahead_min: float
) -> tuple[list[TempBasal], list[str]]:
    """Temporary rates of a history, oldest first and each ended by the next, and what had to be left out.

    Args:
        history: records, newest first.
        now_ms: time of the decision, in ms since 1970.
        clock: zone of the schedules.
        zero_ahead_min: minutes of zero basal to assume from now on; 0 for none.
    """
    temps: list[TempBasal] = []
    left_out: list[str] = []
    for place, event in newest_first(history, now_ms, clock):
        if not _is_temp(event):
            continue
        if event.temp == "percent":
            left_out.append(f"The temporary basal rate of {event.time_text} is a percentage and counts as no insulin.")
            continue
        if event.rate is None and event.absolute_u_per_h is None:
            left_out.append(f"The temporary basal rate of {event.time_text} has no rate and counts as no insulin.")
            continue
        duration_min = _duration_min(history, place, event)
        if duration_min is None:
            left_out.append(f"The temporary basal rate of {event.time_text} has no duration and counts as no insulin.")
            continue
        temps.append(_temp(event, duration_min, clock))
    if not history:
        return [], ["There is no pump history: insulin on board counts as 0."]
    temps.append(_temp_of_now(now_ms + _MARKER_DELAY_MIN * MS_PER_MIN, zero_ahead_min))
    return end_by_next(sorted(temps, key=lambda temp: temp.start_ms)), left_out


def find_boluses(history: Sequence[PumpEvent], now_ms: float, clock: LocalClock) -> list[Bolus]:
    """Boluses of a history, in its order."""
    boluses: list[Bolus] = []
    for _, event in newest_first(history, now_ms, clock):
        insulin_u = event.bolus_u if event.kind == "Bolus" else None
        if event.treatment in NIGHTSCOUT_BOLUSES or event.treatment == "SMB":
            insulin_u = event.insulin_u
        moment_ms = event.moment_ms(clock)
        if insulin_u and moment_ms is not None:
            boluses.append(Bolus(insulin_u=insulin_u, start_ms=moment_ms))
    return boluses


def end_by_next(temps: Sequence[TempBasal]) -> list[TempBasal]:
    """The same rates, each ended where the next one starts."""
    ended = list(temps)
    for place, (temp, following) in enumerate(itertools.pairwise(temps)):
        if temp.end_ms > following.start_ms:
            ended[place] = replace(temp, duration_min=(following.start_ms - temp.start_ms) / MS_PER_MIN)
    return ended


def _is_temp(event: PumpEvent) -> bool:
    return event.kind == "TempBasal" or event.treatment == "Temp Basal"


def _duration_min(history: Sequence[PumpEvent], place: int, event: PumpEvent) -> float | None:
    if event.treatment == "Temp Basal":
        return event.duration_min
    candidates = [history[place - 1]] if place > 0 else []
    for other in (*candidates, *history):
        if other.kind == "TempBasalDuration" and other.timestamp == event.timestamp:
            return other.pump_duration_min
    return None


def _temp(event: PumpEvent, duration_min: float, clock: LocalClock) -> TempBasal:
    moment_ms = event.moment_ms(clock) or 0
    rate = event.absolute_u_per_h if event.treatment == "Temp Basal" else event.rate
    return TempBasal(
        rate_u_per_h=rate or 0.0,
        start_ms=moment_ms,
        started_at_ms=moment_ms,
        duration_min=duration_min,
        scheduled_at_ms=moment_ms,
        time_text=event.time_text,
    )


def _temp_of_now(start_ms: float, duration_min: float) -> TempBasal:
    return TempBasal(
        rate_u_per_h=0.0,
        start_ms=start_ms,
        started_at_ms=start_ms,
        duration_min=duration_min,
        scheduled_at_ms=None,
    )
