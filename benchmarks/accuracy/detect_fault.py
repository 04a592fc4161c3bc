"""How well the other detectors find faults that were put into lived records, each beside a naive rule.

    uv run python benchmarks/accuracy/detect_fault.py [--tuning] [--only KIND] [--json]

Even-numbered virtual people of the seeds 6 to 9, two weeks each (``lived_record.py``); ``--tuning`` takes odd-numbered
ones of the seeds 1 and 2, on whom thresholds were looked at. Every fault is put in with the times, lengths and
neighbours that make it hard: late boluses, carbohydrate against lows, repeated sensor starts, other medicines, short
bouts of stress. A fault is found when a detection shares time with it; every other detection of the kind is false.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from detect import REPORT_SEEDS, line
from fault import FAULTS, Fault, Stretch
from lived_record import LivedRecord, lived_records

from glucotwin.core.random import root_key, stream_key
from glucotwin.domain.timeline import Timeline
from glucotwin.ingest.detect.detection import DetectionKind
from glucotwin.ingest.detect.registry import DETECTORS

TUNING_SEEDS = (1, 2)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tuning", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    seeds, odd = (TUNING_SEEDS, True) if arguments.tuning else (REPORT_SEEDS, False)
    records = [(seed, record) for seed in seeds for record, _ in lived_records(seed, odd=odd)]
    rows = [row for fault in FAULTS if arguments.only in (None, fault.kind) for row in both(fault, records)]
    print(json.dumps(rows, indent=1) if arguments.json else "\n".join(line(row) for row in rows))


def both(fault: Fault, records: Sequence[tuple[int, LivedRecord]]) -> list[dict[str, Any]]:
    made = [fault.put(record, uniform(seed, record, fault.name)) for seed, record in records]
    find = DETECTORS[DetectionKind(fault.kind)]

    def detected(timeline: Timeline) -> list[Stretch]:
        return [(one.start, one.end) for one in find(timeline)]

    return [
        score(f"{fault.name}: {how}", made, rule) for how, rule in (("detector", detected), ("naive rule", fault.naive))
    ]


def uniform(seed: int, record: LivedRecord, name: str) -> np.ndarray:
    """Numbers from 0 to 1 that the fault of this person is drawn with."""
    key = stream_key(root_key(seed), subject=record.timeline.person.person_id, stream=f"fault-{name}")
    return np.asarray(jax.random.uniform(key, (400,)))


def score(
    name: str, made: Sequence[tuple[Timeline, list[Stretch]]], find: Callable[[Timeline], list[Stretch]]
) -> dict[str, Any]:
    truths = hits = right = wrong = 0
    weeks = 0.0
    for timeline, faults in made:
        found = find(timeline)
        truths += len(faults)
        hits += sum(any(shares(one, fault) for one in found) for fault in faults)
        good = sum(any(shares(one, fault) for fault in faults) for one in found)
        right, wrong = right + good, wrong + len(found) - good
        weeks += 2.0
    return {
        "name": name,
        "truths": truths,
        "recall": round(hits / max(1, truths), 3),
        "precision": round(right / max(1, right + wrong), 3),
        "false a week": round(wrong / weeks, 3),
    }


def shares(one: Stretch, other: Stretch) -> bool:
    """Whether two stretches share time; a stretch of no length is a moment."""
    return one[0] <= other[1] and one[1] >= other[0]


if __name__ == "__main__":
    main()
