"""What a sensor and a pump are: minute by minute, pure, with a state, and without sight of the body."""

import abc
from enum import IntEnum
from typing import Any, Generic, TypeAlias, TypeVar

import equinox as eqx

from glucotwin.core.array import Array, Float, Int, PRNGKeyArray

State = TypeVar("State", bound=eqx.Module)


class SensorStatus(IntEnum):
    """What a sensor says about itself."""

    READING = 0
    NONE = 1
    LOW = 2
    HIGH = 3
    WARM_UP = 4
    ENDED = 5


class PumpStatus(IntEnum):
    """What a pump says about itself; faults that it does not notice are not among them."""

    DELIVERING = 0
    SUSPENDED = 1
    OCCLUSION_ALARM = 2
    EMPTY = 3


class WearCondition(eqx.Module):
    """What happens to the wearer in this minute, as far as devices are touched by it; scalars.

    Attributes:
        asleep: 1 while the wearer sleeps.
        looks: 1 in a minute in which the wearer looks at the glucose (scans, pricks a finger).
        activity_fraction: share of maximal oxygen uptake.
        acetaminophen_mg_per_min: taken in this minute.
    """

    asleep: Float[Array, ""]
    looks: Float[Array, ""]
    activity_fraction: Float[Array, ""]
    acetaminophen_mg_per_min: Float[Array, ""]


class SensorReading(eqx.Module):
    """What a sensor shows in a minute.

    Attributes:
        value_mgdl: what is shown; not a number when nothing is; at LOW and HIGH the end of the range (censored).
        status: a ``SensorStatus``.
    """

    value_mgdl: Float[Array, ""]
    status: Int[Array, ""]


class AbstractSensor(eqx.Module, Generic[State]):
    """Shows glucose, minute by minute. All randomness comes from the key in the state and the absolute minute."""

    @abc.abstractmethod
    def initial_state(self, key: PRNGKeyArray) -> State:
        """A sensor that has just been put on.

        Args:
            key: of the wearer's stream for this device.
        """

    @abc.abstractmethod
    def measure(
        self, state: State, glucose_mgdl: Float[Array, ""], minute: Int[Array, ""], condition: WearCondition
    ) -> tuple[State, SensorReading]:
        """The state after a minute, and what is shown at its start.

        Asked twice for the same minute from the same state, it answers the same.

        Args:
            state: of the minute before.
            glucose_mgdl: true glucose at the site.
            minute: minutes since 1970 UTC.
            condition: of the wearer.
        """


class PumpCommand(eqx.Module):
    """What a pump is told for one minute.

    Attributes:
        rate_u_per_h: basal rate.
        bolus_u: bolus that is asked for in this minute; 0 otherwise.
        glucagon_mg: glucagon that is asked for in this minute; 0 otherwise.
    """

    rate_u_per_h: Float[Array, ""]
    bolus_u: Float[Array, ""]
    glucagon_mg: Float[Array, ""]


class Delivered(eqx.Module):
    """What came out of a pump in one minute, and what it reports.

    Attributes:
        basal_u, bolus_u, glucagon_mg: what reached the body.
        reported_basal_u, reported_bolus_u, reported_glucagon_mg: what the pump says it gave; an occlusion that it did
            not notice makes the difference.
        status: a ``PumpStatus``.
    """

    basal_u: Float[Array, ""]
    bolus_u: Float[Array, ""]
    glucagon_mg: Float[Array, ""]
    reported_basal_u: Float[Array, ""]
    reported_bolus_u: Float[Array, ""]
    reported_glucagon_mg: Float[Array, ""]
    status: Int[Array, ""]


class AbstractPump(eqx.Module, Generic[State]):
    """Delivers what it is told, minute by minute, as well as it can."""

    @property
    @abc.abstractmethod
    def steps(self) -> "DoseStep":
        """The smallest steps of rate and bolus that it can be told."""

    @abc.abstractmethod
    def initial_state(self, key: PRNGKeyArray) -> State:
        """A pump with a full reservoir and a new set.

        Args:
            key: of the wearer's stream for this device.
        """

    @abc.abstractmethod
    def deliver(self, state: State, command: PumpCommand, minute: Int[Array, ""]) -> tuple[State, Delivered]:
        """The state after a minute, and what came out in it.

        Args:
            state: of the minute before.
            command: of this minute.
            minute: minutes since 1970 UTC.
        """


class DoseStep(eqx.Module):
    """Smallest steps of a pump; 0 where it has none.

    Attributes:
        rate_u_per_h: of the basal rate.
        bolus_u: of a bolus.
    """

    rate_u_per_h: float
    bolus_u: float


AnySensor: TypeAlias = AbstractSensor[Any]
AnyPump: TypeAlias = AbstractPump[Any]
