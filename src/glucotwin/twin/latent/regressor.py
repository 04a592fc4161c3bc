"""When illness, stress, short nights, the cycle and exercise act, and what the population's answer to them would be."""

from dataclasses import dataclass
from datetime import timedelta

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import polars as pl

from glucotwin.core.array import Array
from glucotwin.domain.activity import Sleep, SleepStage
from glucotwin.domain.condition import ConditionKind
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.build import build_organ
from glucotwin.physiology.module.exercise import Exercise, ExerciseState
from glucotwin.physiology.module.registry import module_parameters
from glucotwin.physiology.signal import Signals
from glucotwin.twin.filter import VALUE
from glucotwin.twin.grid import GriddedData
from glucotwin.twin.latent.estimate import LatentKind, latent_priors
from glucotwin.twin.state_space import STEP_MIN

FULL_LOSS_MIN = 247.0
"""Some four hours less sleep than usual are a loss as bad as the source of its effect describes (Donga 2010)."""

LEAST_NIGHT_MIN, FEWEST_NIGHTS, SLEEP_DAYS = 120.0, 5, 30
AWAKE_STEPS = 192
"""A short night counts for the sixteen hours after it."""

LEAST_UPTAKE_PER_MIN = 1e-4
USUAL_MGDL = 140.0

