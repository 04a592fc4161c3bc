"""Tidepool documents, one at a time, whichever of the two shapes they come in.

The API (``GET /data/{userId}``) keeps glucose in mmol/L and durations in ms. The export tool names a unit per document,
gives durations in minutes (of activities in days), flattens nested fields with dots or writes them as JSON text, and
adds ``localTime``. Field shapes: tidepool-org/platform ``data/types``.
"""

import json
import math
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from glucotwin.core.error import DataError, ErrorCode, UnitError
from glucotwin.core.unit import GlucoseUnit, mgdl_from, parse_glucose_unit
from glucotwin.domain.record import as_utc

CHUNK_CHARACTERS = 1 << 20
LONGEST_DOCUMENT_CHARACTERS = 1 << 24
EXPORT_MARK = "localTime"
"""Field that only the export tool writes."""


def documents_of(stream: TextIO, *, name: str) -> Generator["Document"]:
    """The documents of a JSON array, without holding more than one of them.

    Args:
        stream: text of the file.
        name: of the file, for messages.

    Raises:
        DataError: the text is no JSON array of objects, or ends early.
    """
    reader = _ArrayReader(stream)
    if reader.next_mark() != "[":
        raise _not_json(name, 1)
    reader.position += 1
    number = 0
    while (mark := reader.next_mark()) != "]":
        number += 1
        value = reader.value() if mark == "{" else None
        if not isinstance(value, dict):
            raise _not_json(name, number)
        yield Document(fields=value, number=number)


class _ArrayReader:
    """Takes JSON values off a stream, one after another."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.buffer = ""
        self.position = 0
        self.decoder = json.JSONDecoder()

    def next_mark(self) -> str:
        """The next character that is no separator; empty at the end."""
        while True:
            while self.position < len(self.buffer) and self.buffer[self.position] in " \t\r\n,":
                self.position += 1
            if self.position < len(self.buffer):
                return self.buffer[self.position]
            if not self._fill():
                return ""

    def value(self) -> object:
        """The value that begins here; None when it is cut short, malformed or endless."""
        while True:
            try:
                value, self.position = self.decoder.raw_decode(self.buffer, self.position)
            except (ValueError, RecursionError):
                if len(self.buffer) - self.position > LONGEST_DOCUMENT_CHARACTERS or not self._fill():
                    return None
            else:
                return value

    def _fill(self) -> bool:
        chunk = self.stream.read(CHUNK_CHARACTERS)
        self.buffer = self.buffer[self.position :] + chunk
        self.position = 0
        return bool(chunk)


def _not_json(name: str, number: int) -> DataError:
    return DataError(
        ErrorCode.UNREADABLE_FILE,
        f"{name!r} is no complete JSON array of documents: document {number} cannot be read.",
        hint="Export it again; the download may have been cut short.",
    )


@dataclass(frozen=True, slots=True)
class Document:
    """One document.

    Attributes:
        fields: as they came.
        number: its place in the file, for messages.
    """

    fields: Mapping[str, object]
    number: int

    @property
    def type(self) -> str:
        """Its type, e.g. ``cbg``; empty when it has none."""
        return self.text("type")

    @property
    def exported(self) -> bool:
        """Whether it has the shape of the export tool."""
        return EXPORT_MARK in self.fields

    @property
    def time(self) -> datetime:
        """Its time in UTC.

        Raises:
            DataError: it has none.
        """
        text = self.text("time")
        try:
            return as_utc(datetime.fromisoformat(text))
        except (ValueError, OverflowError) as error:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                f"Document {self.number} ({self.type}) has the time {text!r}, which is none.",
                hint="Times are ISO 8601 in UTC.",
            ) from error

    def get(self, path: str) -> object:
        """The value at a dotted path, nested, flattened or within JSON text; None when absent."""
        return _parsed(self._written(path))

    def text(self, path: str) -> str:
        """The text at a path, as it is written even where it looks like JSON; empty when absent."""
        value = self._written(path)
        return value if isinstance(value, str) else ""

    def number_at(self, path: str) -> float | None:
        """The number at a path; None when absent."""
        value = self.get(path)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        try:
            return float(value)
        except OverflowError:
            return math.inf

    def items(self, path: str) -> Iterator["Document"]:
        """The objects of a list at a path, as documents."""
        value = self.get(path)
        for item in value if isinstance(value, list) else []:
            if isinstance(item, Mapping):
                yield Document(fields=item, number=self.number)

    def duration_min(self, path: str = "duration") -> float | None:
        """A duration in minutes: the API gives ms, the export tool minutes."""
        value = self.number_at(path)
        return value if value is None or self.exported else value / 60000.0

    def glucose_mgdl(self, path: str, unit_path: str = "units") -> float | None:
        """Glucose (or a change of it) in mg/dL, to 0.01: conversions back and forth leave longer tails.

        Raises:
            UnitError: the document names no unit, or an unknown one.
        """
        value = self.number_at(path)
        if value is None:
            return None
        return round(float(mgdl_from(value, parse_glucose_unit(self._unit(unit_path)))), 2)

    def _written(self, path: str) -> object:
        if path in self.fields:
            return self.fields[path]
        value: object = self.fields
        for key in path.split("."):
            value = _parsed(value)
            if not isinstance(value, Mapping):
                return None
            value = value.get(key)
        return value

    def _unit(self, path: str) -> str:
        unit = self.text(path)
        if not unit:
            raise UnitError(
                ErrorCode.MISSING_UNIT,
                f"Document {self.number} ({self.type}) gives glucose without a unit.",
                hint='Add "units": "mmol/L" or "mg/dL".',
            )
        return unit

    def annotation(self, code: str) -> "Document | None":
        """The annotation with a code; None when there is none."""
        return next((one for one in self.items("annotations") if one.text("code") == code), None)


def threshold_mgdl(annotation: Document, value_mgdl: float) -> float:
    """The threshold of an out-of-range annotation in mg/dL; the value itself when there is none.

    A threshold carries no unit, but the value that comes with it lies just beyond it: the unit is the one that fits.
    """
    threshold = annotation.number_at("threshold")
    if threshold is None or not (0 < threshold < math.inf and 0 < value_mgdl < math.inf):
        return value_mgdl
    readings = (threshold, round(float(mgdl_from(threshold, GlucoseUnit.MMOLL)), 2))
    return min(readings, key=lambda reading: abs(math.log(reading / value_mgdl)))


def _parsed(value: object) -> object:
    if isinstance(value, str) and value[:1] in "{[" and value[-1:] in "}]" and value:
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value
