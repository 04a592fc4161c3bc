"""Insulin pens: what is injected of a dose that was due, and what is written down of it."""

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Int, PRNGKeyArray, UInt
from glucotwin.devices.chance import chance_of
from glucotwin.devices.device import AbstractPump, Delivered, DoseStep, PumpCommand, PumpStatus

CHANCES = 3
ROUNDING = 1e-9


class PenState(eqx.Module):
    """The key of the person's stream, as data."""

    key: UInt[Array, "words"]


class InsulinPen(AbstractPump[PenState]):
    """A pen in a person's hand: doses are missed, taken twice, and not written down. It gives no basal rate.

    Attributes:
        step_u: smallest step.
        largest_dose_u: at one injection.
        missed_fraction, doubled_fraction: of doses.
        unlogged_fraction: of injections that nobody writes down; 0 for a pen that does so by itself.
    """

    step_u: float = eqx.field(static=True)
    largest_dose_u: float = eqx.field(static=True)
    missed_fraction: float = eqx.field(static=True)
    doubled_fraction: float = eqx.field(static=True)
    unlogged_fraction: float = eqx.field(static=True)

    @property
    def steps(self) -> DoseStep:
        """Of a dose."""
        return DoseStep(0.0, self.step_u)

    def initial_state(self, key: PRNGKeyArray) -> PenState:
        """Nothing but chance."""
        return PenState(jax.random.key_data(key))

    def deliver(self, state: PenState, command: PumpCommand, minute: Int[Array, ""]) -> tuple[PenState, Delivered]:
        """An injection, if it is not forgotten."""
        uniform = chance_of(state.key, minute, CHANCES)
        rounded = self.step_u * jnp.round(command.bolus_u / self.step_u + ROUNDING)
        dose = jnp.clip(rounded, 0.0, self.largest_dose_u)
        taken = jnp.where(uniform[0] < self.missed_fraction, 0.0, dose)
        once = taken * jnp.where(uniform[1] < self.doubled_fraction, 2.0, 1.0)
        # Who injects twice has forgotten the first time, so it is written down once.
        logged = jnp.where(uniform[2] < self.unlogged_fraction, 0.0, jnp.minimum(once, taken))
        reported = once if self.unlogged_fraction == 0.0 else logged
        nothing = jnp.zeros(())
        status = jnp.asarray(int(PumpStatus.DELIVERING))
        return state, Delivered(nothing, once, nothing, nothing, reported, nothing, status)
