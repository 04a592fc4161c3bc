"""The twin of type 2 diabetes on real people (ShanghaiT2DM): held-out forecasts, and responses to drug changes.

    uv run python validation/t2d/shanghai.py FOLDER [--people N] [--part forecasts|changes|both] [--out shanghai.json]

A run that was cut off goes on where ``--out`` ends. FOLDER holds the workbooks of ShanghaiT2DM (Zhao et al., Sci Data
2023;10:35, CC BY 4.0); nothing of it is in the repository.

**Forecasts.** Each stay's twin (``minimal-t2d``, most probable point) is fitted to the days before its last three; the
last three are forecast 30, 60 and 120 min ahead from a reading every half hour. Nothing after an origin is known.
Beside it, on the same origins, learned from the same fitted days: the last reading, the slope of the last half hour, a
ridge regression of the last two hours and the time of day (one per person and horizon), and the person's mean of the
hour of day.

**Drug changes.** Days on which modelled medicines are begun, stopped or dosed otherwise, all other medicines and the
day's insulin staying within a quarter for two days on either side. The twin is fitted to the days before; its mean
glucose under the medicines of the two days after less that of the two before is held against what the sensor says, and
so is "no change". Days of the same people without any change tell how far mean glucose moves by itself.
"""

import argparse
import hashlib
import json
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
from pydantic import TypeAdapter

from glucotwin.core.error import GlucoTwinError
from glucotwin.core.progress import silent
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.glucose import GlucoseKind, GlucoseReading
from glucotwin.domain.observation import MedicationDose
from glucotwin.domain.rasterise import inputs_from_timeline
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.diary.worded_meal import with_worded_meals
from glucotwin.ingest.reader import import_path
from glucotwin.physiology.minimal_t2d import FASTING, MEAL, REFERENCES, RESPONSE
from glucotwin.twin.calibration import calibrate_bands
from glucotwin.twin.evidence import evidence_of, mean_glucose_mgdl
from glucotwin.twin.filter import VALUE
from glucotwin.twin.fit import Prepared, fit_problem
from glucotwin.twin.grid import GriddedData, grid_data
from glucotwin.twin.medicine_level import known_medicine, medicine_levels
from glucotwin.twin.mode import fit_map
from glucotwin.twin.predictive import predict_from, usual_future
from glucotwin.twin.twin import Posterior

DEVELOPMENT = ("2046_0_20201216", "2088_0_20201123")
"""Stays that were looked at while the body was built; they are in no table."""
HELD_DAYS, FEWEST_FITTED_DAYS, MOST_FITTED_DAYS = 3, 3.0, 10.0
HORIZONS_MIN = (30, 60, 120)
STEP_MIN = 5
EVERY_STEPS = 6
HISTORY_STEPS = 288
LAGS = 8
DRAWS = 8
NINETY, FIFTY = 1.6449, 0.6745
SIDE_DAYS = 2
STEADY = 0.25
RESAMPLES = 2000
FEWEST_CHANGES, CLEAR_MGDL = 3, 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One stay."""

    name: str
    timeline: Timeline
    window: Window

    @property
    def group(self) -> str:
        """By what was given: a pump, injections, or medicines alone."""
        return str(self.timeline.person.therapy)


def people(folder: Path, most: int) -> Iterator[Person]:
    """Stays long enough, in an order that does not depend on the file names."""
    files = sorted(folder.rglob("*.xls*"), key=lambda one: hashlib.sha256(one.stem.encode()).hexdigest())
    kept = 0
    for file in files:
        if file.stem in DEVELOPMENT or kept >= most:
            continue
        timeline = with_worded_meals(import_path(file).timeline)
        glucose = timeline.frame(GlucoseReading).filter(pl.col("kind") == str(GlucoseKind.CGM))
        window = Window(start=glucose["time"][0], end=glucose["time"][-1])
        if window.days >= HELD_DAYS + FEWEST_FITTED_DAYS:
            kept += 1
            yield Person(name=file.stem, timeline=timeline, window=window)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Errors at one horizon: by way RMSE and mean absolute error in mg/dL, and how often the twin's bands held."""

    pairs: int
    rmse: dict[str, float]
    mae: dict[str, float]
    covered_50: float
    covered_90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecasts:
    """One stay's held-out forecasts; ``ahead`` by horizon in minutes."""

    person: str
    group: str
    settled: bool
    processor_s: float
    ahead: dict[int, Errors]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A day with a change of medicines, or with none: observed and predicted change of mean glucose in mg/dL."""

    person: str
    day: int
    medicine: str
    observed_mgdl: float
    predicted_mgdl: float | None


def forecasts_of(person: Person) -> Forecasts:
    """Errors of every way on one stay's held-out days."""
    cut = person.window.end - timedelta(days=HELD_DAYS)
    start = max(person.window.start, cut - timedelta(days=MOST_FITTED_DAYS))
    started = time.process_time()
    prepared = fit_problem(person.timeline, Window(start=start, end=cut))
    fitted = fit_map(prepared.problem, silent)
    seconds = time.process_time() - started
    data = _held_out(person, prepared, cut)
    origins, truth = _origins(data)
    mean, sd = _twin(person, prepared, fitted.posterior, data, origins)
    ways = {"twin": mean} | _baselines(prepared.data, data, origins)
    return Forecasts(
        person=person.name,
        group=person.group,
        settled=fitted.mode.settled,
        processor_s=round(seconds, 1),
        ahead={
            horizon: _errors({name: values[:, index] for name, values in ways.items()}, sd[:, index], truth[:, index])
            for index, horizon in enumerate(HORIZONS_MIN)
        },
    )


