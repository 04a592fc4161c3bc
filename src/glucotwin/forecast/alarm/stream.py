"""A person's stream as alarms see it: what was known at each step of 5 min, and nothing that came later."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import polars as pl

from glucotwin.core.array import Array, Float
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.insulin import BasalSegment, Bolus, DosePurpose
from glucotwin.domain.observation import KetoneReading
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.alarm.ahead import outlooks_from
from glucotwin.forecast.alarm.learned_ahead import learned_outlooks
from glucotwin.forecast.alarm.moment import RECENT_POINTS, STEP_MIN, Moment, Push
from glucotwin.forecast.alarm.outlook import Outlook
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.forecast.learned import Learned
from glucotwin.forecast.predict import HISTORY_MIN, OLDEST_READING_MIN
from glucotwin.ingest.detect.missed_bolus import meals_with_dose
from glucotwin.ingest.detect.response import rapid_doses
from glucotwin.twin.filter import NO_READING, Readings, initial_belief, run_filter
from glucotwin.twin.fit import model_of
from glucotwin.twin.grid import LATE_MIN, STEPS_PER_DAY, GriddedData, grid_data
from glucotwin.twin.personal_model import PersonalModel
from glucotwin.twin.twin import Twin

SHORTEST_OUTLOOK_MIN = 120.0
"""So far a suggested step is followed."""

USUAL_DAYS, FEWEST_MEALS = 14, 10
"""How a person doses meals is seen in these days, from so many meals on."""

FEW_STEPS = 12
"""A service asks for the last steps alone, of which there are at most so many."""

JUDGED_AFTER = timedelta(hours=2)
KETONES_WITHIN = timedelta(hours=4)


def moments(
    twin: Twin, timeline: Timeline, *, window: Window, settings: AlarmSettings, learned: Learned | None = None
) -> Iterator[Moment]:
    """Moments of a window, one every 5 min, also where no reading came; a day is worked out at a time.

    A moment stands a minute after its step, because a reading that late still belongs to the step.

    Args:
        twin: the person's twin.
        timeline: their data; each moment knows only what had been recorded before it.
        window: when to look; the day before it steers the state.
        settings: say how far ahead to look.
        learned: what was learned on top of twins; None looks ahead with the twin alone.
    """
    known, points = _known(timeline), outlook_steps(settings)
    corrected = None if learned is None else learned_outlooks(learned, twin, timeline, window=window, points=points)
    for first in range(0, int(window.duration_min // STEP_MIN), STEPS_PER_DAY):
        start = window.start + timedelta(minutes=STEP_MIN * first)
        steps = min(STEPS_PER_DAY, int((window.end - start) / timedelta(minutes=STEP_MIN)))
        for moment in _day(twin, timeline, known, points, start, steps)[:steps]:
            outlook = None if corrected is None else next(corrected)
            yield moment if outlook is None else replace(moment, outlook=outlook)


def outlook_steps(settings: AlarmSettings) -> int:
    """How many steps ahead any rule or suggested step looks."""
    farthest = max(settings.low_horizon_min, settings.high_horizon_min, settings.urgent_horizon_min)
    return int(np.ceil(max(farthest + settings.lasting_min, SHORTEST_OUTLOOK_MIN) / STEP_MIN))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is looked up once for all days: times in µs since the epoch, rising."""

    reading_us: np.ndarray
    ketone_us: np.ndarray
    ketone_mmoll: np.ndarray
    doses: pl.DataFrame
    meals: pl.DataFrame
    uses_pump: bool


def _known(timeline: Timeline) -> _Known:
    manual = timeline.frame(Bolus).filter(pl.col("purpose") != str(DosePurpose.AUTOMATED))
    boluses = manual.select("time", insulin_u=pl.col("insulin_u") + pl.col("extended_u"))
    ketones = timeline.frame(KetoneReading)
    return _Known(
        reading_us=_microseconds(timeline.frame(GlucoseReading)["time"]),
        ketone_us=_microseconds(ketones["time"]),
        ketone_mmoll=ketones["ketone_mmoll"].to_numpy(),
        doses=pl.concat([boluses, rapid_doses(timeline).select("time", "insulin_u")]).sort("time"),
        meals=meals_with_dose(timeline),
        uses_pump=timeline.person.therapy in {TherapyKind.PUMP, TherapyKind.CLOSED_LOOP}
        or len(timeline.frame(BasalSegment)) > 0,
    )


def _microseconds(times: pl.Series) -> np.ndarray:
    return times.dt.epoch("us").to_numpy()


