"""Faults that are put into lived records, with where they are and the rule that anybody would try first."""

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl
from lived_record import LivedRecord

from glucotwin.domain.activity import Activity, HeartRate
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.observation import DeviceEvent, DeviceEventKind, MedicationDose, Note
from glucotwin.domain.record import Record
from glucotwin.domain.timeline import Timeline

Stretch = tuple[datetime, datetime]
Put = Callable[[LivedRecord, np.ndarray], tuple[Timeline, list[Stretch]]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MGDL_PER_MMOLL = 18.016


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A kind of fault: the detector's kind, a name, how it is put in, and the naive rule."""

    kind: str
    name: str
    put: Put
    naive: Callable[[Timeline], list[Stretch]]


def with_frame(timeline: Timeline, name: str, frame: pl.DataFrame) -> Timeline:
    return replace(timeline, streams=dict(timeline.streams) | {name: frame.sort("time")})


def with_records(timeline: Timeline, records: Iterable[Record]) -> Timeline:
    return timeline.merged(Timeline.from_records(timeline.person, list(records)))


def moment(timeline: Timeline, share: float) -> datetime:
    """A time of the record, a day from either end."""
    window = timeline.window()
    return window.start + DAY + share * (window.end - window.start - 2 * DAY)


def where(frame: pl.DataFrame, stretch: Stretch) -> pl.Series:
    return (frame["time"] >= stretch[0]) & (frame["time"] < stretch[1])


def with_values(timeline: Timeline, stretch: Stretch, values: Callable[[pl.Expr], pl.Expr]) -> Timeline:
    frame = timeline.frame(GlucoseReading)
    inside = where(frame, stretch)
    changed = frame.with_columns(
        glucose_mgdl=pl.when(inside).then(values(pl.col("glucose_mgdl"))).otherwise(pl.col("glucose_mgdl"))
    )
    return with_frame(timeline, "glucose", changed)


def put_stuck(record: LivedRecord, u: np.ndarray) -> tuple[Timeline, list[Stretch]]:
    """Twice, one value for 1 to 4 h."""
    timeline, faults = record.timeline, []
    for k in range(2):
        start = moment(timeline, 0.5 * (k + u[2 * k]))
        stretch = (start, start + (1.0 + 3.0 * u[2 * k + 1]) * HOUR)
        frame = timeline.frame(GlucoseReading)
        inside = frame.filter(where(frame, stretch))
        if len(inside) >= 12:
            value = float(inside["glucose_mgdl"][0])
            timeline = with_values(timeline, stretch, lambda _, value=value: pl.lit(value))
            faults.append(stretch)
    return timeline, faults


def naive_stuck(timeline: Timeline) -> list[Stretch]:
    """The same value three times."""
    frame = timeline.frame(GlucoseReading)
    same = (frame["glucose_mgdl"] == frame["glucose_mgdl"].shift(1)) & (
        frame["glucose_mgdl"] == frame["glucose_mgdl"].shift(2)
    )
    return merged([(time - timedelta(minutes=10), time) for time in frame["time"].filter(same.fill_null(value=False))])


def merged(stretches: list[Stretch]) -> list[Stretch]:
    """Those that touch, as one."""
    joined: list[Stretch] = []
    for start, end in sorted(stretches):
        if joined and start <= joined[-1][1] + timedelta(minutes=15):
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def put_jump(record: LivedRecord, u: np.ndarray) -> tuple[Timeline, list[Stretch]]:
    """Three calibrations that move the level by 30 to 60 mg/dL for 6 h and more; one in two is on record."""
    timeline, faults = record.timeline, []
    events: list[Record] = []
    for k in range(3):
        start = moment(timeline, (k + u[3 * k]) / 3.0)
        size = (30.0 + 30.0 * u[3 * k + 1]) * (1.0 if u[3 * k + 2] < 0.5 else -1.0)
        timeline = with_values(
            timeline, (start, start + 8 * HOUR), lambda old, size=size: (old + size).clip(40.0, 400.0)
        )
        faults += [(start - timedelta(minutes=10), start + timedelta(minutes=10))]
        faults += [(start + 8 * HOUR - timedelta(minutes=10), start + 8 * HOUR + timedelta(minutes=10))]
        if u[20 + k] < 0.5:
            events.append(DeviceEvent(time=start, kind=DeviceEventKind.SENSOR_CALIBRATION))
    return with_records(timeline, events), faults


def naive_jump(timeline: Timeline) -> list[Stretch]:
    """A change of 25 mg/dL within five minutes."""
    frame = timeline.frame(GlucoseReading)
    fast = (frame["glucose_mgdl"].diff().abs() >= 25.0) & (frame["time"].diff() <= timedelta(minutes=6))
    return [(time - timedelta(minutes=5), time) for time in frame["time"].filter(fast.fill_null(value=False))]


def put_start(record: LivedRecord, u: np.ndarray) -> tuple[Timeline, list[Stretch]]:
    """Two sensor starts, each reported again three times within two hours, as apps do."""
    times = [moment(record.timeline, 0.5 * (k + u[k])) for k in range(2)]
    again = [one + 2.0 * HOUR * float(share) for one in times for share in (0.0, *u[10:13])]
    events = [DeviceEvent(time=one, kind=DeviceEventKind.SENSOR_START) for one in again]
    bare = replace(record.timeline, streams={k: v for k, v in record.timeline.streams.items() if k != "device"})
    return with_records(bare, events), [(one, one + timedelta(minutes=1)) for one in times]


def naive_start(timeline: Timeline) -> list[Stretch]:
    """Every event is a start."""
    return [(time, time) for time in timeline.frame(DeviceEvent)["time"]]


SENSORS = (("Dexcom G5", "all"), ("Medtronic Guardian 3", "all"), ("Dexcom G6", "much"), ("Dexcom G7", "much"))
SENSORS += (("FreeStyle Libre 2", "none"), ("Eversense", "none"))
MEDICINES = ("acetaminophen", "Paracetamol 500", "Tylenol", "ibuprofen", "metformin", "aspirin", "Panadol Extra")
OTHERS = ("ibuprofen", "metformin", "aspirin")


def put_acetaminophen(record: LivedRecord, u: np.ndarray) -> tuple[Timeline, list[Stretch]]:
    """Six doses of medicines, some noted in words alone, some twice within six hours, on sensors of six models."""
    sensor, answer = SENSORS[int(len(SENSORS) * u[0])]
    timeline = replace(record.timeline, person=replace(record.timeline.person, cgm_device=sensor))
    doses: list[tuple[datetime, str, float]] = []
    for k in range(6):
        time, name = moment(timeline, (k + u[1 + k]) / 6.0), MEDICINES[int(len(MEDICINES) * u[10 + k])]
        amount = (500.0, 1000.0, 1500.0)[int(3 * u[20 + k])]
        doses += [(time + hours * HOUR, name, amount) for hours in ((0, 4) if u[30 + k] < 0.4 else (0,))]
    records = [MedicationDose(time=time, medication=name, dose_mg=amount) for time, name, amount in doses]
    faults = [
        (time, time + timedelta(minutes=1))
        for time, name, _ in doses
        if name not in OTHERS and (answer == "all" or (answer == "much" and recent_mg(doses, time) > 1000.0))
    ]
    noted = moment(timeline, float(u[40]) / 7.0)
    if answer == "all":
        faults.append((noted, noted + timedelta(minutes=1)))
    return with_records(timeline, [*records, Note(time=noted, text="Headache, took a Tylenol")]), faults


def recent_mg(doses: list[tuple[datetime, str, float]], time: datetime) -> float:
    return sum(mg for at, name, mg in doses if name not in OTHERS and time - 6 * HOUR < at <= time)


def naive_acetaminophen(timeline: Timeline) -> list[Stretch]:
    """Every dose with one of the two names, whatever the sensor."""
    frame = timeline.frame(MedicationDose)
    named = frame.filter(pl.col("medication").str.contains("(?i)acetaminophen|paracetamol"))
    return [(time, time) for time in named["time"]]


def put_missed(record: LivedRecord, u: np.ndarray) -> tuple[Timeline, list[Stretch]]:
    """One in six meals of 25 g and more without its bolus; meals are logged up to 25 min off, lows are logged too."""
    boluses, meals = record.timeline.frame(Bolus), record.timeline.frame(Meal)
    big = meals.with_row_index().filter(pl.col("carbs_g") >= 25.0)
    missed = [row for row in big.iter_rows(named=True) if u[row["index"] % 200] < 1.0 / 6.0]
    gone = pl.Series([row["time"] for row in missed], dtype=boluses["time"].dtype)
    kept = boluses.filter(~pl.col("time").is_in(gone.implode()))
    off = pl.Series([timedelta(minutes=25) * float(one) for one in 2.0 * np.resize(u[200:400], len(meals)) - 1.0])
    moved = meals.with_columns(time=pl.col("time") + off.cast(pl.Duration("us")))
    timeline = with_frame(with_frame(record.timeline, "bolus", kept), "meal", moved)
    timeline = with_records(timeline, [Meal(time=time, carbs_g=round(grams)) for time, grams in record.rescues])
    near = kept.select("time")["time"]
    faults = [
        (row["time"] - timedelta(minutes=25), row["time"] + timedelta(minutes=25))
        for row in missed
        if not ((near >= row["time"] - HOUR) & (near <= row["time"] + 2 * HOUR)).any()
    ]
    return timeline, faults


def naive_missed(timeline: Timeline) -> list[Stretch]:
    """No bolus within 30 min."""
    boluses = timeline.frame(Bolus).select("time", dose="time")
    bare = timeline.frame(Meal).join_asof(boluses, on="time", strategy="nearest", tolerance="30m")
    return [(time, time) for time in bare.filter(pl.col("dose").is_null())["time"]]


def put_heart(record: LivedRecord, u: np.ndarray) -> tuple[Timeline, list[Stretch]]:
    """A watch: steps of walks, logged sessions, short stress; and rides of 25 to 70 min that nobody counted."""
    window = record.timeline.window()
    minutes = int((window.end - window.start).total_seconds() // 60)
    slow = 8.0 * np.sin(np.arange(minutes) / 1440.0 * 2.0 * np.pi) + 4.0 * np.sin(
        np.arange(minutes) / 37.0 + 6.0 * u[0]
    )
    rate = 66.0 + slow + 5.0 * np.sin(np.arange(minutes) * 12.9898)
    steps = np.zeros(minutes)
    faults: list[Stretch] = []
    for day in range(minutes // 1440):
        part = u[20 * day : 20 * day + 20]
        for k, (kind, length) in enumerate(
            (("walk", 20 + 40 * part[0]), ("stress", 6 + 10 * part[1]), ("ride", 25 + 45 * part[2]))
        ):
            first = 1440 * day + int(420 + 240 * k + 180 * part[3 + k])
            last = min(minutes, first + int(length))
            if kind == "ride" and part[8] > 0.4:
                continue
            rate[first:last] = np.maximum(
                rate[first:last], 66.0 + {"walk": 35, "stress": 50, "ride": 55}[kind] + 15.0 * part[9]
            )
            steps[first:last] = {"walk": 90.0, "stress": 0.0, "ride": 4.0}[kind]
            if kind == "ride":
                faults.append((window.start + timedelta(minutes=first), window.start + timedelta(minutes=last)))
    sessions = record.timeline.frame(Activity)
    for time, length in sessions.select("time", "duration_min").iter_rows():
        first = max(0, int((time - window.start).total_seconds() // 60))
        rate[first : first + int(length)] += 50.0
    heart = [
        HeartRate(time=window.start + timedelta(minutes=k), heart_rate_bpm=float(min(220.0, rate[k])))
        for k in range(0, minutes, 2)
    ]
    walked = [
        Activity(time=window.start + timedelta(minutes=k), duration_min=1.0, steps=float(steps[k]))
        for k in [*np.flatnonzero(steps).tolist(), *range(600, minutes, 1440)]
    ]
    return with_records(record.timeline, [*heart, *walked]), faults


def naive_heart(timeline: Timeline) -> list[Stretch]:
    """Above 100 per min for 10 min without steps of 20 per min."""
    steps = timeline.frame(Activity).filter(pl.col("steps") >= 20.0)["time"].dt.truncate("5m")
    fast = timeline.frame(HeartRate).filter(pl.col("heart_rate_bpm") > 100.0)["time"]
    bare = fast.filter(~fast.dt.truncate("5m").is_in(steps.implode()))
    return [(start, end) for start, end in merged([(time, time) for time in bare]) if end - start >= HOUR / 6]


def put_basal(record: LivedRecord, u: np.ndarray) -> tuple[Timeline, list[Stretch]]:
    """Twice, no basal rate for 3 to 60 h."""
    timeline, faults = record.timeline, []
    for k in range(2):
        start = moment(timeline, 0.5 * (k + 0.6 * u[2 * k]))
        stretch = (start, start + (3.0 + 57.0 * u[2 * k + 1] ** 2) * HOUR)
        frame = timeline.frame(BasalSegment)
        length = pl.duration(microseconds=(pl.col("duration_min") * 60e6).cast(pl.Int64))
        before = frame.filter(pl.col("time") < stretch[0]).with_columns(
            duration_min=pl.min_horizontal(
                pl.col("duration_min"), (stretch[0] - pl.col("time")).dt.total_seconds() / 60.0
            )
        )
        after = frame.filter(pl.col("time") + length > stretch[1]).with_columns(
            duration_min=pl.min_horizontal(
                pl.col("duration_min"), (pl.col("time") + length - stretch[1]).dt.total_seconds() / 60.0
            ),
            time=pl.max_horizontal(pl.col("time"), pl.lit(stretch[1]).cast(pl.Datetime("us", "UTC"))),
        )
        timeline = with_frame(timeline, "basal", pl.concat([before, after]))
        faults.append(stretch)
    return timeline, faults


def naive_basal(timeline: Timeline) -> list[Stretch]:
    """No segment begins for six hours."""
    times = timeline.frame(BasalSegment)["time"].to_list()
    return [(a, b) for a, b in itertools.pairwise(times) if b - a > 6 * HOUR]


def put_unit(record: LivedRecord, u: np.ndarray) -> tuple[Timeline, list[Stretch]]:
    """Twice, mmol/L read as mg/dL or multiplied twice, for half a day to three days from any hour on."""
    timeline, faults = record.timeline, []
    for k in range(2):
        start = moment(timeline, 0.5 * (k + 0.5 * u[3 * k]))
        stretch = (start, start + (0.5 + 2.5 * u[3 * k + 1]) * DAY)
        times = 1.0 / MGDL_PER_MMOLL if u[3 * k + 2] < 0.6 else MGDL_PER_MMOLL
        timeline = with_values(timeline, stretch, lambda old, times=times: old * times)
        faults.append(stretch)
    return timeline, faults


def naive_unit(timeline: Timeline) -> list[Stretch]:
    """Any value below 54 or above 350."""
    frame = timeline.frame(GlucoseReading)
    odd = frame.filter((pl.col("glucose_mgdl") < 54.0) | (pl.col("glucose_mgdl") > 350.0))["time"]
    return merged([(time, time) for time in odd])


FAULTS = (
    Fault(kind="stuck-sensor", name="stuck sensor", put=put_stuck, naive=naive_stuck),
    Fault(kind="sensor-jump", name="sensor jump", put=put_jump, naive=naive_jump),
    Fault(kind="sensor-warm-up", name="sensor start", put=put_start, naive=naive_start),
    Fault(kind="acetaminophen", name="acetaminophen", put=put_acetaminophen, naive=naive_acetaminophen),
    Fault(kind="missed-bolus", name="missed bolus", put=put_missed, naive=naive_missed),
    Fault(kind="heart-rate-without-steps", name="ride without steps", put=put_heart, naive=naive_heart),
    Fault(kind="basal-unknown", name="basal unknown", put=put_basal, naive=naive_basal),
    Fault(kind="unit-mix-up", name="unit mix-up", put=put_unit, naive=naive_unit),
)
