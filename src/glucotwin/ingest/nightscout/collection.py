"""Nightscout's documents by collection: from JSON text, and of several files together."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

from pydantic_core import from_json

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.ingest.nightscout.document import Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Collections:
    """Documents by Nightscout's collection.

    Attributes:
        entries: readings of sensors and meters.
        treatments: insulin, food, temporary rates, changes of devices, notes.
        profiles: therapy settings.
        device_status: what phones and pumps report every few minutes.
        unread: how many parts of the file are no document.
        passed_over: how many documents are of no known collection.
    """

    entries: list[Fields] = field(default_factory=list)
    treatments: list[Fields] = field(default_factory=list)
    profiles: list[Fields] = field(default_factory=list)
    device_status: list[Fields] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)
    passed_over: Counter[str] = field(default_factory=Counter)

    def add(self, document: object) -> None:
        """Puts a document where it belongs, by its content."""
        if not isinstance(document, dict):
            self.unread["document"] += 1
            return
        fields = cast(Fields, document)
        collection = self._collection_of(fields)
        if collection is None:
            self.passed_over["documents of unknown kind"] += 1
        elif collection is self.device_status:
            # Forecasts fill most of these; a year's would take a gigabyte.
            collection.append({name: fields[name] for name in _STATUS_FIELDS if name in fields})
        else:
            collection.append(fields)

    def _collection_of(self, fields: Fields) -> list[Fields] | None:
        if "eventType" in fields:
            return self.treatments
        if fields.keys() & {"sgv", "mbg"} or fields.get("type") == "cal":
            return self.entries
        if "store" in fields or ("carbratio" in fields and "basal" in fields):
            return self.profiles
        if fields.keys() & {"openaps", "loop", "pump", "uploader", "uploaderBattery"}:
            return self.device_status
        if "created_at" in fields and fields.keys() & {"insulin", "carbs"}:
            return self.treatments
        return None


_STATUS_FIELDS = ("_id", "identifier", "app", "device", "created_at", "mills", "date", "pump")
"""Fields of a device status that tell when, by whom, and whether the pump was suspended."""


def united(parts: Sequence[Collections]) -> Collections:
    """The documents of several files, each once however many of the files hold it."""
    together = Collections()
    for name in ("entries", "treatments", "profiles", "device_status"):
        known: dict[str, list[Fields]] = {}
        for part in parts:
            for document in getattr(part, name):
                same = known.setdefault(_identity(document), [])
                if document not in same:
                    same.append(document)
        for identity in sorted(known):
            same = known[identity]
            getattr(together, name).extend(sorted(same, key=_canonical) if len(same) > 1 else same)
    for part in parts:
        together.unread.update(part.unread)
        together.passed_over.update(part.passed_over)
    return together


def _identity(document: Fields) -> str:
    """What the site calls a document, or all of it."""
    given = document.get("_id") or document.get("identifier")
    return given if isinstance(given, str) else _canonical(document)


def _canonical(document: Fields) -> str:
    return json.dumps(document, sort_keys=True, default=str)


_CONTAINERS = ("entries", "treatments", "profile", "profiles", "devicestatus", "result")


def collections_of(text: str, *, name: str) -> Collections:
    """The documents of JSON text: an array, one object, lists by collection, or one document per line.

    Args:
        text: of the file.
        name: of the file, for messages.

    Raises:
        DataError: the text is no JSON, or ends early.
    """
    collections = Collections()
    for value in _values(text, name):
        for document in value if isinstance(value, list) else [value]:
            lists = _lists_of(document)
            for part in lists if lists else [document]:
                collections.add(part)
    return collections


def _lists_of(document: object) -> list[object]:
    """The documents of an object that holds lists of them by collection; none when it is a document itself."""
    if not isinstance(document, dict) or "eventType" in document or "store" in document:
        return []
    return [part for name in _CONTAINERS if isinstance(listed := document.get(name), list) for part in listed]


def _values(text: str, name: str) -> list[object]:
    with suppress(ValueError):
        return [from_json(text)]
    try:
        # Slower, but it takes what some sites write, and says in which line the text is damaged.
        return [json.loads(text)]
    except RecursionError as error:
        raise _no_json(name, 1) from error
    except ValueError as error:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        if len(lines) < 2 or not _is_json_object(lines[0][1]):
            raise _no_json(name, getattr(error, "lineno", 1)) from error
    return [_line_value(line, number, name) for number, line in lines]


def _is_json_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), Mapping)
    except (ValueError, RecursionError):
        return False


def _line_value(line: str, number: int, name: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _no_json(name, number) from error


def _no_json(name: str, line: int) -> DataError:
    return DataError(
        ErrorCode.UNREADABLE_FILE,
        f"{name!r} is no complete JSON: it cannot be read at line {line}.",
        hint="Download it again; the file may have been cut short.",
    )
