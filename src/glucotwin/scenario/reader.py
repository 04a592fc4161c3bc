"""Reads scenario files (YAML); every complaint names the file, the line and the field."""

from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.scenario.definition import Scenario

LARGEST_BYTES = 1_000_000
HINT = "See docs/how-to/simulate.md for the format, or the examples folder."


def read_scenario(path: Path) -> Scenario:
    """The scenario of a YAML file.

    Raises:
        DataError: the file cannot be read or is no scenario; says where and what to do.
    """
    if not path.is_file():
        raise DataError(ErrorCode.UNREADABLE_FILE, f"There is no file {path}.", hint="Check the path.")
    if path.stat().st_size > LARGEST_BYTES:
        raise DataError(ErrorCode.FILE_TOO_LARGE, f"{path.name} is too large for a scenario.", hint=HINT)
    try:
        return parse_scenario(path.read_text(encoding="utf-8"), name=path.name)
    except UnicodeDecodeError as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path.name} is not UTF-8 text.", hint=HINT) from error


def parse_scenario(text: str, *, name: str = "scenario") -> Scenario:
    """The scenario of a YAML text.

    Args:
        text: YAML.
        name: of the file, for messages.

    Raises:
        DataError: the text is no scenario; says where and what to do.
    """
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or str(error)
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{name}{where}: no valid YAML: {problem}.", hint=HINT) from error
    if content is None:
        raise DataError(ErrorCode.EMPTY_FILE, f"{name} is empty.", hint=HINT)
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise _as_data_error(error, text, name) from error


def _as_data_error(error: ValidationError, text: str, name: str) -> DataError:
    """The first complaint about a field, with its line."""
    first = max(error.errors(), key=lambda one: len(_position(one["loc"])))
    position = _position(first["loc"])
    field = ".".join(str(step + 1) if isinstance(step, int) else step for step in position) or "scenario"
    message = first["msg"].removeprefix("Value error, ")
    line = _line_of(text, position)
    return DataError(ErrorCode.INVALID_VALUE, f"{name}, line {line}, {field}: {message}.", hint=HINT)


def _position(location: Sequence[int | str]) -> tuple[int | str, ...]:
    """Where in the file a complaint is: pydantic also names the alternatives it tried, which are no fields."""
    fields = {"from"} | set(Scenario.model_fields)
    for part in ("MealPart", "BolusPart", "ActivityPart", "BasalStep"):
        fields |= set(Scenario.model_json_schema()["$defs"][part]["properties"])
    return tuple(step for step in location if isinstance(step, int) or step in fields or step == location[-1])


def _line_of(text: str, position: Sequence[int | str]) -> int:
    """The line, from 1, of the deepest part of a position that the text has."""
    node = yaml.compose(text, yaml.SafeLoader)
    line = 1
    for step in position:
        if isinstance(node, yaml.MappingNode):
            pairs = {key.value: (key, value) for key, value in node.value}
            if step not in pairs:
                break
            key, node = pairs[step]
            line = key.start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line
