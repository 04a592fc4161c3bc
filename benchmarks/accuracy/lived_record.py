"""Records of virtual people whose truth is known: what they ate, what of it they logged, when they lay on the sensor.

People of the body ``padova-t1d`` live by a behaviour profile (``glucotwin.workflows.day_plan.LivedDays``): they
miscount, dose late, forget meals and snacks, treat lows and correct highs. Their sensor has the noise of a Dexcom G6
(two second order autoregressions, Vettoretti 2019, EMBC 10.1109/embc.2019.8856790), an error of calibration, whole
mg/dL, a range of 40 to 400, gaps, a change every ten days, and compression lows in some nights: 20 to 60 mg/dL deep, 20
to 60 min long, falling and recovering within 5 to 15 min along an exponential (Facchinetti 2016), the plateau aslant.
Food is logged with its bolus, so late where the bolus is late; carbohydrate against a low is never logged.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from scipy.signal import lfilter

from glucotwin.core.array import Array, Float
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.activity import Activity, ActivityType
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.inputs import Inputs
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind
from glucotwin.domain.person import DiabetesType, Person, TherapyKind, WeightEntry
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline
from glucotwin.physiology.body import stack_bodies
from glucotwin.physiology.registry import body_entry, body_of
from glucotwin.physiology.subject import Subject
from glucotwin.simulate.cohort import simulate_cohort
from glucotwin.simulate.reaction import (
    CORRECTION,
    RESCUE_CARBS,
    AbstractReaction,
    SelfCare,
    SelfCareState,
    with_added,
)
from glucotwin.workflows.day_plan import LivedDays

BODY = "padova-t1d"
BLOCKED = "pump-blocked"
"""Level of inputs: the share of insulin that does not get through the pump's site."""

START = datetime(2024, 1, 1, tzinfo=UTC)
STEP_MIN = 5
COMPRESSED_NIGHTS = 0.3
SENSOR_DAYS = 10
NOISE = ((1.22, -0.331, 3.641), (1.34, -0.492, 5.538))
"""Coefficients and innovation variance of the sensor's own and the common component."""
GAIN_SD, OFFSET_SD_MGDL = 0.06, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LivedRecord:
    """One person's record and the truth about it.

    Attributes:
        timeline: what is on record.
        unlogged: food that is not: time, grams.
        rescues: carbohydrate against lows: time, grams.
        compressions: stretches in which the sensor was compressed.
    """

    timeline: Timeline
    unlogged: tuple[tuple[datetime, float], ...]
    rescues: tuple[tuple[datetime, float], ...]
    compressions: tuple[tuple[datetime, datetime], ...]

    def without_log(self, eaten: tuple[tuple[datetime, float], ...]) -> "LivedRecord":
        """The record as if no meal had been logged, with all that was eaten unlogged."""
        streams = {name: frame for name, frame in self.timeline.streams.items() if name != "meal"}
        return replace(self, timeline=replace(self.timeline, streams=streams), unlogged=eaten)


def lived_records(
    seed: int, *, odd: bool, profile: str = "typical", days: int = 14
) -> list[tuple[LivedRecord, tuple[tuple[datetime, float], ...]]]:
    """Records of every second person of the body (15), each with all that was eaten."""
    subjects = body_entry(BODY).subjects()[0 if odd else 1 :: 2]
    return [(life.record, life.eaten) for life in lives_of(subjects, seed=seed, profile=profile, days=days)]


@dataclass(frozen=True, slots=True, kw_only=True)
class LivedLife:
    """One person's record beside what really happened.

    Attributes:
        subject: who.
        record: what is on record.
        eaten: all that was eaten but for carbohydrate against lows: time, grams.
        inputs: what really went in, minute by minute, treatment of lows and corrections included.
        events: what happened, see ``scenario.behaviour.Life``.
        interstitial_mgdl: true glucose at the sensor, every minute and at the end.
        ketone_mmoll: blood ketones, likewise.
    """

    subject: Subject
    record: LivedRecord
    eaten: tuple[tuple[datetime, float], ...]
    inputs: Inputs
    events: pl.DataFrame
    interstitial_mgdl: np.ndarray
    ketone_mmoll: np.ndarray


class BlockedCare(AbstractReaction[SelfCareState]):
    """What people do about their glucose, of which insulin arrives only as far as the pump's site is open.

    Attributes:
        care: what they do.
    """

    care: SelfCare

    def initial_state(self) -> SelfCareState:
        """Nothing treated yet."""
        return self.care.initial_state()

    def react(
        self, state: SelfCareState, glucose_mgdl: Float[Array, ""], inputs: Inputs
    ) -> tuple[SelfCareState, Inputs]:
        """Their own answer, with the blocked share of all insulin lost."""
        after, answered = self.care.react(state, glucose_mgdl, inputs)
        arriving = 1.0 - jnp.asarray(inputs.level(BLOCKED))
        insulin = {product: rate * arriving for product, rate in answered.insulin_u_per_min.items()}
        return after, eqx.tree_at(
            lambda one: one.insulin_u_per_min, answered, insulin, is_leaf=lambda node: isinstance(node, dict)
        )


