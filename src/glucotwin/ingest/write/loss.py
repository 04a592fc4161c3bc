"""What a format cannot carry of a timeline."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import MappingProxyType

import polars as pl

from glucotwin.core.message import message
from glucotwin.domain.frame import STREAMS
from glucotwin.domain.person import Person
from glucotwin.domain.timeline import Timeline

SETTINGS = "settings"
PERSON = "person"
NEVER_COUNTED = frozenset({"time", "source"})
"""Fields that every format has, or that only say where a record came from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Records, or fields of records, that are not written.

    Attributes:
        stream: name of the stream; ``settings`` or ``person`` for what is no stream.
        fields: the fields that are not written; empty when the records are not written at all.
        count: how many records it concerns.
        reason: why, when it is not that the format has no place for them.
    """

    stream: str
    count: int
    fields: tuple[str, ...] = ()
    reason: str = ""

    @property
    def text(self) -> str:
        """The loss as a sentence."""
        fields, reason = ", ".join(self.fields), self.reason
        kind = "person" if self.stream == PERSON else "fields" if fields else "records"
        return message(
            f"loss-{kind}",
            count=self.count,
            number=f"{self.count:,}",
            stream=self.stream,
            fields=fields,
            why=message("loss-why", reason=reason) if reason else "",
        )

    def to_json(self) -> dict[str, object]:
        """The loss as JSON values."""
        return {
            "stream": self.stream,
            "fields": list(self.fields),
            "count": self.count,
            "reason": self.reason,
            "text": self.text,
        }


Words = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a format carries of one stream.

    Attributes:
        fields: by name; None for every value, or the words of a field that it tells apart.
        rows: fields that must have one of some words for a record to be written at all.
    """

    fields: Mapping[str, Words | None]
    rows: Mapping[str, Words] = field(default_factory=lambda: MappingProxyType({}))

    def written(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The rows of a stream's table that are written."""
        return frame.filter(
            pl.all_horizontal(pl.lit(True), *(pl.col(name).is_in(words) for name, words in self.rows.items()))
        )


def all_of(*names: str) -> Mapping[str, None]:
    """Fields that are carried whatever their value."""
    return MappingProxyType(dict.fromkeys(names))


def losses_of(
    timeline: Timeline, carried: Mapping[str, Carried], *, settings: bool, person: frozenset[str]
) -> tuple[Loss, ...]:
    """What of a timeline is not written.

    Args:
        timeline: what is to be written.
        carried: by stream.
        settings: whether therapy settings are written.
        person: the person's attributes that are written.
    """
    return tuple(_losses(timeline, carried, settings, person))


def _losses(
    timeline: Timeline, carried: Mapping[str, Carried], settings: bool, person: frozenset[str]
) -> Iterator[Loss]:
    for stream, frame in timeline.streams.items():
        kept = carried.get(stream)
        if kept is None:
            yield Loss(stream=stream, count=len(frame))
            continue
        written = kept.written(frame)
        if len(written) < len(frame):
            names = ", ".join(sorted(set(_left_out_words(frame, kept))))
            yield Loss(stream=stream, count=len(frame) - len(written), reason=names)
        yield from _field_losses(stream, written, kept)
    if timeline.settings and not settings:
        yield Loss(stream=SETTINGS, count=len(timeline.settings))
    lost = tuple(name for name in _known_attributes(timeline.person) if name not in person)
    if lost:
        yield Loss(stream=PERSON, count=1, fields=lost)


def _left_out_words(frame: pl.DataFrame, kept: Carried) -> Iterator[str]:
    for name, words in kept.rows.items():
        yield from (str(word) for word in frame[name].unique() if word not in words)


def _field_losses(stream: str, frame: pl.DataFrame, kept: Carried) -> Iterator[Loss]:
    defaults = {one.name: one.default for one in fields(STREAMS[stream])}
    for name in frame.columns:
        if name in NEVER_COUNTED:
            continue
        count = _lost(frame[name], defaults[name], kept.fields.get(name, frozenset()))
        if count:
            yield Loss(stream=stream, count=count, fields=(name,))


def _lost(values: pl.Series, default: object, words: Words | None) -> int:
    """How many values differ from the field's default and are not carried."""
    if words is None:
        return 0
    told = values.is_not_null()
    if default is not MISSING and default is not None:
        told &= values != default
    if words:
        told &= ~values.is_in(list(words))
    return int(told.sum())


def _known_attributes(person: Person) -> Iterator[str]:
    """Attributes of the person that are known, apart from the pseudonym."""
    for one in fields(person):
        value = getattr(person, one.name)
        if one.name != "person_id" and value is not None and value != one.default and value != ():
            yield one.name
