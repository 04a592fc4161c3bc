"""Every executor gives the same answers, also when a worker or the driver is killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import pytest

from glucotwin.core.error import ErrorCode, GlucoTwinError, ModelError, NotFoundError
from glucotwin.trial.design import Design
from glucotwin.trial.executor import AbstractExecutor, LocalExecutor, ProcessExecutor
from glucotwin.trial.ray_executor import STARTS, RayExecutor
from glucotwin.trial.schedule import recruiting_tasks
from glucotwin.trial.task import Answer, Job, Order, perform
from glucotwin.workflows.trial.design_file import find_design
from glucotwin.workflows.trial.registry import experiment_place
from glucotwin.workflows.trial.run import run_trial

if TYPE_CHECKING:
    from ray.cluster_utils import Cluster  # pyright: ignore[reportMissingImports]  # an extra

DESIGN = find_design("known-effect").model_copy(update={"batch_people": 8})
PLACE = experiment_place("known-effect")


def job_of(design: Design) -> str:
    return Job(module=PLACE.module, attribute=PLACE.attribute, design=design).model_dump_json()


def recruits(design: Design, count: int) -> list[Order]:
    return [Order(task=task) for task in recruiting_tasks(design, first=0, count=count)]


def outcomes(folder: Path, executor: AbstractExecutor) -> pl.DataFrame:
    with executor:
        run_trial(DESIGN, folder, executor=executor)
    return pl.read_parquet(folder / "outcomes.parquet")


def test_an_error_of_the_experiment_comes_back_as_it_was():
    wrong = DESIGN.model_copy(update={"population": {"noise_pct": -1.0}})
    (answer,) = LocalExecutor().run(job_of(wrong), recruits(wrong, 1))
    with pytest.raises(ModelError, match=r"recruit-main-000000: population\.noise_pct") as caught:
        answer.frame()
    assert caught.value.code is ErrorCode.INVALID_VALUE


def test_answers_stand_alone():
    one, two = recruits(DESIGN, 2)
    job = job_of(DESIGN)
    again = [perform(job, order.task.model_dump_json(), b"") for order in (two, one)]
    first: list[Answer] = list(LocalExecutor().run(job, [one, two]))
    assert first[0].frame().equals(again[1].frame())
    assert first[1].frame().equals(again[0].frame())


def test_a_cluster_that_does_not_answer_or_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(GlucoTwinError, match=r"glucotwin\[cluster\]"):
        list(RayExecutor().run(job_of(DESIGN), recruits(DESIGN, 1)))


@pytest.mark.slow
def test_processes_give_what_one_gives_also_when_one_is_killed(tmp_path: Path):
    assert outcomes(tmp_path / "many", ProcessExecutor(2)).equals(outcomes(tmp_path / "one", LocalExecutor()))
    job, orders = job_of(DESIGN), recruits(DESIGN, 40)
    with ProcessExecutor(2) as executor:
        answers = executor.run(job, orders)
        seen = [next(answers).identifier]
        pool = executor._pool
        assert pool is not None
        os.kill(next(iter(pool._processes)), signal.SIGKILL)
        seen += [one.identifier for one in answers]
    assert sorted(seen) == sorted(order.task.identifier for order in orders)


@pytest.mark.slow
def test_a_killed_driver_goes_on_where_it_was(tmp_path: Path):
    process = trial_run(tmp_path, "known-effect", "--out", "run")
    units = wait_for_units(tmp_path / "run", 5)
    process.kill()
    process.wait()
    done = [one for one in units.iterdir() if not one.name.startswith(".")]
    design = find_design("known-effect")
    again = run_trial(design, tmp_path / "run")
    assert again.folder.resumed == len(done) >= 5
    whole = run_trial(design, tmp_path / "whole")
    assert again.main.outcomes.equals(whole.main.outcomes)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Ray's own, of a local cluster
def test_a_ray_cluster_gives_what_one_process_gives_also_when_a_worker_is_killed(tmp_path: Path):
    pytest.importorskip("ray")
    assert outcomes(tmp_path / "ray", RayExecutor(workers=2)).equals(outcomes(tmp_path / "one", LocalExecutor()))
    job, orders = job_of(DESIGN), recruits(DESIGN, 60)
    with RayExecutor(workers=2) as executor:
        answers = executor.run(job, orders)
        seen = [next(answers).identifier]
        workers = ray_workers()
        assert workers
        os.kill(workers[0], signal.SIGKILL)
        seen += [one.identifier for one in answers]
    assert sorted(seen) == sorted(order.task.identifier for order in orders)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Ray's own, of a local cluster
def test_two_nodes_give_what_one_process_gives_also_when_one_dies_in_the_middle(tmp_path: Path):
    pytest.importorskip("ray")
    cluster, nodes = two_nodes()
    try:
        on_ray = ("--executor", "ray", "--address", str(cluster.address))
        quick = trial_run(tmp_path, "known-effect", "--quick", "--out", "quick", *on_ray)
        assert quick.wait() == 0
        lost = trial_run(tmp_path, "known-effect", "--out", "lost", *on_ray)
        wait_for_units(tmp_path / "lost", 5)
        cluster.remove_node(nodes.pop(), allow_graceful=False)
        assert lost.wait() == 0
    finally:
        cluster.shutdown()
    design = find_design("known-effect")
    for name, asked in (("quick", design.made_quick()), ("lost", design)):
        run_trial(asked, tmp_path / f"{name}-here")
        for table in ("people.parquet", "outcomes.parquet"):
            assert (tmp_path / name / table).read_bytes() == (tmp_path / f"{name}-here" / table).read_bytes()


def test_an_address_without_a_cluster_is_told_at_once():
    with pytest.raises(NotFoundError, match=r"No Ray cluster answers at 127\.0\.0\.1:1"):
        list(RayExecutor("127.0.0.1:1").run(job_of(DESIGN), recruits(DESIGN, 1)))


def trial_run(folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """``glucotwin trial run`` as a process of its own."""
    words = ["glucotwin", "trial", "run", *arguments]
    script = f"import sys; sys.argv={words!r}; from glucotwin.cli.main import main; main()"
    return subprocess.Popen([sys.executable, "-c", script], cwd=folder)


def wait_for_units(run: Path, count: int) -> Path:
    """The folder of answers, once there are some of them."""
    units = run / "unit"
    for _ in range(2400):
        if units.is_dir() and len(list(units.iterdir())) >= count:
            return units
        time.sleep(0.05)
    raise AssertionError(f"{run} has no {count} answers")


WORKERS = ("ray::perform", "ray::IDLE")
"""What workers are called; the death of one of Ray's agents, which are called alike, ends the node."""


def two_nodes() -> tuple["Cluster", list[object]]:
    """A cluster on this machine whose head has no processors, so that every task runs on one of two other nodes."""
    from ray.cluster_utils import Cluster  # pyright: ignore[reportMissingImports]  # an extra

    for start in range(STARTS):
        cluster = Cluster()
        try:
            cluster.add_node(num_cpus=0, include_dashboard=False)
            nodes = [cluster.add_node(num_cpus=1, include_dashboard=False) for _ in range(2)]
            cluster.wait_for_nodes()
        except Exception:  # Ray gives its processes 30 seconds, too few on a busy machine
            cluster.shutdown()
            if start == STARTS - 1:
                raise
        else:
            return cluster, nodes
    raise AssertionError


def ray_workers() -> list[int]:
    """Workers of the cluster that this process started, those at work first."""
    parents: dict[int, int] = {}
    names: dict[int, str] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                number = int(folder.name)
                parents[number] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                names[number] = (folder / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue

    def is_ours(number: int) -> bool:
        while number > 1:
            if number == os.getpid():
                return True
            number = parents.get(number, 0)
        return False

    found = [one for one, name in names.items() if name.startswith(WORKERS) and is_ours(one)]
    return sorted(found, key=lambda one: names[one], reverse=True)
