"""What all shapes of requests share: nothing unknown, nothing changed afterwards."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """The shape of a request's body."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=10_000, allow_inf_nan=False)


Json = dict[str, object]
"""An answer as JSON values; the contract of each is in the documentation of its endpoint."""


def items(found: Sequence[Json], **more: object) -> Json:
    """A list as an answer."""
    return {"items": list(found), **more}
