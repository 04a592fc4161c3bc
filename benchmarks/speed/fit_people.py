"""Time to fit many people: 14 days each, side by side in one process, as ``glucotwin fit`` does.

    uv run python benchmarks/speed/fit_people.py FOLDER [--fits 100] [--workers 2]

Where the folder has fewer people than fits are asked for, the same people are fitted again to days that end two days
earlier, and so on. Prints seconds of the clock and of processor time, compiling included, and how many fits failed.
"""

import argparse
import json
import time
from pathlib import Path

from glucotwin.core.runtime import configure_jax
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.people import read_people
from glucotwin.twin.fit import fit_twins
from glucotwin.twin.twin import Twin
from glucotwin.workflows.fit import FitPeriod, fit_window

EARLIER_DAYS = 2


def jobs(timelines: tuple[Timeline, ...], fits: int) -> list[tuple[Timeline, Window]]:
    """Who is fitted to which days."""
    found: list[tuple[Timeline, Window]] = []
    for number in range(fits):
        timeline, earlier = timelines[number % len(timelines)], number // len(timelines)
        found.append((timeline, fit_window(timeline, FitPeriod(holdout_days=EARLIER_DAYS * earlier))))
    return found


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fits", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    configure_jax()
    people = read_people([arguments.folder])
    pairs = jobs(people.timelines, arguments.fits)
    clock, processor = time.perf_counter(), time.process_time()
    twins = fit_twins(
        [timeline for timeline, _ in pairs], windows=[window for _, window in pairs], workers=arguments.workers
    )
    answer = {
        "people": len(people.timelines),
        "fits": len(pairs),
        "clock_s": time.perf_counter() - clock,
        "processor_s": time.process_time() - processor,
        "not fitted": sum(not isinstance(one, Twin) for one in twins),
        "not settled": sum(isinstance(one, Twin) and not one.diagnostics.converged for one in twins),
    }
    print(json.dumps(answer, indent=2))


if __name__ == "__main__":
    main()
