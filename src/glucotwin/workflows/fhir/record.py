"""A person's records as resources with identifiers that stay.

An identifier tells whose record it is, of which stream and when, so that one resource is found without a search; it
carries a mark that only the person's key makes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.write.fhir import record_resources
from glucotwin.store.desk import Desk
from glucotwin.store.record import record_ids

Resource = dict[str, object]

STREAMS: Mapping[str, tuple[str, ...]] = {
    "Observation": ("glucose", "meal", "heart_rate", "ketone", "lab"),
    "MedicationAdministration": ("bolus", "basal", "pen", "medication"),
}
"""Streams by the kind of resource that their records are."""
MARK_DIGITS, PERSON_DIGITS = 8, 32
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
REST = "r"
"""After the identifier of a combined bolus' second part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResources:
    """A person's records of one kind of resource, in order of time.

    Attributes:
        desk: of an account that may read.
        timeline: the records.
        kind: of ``STREAMS``.
        newest_first: the other way round.
    """

    desk: Desk
    timeline: Timeline
    kind: str
    newest_first: bool = False

    @property
    def total(self) -> int:
        """How many records there are."""
        return sum(len(frame) for frame in self._tables().values())

    def part(self, offset: int, count: int) -> list[Resource]:
        """The resources of some records; a combined bolus is two.

        Args:
            offset: records to pass over.
            count: records to tell.
        """
        tables = self._tables()
        if not tables or count <= 0:
            return []
        rows = [
            frame.select("time").with_row_index("row").with_columns(stream=pl.lit(name))
            for name, frame in tables.items()
        ]
        order = pl.concat(rows).sort("time", "stream", "row", descending=[self.newest_first, False, False])
        chosen = order[offset : offset + count]
        made: dict[tuple[str, int], list[Resource]] = {}
        for stream in chosen["stream"].unique():
            numbers = chosen.filter(pl.col("stream") == stream)["row"].to_list()
            resources = self._resources(stream, tables[stream][numbers])
            made |= {(stream, number): one for number, one in zip(numbers, resources, strict=True)}
        keys = chosen.select("stream", "row").iter_rows()
        return [resource for stream, row in keys for resource in made[stream, row]]

    def _tables(self) -> dict[str, pl.DataFrame]:
        streams = self.timeline.streams
        return {name: streams[name] for name in STREAMS[self.kind] if name in streams and len(streams[name])}

    def _resources(self, stream: str, frame: pl.DataFrame) -> Iterator[list[Resource]]:
        """The resources of each row."""
        person_id = self.timeline.person.person_id
        marks = record_ids(self.desk, person_id, stream, frame)
        begin = f"{plain(person_id)}.{stream.replace('_', '-')}"
        names = [
            f"{begin}.{_base36(round(time.timestamp() * 1000))}.{mark[:MARK_DIGITS]}"
            for time, mark in zip(frame["time"].to_list(), marks, strict=True)
        ]
        parts: dict[str, list[Resource]] = {name: [] for name in names}

        def url(number: int, part: str) -> str:
            return names[number] + ("" if part == "whole" else REST)

        for name, resource in record_resources(stream, frame, {"reference": f"Patient/{person_id}"}, url):
            whole = {"partOf": [{"reference": f"{self.kind}/{name[:-1]}"}]} if "partOf" in resource else {}
            parts[name.removesuffix(REST)].append({**resource, "id": name, **whole})
        return (parts[name] for name in names)


def plain(person_id: str) -> str:
    """A person's identifier as the identifiers of their resources begin."""
    return person_id.replace("-", "")


def owner_of(identifier: str) -> str | None:
    """Whose resource an identifier is of; None when it tells nobody."""
    text = identifier.partition(".")[0]
    if len(text) != PERSON_DIGITS or not set(text) <= set(DIGITS[:16]):
        return None
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def told_by(identifier: str) -> tuple[str, datetime] | None:
    """Stream and moment of a record that an identifier tells; None when it is of no record."""
    parts = identifier.split(".")
    known = {stream.replace("_", "-"): stream for streams in STREAMS.values() for stream in streams}
    if len(parts) != 4 or parts[1] not in known or not parts[2] or len(parts[2]) > 9 or not parts[2].isalnum():
        return None
    try:
        moment = datetime.fromtimestamp(int(parts[2], 36) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return known[parts[1]], moment - timedelta(milliseconds=1)


def _base36(number: int) -> str:
    text = ""
    while number > 0:
        number, digit = divmod(number, len(DIGITS))
        text = DIGITS[digit] + text
    return text or "0"
