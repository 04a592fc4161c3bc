"""What a description of a person may hold: every key with its meaning, unit, choices, range and default."""

from enum import Enum
from typing import get_args

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from glucotwin.prognosis.person import DescribedPerson


def person_schema() -> list[dict[str, object]]:
    """One entry per key, in the order in which a person is described; ``default`` is there where one is taken."""
    return [_entry(name, field) for name, field in DescribedPerson.model_fields.items()]


def _entry(name: str, field: FieldInfo) -> dict[str, object]:
    extra = field.json_schema_extra
    unit = str(extra["unit"]) if isinstance(extra, dict) else None
    entry: dict[str, object] = {
        "key": name,
        "meaning": field.description,
        "kind": _kind(field),
        "unit": unit,
        "choices": _choices(field),
        "lowest": next((one.ge for one in field.metadata if isinstance(one, Ge)), None),
        "highest": next((one.le for one in field.metadata if isinstance(one, Le)), None),
        "required": field.is_required(),
        "may_be_null": type(None) in get_args(field.annotation),
    }
    if not field.is_required():
        default = field.default
        entry["default"] = list(default) if isinstance(default, tuple) else default
    return entry


def _kind(field: FieldInfo) -> str:
    if field.annotation is bool:
        return "flag"
    if _enumeration(field) is None:
        return "number"
    return "list" if get_args(field.annotation) else "choice"


def _choices(field: FieldInfo) -> list[str] | None:
    found = _enumeration(field)
    return None if found is None else [str(one.value) for one in found]


def _enumeration(field: FieldInfo) -> type[Enum] | None:
    candidates = (field.annotation, *get_args(field.annotation))
    return next((one for one in candidates if isinstance(one, type) and issubclass(one, Enum)), None)
