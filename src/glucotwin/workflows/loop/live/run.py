"""Use case: an algorithm and a person in a closed loop by the clock, with every dose on the disk before it is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from glucotwin.control.controller import DECISION_MIN
from glucotwin.core.progress import ProgressCallback, silent
from glucotwin.metrics.tally import GlucoseTally
from glucotwin.workflows.loop.arm import PreparedRun
from glucotwin.workflows.loop.live.clock import Pace
from glucotwin.workflows.loop.live.dose_log import Delivery, DoseLog, open_dose_log
from glucotwin.workflows.loop.live.driver import LiveChoice, LiveDriver
from glucotwin.workflows.loop.live.patient import VirtualPatient
from glucotwin.workflows.loop.pilot import pilot_of

STEP_S = 60.0 * DECISION_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveAnswer:
    """What became of a run so far.

    Attributes:
        steps: commands given.
        of_steps: commands of the whole run.
        glucose: summary of glucose at the ends of steps; see ``GlucoseTally``.
        last: the last step's end; None before the first.
        clamped: commands that limits changed.
    """

    steps: int
    of_steps: int
    glucose: Mapping[str, float]
    last: Delivery | None
    clamped: int

    def to_json(self) -> dict[str, object]:
        """As JSON values."""
        totals = {} if self.last is None else {"basal_u": self.last.basal_u_total, "bolus_u": self.last.bolus_u_total}
        return {
            "steps": self.steps,
            "of_steps": self.of_steps,
            **self.glucose,
            **totals,
            "clamped_decisions": self.clamped,
        }


def run_live(
    prepared: PreparedRun,
    run: Mapping[str, Any],
    folder: Path,
    choice: LiveChoice | None = None,
    *,
    progress: ProgressCallback = silent,
) -> LiveAnswer:
    """Lives a run by the clock, or goes on with it where its journal ends.

    Every command is on the disk before the pump gets it. A run that was ended at any moment, by a loss of power too, is
    replayed from its journal: doses as they were written, never decided anew, each given once. The person waits while
    nobody runs them.

    Args:
        prepared: algorithm, and one person with devices and days.
        run: all that decides what happens, as JSON values; a folder holds one run.
        folder: for the journal.
        choice: speed, clock and who is told.
        progress: told how far a replay is.

    Returns:
        Once all days are lived.

    Raises:
        ConflictError: another process has the run, or the folder holds another one.
        DataError: the journal is damaged or was written by another version, or there are several people.
        SolverError: glucose is not finite.
        KeyboardInterrupt: Ctrl-C; the same call goes on with the run.
    """
    choice = choice or LiveChoice()
    with open_dose_log(folder, run) as log:
        patient, pilot = VirtualPatient(prepared.ready), pilot_of(prepared.arm.controller, prepared.ready.settings)
        names = (prepared.subjects[0].name, prepared.arm.name)
        driver = LiveDriver(patient, pilot, log, choice, names=names)
        driver.replay(progress)
        pace = Pace(choice.clock, step_s=STEP_S, speed=choice.speed)
        while not driver.is_over:
            late_s = pace.wait()
            choice.watch(driver.step(late_s))
        return answer_of(log, patient.steps)


def answer_of(log: DoseLog, of_steps: int) -> LiveAnswer:
    """What became of a run so far.

    Args:
        log: of the run.
        of_steps: commands of the whole run.
    """
    tally = GlucoseTally(1)
    tally.add(np.array([[one.glucose_mgdl for one in log.deliveries.values()]]))
    return LiveAnswer(
        steps=len(log.commands),
        of_steps=of_steps,
        glucose={name: float(values[0]) for name, values in tally.summary().items()},
        last=log.deliveries.get(len(log.commands) - 1),
        clamped=sum(one.clamps > 0 for one in log.commands),
    )
