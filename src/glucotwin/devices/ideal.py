"""A sensor that shows the truth and a pump that gives what it is told: the yardstick for real ones."""

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import Array, Float, Int, PRNGKeyArray
from glucotwin.devices.device import (
    AbstractPump,
    AbstractSensor,
    Delivered,
    DoseStep,
    PumpCommand,
    PumpStatus,
    SensorReading,
    SensorStatus,
    WearCondition,
)

MIN_PER_H = 60.0


class IdealState(eqx.Module):
    """Nothing to remember."""


class IdealSensor(AbstractSensor[IdealState]):
    """Shows glucose at its site without error, delay or gap."""

    def initial_state(self, key: PRNGKeyArray) -> IdealState:
        """Nothing."""
        del key
        return IdealState()

    def measure(
        self, state: IdealState, glucose_mgdl: Float[Array, ""], minute: Int[Array, ""], condition: WearCondition
    ) -> tuple[IdealState, SensorReading]:
        """The truth."""
        del minute, condition
        return state, SensorReading(glucose_mgdl, jnp.asarray(int(SensorStatus.READING)))


class IdealPump(AbstractPump[IdealState]):
    """Gives rates and boluses exactly, and boluses at once."""

    @property
    def steps(self) -> DoseStep:
        """None."""
        return DoseStep(0.0, 0.0)

    def initial_state(self, key: PRNGKeyArray) -> IdealState:
        """Nothing."""
        del key
        return IdealState()

    def deliver(self, state: IdealState, command: PumpCommand, minute: Int[Array, ""]) -> tuple[IdealState, Delivered]:
        """What was asked for."""
        del minute
        basal_u = command.rate_u_per_h / MIN_PER_H
        status = jnp.asarray(int(PumpStatus.DELIVERING))
        given = (basal_u, command.bolus_u, command.glucagon_mg)
        return state, Delivered(*given, *given, status)
