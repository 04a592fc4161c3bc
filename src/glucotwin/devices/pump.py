"""Insulin pumps with tubing and patch pumps: steps, limits, pulses, reservoir, set changes."""

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Bool, Float, Int, PRNGKeyArray
from glucotwin.devices.device import AbstractPump, Delivered, DoseStep, PumpCommand, PumpStatus

MIN_PER_H = 60.0
ROUNDING = 1e-9
"""Keeps 0.15 U three steps of 0.05 U."""


class PumpMechanics(eqx.Module):
    """What a pump can do.

    Attributes:
        rate_step_u_per_h, bolus_step_u: smallest steps it can be told; it rounds down.
        largest_rate_u_per_h, largest_bolus_u: what it can be told at most.
        pulse_u: what one pulse of basal insulin gives; 0 for a steady flow.
        bolus_u_per_min: how fast a bolus comes.
        reservoir_u: what is filled in at a change.
        wear_min: until reservoir and set are changed; 0 for never.
        change_min: how long a change takes.
        empty_min: how long an empty reservoir stays unnoticed.
        wheel_u: insulin per turn of a wheel whose delivery swings within the turn (Eichenlaub 2023); 0 for none.
        wheel_mean, wheel_first, wheel_second: mean, and size of the first two harmonics, of delivered per asked.
    """

    rate_step_u_per_h: float = eqx.field(static=True)
    bolus_step_u: float = eqx.field(static=True)
    largest_rate_u_per_h: float = eqx.field(static=True)
    largest_bolus_u: float = eqx.field(static=True)
    pulse_u: float = eqx.field(static=True)
    bolus_u_per_min: float = eqx.field(static=True)
    reservoir_u: float = eqx.field(static=True)
    wear_min: float = eqx.field(static=True)
    change_min: float = eqx.field(static=True)
    empty_min: float = eqx.field(static=True)
    wheel_u: float = eqx.field(static=True, default=0.0)
    wheel_mean: float = eqx.field(static=True, default=1.0)
    wheel_first: float = eqx.field(static=True, default=0.0)
    wheel_second: float = eqx.field(static=True, default=0.0)


class PumpState(eqx.Module):
    """What is left in the reservoir, owed of basal pulses and of a bolus, given so far, and the ages in minutes."""

    left_u: Float[Array, ""]
    owed_basal_u: Float[Array, ""]
    owed_bolus_u: Float[Array, ""]
    given_u: Float[Array, ""]
    age_min: Float[Array, ""]
    empty_min: Float[Array, ""]


class InsulinPump(AbstractPump[PumpState]):
    """A pump that rounds, limits, pulses, empties and is changed.

    Attributes:
        mechanics: what it can do.
    """

    mechanics: PumpMechanics

    @property
    def steps(self) -> DoseStep:
        """Of rate and bolus."""
        return DoseStep(self.mechanics.rate_step_u_per_h, self.mechanics.bolus_step_u)

    def initial_state(self, key: PRNGKeyArray) -> PumpState:
        """Full, with a new set."""
        del key  # nothing here is left to chance
        zero = jnp.zeros(())
        return PumpState(
            left_u=jnp.asarray(self.mechanics.reservoir_u),
            owed_basal_u=zero,
            owed_bolus_u=zero,
            given_u=zero,
            age_min=jnp.asarray(self.mechanics.change_min),
            empty_min=zero,
        )

    def deliver(self, state: PumpState, command: PumpCommand, minute: Int[Array, ""]) -> tuple[PumpState, Delivered]:
        """One minute; glucagon comes from a reservoir of its own that does not end."""
        del minute
        can = self.mechanics
        state, changing = self._changed(state)
        empty = state.left_u <= ROUNDING
        stopped = changing | empty
        rate = _stepped(jnp.minimum(command.rate_u_per_h, can.largest_rate_u_per_h), can.rate_step_u_per_h)
        bolus = _stepped(jnp.minimum(command.bolus_u, can.largest_bolus_u), can.bolus_step_u)
        # What is asked of a pump that stands still is not made up for.
        owed_basal = jnp.where(stopped, 0.0, state.owed_basal_u + rate / MIN_PER_H)
        owed_bolus = jnp.where(stopped, 0.0, state.owed_bolus_u + bolus)
        basal = jnp.minimum(_stepped(owed_basal, can.pulse_u), state.left_u)
        pushed = jnp.minimum(jnp.minimum(owed_bolus, can.bolus_u_per_min), state.left_u - basal)
        status = jnp.where(changing, int(PumpStatus.SUSPENDED), int(PumpStatus.DELIVERING))
        status = jnp.where(empty, int(PumpStatus.EMPTY), status)
        true = self._through_wheel(state.given_u, basal + pushed)
        glucagon = jnp.where(changing, 0.0, command.glucagon_mg)
        after = PumpState(
            left_u=state.left_u - basal - pushed,
            owed_basal_u=owed_basal - basal,
            owed_bolus_u=owed_bolus - pushed,
            given_u=state.given_u + basal + pushed,
            age_min=state.age_min + 1.0,
            empty_min=jnp.where(empty, state.empty_min + 1.0, 0.0),
        )
        return after, Delivered(true * basal, true * pushed, glucagon, basal, pushed, glucagon, status)

    def _changed(self, state: PumpState) -> tuple[PumpState, Bool[Array, ""]]:
        """The state with a new reservoir when it is time, and whether the change is going on."""
        can, zero = self.mechanics, jnp.zeros(())
        due = state.empty_min >= can.empty_min
        if can.wear_min > 0.0:
            due = due | (state.age_min >= can.wear_min)
        full = PumpState(jnp.asarray(can.reservoir_u), zero, zero, state.given_u, zero, zero)
        after = jax.tree.map(lambda new, old: jnp.where(due, new, old), full, state)
        return after, after.age_min < can.change_min

    def _through_wheel(self, given_u: Float[Array, ""], asked_u: Float[Array, ""]) -> Float[Array, ""]:
        """Delivered per asked."""
        can = self.mechanics
        if can.wheel_u <= 0.0:
            return jnp.ones(())
        turn = 2.0 * jnp.pi / can.wheel_u
        before, after = turn * given_u, turn * (given_u + asked_u)
        swing = can.wheel_first * (jnp.cos(before) - jnp.cos(after))
        swing = swing + 0.5 * can.wheel_second * (jnp.cos(2.0 * before) - jnp.cos(2.0 * after))
        return can.wheel_mean + jnp.where(asked_u > 0.0, swing / jnp.maximum(turn * asked_u, ROUNDING), 0.0)


def _stepped(value: Float[Array, ""], step: float) -> Float[Array, ""]:
    """Rounded down to whole steps."""
    return value if step <= 0.0 else step * jnp.floor(value / step + ROUNDING)
