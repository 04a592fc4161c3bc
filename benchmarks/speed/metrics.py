"""Speed of the whole metrics panel beside 15 metrics of iglu_python, on the same readings in one run.

Usage: uv run python benchmarks/speed/metrics.py [--people N] [--json]
Fails when the numbers disagree beyond the tolerance of the reference answers.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from glucotwin.metrics.panel import MetricsPanel, metrics_panel
from glucotwin.metrics.series import GlucoseSeries
from glucotwin.metrics.summary import gmi_pct_from_mean

PEER = Path(__file__).parents[1] / "peers" / "iglu_python"
DAYS, INTERVAL_MIN = 14, 5
REPEATS = 20
TOLERANCE = {"lbgi": 1e-4, "hbgi": 1e-4, "mage_mgdl": 0.02}
EXACT = 1e-9


def make_person(number: int) -> tuple[np.ndarray, np.ndarray]:
    """14 days of readings by a fixed formula: three meals a day, slow drifts, sensor wobble, a few gaps and lows."""
    count = DAYS * 1440 // INTERVAL_MIN
    minute = np.arange(count) * float(INTERVAL_MIN) + 7.0
    hour, day = minute % 1440 / 60.0, minute // 1440
    meals = sum(
        (55.0 + 25.0 * np.sin(2.1 * day + at + number)) * np.exp(-0.5 * ((hour - at - 1.0) / 1.1) ** 2)
        for at in (7, 13, 19)
    )
    dips = 60.0 * np.exp(-0.5 * ((hour - 3.0) / 0.7) ** 2) * (np.sin(1.7 * day + number) > 0.6)
    wobble = 9.0 * np.sin(minute / 37.0 + number) + 5.0 * np.sin(minute / 11.3) + 3.0 * np.sin(minute * 1.7)
    glucose_mgdl = np.round(np.clip(112.0 + 6.0 * number + meals - dips + wobble, 40.0, 400.0))
    keep = np.ones(count, bool)
    for start in (500 + 31 * number, 1800, 3100 + 17 * number):
        keep[start : start + 6 + 9 * number] = False
    time_local = np.datetime64("2024-03-04T00:00:00", "us") + (minute * 60e6).astype("timedelta64[us]")
    return time_local[keep], glucose_mgdl[keep]


def read_values(panel: MetricsPanel) -> dict[str, float]:
    """The same 15 numbers that the peer computes."""
    return {
        "mean_mgdl": panel.summary.mean_mgdl,
        "sd_mgdl": panel.summary.sd_mgdl,
        "cv_pct": panel.summary.cv_pct,
        "gmi_pct": gmi_pct_from_mean(panel.summary.mean_mgdl),
        "tir_pct": panel.time_in_range.tir_pct,
        "tbr_pct": panel.time_in_range.tbr_pct,
        "tar_pct": panel.time_in_range.tar_pct,
        "lbgi": panel.risk.lbgi,
        "hbgi": panel.risk.hbgi,
        "j_index": panel.summary.j_index,
        "mage_mgdl": panel.variability.mage_mgdl,
        "modd_mgdl": panel.variability.modd_mgdl,
        "conga24_mgdl": panel.variability.conga24_mgdl,
        "gvp_pct": panel.variability.gvp_pct,
        "hypo_level1_count": float(panel.episodes.hypo_level1.count),
    }


def time_ours(people: list[tuple[np.ndarray, np.ndarray]]) -> tuple[list[dict[str, float]], float]:
    """Values per person and the median seconds per person, series construction included."""
    metrics_panel(GlucoseSeries.from_local(*people[0]))
    seconds: list[float] = []
    panels: list[MetricsPanel] = []
    for person in people:
        for _ in range(REPEATS):
            start = time.perf_counter()
            panel = metrics_panel(GlucoseSeries.from_local(*person))
            seconds.append(time.perf_counter() - start)
        panels.append(panel)
    return [read_values(panel) for panel in panels], float(np.median(seconds))


def time_peer(people: list[tuple[np.ndarray, np.ndarray]]) -> tuple[list[dict[str, float]], float]:
    request = {
        "people": [{"time": time.astype(str).tolist(), "glucose_mgdl": values.tolist()} for time, values in people]
    }
    command = ["uv", "run", "--quiet", "--no-project", "--with-requirements", str(PEER / "requirements.txt"), "python"]
    result = subprocess.run(
        [*command, str(PEER / "answer.py")], input=json.dumps(request), text=True, stdout=subprocess.PIPE, check=True
    )
    answer = json.loads(result.stdout)
    return answer["answers"], float(np.median(answer["seconds"]))


def worst_difference(ours: list[dict[str, float]], peer: list[dict[str, float]]) -> tuple[float, list[str]]:
    """Largest relative difference of the exact metrics, and what is out of tolerance."""
    largest, faults = 0.0, []
    for number, (mine, theirs) in enumerate(zip(ours, peer, strict=True)):
        for name, expected in theirs.items():
            difference = abs(mine[name] - expected) / max(abs(expected), 1e-12)
            if difference > TOLERANCE.get(name, EXACT):
                faults.append(f"person {number} {name}: {mine[name]} v {expected}")
            largest = max(largest, difference) if name not in TOLERANCE else largest
    return largest, faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=3, help="how many people of 14 days each")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    people = [make_person(number) for number in range(arguments.people)]
    peer_values, peer_s = time_peer(people)
    our_values, our_s = time_ours(people)
    largest, faults = worst_difference(our_values, peer_values)
    result = {
        "people": len(people),
        "days": DAYS,
        "metrics_compared": len(our_values[0]),
        "iglu_python_s_per_person": peer_s,
        "glucotwin_panel_s_per_person": our_s,
        "ratio": peer_s / our_s,
        "largest_relative_difference_of_exact_metrics": largest,
        "faults": faults,
    }
    if arguments.json:
        print(json.dumps(result))
    else:
        print(f"{len(people)} people, {DAYS} days at {INTERVAL_MIN} min, {result['metrics_compared']} metrics compared")
        print(f"iglu_python 0.4.3, these metrics:  {1e3 * peer_s:9.1f} ms a person")
        print(f"GlucoTwin, its whole panel:        {1e3 * our_s:9.1f} ms a person")
        print(f"ratio: {result['ratio']:.0f}x; largest difference of exact metrics: {largest:.1e}")
        print("\n".join(faults) or "all numbers agree")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