CONDITIONS = {
    ConditionKind.ILLNESS: LatentKind.ILLNESS,
    ConditionKind.STRESS: LatentKind.STRESS,
    ConditionKind.SLEEP_LOSS: LatentKind.SLEEP_LOSS,
    ConditionKind.LUTEAL_PHASE: LatentKind.LUTEAL_PHASE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Regressor:
    """What a person's effect of size one does at each step.

    Attributes:
        kind: of the effect.
        prior_mean: the population's size.
        log_action: added to the logarithm of insulin's action.
        flux_mgdl_per_min: added to the flux into plasma.
    """

    kind: LatentKind
    prior_mean: float
    log_action: np.ndarray
    flux_mgdl_per_min: np.ndarray


def regressors(
    data: GriddedData, timeline: Timeline, *, exercise: bool = False, ahead_steps: int = 0
) -> tuple[Regressor, ...]:
    """One for every effect of which there is an occasion.

    Args:
        data: the hours on the grid.
        timeline: the person's data; nights are looked up in it.
        exercise: whether movement counts too. Virtual people's days of low and high sensitivity were then told apart
            worse, and in a replay muscle is an organ of its own; hence not by default.
        ahead_steps: so many steps behind the data are told too; what a person is in at the end is held, for nobody
            knows how long it lasts. Nothing is known of movement to come.
    """
    found: list[Regressor] = []
    for condition, kind in CONDITIONS.items():
        severity = np.asarray(data.inputs.condition_level.get(str(condition), np.zeros(data.steps)))
        if condition is ConditionKind.SLEEP_LOSS and not np.any(severity > 0.0):
            severity = short_nights(data, timeline)
        if np.any(severity > 0.0):
            severity = np.append(severity, np.full(ahead_steps, severity[-1]))
            level, nothing = lagged_level(severity, condition), np.zeros(severity.size)
            mean = population_log_action(condition)
            found.append(Regressor(kind=kind, prior_mean=mean, log_action=level, flux_mgdl_per_min=nothing))
    moving = _exercise(data) if exercise else None
    return tuple(found) if moving is None else (*found, moving)


def short_nights(data: GriddedData, timeline: Timeline) -> np.ndarray:
    """Severity of lost sleep per step: of a night against the person's usual one, from its end until the next."""
    known = timeline.cut(Window(start=data.start - timedelta(days=SLEEP_DAYS), end=data.end))
    asleep = known.frame(Sleep).filter(pl.col("stage") != str(SleepStage.AWAKE))
    noon = pl.col("time").dt.convert_time_zone(timeline.person.zone).dt.offset_by("-12h").dt.date()
    nights = (
        asleep.with_columns(noon.alias("night"), (pl.col("time") + pl.duration(minutes="duration_min")).alias("end"))
        .group_by("night")
        .agg(pl.col("duration_min").sum(), pl.col("end").max())
        # Naps, nights that the tracker caught a piece of, and one that is not over yet, are no nights.
        .filter((pl.col("duration_min") >= LEAST_NIGHT_MIN) & (pl.col("end") <= data.end))
        .sort("end")
    )
    severity = np.zeros(data.steps)
    if len(nights) < FEWEST_NIGHTS:
        return severity
    usual = float(np.median(nights["duration_min"].to_numpy()))
    for end, minutes in nights.select("end", "duration_min").iter_rows():
        first = int((end - data.start) / timedelta(minutes=STEP_MIN))
        awake = slice(max(0, first), max(0, first + AWAKE_STEPS))
        severity[awake] = min(max(0.0, usual - minutes) / FULL_LOSS_MIN, 1.0)
    return severity


def _exercise(data: GriddedData) -> Regressor | None:
    """Muscle at work, as the population's; None where nobody moved."""
    organ = build_organ(Exercise, {name: record.typical for name, record in module_parameters().items()})
    net, gain = (np.asarray(one) for one in _course(organ, data.inputs.map(jnp.asarray)))
    if not np.any(np.abs(net) > LEAST_UPTAKE_PER_MIN):
        return None
    return Regressor(
        kind=LatentKind.EXERCISE,
        prior_mean=latent_priors()[LatentKind.EXERCISE].mean,
        log_action=np.log1p(gain),
        flux_mgdl_per_min=-net * _glucose(data),
    )


@eqx.filter_jit
def _course(organ: Exercise, inputs: Inputs) -> tuple[Array, Array]:
    """Uptake less production, as share of glucose per minute, and the gain of sensitivity; at each step's start."""

    def step(state: ExerciseState, now: Inputs) -> tuple[ExerciseState, tuple[Array, Array]]:
        sent = organ.emit(state, Signals.neutral(), now)
        after = organ.advance(state, Signals.neutral(), now, minutes=STEP_MIN)
        net = sent.relative_uptake_per_min - sent.relative_production_per_min
        return after, (net, sent.sensitivity_factor * sent.uptake_sensitivity_factor - 1.0)

    return jax.lax.scan(step, organ.initial_state(), inputs)[1]


def _glucose(data: GriddedData) -> np.ndarray:
    """Measured glucose at every step, the last or next known where it is not."""
    known = np.flatnonzero(np.asarray(data.readings.kind) == VALUE)
    if not known.size:
        return np.full(data.steps, USUAL_MGDL)
    return np.interp(np.arange(data.steps), known, np.asarray(data.readings.glucose_mgdl)[known])


def lagged_level(severity: np.ndarray, condition: ConditionKind) -> np.ndarray:
    """How far the body has gone into a condition, as ``physiology.module.condition`` has it."""
    onset, recovery = (_parameter(condition, name) for name in ("onset_min", "recovery_min"))
    level, now = np.empty_like(severity), float(severity[0])
    for step, target in enumerate(severity):
        level[step] = now
        lag = onset if target > now else recovery
        now = target + (now - target) * np.exp(-STEP_MIN / lag)
    return level


def population_log_action(condition: ConditionKind) -> float:
    """Logarithm of what a condition at its worst leaves of insulin's action; more production counts as less action."""
    loss, uptake, production = (
        _parameter(condition, name)
        for name in ("sensitivity_loss_fraction", "uptake_loss_fraction", "production_gain_fraction")
    )
    return float(np.log((1.0 - loss) * (1.0 - uptake) / (1.0 + production)))


def _parameter(condition: ConditionKind, name: str) -> float:
    return module_parameters()[f"{condition.value.replace('-', '_')}.{name}"].typical
