"""The parts of a run of risk scenarios: groups of arms that run in one or several processes and are kept when done."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from glucotwin.core.progress import ProgressCallback, part_of
from glucotwin.scenario.risk_set import RiskSimulation
from glucotwin.simulate.risk.course import RiskCourse, course_of
from glucotwin.simulate.risk.run import RiskGroup, plan_risk, run_group
from glucotwin.simulate.risk.script import steps_of
from glucotwin.workflows.part_folder import PartFolder

_COLUMNS = ("glucose_mgdl", "insulin_on_board_u", "ketone_mmoll", "rate_u_per_h", "bolus_u")
_PLAIN_COST = 40
"""A decision in plain Python against one in a compiled program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskSettings:
    """All that decides what the parts of a run hold.

    Attributes:
        sha256: of the file of scenarios.
        scenarios, profiles: those wanted; all when empty.
        body: that they run on.
    """

    sha256: str
    scenarios: tuple[str, ...]
    profiles: tuple[str, ...]
    body: str

    def folder(self, path: Path | None) -> PartFolder:
        """The folder of the run's parts."""
        settings: dict[str, object] = {
            "sha256": self.sha256,
            "scenarios": list(self.scenarios),
            "profiles": list(self.profiles),
            "body": self.body,
        }
        return PartFolder(path, "glucotwin-risk-run/1", settings, kind="risk")


def run_parts(
    simulations: Sequence[RiskSimulation],
    settings: RiskSettings,
    *,
    folder: Path | None,
    processes: int,
    progress: ProgressCallback,
) -> tuple[tuple[RiskCourse, ...], dict[str, str]]:
    """Runs arms, those apart that were not finished before.

    Returns:
        The courses in the order of the arms, and the arms that cannot be run, by name, with why.

    Raises:
        ConflictError: the folder holds something else.
    """
    kept = settings.folder(folder)
    groups, left_out = plan_risk(simulations, body=settings.body)
    tables = {number: kept.read(number) for number in range(len(groups))}
    # The longest first, so that no process has to wait for one at the end.
    missing = sorted((number for number, one in tables.items() if one is None), key=lambda one: -_cost(groups[one]))
    if processes > 1 and len(missing) > 1:
        _run_beside(groups, missing, tables, settings, kept, min(processes, len(missing)), progress)
    else:
        for place, number in enumerate(missing):
            part = part_of(progress, start=place / len(missing), end=(place + 1) / len(missing))
            tables[number] = kept.write(number, _table(run_group(groups[number], body=settings.body, progress=part)))
    found: dict[int, RiskCourse] = {}
    for number, group in enumerate(groups):
        table = tables[number]
        if table is not None:
            found.update(zip(group.rows, _courses(group, table), strict=True))
    return tuple(found[row] for row in sorted(found)), left_out


def _run_beside(
    groups: Sequence[RiskGroup],
    missing: Sequence[int],
    tables: dict[int, pl.DataFrame | None],
    settings: RiskSettings,
    kept: PartFolder,
    processes: int,
    progress: ProgressCallback,
) -> None:
    # JAX is no friend of forked processes: each begins anew.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        waiting = {pool.submit(_run_one, groups[number], settings.body): number for number in missing}
        try:
            for done, future in enumerate(as_completed(waiting)):
                number = waiting[future]
                tables[number] = kept.write(number, future.result())
                progress("Running the scenarios", (done + 1) / len(missing))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _run_one(group: RiskGroup, body: str) -> pl.DataFrame:
    return _table(run_group(group, body=body))


def _cost(group: RiskGroup) -> int:
    decisions = sum(steps_of(one) for one in group.simulations if group.rule is not None)
    return decisions * (1 if group.compiled else _PLAIN_COST)


def _table(courses: Sequence[RiskCourse]) -> pl.DataFrame:
    return pl.DataFrame({name: [getattr(one, name).tolist() for one in courses] for name in _COLUMNS})


def _courses(group: RiskGroup, table: pl.DataFrame) -> list[RiskCourse]:
    return [
        course_of(one, *(np.asarray(row[name], dtype=np.float64) for name in _COLUMNS))
        for one, row in zip(group.simulations, table.iter_rows(named=True), strict=True)
    ]
