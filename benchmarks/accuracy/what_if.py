"""What-ifs where the truth is known: virtual people of a structurally different body, their twins asked about changes.

Adults of ``padova-t1d-2008`` live ten days open loop with miscounted meals, unlogged snacks and a noisy sensor. A twin
is fitted to eight of them and asked what another bolus, meal or timing would have done; the answer is compared with the
simulated truth on the *change* over the next six hours, beside "nothing changes".

    uv run python benchmarks/accuracy/what_if.py [--people 5] [--json]
"""

import argparse
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import jax
import numpy as np

from glucotwin.advise.change import AddBolus, Change, ScaleBolus, ScaleMeal, ShiftBolus, apply_changes
from glucotwin.advise.replay import replay_what_if
from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.insulin import BasalSegment, Bolus
from glucotwin.domain.meal import Meal
from glucotwin.domain.person import DiabetesType, Person, TherapyKind
from glucotwin.domain.rasterise import inputs_from_timeline
from glucotwin.domain.record import Record
from glucotwin.domain.therapy import DailySchedule, TherapySettings
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.physiology.registry import find_subject, make_body
from glucotwin.simulate.trajectory import simulate
from glucotwin.twin.fit import fit_twin

START = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 10
FITTED_DAYS = 8
MEALS = ((7.5, 45.0), (12.5, 70.0), (18.5, 75.0))
SENSOR_SD_MGDL = 5.0
COUNTING_SD = 0.2
FOLLOWED = timedelta(hours=6)

