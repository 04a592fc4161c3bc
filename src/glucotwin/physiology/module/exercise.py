"""Muscle at work: uptake without insulin, glucose from the liver, glycogen, and sensitivity for a day or two."""

import jax
import jax.numpy as jnp

from glucotwin.core.array import Array, Float
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.organ import AbstractModulator, AbstractState, approached
from glucotwin.physiology.signal import Signals

COUNTS_PER_FRACTION, COUNTS_OFFSET = 7407.0, 127.0
"""Accelerometer counts per minute by share of maximal oxygen uptake: 30, 60 and 90 % are 2095, 4317 and 6539."""

ACTIVE_COUNTS, MOVING_COUNTS, HIGH_COUNTS = 1500.0, 1000.0, 5600.0
"""aY, aAC and ah: above which the body counts as active, as moving, and as working at high intensity."""

STEEP, VERY_STEEP = 20.0, 100.0
"""Exponents n1 and n2 of the transfer functions."""

HARD_MINUTES = 2.0
"""tp: minutes of high intensity after which the liver answers to adrenaline."""

WALKING_CADENCE, METS_AT_CADENCE, METS_PER_STEP, METS_MAX = 100.0, 3.0, 0.1, 10.0
"""Steps per minute to energy use: 3 METs at 100 and 6 at 130 steps/min (Tudor-Locke et al., Br J Sports Med
2018;52:776-88), against a capacity of 10 METs."""

MODERATE_HOUR_COUNTS = 4317.0 * 60.0
"""Counts of an hour at 60 % of maximal oxygen uptake: the unit of spent muscle glycogen."""


class ExerciseState(AbstractState):
    """What moving does now and leaves behind.

    Attributes:
        counts: smoothed accelerometer counts per minute (Y).
        sensitivity_gain: on top of usual insulin sensitivity (Z).
        uptake_per_min, production_per_min: rGU and rGP.
        hard_min: recent minutes of high intensity.
        spent: share of the liver's glycogen that was used, 1 when it runs out.
        shortage_per_min: production that is missing since it ran out (rdepl).
        muscle_debt: glycogen that muscle lacks, in hours of moderate exercise.
        late_gain: sensitivity while muscle refills.
    """

    counts: Float[Array, ""]
    sensitivity_gain: Float[Array, ""]
    uptake_per_min: Float[Array, ""]
    production_per_min: Float[Array, ""]
    hard_min: Float[Array, ""]
    spent: Float[Array, ""]
    shortage_per_min: Float[Array, ""]
    muscle_debt: Float[Array, ""]
    late_gain: Float[Array, ""]