Changed: TypeAlias = Callable[[Inputs, pl.DataFrame], tuple[Inputs, pl.DataFrame]]


def lives_of(
    subjects: Sequence[Subject],
    *,
    seed: int,
    profile: str = "typical",
    days: int = 14,
    change: Changed = lambda inputs, events: (inputs, events),
) -> list[LivedLife]:
    """The lives of some people of the body.

    Args:
        subjects: who.
        seed: of their lives and sensors.
        profile: of their behaviour.
        days: how many.
        change: what goes otherwise than drawn: inputs of all (the level ``BLOCKED`` says which share of the insulin
            does not arrive) and events, both as they are to be.
    """
    plan = LivedDays(profile=profile, days=days, seed=seed)
    options = plan.options(frozenset())
    bodies = stack_bodies([body_of(BODY, one, options=options) for one in subjects])
    ((drawn, drawn_events),) = plan.blocks(tuple(subjects), options)
    assert drawn_events is not None
    inputs, events = change(drawn, drawn_events)
    care = plan.care(tuple(subjects))
    assert care is not None
    outputs = simulate_cohort(
        bodies,
        inputs,
        reaction=BlockedCare(care=care),
        outputs=("interstitial_mgdl", "ketone_mmoll", RESCUE_CARBS, CORRECTION),
    ).outputs
    started = events.filter(pl.col("time") >= START)
    return [
        _life(
            seed, one, {name: np.asarray(values[row]) for name, values in outputs.items()}, _own(inputs, row), started
        )
        for row, one in enumerate(subjects)
    ]


def _own(inputs: Inputs, row: int) -> Inputs:
    return inputs.map(lambda values: values[row] if values.ndim > 1 else values)


def _life(
    seed: int, subject: Subject, outputs: dict[str, np.ndarray], inputs: Inputs, events: pl.DataFrame
) -> LivedLife:
    insulin = next(iter(inputs.insulin_u_per_min.values()))
    record, eaten = _record(seed, subject, outputs, np.asarray(insulin), events)
    added = [np.diff(outputs[name]) for name in (RESCUE_CARBS, CORRECTION)]
    return LivedLife(
        subject=subject,
        record=record,
        eaten=eaten,
        inputs=with_added(inputs, *added),
        events=events.filter(pl.col("name") == subject.name),
        interstitial_mgdl=outputs["interstitial_mgdl"],
        ketone_mmoll=outputs["ketone_mmoll"],
    )


def _record(
    seed: int, subject: Subject, outputs: dict[str, np.ndarray], insulin: np.ndarray, events: pl.DataFrame
) -> tuple[LivedRecord, tuple[tuple[datetime, float], ...]]:
    own = events.filter(pl.col("name") == subject.name)
    food = own.filter(pl.col("kind").is_in(["meal", "snack"]))
    boluses = own.filter(pl.col("kind") == "bolus")
    readings, compressions = _sense(seed, subject.name, outputs["interstitial_mgdl"][:-1])
    records = [*_logged(own, boluses), *_corrections(outputs[CORRECTION]), *_basal(insulin, boluses), *readings]
    person = Person(
        person_id=subject.name.replace("#", "-"),
        weights=(WeightEntry(day=START.date(), weight_kg=subject.weight_kg),),
        diabetes_type=DiabetesType.TYPE_1,
        therapy=TherapyKind.PUMP,
        cgm_device="Dexcom G6",
    )
    eaten = tuple(food.select("time", "carbs_g").iter_rows())
    unlogged = tuple(food.filter(pl.col("counted_carbs_g").is_null()).select("time", "carbs_g").iter_rows())
    rescues = tuple((at(minute), grams) for minute, grams in _steps(outputs[RESCUE_CARBS]))
    timeline = Timeline.from_records(person, records)
    return LivedRecord(timeline=timeline, unlogged=unlogged, rescues=rescues, compressions=compressions), eaten


def at(minute: float) -> datetime:
    """The time of a minute of a life."""
    return START + timedelta(minutes=float(minute))


