"""How many unannounced meals are told while something can be done, how late, and with how many false alarms.

    uv run python benchmarks/accuracy/meal_alarm.py [--tuning] [--json]

The alarms know only what was known at their time (``glucotwin.ingest.detect.meal_alarm``). Even-numbered people of the
seeds 6 to 9 (``lived_record.py``), whom no fit has seen; ``--tuning`` takes odd-numbered ones of seeds 21 and 22,
on whom the threshold was chosen. An alarm is right up to 90 min after an unlogged meal of 30 g or more; lenient
precision leaves out second alarms and those after smaller unlogged food. The naive rule is a rise over 15 min without
logged carbohydrate in the last two hours, in mg/dL per min. AZT1D can't judge alarms: its unlogged meals are not known.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
from detect import MEAL_G, NEUTRAL_G, REPORT_SEEDS, line
from lived_record import LivedRecord, lived_records

from glucotwin.domain.meal import Meal
from glucotwin.ingest.detect.meal_alarm import QUIET_STEPS, THRESHOLD, alarm_probability, alarmed
from glucotwin.ingest.detect.sensor_grid import SensorGrid, change, lagged, sensor_grid

TUNING_SEEDS = (21, 22)
RIGHT_FOR, SAME_MEAL_FOR, SOON = timedelta(minutes=90), timedelta(minutes=150), 40.0
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
NAIVE_THRESHOLDS = (1.0, 1.5, 2.0, 2.5, 3.0)

Score = Callable[[LivedRecord, SensorGrid], np.ndarray]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tuning", action="store_true")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    seeds, odd = (TUNING_SEEDS, True) if arguments.tuning else (REPORT_SEEDS, False)
    rows = []
    for profile, some in (("typical", seeds), ("careless", seeds[:1])):
        records = [record for seed in some for record, _ in lived_records(seed, odd=odd, profile=profile)]
        rows.append(table(f"{profile} lives: alarms (in use {THRESHOLD})", records, learnt, THRESHOLDS))
        rows.append(table(f"{profile} lives: naive rule", records, naive, NAIVE_THRESHOLDS))
    print(json.dumps(rows, indent=1) if arguments.json else "\n".join(line(row) for row in rows))


def learnt(record: LivedRecord, grid: SensorGrid) -> np.ndarray:
    return alarm_probability(record.timeline, grid)


def naive(record: LivedRecord, grid: SensorGrid) -> np.ndarray:
    meals = record.timeline.frame(Meal)
    logged = np.cumsum(grid.summed(meals["time"], meals["carbs_g"].to_numpy()))
    rate = (grid.glucose_mgdl - lagged(grid.glucose_mgdl, 3)) / 15.0
    return np.where(alarmed(grid) & (change(logged, -24, 0) <= 0.0), rate, 0.0)


def table(name: str, records: Sequence[LivedRecord], score: Score, thresholds: Sequence[float]) -> dict[str, Any]:
    grids = [sensor_grid(record.timeline) for record in records]
    scores = [score(record, grid) for record, grid in zip(records, grids, strict=True)]
    meals = sum(grams >= MEAL_G for record in records for _, grams in record.unlogged)
    weeks = sum(grid.steps for grid in grids) / 2016.0
    row: dict[str, Any] = {"name": name, "truths": meals}
    for threshold in thresholds:
        right = second = wrong = 0
        late: list[float] = []
        for record, grid, values in zip(records, grids, scores, strict=True):
            free = {time for time, grams in record.unlogged if grams >= MEAL_G}
            eaten = sorted(free)
            for step in raised(values, threshold):
                time = grid.time(step)
                own = next((meal for meal in eaten if meal in free and timedelta(0) <= time - meal <= RIGHT_FOR), None)
                if own is not None:
                    free.discard(own)
                    right += 1
                    late.append((time - own) / timedelta(minutes=1))
                    continue
                food = (*record.unlogged, *record.rescues)
                near = sum(grams for at, grams in food if timedelta(0) <= time - at <= SAME_MEAL_FOR)
                second, wrong = second + (near >= NEUTRAL_G), wrong + (near < NEUTRAL_G)
        row[f"at {threshold}"] = {
            "recall": round(right / meals, 3),
            "within 40 min": round(sum(one < SOON for one in late) / meals, 3),
            "precision": round(right / max(1, right + second + wrong), 3),
            "lenient": round(right / max(1, right + wrong), 3),
            "late_min": [round(float(one)) for one in np.percentile(late, [25, 50, 75])] if late else [],
            "false a week": round((second + wrong) / weeks, 2),
        }
    return row


def raised(values: np.ndarray, threshold: float) -> list[int]:
    """Steps of the alarms, at least two hours apart."""
    steps: list[int] = []
    for step in np.flatnonzero(values >= threshold):
        if not steps or step - steps[-1] >= QUIET_STEPS:
            steps.append(int(step))
    return steps


if __name__ == "__main__":
    main()
