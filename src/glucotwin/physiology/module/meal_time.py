"""Time of day where the pancreas secretes: weaker secretion after lunch and dinner, weaker uptake after dinner."""

import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.module.circadian import BREAKFAST_MIN, DINNER_MIN, LUNCH_MIN, TRANSITION_MIN
from glucotwin.physiology.module.low_glucose import NoState
from glucotwin.physiology.organ import AbstractModulator
from glucotwin.physiology.signal import Signals


class MealTime(AbstractModulator[NoState]):
    """The intraday variant of the meal model with secretion.

    Dalla Man et al., IEEE Trans Biomed Eng 2007;54:1740-9 (Vmx lower by a quarter at dinner, beta lower by a quarter at
    lunch and dinner); when each begins is taken from Visentin et al., J Diabetes Sci Technol 2018;12:273-81.

    Equations:
        static_response_factor    = 1 - l lunch(t) - d dinner(t)
        uptake_sensitivity_factor = 1 - u dinner(t)
        lunch(t) = 1 from 11 to 17 h, dinner(t) = 1 from 17 to 4 h, each reached linearly within an hour

    | letter | parameter |
    |---|---|
    | l, d | lunch_secretion_loss_fraction, dinner_secretion_loss_fraction |
    | u | dinner_uptake_loss_fraction |

    Limits: it goes by the local clock and knows no journeys; the steps are those of the meals and not of sleep.
    """

    name = "meal_time"

    lunch_secretion_loss_fraction: Float[Array, ""]
    dinner_secretion_loss_fraction: Float[Array, ""]
    dinner_uptake_loss_fraction: Float[Array, ""]

    def initial_state(self) -> NoState:
        """Nothing."""
        return NoState()

    def emit(self, state: NoState, signals: Signals, inputs: Inputs) -> Signals:
        """What the hour takes away."""
        clock = jnp.asarray(inputs.minute_of_day)
        morning, noon, evening = (_begun(clock, start) for start in (BREAKFAST_MIN, LUNCH_MIN, DINNER_MIN))
        lunch, dinner = noon - evening, 1.0 - morning + evening
        secretion_loss = self.lunch_secretion_loss_fraction * lunch + self.dinner_secretion_loss_fraction * dinner
        return signals.scaling(
            static_response_factor=1.0 - secretion_loss,
            uptake_sensitivity_factor=1.0 - self.dinner_uptake_loss_fraction * dinner,
        )

    def advance(self, state: NoState, signals: Signals, inputs: Inputs, *, minutes: float) -> NoState:
        """Nothing."""
        return state


def _begun(clock_min: Float[Array, ""], start_min: float) -> Float[Array, ""]:
    return jnp.clip((clock_min - start_min) / TRANSITION_MIN, 0.0, 1.0)