def minute_of(when: datetime) -> int:
    """The whole minute of a life at a time."""
    return int((when - START) // timedelta(minutes=1))


def _logged(own: pl.DataFrame, boluses: pl.DataFrame) -> Iterator[Record]:
    for time, units, grams in boluses.select("time", "insulin_u", "counted_carbs_g").iter_rows():
        if units > 0.0:
            yield Bolus(time=time, insulin_u=units)
        yield Meal(time=time, carbs_g=grams)
    sessions = own.filter(pl.col("kind") == "exercise").select("time", "duration_min", "detail", "level_fraction")
    for time, minutes, kind, level in sessions.iter_rows():
        yield Activity(time=time, duration_min=minutes, activity_type=ActivityType(kind), intensity_fraction=level)


def _steps(total: np.ndarray) -> Iterator[tuple[int, float]]:
    """Minutes in which a total grows, and by how much."""
    amounts = np.diff(total)
    yield from ((int(minute), float(amounts[minute])) for minute in np.flatnonzero(amounts > 0.05))


def _corrections(total_u: np.ndarray) -> Iterator[Record]:
    yield from (Bolus(time=at(minute), insulin_u=units) for minute, units in _steps(total_u))


def _basal(insulin: np.ndarray, boluses: pl.DataFrame) -> Iterator[Record]:
    """What is left of the insulin without the boluses, as segments of one rate."""
    rate = np.array(insulin, dtype=np.float64)
    minute = ((boluses["time"] - START).dt.total_seconds() // 60).to_numpy().astype(np.int64)
    np.subtract.at(rate, minute, boluses["insulin_u"].to_numpy())
    rate = np.round(np.maximum(rate, 0.0) * 60.0, 4)
    edges = np.concatenate([[0], np.flatnonzero(np.diff(rate)) + 1, [rate.size]])
    for first, last in itertools.pairwise(edges):
        yield BasalSegment(time=at(first), duration_min=float(last - first), rate_u_per_h=float(rate[first]))


def _sense(
    seed: int, name: str, interstitial_mgdl: np.ndarray
) -> tuple[list[Record], tuple[tuple[datetime, datetime], ...]]:
    """Sensor readings, the sensor's starts, and when it was compressed."""
    key = stream_key(root_key(seed), subject=name, stream="detect-benchmark")
    nights, sensor, noise, gaps = jax.random.split(key, 4)
    days = interstitial_mgdl.size // 1440
    depth, compressions = _compress(np.asarray(jax.random.uniform(nights, (days, 7))), interstitial_mgdl.size)
    points = interstitial_mgdl[::STEP_MIN].size
    own = np.asarray(jax.random.normal(sensor, (days // SENSOR_DAYS + 1, 2)))
    number = np.arange(points) * STEP_MIN // (1440 * SENSOR_DAYS)
    shown = interstitial_mgdl[::STEP_MIN] * (1.0 + GAIN_SD * own[number, 0]) + OFFSET_SD_MGDL * own[number, 1]
    shown = np.clip(np.round(shown + _noise(noise, points) - depth[::STEP_MIN]), 40.0, 400.0)
    present = _present(np.asarray(jax.random.uniform(gaps, (days, 3))), points)
    starts = range(0, days, SENSOR_DAYS)
    records: list[Record] = [
        DeviceEvent(time=at(1440.0 * day - 120.0), kind=DeviceEventKind.SENSOR_START) for day in starts if day
    ]
    records += [
        GlucoseReading(time=at(STEP_MIN * step), glucose_mgdl=float(shown[step]))
        for step in np.flatnonzero(present).tolist()
    ]
    return records, compressions


def _noise(key: jax.Array, points: int) -> np.ndarray:
    settling = 200
    parts = np.asarray(jax.random.normal(key, (len(NOISE), points + settling)))
    filtered = [
        np.asarray(lfilter([1.0], [1.0, -first, -second], np.sqrt(variance) * part))
        for part, (first, second, variance) in zip(parts, NOISE, strict=True)
    ]
    return np.sum(filtered, axis=0)[settling:]


def _compress(u: np.ndarray, minutes: int) -> tuple[np.ndarray, tuple[tuple[datetime, datetime], ...]]:
    """How much too low the sensor reads in each minute, and the stretches."""
    depth = np.zeros(minutes)
    stretches: list[tuple[datetime, datetime]] = []
    for day in np.flatnonzero(u[:, 0] < COMPRESSED_NIGHTS):
        begins = 1440 * int(day) + int(330 * u[day, 1])
        lasts = int(20 + 40 * u[day, 2])
        fall, rise, deep = 5.0 + 10.0 * u[day, 3], 5.0 + 10.0 * u[day, 4], 20.0 + 40.0 * u[day, 5]
        tilt = 1.0 + 0.4 * (u[day, 6] - 0.5) * np.linspace(-1.0, 1.0, lasts)
        down = deep * tilt * (1.0 - np.exp(-2.3 * np.arange(1, lasts + 1) / fall))
        up = down[-1] * np.exp(-2.3 * np.arange(1, 31) / rise)
        whole = np.concatenate([down, up])[: minutes - begins]
        depth[begins : begins + whole.size] = whole
        stretches.append((at(begins), at(begins + lasts)))
    return depth, tuple(stretches)


def _present(u: np.ndarray, points: int) -> np.ndarray:
    """Which readings there are: lost signals on some days, two hours without at every change."""
    present = np.ones(points, dtype=bool)
    for day in np.flatnonzero(u[:, 0] < 0.3):
        first = int((1440 * day + 1400 * u[day, 1]) // STEP_MIN)
        present[first : first + int(4 + 20 * u[day, 2])] = False
    for day in range(SENSOR_DAYS, u.shape[0], SENSOR_DAYS):
        present[(1440 * day - 120) // STEP_MIN : 1440 * day // STEP_MIN] = False
    return present