def _errors(ways: dict[str, np.ndarray], sd: np.ndarray, truth: np.ndarray) -> Errors:
    known = np.isfinite(truth) & np.all([np.isfinite(values) for values in ways.values()], axis=0)
    error = {name: values[known] - truth[known] for name, values in ways.items()}
    score = np.abs(error["twin"]) / sd[known]
    return Errors(
        pairs=int(known.sum()),
        rmse={name: _rms(values) for name, values in error.items()},
        mae={name: float(np.mean(np.abs(values))) for name, values in error.items()},
        covered_50=float(np.mean(score < FIFTY)),
        covered_90=float(np.mean(score < NINETY)),
    )


def _held_out(person: Person, prepared: Prepared, cut: datetime) -> GriddedData:
    start = cut - timedelta(minutes=HISTORY_STEPS * STEP_MIN)
    end = start + timedelta(minutes=(HISTORY_STEPS + HELD_DAYS * 288) * STEP_MIN)
    basal = float(prepared.problem.model.basal_u_per_min)
    return grid_data(person.timeline, Window(start=start, end=end), usual_basal_u_per_min=basal)


def _origins(data: GriddedData) -> tuple[np.ndarray, np.ndarray]:
    """Steps to forecast from, always as many, and the readings at the horizons, nan where there is none."""
    glucose = _glucose(data)
    steps = np.arange(HISTORY_STEPS, data.steps - HORIZONS_MIN[-1] // STEP_MIN, EVERY_STEPS)
    # Readings come every quarter of an hour: the newest one of the last ten minutes is the origin.
    placed = np.array([max((s - k for k in range(3) if np.isfinite(glucose[s - k])), default=s) for s in steps])
    truth = np.stack([_near(glucose, placed + horizon // STEP_MIN) for horizon in HORIZONS_MIN], axis=1)
    truth[~np.isfinite(glucose[placed])] = np.nan
    return placed, truth


def _near(glucose: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """The reading at a step, or one step beside it: sensors drift against the grid."""
    return np.where(np.isfinite(glucose[steps]), glucose[steps], glucose[steps - 1])


def _glucose(data: GriddedData) -> np.ndarray:
    return np.where(np.asarray(data.readings.kind) == VALUE, np.asarray(data.readings.glucose_mgdl), np.nan)


def _twin(
    person: Person, prepared: Prepared, posterior: Posterior, data: GriddedData, origins: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Means and calibrated SDs, ``(origin, horizon)``."""
    model, zone = prepared.problem.model, person.timeline.person.zone
    key = stream_key(root_key(0), subject=person.name, stream="validation")
    noise = np.asarray(jax.random.normal(key, (DRAWS, posterior.mean.size)))
    points = jnp.asarray(posterior.mean + noise @ np.linalg.cholesky(posterior.covariance).T)
    factors = calibrate_bands(model, points, prepared.data, zone=zone)
    future = usual_future(data, extra_steps=0, zone=zone, basal_u_per_min=float(model.basal_u_per_min))
    ahead = HORIZONS_MIN[-1] // STEP_MIN
    found = predict_from(model, points, data.inputs, data.readings, future, origins, ahead)
    steps = np.array(HORIZONS_MIN) // STEP_MIN - 1
    means = np.asarray(found.mean_mgdl)[:, :, steps]
    variance = (np.asarray(found.variance)[:, :, steps] + means**2).mean(axis=0) - means.mean(axis=0) ** 2
    return means.mean(axis=0), np.sqrt(variance) * np.array([factors[horizon] for horizon in HORIZONS_MIN])


def _baselines(fitted: GriddedData, data: GriddedData, origins: np.ndarray) -> dict[str, np.ndarray]:
    """Last reading, trend, ridge and mean of the hour, ``(origin, horizon)``."""
    glucose = _filled(_glucose(data))
    last = glucose[origins]
    slope = (last - glucose[origins - 6]) / 6.0
    steps = np.array(HORIZONS_MIN) // STEP_MIN
    trend = np.clip(last[:, None] + slope[:, None] * steps, 20.0, 600.0)
    known = _filled(_glucose(fitted))
    clock = np.asarray(fitted.inputs.minute_of_day)
    hours = np.array([np.nanmean(np.where((clock // 60).astype(int) == hour, known, np.nan)) for hour in range(24)])
    ahead_clock = np.asarray(data.inputs.minute_of_day)
    usual = np.stack([hours[(ahead_clock[origins + step] // 60).astype(int)] for step in steps], axis=1)
    learned = [_ridge(known, clock, glucose, ahead_clock, origins, int(step)) for step in steps]
    return {
        "last reading": np.repeat(last[:, None], len(steps), axis=1),
        "trend": trend,
        "ridge": np.stack(learned, axis=1),
        "mean of the hour": usual,
    }


def _filled(glucose: np.ndarray) -> np.ndarray:
    """The newest reading of the last half hour."""
    index = np.arange(glucose.size)
    newest = np.maximum.accumulate(np.where(np.isfinite(glucose), index, -1))
    fresh = (newest >= 0) & (index - newest <= 6)
    return np.where(fresh, glucose[np.maximum(newest, 0)], np.nan)


def _features(glucose: np.ndarray, clock: np.ndarray, steps: np.ndarray) -> np.ndarray:
    lags = [glucose[steps - 3 * lag] for lag in range(LAGS)]
    angle = 2.0 * np.pi * clock[steps] / 1440.0
    return np.stack([*lags, np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)], axis=1)


def _ridge(
    known: np.ndarray, clock: np.ndarray, glucose: np.ndarray, clock_now: np.ndarray, origins: np.ndarray, step: int
) -> np.ndarray:
    """Ridge regression of the change until the horizon; its penalty is chosen on the last fifth of the fitted days."""
    at = np.arange(3 * LAGS, known.size - step, 3)
    rows, target = _features(known, clock, at), known[at + step] - known[at]
    good = np.isfinite(rows).all(axis=1) & np.isfinite(target)
    rows, target = rows[good], target[good]
    split = int(0.8 * len(rows))
    tried = {
        penalty: np.mean((_solved(rows[:split], target[:split], penalty, rows[split:]) - target[split:]) ** 2)
        for penalty in (1.0, 10.0, 100.0, 1000.0)
    }
    best = min(tried, key=lambda one: tried[one])
    return glucose[origins] + _solved(rows, target, best, _features(glucose, clock_now, origins))


def _solved(rows: np.ndarray, target: np.ndarray, penalty: float, asked: np.ndarray) -> np.ndarray:
    centre, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = (rows - centre) / scale
    weights = np.linalg.solve(scaled.T @ scaled + penalty * np.eye(rows.shape[1]), scaled.T @ (target - target.mean()))
    return target.mean() + (asked - centre) / scale @ weights


def _rms(error: np.ndarray) -> float:
    return float(np.sqrt(np.mean(error**2)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What was taken on one local day."""

    medicines: dict[str, float]
    insulin_u: float
    mean_mgdl: float


def first_midnight(person: Person) -> datetime:
    """The first local midnight of the stay: whole days are counted from there."""
    local = person.window.start.astimezone(person.timeline.person.zone_info)
    return (local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)).astimezone(UTC)


def days_of(person: Person) -> list[Day]:
    """The whole local days of a stay."""
    first = first_midnight(person)
    count = max(0, int((person.window.end - first) / timedelta(days=1)))
    medicines: list[dict[str, float]] = [{} for _ in range(count)]
    insulin = np.zeros(count)
    glucose: list[list[float]] = [[] for _ in range(count)]

    def day_of(moment: datetime) -> int | None:
        day = math.floor((moment - first) / timedelta(days=1))
        return day if 0 <= day < count else None

    for one in person.timeline.records(MedicationDose):
        day, name = day_of(one.time), known_medicine(one.medication) or one.medication
        if day is not None:
            medicines[day][name] = medicines[day].get(name, 0.0) + one.dose_mg
    if count:
        window = Window(start=first, end=first + timedelta(days=count))
        given = np.asarray(inputs_from_timeline(person.timeline, window).inputs.total_insulin_u_per_min())
        insulin = given.reshape(count, -1).sum(axis=1)
    sensor = person.timeline.frame(GlucoseReading).filter(pl.col("kind") == str(GlucoseKind.CGM))
    for moment, value in sensor.select("time", "glucose_mgdl").iter_rows():
        if (day := day_of(moment)) is not None:
            glucose[day].append(value)
    return [
        Day(medicines=medicines[day], insulin_u=float(insulin[day]), mean_mgdl=float(np.mean(glucose[day] or [np.nan])))
        for day in range(count)
    ]


def changes_of(person: Person) -> Iterator[Change]:
    """Changes of medicines with observed and predicted change of mean glucose; days without any beside."""
    days = days_of(person)
    for day in range(int(FEWEST_FITTED_DAYS), len(days) - SIDE_DAYS):
        before, after = days[day - SIDE_DAYS : day], days[day + 1 : day + 1 + SIDE_DAYS]
        changed = _changed(before, after)
        if changed is None or not np.isfinite([one.mean_mgdl for one in (*before, *after)]).all():
            continue
        observed = float(np.mean([one.mean_mgdl for one in after]) - np.mean([one.mean_mgdl for one in before]))
        predicted = _predicted(person, day) if changed else None
        yield Change(person=person.name, day=day, medicine=changed, observed_mgdl=observed, predicted_mgdl=predicted)


def _changed(before: Sequence[Day], after: Sequence[Day]) -> str | None:
    """The medicines that changed; empty where none did; None where insulin or one that is not modelled did too."""
    doses = [before[0].insulin_u, before[1].insulin_u, after[0].insulin_u, after[1].insulin_u]
    if max(doses) - min(doses) > STEADY * max(*doses, 4.0):
        return None
    found: list[str] = []
    for name in {name for day in (*before, *after) for name in day.medicines}:
        own = [day.medicines.get(name, 0.0) for day in (*before, *after)]
        largest = max(own)
        if max(own) - min(own) <= STEADY * largest:
            continue
        steady = abs(own[0] - own[1]) <= STEADY * largest and abs(own[2] - own[3]) <= STEADY * largest
        if not steady or known_medicine(name) is None:
            return None
        found.append(f"{name} {np.mean(own[:2]):.0f} to {np.mean(own[2:]):.0f} mg")
    return ", ".join(found)


def _predicted(person: Person, day: int) -> float:
    """Change of the fitted body's mean glucose by the medicines of the days after against those before."""
    start = first_midnight(person)
    cut = start + timedelta(days=day)
    window = Window(start=max(person.window.start, cut - timedelta(days=MOST_FITTED_DAYS)), end=cut)
    prepared = fit_problem(person.timeline, window)
    point = fit_map(prepared.problem, silent).mode.point
    own = {
        name: float(value) for name, value in prepared.problem.model.build(jnp.asarray(point))[0].parameters().items()
    }
    evidence = evidence_of(person.timeline, window)
    minutes = np.arange(0, (day + 1 + SIDE_DAYS) * 1440, 60)
    levels = medicine_levels(person.timeline, start, minutes)
    at = minutes / 1440.0
    means = []
    for first in (day - SIDE_DAYS, day + 1):
        inside = (at >= first) & (at < first + SIDE_DAYS)
        moved = {
            name: float(np.exp(levels[name][inside].mean() - own[REFERENCES[name]]))
            for name in (FASTING, RESPONSE, MEAL)
        }
        now = own | {
            "glucose.basal_mgdl": own["glucose.basal_mgdl"] * moved[FASTING],
            "glucose.own_response": own["glucose.own_response"] * moved[RESPONSE],
            "gut.bioavailability": own["gut.bioavailability"] * moved[MEAL],
        }
        means.append(float(mean_glucose_mgdl({name: jnp.asarray(value) for name, value in now.items()}, evidence)))
    return means[1] - means[0]


def interval(values: np.ndarray) -> tuple[float, float]:
    """95 % interval of a mean, by resampling."""
    key = stream_key(root_key(1), subject="people", stream="validation")
    draws = np.asarray(jax.random.randint(key, (RESAMPLES, values.size), 0, values.size))
    low, high = np.quantile(values[draws].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def forecast_table(rows: Sequence[Forecasts]) -> str:
    """Mean RMSE over people, what it is above the twin's with a 95 % interval, and coverage, as Markdown."""
    names = list(rows[0].ahead[HORIZONS_MIN[0]].rmse)
    lines = ["| ahead | people | " + " | ".join(names) + " | within 90 % | within 50 % |"]
    lines.append("|---" * (len(names) + 4) + "|")
    for horizon in HORIZONS_MIN:
        at = [row.ahead[horizon] for row in rows]
        own = np.array([one.rmse["twin"] for one in at])
        cells: list[str] = []
        for name in names:
            values = np.array([one.rmse[name] for one in at])
            low, high = interval(values - own)
            cells.append(f"{values.mean():.1f}" + ("" if name == "twin" else f" ({low:+.1f} to {high:+.1f})"))
        covered = [np.mean([one.covered_90 for one in at]), np.mean([one.covered_50 for one in at])]
        lines.append(f"| {horizon} min | {len(rows)} | {' | '.join(cells)} | {covered[0]:.0%} | {covered[1]:.0%} |")
    return "\n".join(lines)


def change_summary(changes: Sequence[Change]) -> dict[str, object]:
    """Error of the predicted change beside that of "no change", and how the two go together."""
    asked = [one for one in changes if one.predicted_mgdl is not None]
    quiet = np.array([one.observed_mgdl for one in changes if one.predicted_mgdl is None])
    told: dict[str, object] = {"changes": len(asked), "quiet_days": int(quiet.size)}
    if len(asked) < FEWEST_CHANGES:
        return told
    observed = np.array([one.observed_mgdl for one in asked])
    predicted = np.array([one.predicted_mgdl for one in asked], dtype=np.float64)
    clear = np.abs(predicted) > CLEAR_MGDL
    return told | {
        "people": len({one.person for one in asked}),
        "observed_mean": float(observed.mean()),
        "predicted_mean": float(predicted.mean()),
        "rmse_twin": _rms(predicted - observed),
        "rmse_no_change": _rms(observed),
        "correlation": float(np.corrcoef(observed, predicted)[0, 1]),
        "same_sign": int(np.sum(np.sign(observed[clear]) == np.sign(predicted[clear]))),
        "of_clear_predictions": int(clear.sum()),
        "nearer_than_no_change_mgdl": interval(np.abs(observed) - np.abs(predicted - observed)),
        "quiet_mean": float(quiet.mean()) if quiet.size else None,
        "quiet_sd": float(quiet.std()) if quiet.size else None,
    }


def found_before(out: Path | None) -> tuple[list[Forecasts], list[Change], dict[str, str], list[str]]:
    """What an earlier run of the same command wrote, so that one that was cut off goes on."""
    if out is None or not out.exists():
        return [], [], {}, []
    found = json.loads(out.read_text())
    rows = TypeAdapter(list[Forecasts]).validate_python(found["forecasts"])
    return rows, TypeAdapter(list[Change]).validate_python(found["changes"]), found["failed"], found["done"]


def main() -> None:
    """Runs what is asked, tells it as Markdown, and writes it as JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--part", choices=("forecasts", "changes", "both"), default="both")
    parser.add_argument("--out", type=Path, help="written after every stay; stays that are in it already are not run")
    asked = parser.parse_args()
    rows, changes, failed, done = found_before(asked.out)
    for person in people(asked.folder, asked.people):
        if person.name in done:
            continue
        try:
            if asked.part in {"forecasts", "both"}:
                rows.append(forecasts_of(person))
            if asked.part in {"changes", "both"}:
                changes += changes_of(person)
        except GlucoTwinError as error:
            failed[person.name] = error.message
        done.append(person.name)
        print(person.name, len(rows), len(changes), file=sys.stderr, flush=True)
        if asked.out is not None:
            found = {"forecasts": [asdict(one) for one in rows], "changes": [asdict(one) for one in changes]}
            asked.out.write_text(json.dumps(found | {"failed": failed, "done": done}, indent=1))
    if rows:
        print(forecast_table(rows))
        for group in sorted({row.group for row in rows}):
            print(f"\n{group}\n\n{forecast_table([row for row in rows if row.group == group])}")
    if changes:
        print(json.dumps(change_summary(changes), indent=1))
    print(f"left out: {failed}")


if __name__ == "__main__":
    main()
