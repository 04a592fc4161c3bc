"""Basal insulin that is known only for part of the record."""

from datetime import timedelta
from typing import Final

from glucotwin.core.message import message
from glucotwin.domain.imputation import unrecorded_basal
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.detect.detection import Detection, DetectionKind
from glucotwin.ingest.detect.sensor_grid import sensor_readings

SHORTEST: Final = timedelta(hours=2)
DAY: Final = timedelta(days=1)


def find_unknown_basal(timeline: Timeline) -> tuple[Detection, ...]:
    """Stretches of two hours and more, within the time of readings and boluses, without basal insulin on record.

    Records without any basal segment are those of people on pens, or of exports without basal: nothing is reported.
    """
    spans = [
        (one["time"][0], one["time"][-1]) for one in (sensor_readings(timeline), timeline.frame(Bolus)) if len(one)
    ]
    if timeline.frame(BasalSegment).is_empty() or not spans:
        return ()
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    return tuple(
        Detection(
            kind=DetectionKind.BASAL_UNKNOWN,
            start=one.start,
            end=one.end,
            score=1.0,
            text=_text(one.end - one.start),
        )
        for one in unrecorded_basal(timeline, Window(start=first, end=last))
        if one.end - one.start >= SHORTEST
    )


def _text(length: timedelta) -> str:
    if length >= 2 * DAY:
        return message("detect-basal-unknown-days", days=f"{length / DAY:.1f}")
    return message("detect-basal-unknown-hours", hours=f"{length / timedelta(hours=1):.1f}")
