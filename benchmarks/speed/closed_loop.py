"""Seconds of a whole closed loop: body, sensor, dosing algorithm, limits and pump, for many people and days.

Each algorithm runs twice, with and without the compilation. Where decisions are plain Python, tells how many calls
there were: one per decision and chunk of people, if nothing is decided between decisions.

Run: ``uv run python benchmarks/speed/closed_loop.py [--people 100] [--days 14] [--sensor S] [--pump P] [NAME ...]``.
"""

import argparse
import time
from dataclasses import replace

from glucotwin.control.oref0.stepwise import host
from glucotwin.control.registry import find_controller
from glucotwin.devices.registry import find_pump, find_sensor
from glucotwin.physiology.subject import Subject
from glucotwin.workflows.day_plan import LivedDays
from glucotwin.workflows.loop.arm import Arm, run_arm
from glucotwin.workflows.simulate import DEFAULT_BODY, subjects_named


def people_like_adults(count: int) -> tuple[Subject, ...]:
    """The published adults again and again, each under a name and therefore with a life and chance of their own."""
    adults = subjects_named(DEFAULT_BODY, "adult")
    return tuple(replace(adults[place % len(adults)], name=f"adult#{place + 1:05d}") for place in range(count))


def time_arm(arm: Arm, subjects: tuple[Subject, ...], days: int) -> tuple[float, float]:
    """Wall and processor seconds of one run."""
    lived = LivedDays(profile="typical", days=days)
    wall, cpu = time.perf_counter(), time.process_time()
    run_arm(arm, subjects, lived, body=DEFAULT_BODY, seed=1)
    return time.perf_counter() - wall, time.process_time() - cpu


def count_host_calls() -> list[int]:
    """A list that grows by the number of rows of every call to Python."""
    calls: list[int] = []
    original = host.decide_batch

    def counted(call: host.HostCall, options: host.Options) -> tuple:
        answer = original(call, options)
        calls.append(int(answer[0].size))
        return answer

    host.decide_batch = counted
    return calls


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", metavar="NAME", default=["basal-bolus", "loop"])
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--days", type=int, default=14)
    parser.add_argument("--sensor", default="dexcom-g6")
    parser.add_argument("--pump", default="omnipod")
    options = parser.parse_args()
    subjects, calls = people_like_adults(options.people), count_host_calls()
    for name in options.names:
        sensor, pump = find_sensor(options.sensor), find_pump(options.pump)
        arm = Arm(name=name, controller=find_controller(name), sensor=sensor, pump=pump)
        for turn in ("with compilation", "compiled"):
            calls.clear()
            wall, cpu = time_arm(arm, subjects, options.days)
            print(f"{name:20s} {turn:18s} wall {wall:7.1f} s  cpu {cpu:7.1f} s  calls of Python {len(calls)}")


if __name__ == "__main__":
    main()
