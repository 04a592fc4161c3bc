"""The contract of a dosing algorithm in plain Python: numbers in, numbers out, one person at a time."""

import abc
import math
from dataclasses import dataclass, fields
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from glucotwin.control.controller import DecisionReason
from glucotwin.control.setting import TherapySetting
from glucotwin.core.error import DataError, ErrorCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a decision may know, as numbers; fields as in ``controller.Seen``.

    Attributes:
        minute: minutes since the run's start.
        minute_of_day: local clock.
        glucose_mgdl: what the sensor shows now; not a number when it shows nothing.
        announced_carbs_g: carbohydrate that the person counted and told since the last decision.
        delivered_basal_u: insulin that the pump reports it gave as basal since the last decision.
        delivered_bolus_u: insulin that the pump reports it gave as boluses since the last decision.
        looks: 1 when the person looks at the glucose and would correct by hand.
        exercise_announced: 1 while the person says they move, or are about to.
        asleep: 1 while the person sleeps.
    """

    minute: float
    minute_of_day: float
    glucose_mgdl: float
    announced_carbs_g: float = 0.0
    delivered_basal_u: float = 0.0
    delivered_bolus_u: float = 0.0
    looks: float = 0.0
    exercise_announced: float = 0.0
    asleep: float = 0.0

    @property
    def knows_glucose(self) -> bool:
        """Whether the sensor shows anything."""
        return math.isfinite(self.glucose_mgdl)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """What is to be given until the next decision.

    Attributes:
        rate_u_per_h: basal rate.
        bolus_u: bolus of rapid insulin.
        long_acting_u: injection of long-acting insulin by pen.
        glucagon_mg: glucagon.
        proposed_carbs_g: carbohydrate that the person is asked to eat.
        reason: why.

    Raises:
        DataError: a figure is not finite.
    """

    rate_u_per_h: float
    bolus_u: float = 0.0
    long_acting_u: float = 0.0
    glucagon_mg: float = 0.0
    proposed_carbs_g: float = 0.0
    reason: DecisionReason = DecisionReason.SCHEDULE

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not math.isfinite(value):
                raise DataError(
                    ErrorCode.INVALID_VALUE,
                    f"A dosing algorithm decided on {field.name} = {value}.",
                    hint="Decide on a number, and on the schedule when nothing is known.",
                )


State = TypeVar("State")


class AbstractPythonController(abc.ABC, Generic[State]):
    """A dosing algorithm in plain Python that decides every 5 min.

    It is called outside the compiled simulation, for one person at a time. What it remembers is the state that it gets
    back, of any type; one object serves many people, so nothing of a person may be kept in ``self``.

    Attributes:
        automated: whether it changes doses by itself; a person without automation decides on their own doses, and no
            sensor limits them.
        long_acting: product that the person injects instead of a pump's basal rate; empty with a pump.
    """

    automated: ClassVar[bool] = True
    long_acting: ClassVar[str] = ""

    @abc.abstractmethod
    def init(self, setting: TherapySetting) -> State:
        """The state before the first decision.

        Args:
            setting: what the person's pump or pen is set to, as numpy arrays.
        """

    @abc.abstractmethod
    def step(self, state: State, seen: Sight) -> tuple[State, Dose]:
        """The state after a decision, and the decision.

        Args:
            state: of the decision before.
            seen: what is known now.
        """


AnyPythonController: TypeAlias = AbstractPythonController[Any]
