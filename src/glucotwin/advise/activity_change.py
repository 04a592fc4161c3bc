"""Changes to what a person does: exercise added or left out."""

from dataclasses import dataclass, replace
from datetime import datetime

import polars as pl

from glucotwin.advise.change import Change, nearest_row, with_record
from glucotwin.advise.regimen_change import clock_of
from glucotwin.core.message import message
from glucotwin.core.number import plain_number
from glucotwin.domain.activity import Activity, ActivityType
from glucotwin.domain.record import as_utc, check_range
from glucotwin.domain.timeline import Timeline
from glucotwin.physiology.minimal_lived import EXERCISE


class _Exercise(Change):
    """A change of what muscle does; it does not concern insulin."""

    __slots__ = ()

    @property
    def is_insulin(self) -> bool:
        """It does not."""
        return False

    @property
    def modules(self) -> frozenset[str]:
        """Muscle at work, with the population's parameters."""
        return frozenset({EXERCISE})


@dataclass(frozen=True, slots=True, kw_only=True)
class AddExercise(_Exercise):
    """Adds a bout of exercise; ``intensity_fraction`` is the share of maximal oxygen uptake."""

    at: datetime
    duration_min: float
    intensity_fraction: float = 0.5
    activity_type: ActivityType = ActivityType.AEROBIC

    def apply(self, timeline: Timeline) -> Timeline:
        """Adds it."""
        check_range("duration_min", self.duration_min, 1.0, 600.0)
        bout = Activity(
            time=self.at,
            duration_min=self.duration_min,
            activity_type=self.activity_type,
            intensity_fraction=self.intensity_fraction,
            source="what-if",
        )
        return with_record(timeline, "activity", bout)

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return message(
            "change-add-exercise",
            minutes=plain_number(self.duration_min),
            percent=f"{100.0 * self.intensity_fraction:.0f}",
            clock=clock_of(timeline, self.at),
        )

    def until(self) -> datetime | None:
        """Its beginning."""
        return as_utc(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveExercise(_Exercise):
    """Leaves out the exercise that was recorded at a time."""

    at: datetime

    def apply(self, timeline: Timeline) -> Timeline:
        """Takes it out of the record.

        Raises:
            NotFoundError: no exercise is recorded within ten minutes.
        """
        frame = timeline.frame(Activity)
        row = nearest_row(frame, "exercise", self.at)
        kept = frame.with_row_index("row").filter(pl.col("row") != row).drop("row")
        return replace(timeline, streams={**timeline.streams, "activity": kept})

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return message("change-remove-exercise", clock=clock_of(timeline, self.at))

    def until(self) -> datetime | None:
        """When it was."""
        return as_utc(self.at)
