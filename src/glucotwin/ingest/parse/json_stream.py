"""JSON texts of many documents, taken one at a time: an array, an object, an object with a list, or one a line."""

import json
from collections.abc import Iterator, Mapping
from typing import cast

from glucotwin.core.error import DataError, ErrorCode

Fields = Mapping[str, object]
_BLANKS = " \t\r\n,\ufeff"
_LOOK_AHEAD = 65_536
"""A list that an object holds is taken apart when its name comes within so many characters."""


class JsonStream:
    """Takes documents off a text.

    Attributes:
        unreadable: lines that are no JSON, in a text of one document a line.
        envelope: the other fields of an object that held the list of documents.
    """

    def __init__(self, text: str, *, name: str, list_name: str = "") -> None:
        """Takes a text.

        Args:
            text: of the file.
            name: of the file, for messages.
            list_name: the field in which an object at the top holds its documents, if there is one.
        """
        self.unreadable = 0
        self.envelope: dict[str, object] = {}
        self._text = text
        self._name = name
        self._list_name = list_name
        self._position = 0
        self._decoder = json.JSONDecoder()

    def __iter__(self) -> Iterator[Fields]:
        """The documents, in their order.

        Raises:
            DataError: the text is no JSON or ends early.
        """
        count = 0
        depth = 0
        while mark := self._next_mark():
            if mark in "[]":
                depth += 1 if mark == "[" else -1
                self._position += 1
                continue
            for document in self._documents(in_array=depth > 0, first=count == 0):
                count += 1
                yield document
        if depth > 0:
            raise self._cut_short()

    def _documents(self, *, in_array: bool, first: bool) -> Iterator[Fields]:
        """The documents of the value that begins here: of an object with a list those in it."""
        if first and not in_array and self._holds_list():
            yield from self._listed()
            return
        start = self._position
        value = self._value()
        if value is _NOTHING:
            self._pass_over_line(start, in_array=in_array, first=first)
        elif isinstance(value, Mapping):
            yield cast(Fields, value)
        elif in_array or first:
            raise self._cut_short()
        else:
            self.unreadable += 1

    def _pass_over_line(self, start: int, *, in_array: bool, first: bool) -> None:
        """Leaves out the line of one document that cannot be read, if each has a line of its own."""
        end = self._text.find("\n", start)
        more = self._text[end + 1 :].lstrip()[:1] if end >= 0 else ""
        if in_array or (first and more != "{"):
            raise self._cut_short()
        self.unreadable += 1
        self._position = len(self._text) if end < 0 else end

    def _holds_list(self) -> bool:
        if not self._list_name or self._text[self._position] != "{":
            return False
        return self._text.find(f'"{self._list_name}"', self._position, self._position + _LOOK_AHEAD) >= 0

    def _listed(self) -> Iterator[Fields]:
        """The documents in the list of an object; its other fields become the envelope."""
        self._position += 1
        while (mark := self._next_mark()) != "}":
            key = self._value() if mark == '"' else _NOTHING
            if not isinstance(key, str) or self._next_mark() != ":":
                raise self._cut_short()
            self._position += 1
            if key == self._list_name and self._next_mark() == "[":
                yield from self._members()
                continue
            value = self._value() if self._next_mark() else _NOTHING
            if value is _NOTHING:
                raise self._cut_short()
            self.envelope[key] = value
        self._position += 1

    def _members(self) -> Iterator[Fields]:
        self._position += 1
        while self._next_mark() != "]":
            value = self._value() if self._position < len(self._text) else _NOTHING
            if value is _NOTHING:
                raise self._cut_short()
            if isinstance(value, Mapping):
                yield cast(Fields, value)
            else:
                self.unreadable += 1
        self._position += 1

    def _next_mark(self) -> str:
        """The next character that is no separator; empty at the end."""
        text, position = self._text, self._position
        while position < len(text) and text[position] in _BLANKS:
            position += 1
        self._position = position
        return text[position : position + 1]

    def _value(self) -> object:
        """The value that begins here, or the mark of none."""
        try:
            value, self._position = self._decoder.raw_decode(self._text, self._position)
        except (ValueError, RecursionError):
            return _NOTHING
        return value

    def _cut_short(self) -> DataError:
        line = self._text.count("\n", 0, self._position) + 1
        return DataError(
            ErrorCode.UNREADABLE_FILE,
            f"{self._name!r} is no complete JSON: it cannot be read from line {line} on.",
            hint="Export it again; the download may have been cut short.",
        )


_NOTHING = object()


def mapping_at(fields: Fields, name: str) -> Fields:
    """The object in a field; an empty one when there is none."""
    value = fields.get(name)
    return cast(Fields, value) if isinstance(value, dict) else {}


def mappings_at(fields: Fields, name: str) -> list[Fields]:
    """The objects in a field that holds a list of them, or one; other parts are passed over."""
    value = fields.get(name)
    if isinstance(value, dict):
        return [cast(Fields, value)]
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def text_at(fields: Fields, name: str) -> str:
    """The text in a field; empty when there is none."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def number_at(fields: Fields, name: str) -> float | None:
    """The finite number in a field; None when there is none."""
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if abs(number) < float("inf") else None
