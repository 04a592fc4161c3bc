"""What all shapes of requests share, and lists as answers."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict

T = TypeVar("T")


class Shape(BaseModel):
    """The shape of a request's body: nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_max_length=10_000, allow_inf_nan=False)


Json = dict[str, object]
"""JSON values whose shape another system's documentation gives."""


class Items(TypedDict, Generic[T]):
    """A list as an answer."""

    items: list[T]
