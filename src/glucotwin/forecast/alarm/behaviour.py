"""How an alarm behaves: when it comes and goes, how often it is repeated, how long it may be snoozed."""

from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_serializer, model_validator

Fraction = Annotated[float, Field(gt=0.0, le=1.0)]


class Behaviour(BaseModel):
    """How a kind of alarm behaves.

    Attributes:
        enabled: whether it is on at all.
        raise_at: probability from which on it comes.
        clear_at: probability below which it goes; less than ``raise_at``, so that it does not flicker.
        raise_after_min: how long the probability must have stayed there before it comes.
        clear_after_min: how long the probability must have stayed low before it goes.
        repeat_min: while it is on, it is given again after so long; None: never.
        longest_snooze_min: how long it can be snoozed at a time.
        quiet: whether quiet hours silence it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = True
    raise_at: Fraction = 0.5
    clear_at: Fraction = 0.3
    raise_after_min: float = Field(default=0.0, ge=0.0, le=120.0)
    clear_after_min: float = Field(default=10.0, ge=0.0, le=120.0)
    repeat_min: float | None = Field(default=30.0, ge=5.0, le=720.0)
    longest_snooze_min: float = Field(default=120.0, ge=0.0, le=720.0)
    quiet: bool = True

    @model_validator(mode="after")
    def _with_hysteresis(self) -> "Behaviour":
        if self.clear_at >= self.raise_at:
            raise ValueError("clear_at must be less than raise_at, or the alarm would flicker")
        return self


class BehaviourChange(BaseModel):
    """What a person's settings change of a kind's behaviour; what is left out stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool | None = None
    raise_at: Fraction | None = None
    clear_at: Fraction | None = None
    raise_after_min: float | None = None
    clear_after_min: float | None = None
    repeat_min: float | None = None
    longest_snooze_min: float | None = None
    quiet: bool | None = None

    @model_serializer(mode="wrap")
    def _only_changes(self, handler: Callable[["BehaviourChange"], dict[str, object]]):  # noqa: ANN202  # the fields say
        """What is left out is not told as null, which would mean "never" for repeats when it is sent back."""
        return {name: value for name, value in handler(self).items() if name in self.model_fields_set}

    def applied_to(self, behaviour: Behaviour) -> Behaviour:
        """The behaviour with the changes made, checked again.

        Raises:
            pydantic.ValidationError: a value is out of range, or the changes contradict what stays.
        """
        changed = {name: getattr(self, name) for name in self.model_fields_set}
        return Behaviour.model_validate(behaviour.model_dump() | changed)
