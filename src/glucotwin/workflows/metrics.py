"""Use case: the consensus CGM metrics of a file or a timeline."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.domain.archive import load_timeline
from glucotwin.domain.glucose import Censoring, GlucoseKind, GlucoseReading
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.format import ImportOptions
from glucotwin.ingest.reader import import_path
from glucotwin.metrics.panel import MetricsPanel, metrics_panel
from glucotwin.metrics.series import CENSORED_HIGH, CENSORED_LOW, GlucoseSeries
from glucotwin.metrics.time_in_range import STANDARD_TARGET, target_named


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsAnswer:
    """The metrics of a person's period.

    Attributes:
        person: whose they are.
        panel: all metrics.
    """

    person: Person
    panel: MetricsPanel

    def to_json(self) -> dict[str, object]:
        """The answer as JSON values; glucose in mg/dL, as the names say."""
        return {"person_id": self.person.person_id, "zone": self.person.zone, "metrics": self.panel.to_json()}


def metrics_of(
    path: Path,
    options: ImportOptions | None = None,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
    target_name: str = STANDARD_TARGET.name,
    progress: ProgressCallback = silent,
) -> MetricsAnswer:
    """The metrics of an importable file or of a timeline's folder.

    Args:
        path: the file or folder.
        options: for a file: what it may not say.
        first_day: local day from which on readings count.
        last_day: local day up to which readings count, itself included.
        target_name: preset of the target range and goals, or ``LOW-HIGH`` in mg/dL.
        progress: told how far the work has come.

    Raises:
        DataError, UnitError: the file cannot be read, or has no sensor readings in the period.
        NotFoundError: there is no such target, or a folder that is no timeline.
    """
    target = target_named(target_name)
    timeline = open_timeline(path, options, progress=progress)
    cut = timeline.cut(_window(timeline, first_day, last_day))
    return MetricsAnswer(person=timeline.person, panel=metrics_panel(glucose_series(cut), target=target))


def open_timeline(path: Path, options: ImportOptions | None = None, *, progress: ProgressCallback = silent) -> Timeline:
    """The timeline at a path: loaded if it is a timeline's folder, otherwise imported from the file.

    Raises:
        DataError, UnitError: the file cannot be what it claims to be.
        NotFoundError: a folder that is no timeline.
    """
    if path.is_dir():
        return load_timeline(path)
    return import_path(path, options, progress=progress).timeline


def glucose_series(timeline: Timeline) -> GlucoseSeries:
    """The sensor readings of a timeline; of several at one time the last counts.

    Raises:
        DataError: there are none.
    """
    frame = timeline.frame(GlucoseReading).filter(pl.col("kind") == str(GlucoseKind.CGM))
    frame = frame.filter(pl.col("time").is_last_distinct())
    if frame.is_empty():
        raise DataError(
            ErrorCode.TOO_LITTLE_DATA,
            "There are no sensor readings in this period.",
            hint="The metrics are defined for continuous glucose monitoring; choose another period or file.",
        )
    censoring = frame["censoring"]
    return GlucoseSeries.from_utc(
        frame["time"].dt.replace_time_zone(None).to_numpy(),
        frame["glucose_mgdl"].to_numpy(),
        zone=timeline.person.zone,
        censoring=np.where(
            censoring == str(Censoring.LOW), CENSORED_LOW, np.where(censoring == str(Censoring.HIGH), CENSORED_HIGH, 0)
        ),
    )


def _window(timeline: Timeline, first_day: date | None, last_day: date | None) -> Window:
    whole = timeline.window()
    start = whole.start if first_day is None else _midnight(timeline, first_day)
    end = whole.end if last_day is None else _midnight(timeline, last_day + timedelta(days=1))
    return Window(start=start, end=end)


def _midnight(timeline: Timeline, day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), timeline.person.zone_info).astimezone(UTC)
