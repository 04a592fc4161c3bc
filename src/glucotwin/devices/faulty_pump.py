"""Any pump or pen with scripted faults."""

from typing import Any

import equinox as eqx
import jax.numpy as jnp

from glucotwin.core.array import Array, Float, Int, PRNGKeyArray
from glucotwin.devices.device import AbstractPump, AnyPump, Delivered, DoseStep, PumpCommand, PumpStatus
from glucotwin.devices.fault import FaultKind, FaultSchedule

RELEASE_MIN = 1.0
"""Time constant of what a delay held back, once it is over."""


class FaultyPumpState(eqx.Module):
    """The pump's own state, what an occlusion and a delay hold back, and whether the alarm has sounded."""

    own: Any
    trapped_u: Float[Array, ""]
    held_u: Float[Array, ""]
    alarmed: Float[Array, ""]


class FaultyPump(AbstractPump[FaultyPumpState]):
    """A pump to which faults happen, most of which it does not notice.

    An occlusion holds back a share of the insulin. A total one sounds an alarm once ``occlusion_alarm_u`` are missing;
    then the pump gives nothing until the set is changed at the end of the fault, and what was trapped is lost. Without
    alarm it comes out at once when the way is free again, as the manuals of pumps warn.

    Attributes:
        pump: any pump.
        faults: what happens to it.
        occlusion_alarm_u: missing insulin that raises the alarm.
    """

    pump: AnyPump
    faults: FaultSchedule
    occlusion_alarm_u: Float[Array, ""]

    @property
    def steps(self) -> DoseStep:
        """Of the pump."""
        return self.pump.steps

    def initial_state(self, key: PRNGKeyArray) -> FaultyPumpState:
        """Of the pump."""
        zero = jnp.zeros(())
        return FaultyPumpState(self.pump.initial_state(key), zero, zero, zero)

    def deliver(
        self, state: FaultyPumpState, command: PumpCommand, minute: Int[Array, ""]
    ) -> tuple[FaultyPumpState, Delivered]:
        """What the pump gives, as the faults of this minute leave it."""
        faults, on = self.faults, lambda kind: self.faults.is_on(kind, minute).astype(jnp.float64)
        blocked = jnp.clip(faults.largest(FaultKind.OCCLUSION, minute), 0.0, 1.0)
        alarmed = jnp.where(blocked > 0.0, state.alarmed, 0.0)
        empty, suspended = on(FaultKind.EMPTY), on(FaultKind.SUSPENDED)
        stopped = jnp.maximum(jnp.maximum(empty, suspended), alarmed)
        wanted = command.bolus_u * (1.0 - on(FaultKind.MISSED_BOLUS)) * (1.0 + on(FaultKind.DOUBLE_BOLUS))
        told = PumpCommand(
            command.rate_u_per_h * (1.0 - stopped), wanted * (1.0 - stopped), command.glucagon_mg * (1.0 - stopped)
        )
        own, given = self.pump.deliver(state.own, told, minute)
        # A bolus under way stops with the pump.
        going = 1.0 - stopped
        lost = jnp.clip(faults.largest(FaultKind.SITE_FAILURE, minute), 0.0, 1.0)
        share = (1.0 + faults.total(FaultKind.OVER_DELIVERY, minute)) * (1.0 - lost)
        share = share * (1.0 - jnp.clip(faults.total(FaultKind.UNDER_DELIVERY, minute), 0.0, 1.0))
        through = going * share * (1.0 - blocked)
        released = jnp.where((blocked > 0.0) | (state.alarmed > 0.0), 0.0, state.trapped_u)
        trapped = jnp.where(blocked > 0.0, state.trapped_u + going * blocked * (given.basal_u + given.bolus_u), 0.0)
        alarms = jnp.where((blocked >= 1.0) & (trapped >= self.occlusion_alarm_u), 1.0, alarmed)
        held, basal, bolus = self._held(state.held_u, through * given.basal_u, through * given.bolus_u, minute)
        status = jnp.where(suspended > 0.0, int(PumpStatus.SUSPENDED), given.status)
        status = jnp.where(empty > 0.0, int(PumpStatus.EMPTY), status)
        status = jnp.where(alarms > 0.0, int(PumpStatus.OCCLUSION_ALARM), status)
        after = FaultyPumpState(own, trapped, held, alarms)
        logged = going * (1.0 - on(FaultKind.UNLOGGED_BOLUS))
        return after, Delivered(
            basal_u=basal,
            bolus_u=bolus + released,
            glucagon_mg=through * given.glucagon_mg,
            reported_basal_u=going * given.reported_basal_u,
            reported_bolus_u=logged * given.reported_bolus_u,
            reported_glucagon_mg=going * given.reported_glucagon_mg,
            status=status,
        )

    def _held(
        self, held_u: Float[Array, ""], basal_u: Float[Array, ""], bolus_u: Float[Array, ""], minute: Int[Array, ""]
    ) -> tuple[Float[Array, ""], Float[Array, ""], Float[Array, ""]]:
        """What a delay holds back, and what comes out: held insulin leaves by first order, as if it were basal."""
        delay_min = self.faults.largest(FaultKind.DELAY, minute)
        delayed = delay_min > 0.0
        pool = held_u + jnp.where(delayed, basal_u + bolus_u, 0.0)
        out = pool * (1.0 - jnp.exp(-1.0 / jnp.maximum(delay_min, RELEASE_MIN)))
        return pool - out, jnp.where(delayed, 0.0, basal_u) + out, jnp.where(delayed, 0.0, bolus_u)
