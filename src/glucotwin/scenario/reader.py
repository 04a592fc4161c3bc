"""Reads scenario files (YAML); every complaint names the file, the line and the field."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.yaml_file import line_of, load_yaml, read_yaml_text
from glucotwin.scenario.definition import Scenario

YAML_WORDS = {"tuple_type": "Input should be a list", "model_type": "Input should be a block of fields"}
HINT = "See docs/how-to/simulate.md for the format, or the examples folder."


def read_scenario(path: Path) -> Scenario:
    """The scenario of a YAML file.

    Raises:
        DataError: the file cannot be read or is no scenario; says where and what to do.
    """
    return parse_scenario(read_yaml_text(path, hint=HINT), name=path.name)


def parse_scenario(text: str, *, name: str = "scenario") -> Scenario:
    """The scenario of a YAML text.

    Args:
        text: YAML.
        name: of the file, for messages.

    Raises:
        DataError: the text is no scenario; says where and what to do.
    """
    content, _ = load_yaml(text, name=name, hint=HINT)
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise _as_data_error(error, content, text, name) from error


def _as_data_error(error: ValidationError, content: object, text: str, name: str) -> DataError:
    """The complaint about the deepest field, with its line."""
    complaints = error.errors()
    deepest = max(complaints, key=lambda one: (len(_position(one)), not _is_mismatch(one)))
    position = _position(deepest)
    message = _words(deepest)
    if _is_mismatch(deepest):
        message = _alternatives([_words(one) for one in complaints if _position(one) == position])
    where = f"{name}, line {line_of(text, position)}, {_field(position)}{_variant(position, content)}"
    return DataError(ErrorCode.INVALID_VALUE, f"{where}: {message}.", hint=HINT)


def _words(complaint: ErrorDetails) -> str:
    """What pydantic says, in the words of YAML."""
    return YAML_WORDS.get(complaint["type"], complaint["msg"].removeprefix("Value error, "))


def _is_mismatch(complaint: ErrorDetails) -> bool:
    """Whether the value is of another kind than expected; where one of several is, another complaint may say more."""
    return complaint["type"].endswith(("_type", "_parsing", "_error")) and complaint["type"] != "value_error"


def _alternatives(messages: list[str]) -> str:
    """What is expected, where it may be one of several."""
    first, *others = dict.fromkeys(messages)
    return ", or ".join([first, *(other.removeprefix("Input should be ") for other in others)])


def _position(complaint: ErrorDetails) -> tuple[int | str, ...]:
    """Where in the file a complaint is: pydantic also names the alternatives it tried, which are no fields."""
    position: list[int | str] = []
    steps = complaint["loc"]
    for place, step in enumerate(steps):
        misspelt = complaint["type"] == "extra_forbidden" and place == len(steps) - 1
        free = position[-1:] == ["subject"] and step != "[key]"
        if isinstance(step, int) or step in _fields() or misspelt or free:
            position.append(step)
    return tuple(position)


@cache
def _fields() -> frozenset[str]:
    """The names of all fields of a file."""
    schema = Scenario.model_json_schema()
    names = (name for one in schema["$defs"].values() for name in one.get("properties", {}))
    return frozenset([*names, *schema["properties"]])


def _field(position: Sequence[int | str]) -> str:
    return ".".join(str(step + 1) if isinstance(step, int) else step for step in position) or "scenario"


def _variant(position: Sequence[int | str], content: object) -> str:
    """The name of the variant that a position is in, to be put behind it."""
    if not isinstance(content, Mapping) or position[:1] != ("variants",) or len(position) < 2:
        return ""
    variant = content["variants"][position[1]]
    return f" (variant {variant['name']!r})" if isinstance(variant, Mapping) and "name" in variant else ""