def _day(twin: Twin, timeline: Timeline, known: _Known, points: int, start: datetime, wanted: int) -> list[Moment]:
    """The moments of the day from a time on, at least those wanted: two shapes are kept, and with them the programs."""
    before = timedelta(minutes=HISTORY_MIN)
    span = Window(start=start - before, end=start + timedelta(minutes=STEP_MIN * STEPS_PER_DAY))
    data = grid_data(timeline, span, usual_basal_u_per_min=twin.basal_u_per_min)
    first = int(HISTORY_MIN / STEP_MIN)
    origins = np.arange(first, first + FEW_STEPS if wanted <= FEW_STEPS else data.steps)
    mean, sd = (np.asarray(one) for one in _unexplained(model_of(twin), jnp.asarray(twin.posterior.mean), data))
    outlooks = outlooks_from(twin, data, origins, points)
    glucose = np.where(np.asarray(data.readings.kind) == NO_READING, np.nan, np.asarray(data.readings.glucose_mgdl))
    bolus, automated = _doses(timeline, known, twin, data, span)
    carbs = _until(np.asarray(data.inputs.carbs_g_per_min) * STEP_MIN)
    clock = np.asarray(data.inputs.minute_of_day)
    dosed = _dosed_fraction(known, start)
    return [
        _moment(
            known,
            time=data.start + timedelta(minutes=STEP_MIN * int(step) + LATE_MIN),
            minute_of_day=(float(clock[step]) + LATE_MIN) % 1440.0,
            recent={
                "glucose_mgdl": _recent(glucose, step),
                "bolus_u": _recent(bolus, step),
                "automated_u": _recent(automated, step),
                "carbs_g": _recent(carbs, step),
            },
            push=Push(mean_mgdl_per_min=_recent(mean, step), sd_mgdl_per_min=_recent(sd, step)),
            outlook=outlook,
            dosed_fraction=dosed,
        )
        for step, outlook in zip(origins.tolist(), outlooks, strict=True)
    ]


def _moment(
    known: _Known,
    *,
    time: datetime,
    minute_of_day: float,
    recent: dict[str, np.ndarray],
    push: Push,
    outlook: Outlook,
    dosed_fraction: float | None,
) -> Moment:
    now_us = int(time.timestamp() * 1e6)
    age = _age_min(known.reading_us, now_us)
    ketone = np.searchsorted(known.ketone_us, now_us, side="right") - 1
    is_recent = ketone >= 0 and now_us - known.ketone_us[ketone] <= KETONES_WITHIN / timedelta(microseconds=1)
    is_fresh = age <= OLDEST_READING_MIN
    return Moment(
        time=time,
        minute_of_day=minute_of_day,
        reading_age_min=age,
        push=push if is_fresh else None,
        outlook=outlook if is_fresh else None,
        ketone_mmoll=float(known.ketone_mmoll[ketone]) if is_recent else None,
        dosed_fraction=dosed_fraction,
        uses_pump=known.uses_pump,
        **recent,
    )


def _age_min(times_us: np.ndarray, now_us: int) -> float:
    newest = int(np.searchsorted(times_us, now_us, side="right")) - 1
    return float("inf") if newest < 0 else float(now_us - times_us[newest]) / 60e6


def _recent(values: np.ndarray, step: int) -> np.ndarray:
    return values[step + 1 - RECENT_POINTS : step + 1]


def _until(values: np.ndarray) -> np.ndarray:
    """What went in during a step is known at the next one."""
    return np.concatenate([[0.0], values[:-1]])


def _doses(
    timeline: Timeline, known: _Known, twin: Twin, data: GriddedData, span: Window
) -> tuple[np.ndarray, np.ndarray]:
    """What the person gave in each step, and what a pump gave by itself beyond the usual rate."""
    given = known.doses.filter((pl.col("time") >= span.start) & (pl.col("time") < span.end))
    step = ((given["time"] - span.start).dt.total_microseconds() // int(STEP_MIN * 60e6)).to_numpy()
    bolus = np.zeros(data.steps)
    np.add.at(bolus, step, given["insulin_u"].to_numpy())
    manual = timeline.frame(Bolus).filter(pl.col("purpose") != str(DosePurpose.AUTOMATED))
    by_hand = grid_data(replace(timeline, streams={"bolus": manual}), span, usual_basal_u_per_min=0.0)
    rest = _rapid(data) - _rapid(by_hand) - twin.basal_u_per_min
    automated = np.maximum(rest, 0.0) * STEP_MIN if known.uses_pump else np.zeros(data.steps)
    return _until(bolus), _until(automated)


def _rapid(data: GriddedData) -> np.ndarray:
    return np.asarray(data.inputs.insulin_u_per_min["rapid"])


def _dosed_fraction(known: _Known, at: datetime) -> float | None:
    """Share of the meals of the last weeks that had a bolus; None with too few."""
    time = pl.col("time")
    seen = known.meals.filter(
        (time >= at - timedelta(days=USUAL_DAYS)) & (time < at - JUDGED_AFTER) & pl.col("recorded")
    )
    return float(seen["dosed"].to_numpy().mean()) if len(seen) >= FEWEST_MEALS else None


@eqx.filter_jit
def _filtered_flux(
    model: PersonalModel, point: Float[Array, " parameter"], inputs: Inputs, readings: Readings
) -> tuple[Float[Array, " time"], Float[Array, " time"]]:
    """Mean and SD of the unexplained flux after each reading, in mg/dL per min."""
    body, noise = model.build(point)
    first = jnp.argmax(jnp.asarray(readings.kind) > 0)
    guess = initial_belief(body, noise, jnp.asarray(readings.glucose_mgdl)[first])
    beliefs = run_filter(body, noise, guess, inputs, readings).beliefs
    return beliefs.flux_mgdl_per_min, jnp.sqrt(beliefs.covariance[:, -1, -1])


def _unexplained(
    model: PersonalModel, point: Float[Array, " parameter"], data: GriddedData
) -> tuple[Float[Array, " time"], Float[Array, " time"]]:
    return _filtered_flux(model, point, data.inputs, data.readings)
