"""What answers consist of as JSON: annotations for the shapes (``TypedDict``) that builders of answers declare.

A builder's return type is checked against what it builds, and the service's description of its interface is made of
the same type: the fields of an answer are listed once.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema
from pydantic_core.core_schema import any_schema

Instant = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
"""An aware time in ISO 8601."""
Day = Annotated[str, Field(json_schema_extra={"format": "date"})]
"""A local day in ISO 8601."""


class _AsItIs:
    """Values that are long and made by us: they are written as they are, neither checked nor converted one by one."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return any_schema()


Numbers = Annotated[Sequence[float], _AsItIs, WithJsonSchema({"type": "array", "items": {"type": "number"}})]
"""Numbers along a curve."""
Series = Annotated[
    Sequence[float | None], _AsItIs, WithJsonSchema({"type": "array", "items": {"type": ["number", "null"]}})
]
"""The same, None where there is none."""


def iso_utc(time: datetime | None) -> str | None:
    """A time of which there may be none, as it is told."""
    return None if time is None else time.astimezone(UTC).isoformat()