class Exercise(AbstractModulator[ExerciseState]):
    """Aerobic, high-intensity and resistance exercise from intensity, heart rate or steps.

    Deichmann et al., PLoS Comput Biol 2023;19:e1010289 (uptake, production, depletion, sensitivity); Davey et al., J
    Clin Endocrinol Metab 2013;98:2908-14 (glucose need is raised for 11 h); Yardley et al., Diabetes Care
    2013;36:537-42 (resistance exercise lowers glucose less). What differs from the paper: the glycogen that is spent is
    carried over to the next bout instead of being forgotten within minutes, and muscle that refills stays sensitive;
    the gain of sensitivity is muscle's above all.

    Equations:
        Y'   = (AC - Y) / tauAC,     AC = 7407 f - 127 + r 7407 R
        Z'   = b fY Y - (1 - fY) Z / tauZ
        rGU' = q1 fY Y - q2 rGU
        rGP' = q3 fY Y (1 + x R) - q4 rGP,  q3 and q4 of high intensity after 2 min above 5600 counts
        spent' = fAC / (bdepl - adepl AC) - spent / refill
        rdepl' = q6 [fs beta (q3 Y / q4 + (1 - alpha) k) - rdepl]
        debt'  = fY Y / (60 4317) - debt / muscle_refill,   late' = (debt - late) / late_onset
        relative_uptake     = rGU
        relative_production = rGP - rdepl
        sensitivity_factor  = 1 + l (Z + g late),  with the rest of 1 + Z + g late on uptake alone
        glycogen_factor     = 1 - fs
        fY, fAC, fs = transfer functions of Y / 1500, AC / 1000 and spent / 1

    | letter | parameter or input |
    |---|---|
    | f | share of maximal oxygen uptake: as given, or from heart rate, or from steps, whichever is most |
    | heart rate | between resting_heart_rate_bpm and maximal_heart_rate_bpm |
    | R, r, x | resistance_fraction, resistance_share, resistance_production_gain |
    | tauAC, b, tauZ | effort_lag_min, sensitivity_per_count, sensitivity_fade_min |
    | q1, q2 | uptake_per_count, uptake_fade_per_min |
    | q3, q4 | production_per_count, production_fade_per_min; hard_production_per_count (one q4 for both) |
    | q5 | hard_fade_per_min |
    | adepl, bdepl | depletion_min_per_count, depletion_min |
    | q6, beta, alpha, k | shortage_rate_per_min, shortage_fraction, direct_fraction, basal_turnover_per_min |
    | refill, muscle_refill | liver_refill_min, muscle_refill_min |
    | late_onset, g, l | late_onset_min, late_sensitivity_gain, liver_fraction |

    Limits: competition, heat and altitude are not told apart; insulin does not leave its depot faster; the liver
    refills at one rate whatever is eaten.
    """

    name = "exercise"

    resting_heart_rate_bpm: Float[Array, ""]
    maximal_heart_rate_bpm: Float[Array, ""]
    effort_lag_min: Float[Array, ""]
    sensitivity_per_count: Float[Array, ""]
    sensitivity_fade_min: Float[Array, ""]
    uptake_per_count: Float[Array, ""]
    uptake_fade_per_min: Float[Array, ""]
    production_per_count: Float[Array, ""]
    production_fade_per_min: Float[Array, ""]
    hard_production_per_count: Float[Array, ""]
    hard_fade_per_min: Float[Array, ""]
    depletion_min_per_count: Float[Array, ""]
    depletion_min: Float[Array, ""]
    shortage_rate_per_min: Float[Array, ""]
    shortage_fraction: Float[Array, ""]
    direct_fraction: Float[Array, ""]
    basal_turnover_per_min: Float[Array, ""]
    liver_refill_min: Float[Array, ""]
    muscle_refill_min: Float[Array, ""]
    late_onset_min: Float[Array, ""]
    late_sensitivity_gain: Float[Array, ""]
    liver_fraction: Float[Array, ""]
    resistance_share: Float[Array, ""]
    resistance_production_gain: Float[Array, ""]

    def initial_state(self) -> ExerciseState:
        """Rested and fed."""
        zero = jnp.zeros_like(self.effort_lag_min)
        return ExerciseState(**dict.fromkeys(ExerciseState.__dataclass_fields__, zero))

    def emit(self, state: ExerciseState, signals: Signals, inputs: Inputs) -> Signals:
        """Uptake, production, sensitivity and what glycogen is left."""
        gain = state.sensitivity_gain + self.late_sensitivity_gain * state.late_gain
        common = 1.0 + self.liver_fraction * gain
        return signals.adding(
            relative_uptake_per_min=state.uptake_per_min,
            relative_production_per_min=state.production_per_min - state.shortage_per_min,
        ).scaling(
            sensitivity_factor=common,
            uptake_sensitivity_factor=(1.0 + gain) / common,
            glycogen_factor=1.0 - _transfer(state.spent, STEEP),
        )

    def advance(self, state: ExerciseState, signals: Signals, inputs: Inputs, *, minutes: float) -> ExerciseState:
        """Effort and its consequences over the step."""
        effort, strength = self.effort_counts(inputs), jnp.asarray(inputs.resistance_fraction)
        counts = approached(state.counts, effort, 1.0 / self.effort_lag_min, minutes)
        active, moving = _transfer(counts / ACTIVE_COUNTS, STEEP), _transfer(effort / MOVING_COUNTS, VERY_STEEP)
        hard_min = self._hard_minutes(state.hard_min, effort, minutes)
        gain = self._production_gain(hard_min) * (1.0 + self.resistance_production_gain * strength)
        driven = active * counts
        debt = approached(state.muscle_debt, jnp.zeros_like(counts), 1.0 / self.muscle_refill_min, minutes)
        return ExerciseState(
            counts=counts,
            sensitivity_gain=state.sensitivity_gain * jnp.exp(-(1.0 - active) / self.sensitivity_fade_min * minutes)
            + self.sensitivity_per_count * driven * minutes,
            uptake_per_min=approached(
                state.uptake_per_min,
                self.uptake_per_count * driven / self.uptake_fade_per_min,
                self.uptake_fade_per_min,
                minutes,
            ),
            production_per_min=approached(
                state.production_per_min,
                gain * driven / self.production_fade_per_min,
                self.production_fade_per_min,
                minutes,
            ),
            hard_min=hard_min,
            spent=self._spent(state.spent, effort, moving, minutes),
            shortage_per_min=approached(
                state.shortage_per_min,
                _transfer(state.spent, STEEP) * self._largest_shortage(gain * counts * moving),
                self.shortage_rate_per_min,
                minutes,
            ),
            muscle_debt=debt + driven * minutes / MODERATE_HOUR_COUNTS,
            late_gain=approached(state.late_gain, state.muscle_debt, 1.0 / self.late_onset_min, minutes),
        )

    def effort_counts(self, inputs: Inputs) -> Float[Array, ""]:
        """Accelerometer counts per minute of what the inputs say is being done; 0 at rest."""
        heart = (inputs.heart_rate_bpm - self.resting_heart_rate_bpm) / (
            self.maximal_heart_rate_bpm - self.resting_heart_rate_bpm
        )
        mets = METS_AT_CADENCE + METS_PER_STEP * (inputs.steps_per_min - WALKING_CADENCE)
        steps = (mets - 1.0) / (METS_MAX - 1.0)
        share = jnp.clip(jnp.maximum(jnp.maximum(heart, steps), inputs.activity_fraction), 0.0, 1.0)
        aerobic = jnp.maximum(COUNTS_PER_FRACTION * share - COUNTS_OFFSET, 0.0)
        return aerobic + self.resistance_share * COUNTS_PER_FRACTION * inputs.resistance_fraction

    def _hard_minutes(self, before: Float[Array, ""], effort: Float[Array, ""], minutes: float) -> Float[Array, ""]:
        hard = _transfer(effort / HIGH_COUNTS, VERY_STEEP)
        return before * jnp.exp(-(1.0 - hard) * self.hard_fade_per_min * minutes) + hard * minutes

    def _production_gain(self, hard_min: Float[Array, ""]) -> Float[Array, ""]:
        share = _transfer(hard_min / HARD_MINUTES, VERY_STEEP)
        return self.production_per_count + share * (self.hard_production_per_count - self.production_per_count)

    def _spent(
        self, before: Float[Array, ""], effort: Float[Array, ""], moving: Float[Array, ""], minutes: float
    ) -> Float[Array, ""]:
        lasts = jnp.maximum(self.depletion_min - self.depletion_min_per_count * effort, 30.0)
        refilled = before * jnp.exp(-(1.0 - moving) / self.liver_refill_min * minutes)
        return jnp.minimum(refilled + moving * minutes / lasts, 1.5)

    def _largest_shortage(self, gained_counts: Float[Array, ""]) -> Float[Array, ""]:
        basal = (1.0 - self.direct_fraction) * self.basal_turnover_per_min
        return self.shortage_fraction * (gained_counts / self.production_fade_per_min + basal)


def _transfer(ratio: Float[Array, ""], exponent: float) -> Float[Array, ""]:
    """The transfer function x^n / (1 + x^n)."""
    return jax.nn.sigmoid(exponent * jnp.log(jnp.maximum(ratio, 1e-3)))
