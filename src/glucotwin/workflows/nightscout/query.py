"""What apps ask for: conditions on fields of documents, as both versions of Nightscout's interface write them.

Version 1 writes ``find[field][$op]=value``, version 3 ``field$op=value``. Times are compared as instants however they
are written, other values as numbers where both are, else as texts; a document without the field fulfils ``ne`` alone.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import polars as pl

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.ingest.nightscout.document import number_of, times_of

TIMES = frozenset(
    {"date", "mills", "dateString", "created_at", "sysTime", "timestamp", "startDate", "srvModified", "srvCreated"}
)
OPERATORS = frozenset({"eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "exists", "re", "regex"})
_FIND = re.compile(r"find\[([\w.]+)\](?:\[\$?(\w+)\])?(?:\[\d*\])?")
_SEARCH = re.compile(r"([\w.]+)\$(\w+)")
_NO_FIELDS = frozenset({"count", "token", "secret", "now", "rr", "limit", "skip", "sort", "sort$desc", "fields", "_"})
LONGEST_PATTERN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition.

    Attributes:
        field: name; of a field within a field with a dot.
        operator: of ``OPERATORS``.
        value: as it was written.
    """

    field: str
    operator: str
    value: str

    def holds(self, document: Mapping[str, object]) -> bool:
        """Whether a document fulfils it."""
        told = _value(document, self.field)
        if self.operator == "exists":
            return (told is not None) == (self.value.lower() not in {"false", "0"})
        if self.operator == "ne":
            return told is None or _compared(self.field, told, self.value) != 0
        if self.operator == "nin":
            return told is None or not self._is_one_of(told)
        return told is not None and self._fits(told)

    def _fits(self, told: object) -> bool:
        if self.operator == "in":
            return self._is_one_of(told)
        if self.operator in {"re", "regex"}:
            return _matches(str(told), self.value)
        order = _compared(self.field, told, self.value)
        signs = {"eq": (0,), "gt": (1,), "gte": (0, 1), "lt": (-1,), "lte": (-1, 0)}[self.operator]
        return order in signs

    def _is_one_of(self, told: object) -> bool:
        return any(_compared(self.field, told, one) == 0 for one in re.split(r"[,|]", self.value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Times between which documents must lie; None for no bound."""

    start: datetime | None = None
    end: datetime | None = None


def find_conditions(items: Iterable[tuple[str, str]]) -> tuple[Condition, ...]:
    """Conditions of version 1: ``find[field]=value``, ``find[field][$op]=value``, ``/pattern/`` as a value.

    Raises:
        DataError: an operator is not known.
    """
    found: list[Condition] = []
    for name, value in items:
        parts = _FIND.fullmatch(name)
        if parts is None:
            continue
        pattern = re.fullmatch(r"/(.*)/i?", value)
        if pattern is not None and parts[2] is None:
            found.append(_condition(parts[1], "regex", pattern[1]))
        else:
            found.append(_condition(parts[1], parts[2] or "eq", value))
    return tuple(found)


def search_conditions(items: Iterable[tuple[str, str]]) -> tuple[Condition, ...]:
    """Conditions of version 3: ``field=value``, ``field$op=value``.

    Raises:
        DataError: an operator is not known.
    """
    found: list[Condition] = []
    for name, value in items:
        if name in _NO_FIELDS:
            continue
        parts = _SEARCH.fullmatch(name)
        found.append(_condition(name, "eq", value) if parts is None else _condition(parts[1], parts[2], value))
    return tuple(found)


def bounds_of(conditions: Sequence[Condition], fields: Iterable[str]) -> Bounds:
    """The times between which all that fulfils the conditions lies.

    Args:
        conditions: all of which hold.
        fields: those that tell when a document happened.
    """
    wanted = frozenset(fields)
    known = [
        (one.operator, moment)
        for one in conditions
        if one.field in wanted and (moment := _instant(one.value)) is not None
    ]
    starts = [moment for operator, moment in known if operator in {"eq", "gt", "gte"}]
    ends = [moment for operator, moment in known if operator in {"eq", "lt", "lte"}]
    return Bounds(start=max(starts, default=None), end=min(ends, default=None))


def fulfilling(documents: Iterable[Mapping[str, object]], conditions: Sequence[Condition]) -> list[dict[str, object]]:
    """The documents that fulfil all conditions, in their order."""
    return [dict(one) for one in documents if all(condition.holds(one) for condition in conditions)]


def _condition(field: str, operator: str, value: str) -> Condition:
    if operator not in OPERATORS or len(value) > 10_000:
        raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-bad-condition", operator=operator[:20]))
    if operator in {"re", "regex"}:
        _matches("", value)
    return Condition(field=field, operator=operator, value=value)


def _value(document: Mapping[str, object], field: str) -> object:
    if field in document:
        return document[field]
    value: object = document
    for part in field.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _compared(field: str, told: object, asked: str) -> int | None:
    """-1, 0 or 1 as what is told lies before, at or after what is asked; None when they cannot be compared."""
    if field in TIMES:
        first, second = _instant(told), _instant(asked)
        if first is not None and second is not None:
            return (first > second) - (first < second)
    if isinstance(told, bool):
        return 0 if asked.lower() == str(told).lower() else None
    number, wanted = number_of(told), number_of(asked)
    if number is not None and wanted is not None:
        return (number > wanted) - (number < wanted)
    if not isinstance(told, str) or (wanted is not None and told != asked):
        return None
    return (told > asked) - (told < asked)


def _instant(value: object) -> datetime | None:
    """An instant, however it is written: ms or s since 1970, also as text, or ISO 8601 (UTC without an offset)."""
    if isinstance(value, str):
        with suppress(ValueError):
            written = datetime.fromisoformat(value) if not value.isdecimal() else None
            if written is not None:
                return written.replace(tzinfo=UTC) if written.tzinfo is None else written.astimezone(UTC)
    number = number_of(value)
    return _unusual_instant(value if isinstance(value, str) and number is None else number)


@lru_cache(maxsize=4096)
def _unusual_instant(value: str | float | None) -> datetime | None:
    fields = [{"value": value}]
    [found] = times_of(fields, epochs=("value",), written=("value",), zone="UTC", written_first=False)
    return None if found is None else found.astimezone(UTC)


def _matches(text: str, pattern: str) -> bool:
    """Whether a pattern is found in a text; by an engine that takes no longer than both are long.

    Raises:
        DataError: it is no pattern.
    """
    if len(pattern) > LONGEST_PATTERN:
        raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-bad-condition", operator="regex"))
    try:
        return bool(pl.Series([text]).str.contains(pattern).item())
    except pl.exceptions.PolarsError as error:
        raise DataError(ErrorCode.INVALID_VALUE, message("nightscout-bad-condition", operator="regex")) from error
