"""Builds organs from flat values by full name."""

from collections.abc import Mapping
from dataclasses import fields
from typing import TypeVar

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.error import ErrorCode, ModelError
from glucotwin.physiology.organ import AnyOrgan

Number = Float[Array, ""] | float

Values = Mapping[str, Number]
"""Numbers by name: of a table (then no program is compiled to derive the others), or traced."""

Organ = TypeVar("Organ", bound=AnyOrgan)


def build_organ(kind: type[Organ], values: Values, **fixed: str) -> Organ:
    """An organ with its parameters found among values as ``organ.parameter``, else as ``parameter`` (shared by organs).

    Args:
        kind: the organ's class.
        values: numbers by name; those of other organs are ignored.
        **fixed: static fields, such as the name where a body may hold several organs of the class.

    Raises:
        ModelError: a parameter has no value.
    """
    name = fixed.get("name") or kind.name
    wanted = [field.name for field in fields(kind) if not field.metadata.get("static", False)]
    parameters = {field: _array(_value(values, name, field)) for field in wanted}
    return kind(**fixed, **parameters)  # pyright: ignore[reportArgumentType]  # names and parameters of any organ


def positive_part(value: Number) -> Number:
    """The value where it is positive, else zero; compiles nothing for a plain number."""
    return max(value, 0.0) if isinstance(value, float) else jnp.maximum(value, 0.0)


def _value(values: Values, organ: str, field: str) -> Number:
    for key in (f"{organ}.{field}", field):
        if key in values:
            return values[key]
    raise ModelError(ErrorCode.INVALID_VALUE, f"The organ {organ} has no value for {field!r}.")


def _array(value: Number) -> Float[Array, ""]:
    return jnp.asarray(value, dtype=jnp.float64)
