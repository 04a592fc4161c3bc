"""A live run with a set clock: what is written before it is given, and how a run is gone on with."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from tests.unit.workflows.loop.live.made_up_patient import MadeUpPatient, setting

from glucotwin.control.controller import DecisionReason
from glucotwin.control.python_controller import AbstractPythonController, Dose, Sight
from glucotwin.control.setting import TherapySetting
from glucotwin.core.error import ConflictError, DataError, ErrorCode
from glucotwin.core.journal import read_journal
from glucotwin.core.progress import silent
from glucotwin.workflows.channel.channel import Channel, ChannelError, Notice, Outgoing, Settings
from glucotwin.workflows.loop.live.dose_log import JOURNAL, open_dose_log
from glucotwin.workflows.loop.live.driver import LiveChoice, LiveDriver, LiveStep
from glucotwin.workflows.loop.live.proposal import Ear
from glucotwin.workflows.loop.pilot import Pilot

SIGNED_BY = "a word"
RUN: Mapping[str, object] = {"algorithm": "counting", "seed": 1}


class Counting(AbstractPythonController[int]):
    """A rate that tells how many decisions there were; below 100 mg/dL none, and carbohydrate."""

    def init(self, setting: TherapySetting) -> int:
        return 0

    def step(self, state: int, seen: Sight) -> tuple[int, Dose]:
        if seen.glucose_mgdl < 100.0:
            reason = DecisionReason.SUSPEND_PREDICTED_LOW
            return state + 1, Dose(rate_u_per_h=0.0, proposed_carbs_g=15.0, reason=reason)
        return state + 1, Dose(rate_u_per_h=0.1 * state, bolus_u=seen.announced_carbs_g / 10.0)


class Heard(Channel):
    """Keeps what it is told; fails as often as it is to."""

    kind = "heard"
    fields = ("name",)

    def __init__(self, failures: int = 0) -> None:
        self.notices: list[Notice] = []
        self.failures = failures

    def check(self, settings: Settings, outgoing: Outgoing) -> None:
        if not settings["name"]:
            raise DataError(ErrorCode.INVALID_VALUE, "No name.")

    def send(self, settings: Settings, notice: Notice, outgoing: Outgoing) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise ChannelError("nobody is there")
        self.notices.append(notice)


def lived(
    folder: Path, patient: MadeUpPatient, *, channels: Sequence[Channel] = (), most: int = 99, decides: bool = True
) -> list[LiveStep]:
    """Steps that a run makes until it is over or has made the most it may."""
    steps: list[LiveStep] = []
    ears = [
        Ear(channel=one, settings={"name": str(number)}, secret=SIGNED_BY, outgoing=Outgoing())
        for number, one in enumerate(channels)
    ]
    choice = LiveChoice(ears=ears, watch=steps.append)
    pilot = Pilot(Counting(), [setting()])
    with open_dose_log(folder, RUN) as log:
        driver = LiveDriver(patient, pilot, log, choice, names=("adult#001", "counting"))
        driver.replay(silent)
        while decides and not driver.is_over and len(steps) < most:
            steps.append(driver.step(0.0))
    return steps


def kinds(folder: Path) -> list[str]:
    return [one.kind for one in read_journal(folder / JOURNAL)]


def test_every_command_is_on_the_disk_before_the_pump_has_it(tmp_path: Path) -> None:
    patient = MadeUpPatient(steps=4)
    patient.fails_at = 2
    with suppress(RuntimeError):
        lived(tmp_path, patient)
    assert kinds(tmp_path) == ["run", *["command", "delivered"] * 2, "command"]
    assert [one.number for one in patient.given] == [0, 1]


@pytest.mark.parametrize("ended_at", [0, 3, 7, 11])
def test_a_run_that_ended_between_writing_and_giving_goes_on_with_the_written_dose(
    tmp_path: Path, ended_at: int
) -> None:
    whole = MadeUpPatient()
    lived(tmp_path / "whole", whole)
    broken = MadeUpPatient()
    broken.fails_at = ended_at
    with suppress(RuntimeError):
        lived(tmp_path / "broken", broken)
    again = MadeUpPatient()
    steps = lived(tmp_path / "broken", again)
    assert again.given == whole.given
    assert [one.command.number for one in steps] == list(range(ended_at, 12))
    assert [one.replayed for one in steps] == [True] + [False] * (11 - ended_at)
    assert kinds(tmp_path / "broken").count("command") == kinds(tmp_path / "broken").count("delivered") == 12


def test_going_on_decides_nothing_anew_and_remembers_what_the_algorithm_saw(tmp_path: Path) -> None:
    lived(tmp_path, MadeUpPatient(), most=3)
    patient = MadeUpPatient()
    (step,) = lived(tmp_path, patient, most=1)
    assert [one.rate_u_per_h for one in patient.given] == pytest.approx([0.0, 0.1, 0.2, 0.3])
    assert step.command.bolus_u == 4.0
    before = kinds(tmp_path)
    assert lived(tmp_path, MadeUpPatient(), decides=False) == []
    assert kinds(tmp_path) == before


def test_a_half_written_command_was_never_given_and_is_decided(tmp_path: Path) -> None:
    lived(tmp_path, MadeUpPatient(), most=2)
    path = tmp_path / JOURNAL
    path.write_bytes(path.read_bytes() + b'{"sequence":5,"kind":"command","con')
    patient = MadeUpPatient()
    lived(tmp_path, patient)
    assert [one.number for one in patient.given] == list(range(12))


def test_another_run_and_a_second_process_are_refused(tmp_path: Path) -> None:
    with open_dose_log(tmp_path, RUN), pytest.raises(ConflictError, match="Another process"):
        lived(tmp_path, MadeUpPatient())
    with pytest.raises(ConflictError, match="seed differ"), open_dose_log(tmp_path, {**RUN, "seed": 2}):
        pass


def test_proposals_of_a_supervised_run_are_told_once_in_half_an_hour(tmp_path: Path) -> None:
    channel = Heard()
    steps = lived(tmp_path, MadeUpPatient(steps=16, automatic=False), channels=[channel])
    low = [one for one in steps if one.proposals]
    assert [one.command.number for one in low] == list(range(7, 16))
    assert {str(one.kind) for one in low[0].proposals} == {"less-basal", "carbs"}
    told = [(one.text("kind"), one.text("time")[11:16]) for one in channel.notices]
    assert [kind for kind, _ in told] == ["loop-less-basal", "loop-carbs"] * 2
    assert told[0][1] != told[2][1]
    assert channel.notices[0].text("person") == "adult#001"
    assert "0.00 U/h" in channel.notices[0].text("do")


def test_an_automatic_run_leaves_only_carbohydrate_to_the_person(tmp_path: Path) -> None:
    steps = lived(tmp_path, MadeUpPatient())
    assert {str(two.kind) for one in steps for two in one.proposals} == {"carbs"}


def test_a_channel_that_fails_does_not_stop_the_loop_and_is_tried_again(tmp_path: Path) -> None:
    channel = Heard(failures=2)
    steps = lived(tmp_path, MadeUpPatient(automatic=False), channels=[channel])
    assert [len(one.untold) for one in steps if one.proposals][:2] == [2, 0]
    assert len(channel.notices) == 2
    assert steps[-1].command.number == 11


def test_whom_a_channel_did_not_reach_is_tried_again_and_nobody_else(tmp_path: Path) -> None:
    well, failing = Heard(), Heard(failures=2)
    first = lived(tmp_path, MadeUpPatient(automatic=False), channels=[well, failing], most=8)
    assert len(first[-1].untold) == 2
    lived(tmp_path, MadeUpPatient(automatic=False), channels=[well, failing])
    minutes = [[one.text("time")[14:16] for one in channel.notices] for channel in (well, failing)]
    assert minutes == [["15", "15"], ["20", "20"]]


@pytest.mark.parametrize("speed", [0.0, -1.0, 1e9, float("nan")])
def test_an_impossible_speed_is_refused(speed: float) -> None:
    with pytest.raises(DataError, match="speed of life"):
        LiveChoice(speed=speed)