MOVED_MGDL = 3.0
"""Where the truth moved less than this, coverage is not counted: any band around zero would hold it."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    rows = [row for number in range(1, arguments.people + 1) for row in ask(f"adult#{number:03d}")]
    summary = summarise(rows)
    print(json.dumps(summary, indent=1) if arguments.json else table(summary))


def ask(subject_name: str) -> list[dict[str, Any]]:
    """Lives, fits and asks about one virtual person."""
    eaten, logged = live(subject_name)
    window = Window(start=START + timedelta(days=1), end=START + timedelta(days=1 + FITTED_DAYS))
    twin = fit_twin(logged, window=window)
    rows = []
    for day in (4, 6, 8):
        dinner = START + timedelta(days=day, hours=MEALS[2][0])
        hours = Window(start=dinner - timedelta(hours=1), end=dinner + FOLLOWED)
        for change in changes_at(dinner):
            answer = replay_what_if(twin, logged, window=hours, changes=(change,))
            truth = true_change(subject_name, eaten, change, hours)
            band = answer.difference.bands[1]
            rows.append(
                {
                    "subject": subject_name,
                    "change": type(change).__name__ + ("" if not hasattr(change, "factor") else f" x{change.factor}"),
                    "curves": (truth, answer.difference.median_mgdl, band.low_mgdl, band.high_mgdl),
                }
            )
    print(f"{subject_name}: asked {len(rows)} what-ifs", file=sys.stderr, flush=True)
    return rows


def changes_at(dinner: datetime) -> tuple[Change, ...]:
    return (
        ScaleBolus(at=dinner, factor=1.3),
        ScaleBolus(at=dinner, factor=0.7),
        ScaleMeal(at=dinner, factor=0.7),
        ShiftBolus(at=dinner, minutes=-20.0),
        ShiftBolus(at=dinner, minutes=30.0),
        AddBolus(at=dinner + timedelta(hours=2), insulin_u=1.0),
    )


def live(subject_name: str) -> tuple[Timeline, Timeline]:
    """What really happened and what was logged: meals are miscounted, the afternoon snack is never logged."""
    subject = find_subject("padova-t1d-2008", subject_name)
    key = stream_key(root_key(0), subject=subject_name, stream="what-if-benchmark")
    error = np.asarray(jax.random.normal(key, (DAYS, len(MEALS) + 1)))
    eaten: list[Record] = []
    logged: list[Record] = []
    for day in range(DAYS):
        for meal, (hour, carbs) in enumerate(MEALS):
            time = START + timedelta(days=day, hours=hour)
            counted = carbs * float(np.exp(COUNTING_SD * error[day, meal]))
            bolus = Bolus(time=time, insulin_u=counted / subject.carb_ratio_g_per_u)
            eaten += [Meal(time=time, carbs_g=carbs), bolus]
            logged += [Meal(time=time, carbs_g=counted), bolus]
        if error[day, -1] > 0.5:
            eaten.append(Meal(time=START + timedelta(days=day, hours=16), carbs_g=15.0))
    basal = BasalSegment(time=START, duration_min=DAYS * 1440.0, rate_u_per_h=subject.basal_u_per_min * 60.0)
    person = Person(person_id=subject_name, adult=True, diabetes_type=DiabetesType.TYPE_1, therapy=TherapyKind.PUMP)
    # What a clinic would have set for this body, found by giving it one unit at rest.
    settings = TherapySettings(
        valid_from=START,
        carb_ratio_g_per_u=DailySchedule.constant(subject.carb_ratio_g_per_u),
        correction_factor_mgdl_per_u=DailySchedule.constant(1700.0 / subject.total_daily_insulin_u),
    )
    truth = Timeline.from_records(person, [*eaten, basal])
    readings = sense(subject_name, truth, key)
    return truth, Timeline.from_records(person, [*logged, basal, *readings], settings=[settings])


def glucose_of(subject_name: str, timeline: Timeline) -> np.ndarray:
    window = Window(start=START, end=START + timedelta(days=DAYS))
    inputs = inputs_from_timeline(timeline, window).inputs
    body = make_body("padova-t1d-2008", subject=subject_name)
    return np.asarray(simulate(body, inputs, stride=5).outputs["interstitial_mgdl"])


def sense(subject_name: str, truth: Timeline, key: jax.Array) -> list[Record]:
    glucose = glucose_of(subject_name, truth)[:-1]
    noise = SENSOR_SD_MGDL * np.asarray(jax.random.normal(jax.random.fold_in(key, 1), glucose.shape))
    times = [START + timedelta(minutes=5 * step) for step in range(glucose.size)]
    values = np.clip(glucose + noise, 40.0, 400.0)
    return [GlucoseReading(time=time, glucose_mgdl=float(value)) for time, value in zip(times, values, strict=True)]


def true_change(subject_name: str, eaten: Timeline, change: Change, hours: Window) -> np.ndarray:
    difference = glucose_of(subject_name, apply_changes(eaten, (change,))) - glucose_of(subject_name, eaten)
    first = int((hours.start - START) / timedelta(minutes=5))
    return difference[first : first + int(hours.duration_min / 5)]


def summarise(rows: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    names = {str(row["change"]) for row in rows}
    groups = {"all": rows} | {name: [row for row in rows if row["change"] == name] for name in names}
    return {name: _scores(group) for name, group in sorted(groups.items())}


def _scores(rows: list[dict[str, Any]]) -> dict[str, float]:
    truth, answer, low, high = (np.concatenate([row["curves"][part] for row in rows]) for part in range(4))
    within = (low <= truth) & (truth <= high)
    moved = np.abs(truth) > MOVED_MGDL
    return {
        "what_ifs": len(rows),
        "rmse_of_change_mgdl": round(float(np.sqrt(np.mean((answer - truth) ** 2))), 2),
        "rmse_of_no_change_mgdl": round(float(np.sqrt(np.mean(truth**2))), 2),
        "slope": round(float(answer @ truth / (truth @ truth)), 3),
        "coverage_90": round(float(np.mean(within[moved])), 3),
    }


def table(summary: dict[str, dict[str, float]]) -> str:
    head = f"{'change':20s} what-ifs  RMSE of change  RMSE of 'no change'  slope  cover 90 %"
    body = [
        f"{name:20s} {row['what_ifs']:8.0f}  {row['rmse_of_change_mgdl']:14.2f}  {row['rmse_of_no_change_mgdl']:19.2f}"
        f"  {row['slope']:5.2f}  {100 * row['coverage_90']:9.1f}%"
        for name, row in summary.items()
    ]
    return "\n".join([head, *body])


if __name__ == "__main__":
    main()
