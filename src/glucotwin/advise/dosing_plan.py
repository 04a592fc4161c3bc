"""Plans for dosing that answers in a replay: which doses are taken from the record, and what gives them instead."""

import abc
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import jax.numpy as jnp
import numpy as np
import polars as pl

from glucotwin.advise.dosing_policy import FADE_SHARE, BolusCalculator, ProportionalCorrection
from glucotwin.core.array import Array, Float
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.core.number import plain_number
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.therapy import DailySchedule
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.intervention import Response
from glucotwin.twin.state_space import STEP_MIN
from glucotwin.twin.twin import Twin

TARGET_MGDL = 110.0
"""Where a correction aims when the settings do not say."""

INSULIN_DURATION_MIN = 240.0
"""How long a bolus counts as acting when the settings do not say."""

SAME_MEAL = timedelta(minutes=45)
"""A bolus belongs to the nearest meal within this time."""

ANSWERED_WITHIN_MIN = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DosingPlan(abc.ABC):
    """Dosing that answers what a replay shows, instead of being held as recorded."""

    @abc.abstractmethod
    def without_answered(self, timeline: Timeline, window: Window) -> Timeline:
        """The record without the doses that the plan gives itself."""

    @abc.abstractmethod
    def response(self, twin: Twin, timeline: Timeline, window: Window, span: Window) -> Response:
        """What doses in the window, on the grid of the span.

        Args:
            twin: the person's twin.
            timeline: with the changes asked about, before doses were taken out.
            window: in which it doses.
            span: the replay with the hours before it.

        Raises:
            DataError: the settings that it needs are not known.
        """

    @abc.abstractmethod
    def sentence(self, timeline: Timeline) -> str:
        """In words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redose(DosingPlan):
    """Every bolus of the window as a calculator with these settings would have given it; None: as the pump is set."""

    carb_ratio_g_per_u: float | None = None
    correction_factor_mgdl_per_u: float | None = None
    target_mgdl: float | None = None

    def without_answered(self, timeline: Timeline, window: Window) -> Timeline:
        """Without the boluses of the window."""
        boluses = timeline.frame(Bolus)
        kept = boluses.filter((pl.col("time") < window.start) | (pl.col("time") >= window.end))
        return replace(timeline, streams={**timeline.streams, "bolus": kept})

    def response(self, twin: Twin, timeline: Timeline, window: Window, span: Window) -> Response:
        """A bolus wherever one is on record, for the meal that it belongs to."""
        settings = timeline.settings_at(window.start)
        duration = (settings and settings.insulin_duration_min) or INSULIN_DURATION_MIN
        low, high = (getattr(settings, name, None) for name in ("target_low_mgdl", "target_high_mgdl"))
        target = (_hours(low) + _hours(high)) / 2.0 if low and high else jnp.full(24, TARGET_MGDL)
        policy = BolusCalculator(
            carb_ratio_g_per_u=_given(self.carb_ratio_g_per_u, getattr(settings, "carb_ratio_g_per_u", None)),
            correction_factor_mgdl_per_u=_given(
                self.correction_factor_mgdl_per_u, getattr(settings, "correction_factor_mgdl_per_u", None)
            ),
            target_mgdl=target if self.target_mgdl is None else jnp.full(24, self.target_mgdl),
            insulin_duration_min=jnp.asarray(float(duration)),
        )
        boluses, meals = timeline.frame(Bolus), timeline.frame(Meal)
        inside = boluses.filter((pl.col("time") >= window.start) & (pl.col("time") < window.end))
        held = held_steps(span, window)
        announced = np.zeros(held.size)
        asked = np.zeros(held.size, dtype=bool)
        for step, grams in _boluses_with_food(inside, meals, span):
            asked[step], announced[step] = True, announced[step] + grams
        earlier = boluses.filter((pl.col("time") >= span.start) & (pl.col("time") < window.start))
        return Response(policy, ~held, asked, announced, _on_board(earlier, span, held.size, float(duration)))

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return message(
            "change-redose",
            ratio=_said(self.carb_ratio_g_per_u),
            factor=_said(self.correction_factor_mgdl_per_u),
            target=_said(self.target_mgdl),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerProportionally(DosingPlan):
    """Insulin that answers the change in proportion (``dosing_policy.ProportionalCorrection``)."""

    within_min: float = ANSWERED_WITHIN_MIN

    def without_answered(self, timeline: Timeline, window: Window) -> Timeline:
        """Everything stays; the answer is added."""
        return timeline

    def response(self, twin: Twin, timeline: Timeline, window: Window, span: Window) -> Response:
        """More or less insulin at every step, by the twin's own effect."""
        if self.within_min < STEP_MIN:
            raise DataError(ErrorCode.INVALID_VALUE, f"An answer takes at least {STEP_MIN:g} min.")
        policy = ProportionalCorrection(
            correction_factor_mgdl_per_u=jnp.asarray(twin.effect.correction_factor_mgdl_per_u),
            time_min=jnp.asarray(float(self.within_min)),
        )
        held = held_steps(span, window)
        nothing = np.zeros(held.size)
        return Response(policy, ~held, np.zeros(held.size, dtype=bool), nothing, nothing)

    def sentence(self, timeline: Timeline) -> str:
        """In words."""
        return message("change-answer", minutes=plain_number(self.within_min))


