"""YAML files as checked models; every complaint names the file, the line and the field."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from glucotwin.core.error import DataError, ErrorCode

LARGEST_BYTES = 1_000_000

Model = TypeVar("Model", bound=BaseModel)
_Position = tuple[int | str, ...]


def read_yaml_text(path: Path, *, hint: str) -> str:
    """The text of a YAML file that somebody wrote.

    Args:
        path: the file.
        hint: where the format is described.

    Raises:
        DataError: it is not there, too large or not UTF-8.
    """
    if not path.is_file():
        raise DataError(ErrorCode.UNREADABLE_FILE, f"There is no file {path}.", hint="Check the path.")
    if path.stat().st_size > LARGEST_BYTES:
        raise DataError(ErrorCode.FILE_TOO_LARGE, f"{path.name!r} is too large to be written by hand.", hint=hint)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path.name!r} is not UTF-8 text.", hint=hint) from error


def load_yaml(text: str, *, name: str, hint: str) -> tuple[object, yaml.Node | None]:
    """What a YAML text holds, and where.

    Args:
        text: YAML.
        name: of the file, for messages.
        hint: where the format is described.

    Raises:
        DataError: it is no YAML, empty, or gives a field twice; says where.
    """
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or str(error) or "it is nested too deeply"
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{name}{where}: no valid YAML: {problem}.", hint=hint) from error
    if content is None:
        raise DataError(ErrorCode.EMPTY_FILE, f"{name} is empty.", hint=hint)
    _refuse_repetition(node, name, hint)
    return content, node


def parse_yaml(text: str, model: type[Model], *, name: str, hint: str) -> Model:
    """A YAML text as a model.

    Args:
        text: YAML without anchors and aliases.
        model: what it describes.
        name: of the file, for messages.
        hint: where the format is described.

    Raises:
        DataError: it is no YAML or does not fit the model; says where.
    """
    _refuse_aliases(text, name, hint)
    content, node = load_yaml(text, name=name, hint=hint)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise _as_data_error(error, node, name, hint) from error


def line_of(text: str, position: Sequence[int | str]) -> int:
    """The line, from 1, of the deepest part of a position that a YAML text has."""
    return _located(yaml.compose(text, yaml.SafeLoader), position)[1]


def place_in_words(position: Sequence[int | str]) -> str:
    """A position as people count: ``records.1.fields`` for the fields of the first record."""
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in position) or "the file"


def _as_data_error(error: ValidationError, node: yaml.Node | None, name: str, hint: str) -> DataError:
    """The complaint about the deepest field, with its line."""
    placed = [(_located(node, one["loc"]), one) for one in error.errors()]
    (position, line), deepest = max(placed, key=lambda one: len(one[0][0]))
    return DataError(
        ErrorCode.INVALID_VALUE,
        f"{name}, line {line}, {place_in_words(position)}: {_words(deepest)}.",
        hint=hint,
    )


def _words(complaint: ErrorDetails) -> str:
    """What pydantic says, in the words of YAML."""
    words = {
        "tuple_type": "a list is needed",
        "model_type": "a block of fields is needed",
        "dict_type": "a block of fields is needed",
        "string_type": "a text is needed; put it in quotation marks",
        "extra_forbidden": "there is no such field",
        "missing": "the field is missing",
    }
    return words.get(complaint["type"], complaint["msg"].removeprefix("Value error, ").rstrip("."))


def _located(node: yaml.Node | None, steps: Sequence[int | str]) -> tuple[_Position, int]:
    """The part of a position that a text has, with the name of a missing field, and the line of its deepest part."""
    position: list[int | str] = []
    line = 1
    for place, step in enumerate(steps):
        found = _child(node, step)
        if found is None:
            if place == len(steps) - 1 and isinstance(step, str) and step != "[key]":
                position.append(step)
            continue
        line, node = found
        position.append(step)
    return tuple(position), line


def _child(node: yaml.Node | None, step: int | str) -> tuple[int, yaml.Node] | None:
    """Line and node of a step below a node; None when there is none."""
    if isinstance(node, yaml.MappingNode):
        return next(((key.start_mark.line + 1, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


def _refuse_aliases(text: str, name: str, hint: str) -> None:
    """Passes when nothing refers to another place of the file: a few lines of references can mean a billion fields."""
    try:
        tokens = list(yaml.scan(text, yaml.SafeLoader))
    except (yaml.YAMLError, ValueError):
        return  # no YAML, which reading it will say
    for token in tokens:
        if isinstance(token, yaml.AliasToken):
            where = f"{name}, line {token.start_mark.line + 1}"
            raise DataError(ErrorCode.INVALID_VALUE, f"{where}: aliases are not read.", hint=hint)


def _refuse_repetition(node: yaml.Node | None, name: str, hint: str) -> None:
    """Passes when no field is given twice: YAML would silently keep the last one."""
    pending, seen = [node], set[int]()
    while pending:
        current = pending.pop()
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, yaml.SequenceNode):
            pending += current.value
        if isinstance(current, yaml.MappingNode):
            pending += [value for _, value in current.value]
            keys = [key.value for key, _ in current.value]
            for place, (key, _) in enumerate(current.value):
                if key.value in keys[:place]:
                    where = f"{name}, line {key.start_mark.line + 1}, {key.value}"
                    raise DataError(ErrorCode.INVALID_VALUE, f"{where}: the field is given twice.", hint=hint)
