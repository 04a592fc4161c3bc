"""The interface of a writer: a timeline in the format of somebody else."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import ClassVar

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.domain.frame import STREAMS
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.write.loss import Carried, Loss, losses_of

WITHOUT_EFFECT: Mapping[str, pl.Expr] = MappingProxyType(
    {
        "bolus": pl.col("insulin_u") + pl.col("extended_u") <= 0,
        "basal": pl.col("duration_min") <= 0,
        "pen": pl.col("insulin_u") <= 0,
    }
)
"""Records that gave no insulin or lasted no time; no format tells them from mistakes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was written.

    Attributes:
        records: how many, by stream.
        losses: what could not be written.
    """

    records: Mapping[str, int]
    losses: tuple[Loss, ...]


class DataWriter(ABC):
    """Writes timelines in one format; a new one is a subclass in a file of its own and a line in ``WRITERS``.

    Attributes:
        name: stable identifier.
        title: name for people.
        suffix: ending of the file's name; empty when a folder is written.
        carried: what the format carries, by stream.
        carries_settings: whether it carries therapy settings.
        carries_person: attributes of the person that it carries.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    suffix: ClassVar[str]
    carried: ClassVar[Mapping[str, Carried]]
    carries_settings: ClassVar[bool] = False
    carries_person: ClassVar[frozenset[str]] = frozenset()

    def write(self, timeline: Timeline, path: Path) -> Written:
        """Writes what the format can carry; the file or folder appears whole or not at all.

        Args:
            timeline: what to write.
            path: the file or folder; what is there is replaced.

        Raises:
            DataError: there is nothing that the format can carry.
            NotFoundError: the folder around it does not exist.
        """
        part, empty = _with_effect(timeline)
        written = [name for name in STREAMS if name in part.streams and name in self.carried]
        streams = {name: self.carried[name].written(part.streams[name]) for name in written}
        writable = replace(part, streams=streams)
        if not writable.streams:
            raise DataError(
                ErrorCode.TOO_LITTLE_DATA,
                f"There is nothing in this timeline that {self.title} can carry.",
                hint="Choose another format.",
            )
        more = self.write_carried(writable, path)
        losses = losses_of(part, self.carried, settings=self.carries_settings, person=self.carries_person)
        lost = {one.stream: one.count for one in more if not one.fields}
        return Written(
            records={name: len(frame) - lost.get(name, 0) for name, frame in writable.streams.items()},
            losses=(*empty, *losses, *more),
        )

    @abstractmethod
    def write_carried(self, timeline: Timeline, path: Path) -> tuple[Loss, ...]:
        """Writes the file or folder, whole or not at all.

        Args:
            timeline: only what the format carries.
            path: the file or folder; what is there is replaced.

        Returns:
            Records that had to be left out although the format carries their kind.
        """


def _with_effect(timeline: Timeline) -> tuple[Timeline, tuple[Loss, ...]]:
    losses: list[Loss] = []
    streams = dict(timeline.streams)
    for name, is_empty in WITHOUT_EFFECT.items():
        if name in streams:
            kept = streams[name].filter(~is_empty)
            count = len(streams[name]) - len(kept)
            streams[name] = kept
            losses += [Loss(stream=name, count=count, reason="without effect")] if count else []
    return replace(timeline, streams=streams), tuple(losses)