def held_steps(span: Window, window: Window) -> np.ndarray:
    """Which steps of a span lie before the window."""
    steps = int(span.duration_min // STEP_MIN)
    return np.arange(steps) < (window.start - span.start) / timedelta(minutes=STEP_MIN)


def step_of(time: datetime, span: Window) -> int:
    """Which step of a span a time lies in."""
    return int((time - span.start) / timedelta(minutes=STEP_MIN))


def _boluses_with_food(boluses: pl.DataFrame, meals: pl.DataFrame, span: Window) -> list[tuple[int, float]]:
    """Step of each bolus and the carbohydrate of the meals that are nearest to it."""
    times = boluses["time"].to_list()
    food = dict.fromkeys(times, 0.0)
    for eaten, grams in meals.select("time", "carbs_g").iter_rows():
        nearest = min(times, key=lambda time: abs(time - eaten), default=None)
        if nearest is not None and abs(nearest - eaten) <= SAME_MEAL:
            food[nearest] += grams
    return [(step_of(time, span), grams) for time, grams in food.items()]


def _on_board(boluses: pl.DataFrame, span: Window, steps: int, duration_min: float) -> np.ndarray:
    """Insulin of boluses that still acts at each step, fading as the calculator counts it."""
    clock = np.arange(steps) * STEP_MIN
    left = np.zeros(steps)
    for time, units in boluses.select("time", pl.col("insulin_u") + pl.col("extended_u")).iter_rows():
        since = clock - (time - span.start) / timedelta(minutes=1)
        left += np.where(since >= 0.0, units * np.exp(-FADE_SHARE * np.maximum(since, 0.0) / duration_min), 0.0)
    return left


def _given(value: float | None, setting: DailySchedule | None) -> Float[Array, " hour"]:
    if value is not None:
        if value <= 0.0:
            raise DataError(ErrorCode.INVALID_VALUE, "A carbohydrate ratio or correction factor is above zero.")
        return jnp.full(24, value)
    if setting is None:
        raise DataError(
            ErrorCode.INVALID_VALUE,
            "The record has no carbohydrate ratio or correction factor to calculate a bolus with.",
            hint="Give both, or import the pump's settings.",
        )
    return _hours(setting)


def _hours(schedule: DailySchedule) -> Float[Array, " hour"]:
    return jnp.asarray([schedule.at(60.0 * hour) for hour in range(24)])


def _said(value: float | None) -> str:
    return "as-set" if value is None else plain_number(value)
