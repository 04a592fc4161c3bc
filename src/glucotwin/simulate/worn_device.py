"""People without an algorithm who wear a sensor and give their insulin by a pump, as one reaction of the simulation."""

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp

from glucotwin.core.array import AnyArray, Array, Float, UInt
from glucotwin.devices.device import AnyPump, AnySensor, PumpCommand
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.insulin_product import REFERENCE
from glucotwin.simulate.reaction import (
    SYMPTOMS_MGDL,
    AbstractCareState,
    AbstractReaction,
    AbstractReactionState,
    AnyReaction,
)
from glucotwin.simulate.wear import wear_condition

REMEMBERED_MIN = 10.0
"""How long the last reading counts as known."""

BOLUS_FROM_U_PER_MIN = 0.1
"""Insulin of a minute that is a bolus: 6 U/h, which no basal rate comes near."""

MIN_PER_H = 60.0


class WornDevicesState(AbstractReactionState):
    """What devices and person remember; ``pump_change_u_total`` is insulin that came out beyond what was planned.

    ``sensor_mgdl`` is what the sensor shows in this minute, not a number where nothing; ``known_mgdl`` the last reading
    and ``known_min`` its age; ``rate_u_per_min`` the basal rate that ran last.
    """

    sensor: Any
    pump: Any
    care: AbstractCareState
    sensor_mgdl: Float[Array, ""]
    known_mgdl: Float[Array, ""]
    known_min: Float[Array, ""]
    rate_u_per_min: Float[Array, ""]
    rescue_carbs_g_total: Float[Array, ""]
    correction_u_total: Float[Array, ""]
    pump_change_u_total: Float[Array, ""]
    warnings_total: Float[Array, ""]


class WornDevices(AbstractReaction[WornDevicesState]):
    """Readings are what the person goes by, and planned insulin of the reference product comes out of the pump.

    Who has no reading feels glucose below 54 mg/dL. Insulin of other products is injected as planned.

    Attributes:
        sensor: what is worn.
        pump: what gives the reference product.
        care: how the person treats lows and corrects highs; its state is an ``AbstractCareState``.
        sensor_key: key data of the sensor's random stream.
        pump_key: key data of the pump's.
    """

    sensor: AnySensor
    pump: AnyPump
    care: AnyReaction
    sensor_key: UInt[AnyArray, "*people words"]
    pump_key: UInt[AnyArray, "*people words"]

    def initial_state(self) -> WornDevicesState:
        """New devices, nothing shown yet."""
        zero, nothing = jnp.zeros(()), jnp.asarray(jnp.nan)
        return WornDevicesState(
            sensor=self.sensor.initial_state(jax.random.wrap_key_data(jnp.asarray(self.sensor_key))),
            pump=self.pump.initial_state(jax.random.wrap_key_data(jnp.asarray(self.pump_key))),
            care=self.care.initial_state(),
            sensor_mgdl=nothing,
            known_mgdl=nothing,
            known_min=zero,
            rate_u_per_min=zero,
            rescue_carbs_g_total=zero,
            correction_u_total=zero,
            pump_change_u_total=zero,
            warnings_total=zero,
        )

    def react(
        self, state: WornDevicesState, glucose_mgdl: Float[Array, ""], inputs: Inputs
    ) -> tuple[WornDevicesState, Inputs]:
        """One minute: look at the sensor, treat, and deliver."""
        minute = jnp.asarray(inputs.minute_utc)
        sensor, reading = self.sensor.measure(state.sensor, glucose_mgdl, minute, wear_condition(inputs))
        shows = jnp.isfinite(reading.value_mgdl)
        age = jnp.where(shows, 0.0, state.known_min + 1.0)
        last = jnp.where(shows, reading.value_mgdl, state.known_mgdl)
        felt = jnp.where(glucose_mgdl < SYMPTOMS_MGDL, glucose_mgdl, jnp.nan)
        known = jnp.where(jnp.isfinite(last) & (age <= REMEMBERED_MIN), last, felt)
        care, acted = self.care.react(state.care, known, inputs)
        planned = jnp.asarray(acted.dose_u_per_min(REFERENCE))
        rate = jnp.where(planned < BOLUS_FROM_U_PER_MIN, planned, state.rate_u_per_min)
        command = PumpCommand(MIN_PER_H * rate, jnp.maximum(planned - rate, 0.0), jnp.zeros(()))
        pump, given = self.pump.deliver(state.pump, command, minute)
        delivered = given.basal_u + given.bolus_u
        after = WornDevicesState(
            sensor=sensor,
            pump=pump,
            care=care,
            sensor_mgdl=reading.value_mgdl,
            known_mgdl=last,
            known_min=age,
            rate_u_per_min=rate,
            rescue_carbs_g_total=care.rescue_carbs_g_total,
            correction_u_total=care.correction_u_total,
            pump_change_u_total=state.pump_change_u_total + delivered - planned,
            warnings_total=care.warnings_total,
        )
        return after, _with_dose(acted, delivered)


def _with_dose(inputs: Inputs, units: Float[Array, ""]) -> Inputs:
    """The minute's inputs with another dose of the reference product."""
    return eqx.tree_at(
        lambda one: one.insulin_u_per_min,
        inputs,
        {**inputs.insulin_u_per_min, REFERENCE: units},
        is_leaf=lambda node: isinstance(node, dict),
    )
