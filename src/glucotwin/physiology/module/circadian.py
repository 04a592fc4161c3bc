"""The day in the body: insulin sensitivity by time of day, the dawn phenomenon, and a clock that travels."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.core.unit import MINUTES_PER_DAY
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractModulator, AbstractState
from glucotwin.physiology.signal import Signals

BREAKFAST_MIN, LUNCH_MIN, DINNER_MIN = 240.0, 660.0, 1020.0
"""When sensitivity changes (Visentin 2018): 04:00, 11:00 and 17:00."""

TRANSITION_MIN = 60.0
"""The published steps are passed linearly within an hour, so that no flow jumps."""

DAWN_START_MIN, DAWN_PEAK_MIN, DAWN_END_MIN = 180.0, 420.0, 600.0
"""Dawn: rises from 03:00 to 07:00 (Visentin 2018) and is taken to fade until 10:00."""


class CircadianState(AbstractState):
    """The body's own clock.

    Attributes:
        clock_min: minute of the body's day.
        running: 0 before the first step, which sets the clock to local time, then 1.
    """

    clock_min: Float[Array, ""]
    running: Float[Array, ""]


class Circadian(AbstractModulator[CircadianState]):
    """Intraday classes of insulin sensitivity, dawn phenomenon, and re-entrainment after travel.

    Visentin et al., J Diabetes Sci Technol 2018;12:273-81 and Diabetes Technol Ther 2015;17:1-7 (sensitivity at
    breakfast, lunch and dinner, each high or low; day-to-day noise); Perriello et al., Diabetologia
    1991;34:21-8 and Mallad et al., Diabetes Technol Ther 2015;17:587-95 (dawn); Aschoff 1975 as reviews cite it
    (re-entrainment).

    Equations:
        sensitivity_factor                  = day_sensitivity S(clock)
        added_production_mg_per_kg_per_min  = D dawn(clock)
        uptake_sensitivity_factor           = 1 - kir dawn(clock)
        clock'                              = 1 + pull toward local time, at most w (late) or e (early) per day

    | letter | parameter or input |
    |---|---|
    | S | sensitivity_breakfast (04-11 h), sensitivity_lunch (11-17 h), sensitivity_dinner (17-04 h) |
    | D | dawn_production_mg_per_kg_per_min; dawn() rises linearly 03-07 h and falls until 10 h |
    | kir | dawn_uptake_loss_fraction |
    | w, e | westward_min_per_day, eastward_min_per_day |
    | day_sensitivity | of one day against this person's usual: scenarios vary it with ``parameter_factor`` |

    Limits: the magnitude of kir is not published, and the fade after 07:00 is ours. The published subjects carry no
    class: theirs is flat and without dawn.
    """

    name = "circadian"

    day_sensitivity: Float[Array, ""]
    sensitivity_breakfast: Float[Array, ""]
    sensitivity_lunch: Float[Array, ""]
    sensitivity_dinner: Float[Array, ""]
    dawn_production_mg_per_kg_per_min: Float[Array, ""]
    dawn_uptake_loss_fraction: Float[Array, ""]
    westward_min_per_day: Float[Array, ""]
    eastward_min_per_day: Float[Array, ""]

    def initial_state(self) -> CircadianState:
        """Not yet set."""
        zero = jnp.zeros_like(self.day_sensitivity)
        return CircadianState(clock_min=zero, running=zero)

    def emit(self, state: CircadianState, signals: Signals, inputs: Inputs) -> Signals:
        """Sensitivity of the hour, and dawn."""
        dawn = dawn_at(state.clock_min)
        return signals.scaling(
            sensitivity_factor=self.day_sensitivity * self.sensitivity_at(state.clock_min),
            uptake_sensitivity_factor=1.0 - self.dawn_uptake_loss_fraction * dawn,
        ).adding(added_production_mg_per_kg_per_min=self.dawn_production_mg_per_kg_per_min * dawn)

    def advance(self, state: CircadianState, signals: Signals, inputs: Inputs, *, minutes: float) -> CircadianState:
        """The clock goes on and is pulled toward local time."""
        local = jnp.asarray(inputs.minute_of_day)
        own = state.clock_min + minutes
        ahead = jnp.mod(local - own + MINUTES_PER_DAY / 2.0, MINUTES_PER_DAY) - MINUTES_PER_DAY / 2.0
        share = minutes / MINUTES_PER_DAY
        pulled = jnp.clip(ahead, -self.westward_min_per_day * share, self.eastward_min_per_day * share)
        clock = jnp.where(state.running > 0.0, jnp.mod(own + pulled, MINUTES_PER_DAY), local)
        return CircadianState(clock_min=clock, running=jnp.ones_like(state.running))

    def sensitivity_at(self, clock_min: Float[Array, ""]) -> Float[Array, ""]:
        """Insulin sensitivity of a minute of the body's day against the day's reference."""
        morning = self.sensitivity_breakfast - self.sensitivity_dinner
        midday = self.sensitivity_lunch - self.sensitivity_breakfast
        evening = self.sensitivity_dinner - self.sensitivity_lunch
        return (
            self.sensitivity_dinner
            + morning * _ramp(clock_min, BREAKFAST_MIN, BREAKFAST_MIN + TRANSITION_MIN)
            + midday * _ramp(clock_min, LUNCH_MIN, LUNCH_MIN + TRANSITION_MIN)
            + evening * _ramp(clock_min, DINNER_MIN, DINNER_MIN + TRANSITION_MIN)
        )


def dawn_at(clock_min: Float[Array, ""]) -> Float[Array, ""]:
    """0 at night, 1 at 07:00, 0 from 10:00."""
    rising = _ramp(clock_min, DAWN_START_MIN, DAWN_PEAK_MIN)
    return rising - _ramp(clock_min, DAWN_PEAK_MIN, DAWN_END_MIN)


def _ramp(clock_min: Float[Array, ""], start_min: float, end_min: float) -> Float[Array, ""]:
    return jnp.clip((clock_min - start_min) / (end_min - start_min), 0.0, 1.0)
