"""A virtual person by the clock: the doses of the whole run in one program, whatever ends the process."""

import json
import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from tests.unit.workflows.loop.live.test_clock import SetClock

from glucotwin.core.error import DataError
from glucotwin.core.journal import read_journal
from glucotwin.workflows.day_plan import LivedDays
from glucotwin.workflows.loop.arm import live_arm
from glucotwin.workflows.loop.live.dose_log import COMMAND, JOURNAL
from glucotwin.workflows.loop.live.driver import LiveChoice, LiveStep
from glucotwin.workflows.loop.live.run import run_live
from glucotwin.workflows.loop.run import LoopRequest, loop_request_to_json, prepare_loop

REQUEST = LoopRequest(
    algorithm="basal-bolus",
    days=LivedDays(profile="typical", days=1, local_start=datetime(2024, 1, 1)),
    automatic=True,
)
PROGRAM = "from glucotwin.cli.main import main; main()"
ARGUMENTS = (
    *("loop", "run", "--algorithm", "basal-bolus", "--scenario", "typical", "--days", "1", "--start", "2024-01-01"),
    *("--sensor", "dexcom-g6", "--pump", "omnipod", "--automatic", "--real-time", "--json", "--speed", "3000"),
)


@pytest.mark.slow
def test_a_run_by_the_clock_gives_what_one_program_gives(tmp_path: Path) -> None:
    prepared, clock = prepare_loop(REQUEST), SetClock()
    steps: list[LiveStep] = []
    choice = LiveChoice(speed=60.0, clock=clock, watch=steps.append)
    answer = run_live(prepared, loop_request_to_json(REQUEST), tmp_path, choice)
    whole = live_arm(prepared.arm, prepared.subjects, prepared.ready)
    assert clock.slept == pytest.approx([5.0] * 287)
    for name in ("rate_u_per_h", "bolus_u"):
        given = [getattr(one.command, name) for one in steps]
        assert np.allclose(given, whole.decisions[name][0], atol=1e-9)
    glucose = [one.delivery.glucose_mgdl for one in steps]
    assert np.allclose(glucose, whole.glucose_mgdl[0, 1:], atol=1e-6)
    assert (answer.steps, answer.of_steps) == (288, 288)
    assert answer.last is not None
    assert answer.last.bolus_u_total == pytest.approx(whole.totals["bolus_u_total"][0, -1])


@pytest.mark.slow
def test_several_people_cannot_be_lived_by_the_clock(tmp_path: Path) -> None:
    everybody = LoopRequest(algorithm="basal-bolus", days=REQUEST.days, subject="adult")
    with pytest.raises(DataError, match="of one person"):
        run_live(prepare_loop(everybody), {}, tmp_path)


def doses(folder: Path) -> list[dict[str, object]]:
    return [dict(one.content) for one in read_journal(folder / JOURNAL) if one.kind == COMMAND]


def started(folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PROGRAM, *ARGUMENTS, "--folder", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=dict(os.environ))


@pytest.mark.slow
def test_a_run_that_is_killed_again_and_again_gives_every_dose_once(tmp_path: Path) -> None:
    whole = started(tmp_path / "whole")
    end = json.loads(whole.communicate()[0].splitlines()[-1])
    for lines in (7, 30):
        process = started(tmp_path / "killed")
        assert process.stdout is not None
        for _ in range(lines):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
    last = started(tmp_path / "killed")
    lived = [json.loads(line) for line in last.communicate()[0].splitlines()]
    assert last.returncode == whole.returncode == 0
    assert doses(tmp_path / "killed") == doses(tmp_path / "whole")
    assert [one["number"] for one in doses(tmp_path / "killed")] == list(range(288))
    assert lived[-1] == end
    assert 0 < len(lived) < 288
