"""What an executor adds to the work itself, and how it scales with workers.

Run: ``uv run python benchmarks/speed/trial_executor.py [--json] [--tasks 64] [--task-s 0.25] [--executor NAME ...]``.

Tasks of a known length spin in plain Python, so that what is left of the wall time is the executor's: its start, and
what handing out a task and taking its answer costs. The last rows hand out tasks of no length.
"""

import argparse
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from glucotwin.trial.design import Design
from glucotwin.trial.executor import AbstractExecutor
from glucotwin.trial.experiment import AbstractExperiment, Covariate, ExperimentPlace, Unit
from glucotwin.trial.schedule import recruiting_tasks
from glucotwin.trial.task import Job, Order
from glucotwin.workflows.trial.design_file import find_design
from glucotwin.workflows.trial.run import executor_named

PLACE = ExperimentPlace(module="trial_executor", attribute="Spin")


class Spin(AbstractExperiment):
    """People whose recruiting takes ``task_s`` of a processor."""

    name = "spin"
    summary = "Nothing, for a known time."

    def check(self, design: Design) -> None:
        pass

    def covariates(self, design: Design) -> tuple[Covariate, ...]:
        return ()

    def recruit(self, design: Design, numbers: Sequence[int]) -> pl.DataFrame:
        until = time.process_time() + float(str(design.population["task_s"]))
        while time.process_time() < until:
            pass
        return pl.DataFrame({"person": np.asarray(numbers), "eligible": True, "reason": ""})

    def live(self, design: Design, unit: Unit, people: pl.DataFrame) -> pl.DataFrame:
        raise NotImplementedError


def measure(executor: AbstractExecutor, *, tasks: int, task_s: float) -> dict[str, float]:
    """Seconds until the workers are there (the first task of each), and of all tasks thereafter."""
    design = find_design("known-effect").model_copy(update={"batch_people": 8, "population": {"task_s": task_s}})
    job = Job(module=PLACE.module, attribute=PLACE.attribute, design=design).model_dump_json()
    orders = [Order(task=task) for task in recruiting_tasks(design, first=0, count=tasks + 8)]
    with executor:
        start = time.perf_counter()
        list(executor.run(job, orders[:8]))
        ready = time.perf_counter()
        list(executor.run(job, orders[8:]))
        done = time.perf_counter()
    return {"first_8_s": ready - start, "tasks_s": done - ready, "tasks_per_s": tasks / (done - ready)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tasks", type=int, default=64)
    parser.add_argument("--task-s", type=float, default=0.25)
    parser.add_argument("--executor", action="append", choices=("local", "processes", "ray"))
    arguments = parser.parse_args()
    # Workers import this file by its name.
    os.environ["PYTHONPATH"] = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    rows: list[dict[str, object]] = []
    for name in arguments.executor or ("local", "processes", "ray"):
        for workers in (1,) if name == "local" else (1, 2):
            for task_s in (arguments.task_s, 0.0):
                found = measure(executor_named(name, workers=workers), tasks=arguments.tasks, task_s=task_s)
                rows.append({"executor": name, "workers": workers, "task_s": task_s, **found})
                if not arguments.json:
                    print(
                        f"{name:10s} {workers} workers, tasks of {task_s:g} s: first 8 in {found['first_8_s']:.1f} s, "
                        f"{arguments.tasks} in {found['tasks_s']:.2f} s ({found['tasks_per_s']:.1f} per s)"
                    )
    if arguments.json:
        print(json.dumps({"load": os.getloadavg(), "rows": rows}, indent=2))


if __name__ == "__main__":
    main()
