"""The person at the other end of a live run: a body with sensor and pump, lived five minutes per command."""

import abc
from dataclasses import replace
from typing import Final

import numpy as np

from glucotwin.control.controller import DECISION_MIN, Decision, Seen
from glucotwin.control.relayed import Relayed
from glucotwin.control.setting import SLOT_MIN, SLOTS
from glucotwin.core.error import ConflictError, DataError, ErrorCode, SolverError
from glucotwin.simulate.stepped_loop import SteppedLoop
from glucotwin.simulate.trajectory import REACTION
from glucotwin.workflows.loop.arm import ReadyArm
from glucotwin.workflows.loop.live.dose_log import Command, Delivery, decision_of, numbers_of

TOTALS: Final = ("basal_u_total", "bolus_u_total", "rescue_carbs_g_total")
TOLERANCE: Final = 1e-6


class AbstractPatient(abc.ABC):
    """A person with a sensor and a pump that takes every command once: the next one by number, and no other."""

    @property
    @abc.abstractmethod
    def number(self) -> int:
        """Of the next command."""

    @property
    @abc.abstractmethod
    def steps(self) -> int:
        """Commands of the whole run."""

    @property
    @abc.abstractmethod
    def seen(self) -> Seen:
        """What the algorithm sees now, with a leading people axis of one."""

    @abc.abstractmethod
    def command_for(self, decision: Decision) -> Command:
        """What the pump is to be told when the algorithm has decided so; nothing is given yet.

        Args:
            decision: with a leading people axis of one.
        """

    @abc.abstractmethod
    def deliver(self, command: Command) -> Delivery:
        """Gives a command to the pump, and ends when its five minutes are over.

        Raises:
            ConflictError: the pump had this command already, or not the one before it.
            DataError: sensor, limits and pump would not make this command of what was decided.
            SolverError: glucose is not finite.
        """


class VirtualPatient(AbstractPatient):
    """One virtual person or twin with a simulated sensor and pump."""

    def __init__(self, ready: ReadyArm) -> None:
        """Before the first command.

        Args:
            ready: one person's body, loop and days.

        Raises:
            DataError: there are several people, or the days do not begin at a full five minutes.
        """
        if len(ready.settings) != 1:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                f"A run in real time is of one person, not of {len(ready.settings)}.",
                hint="Name one subject, for example --subject adult#001.",
            )
        loop = replace(ready.loop, controller=Relayed())
        outputs = ("glucose_mgdl", *(f"{REACTION}.{name}" for name in TOTALS))
        self._stepped = SteppedLoop(ready.bodies, loop, ready.inputs, outputs=outputs)
        self._scheduled = np.asarray(ready.settings[0].basal_u_per_h)
        self._first_minute = int(np.asarray(ready.inputs.minute_utc)[0])

    @property
    def number(self) -> int:
        """Of the next command."""
        return self._stepped.step_number

    @property
    def steps(self) -> int:
        """Commands of the whole run."""
        return self._stepped.steps

    @property
    def seen(self) -> Seen:
        """What the algorithm sees now, with a leading people axis of one."""
        return self._stepped.moment.seen

    def command_for(self, decision: Decision) -> Command:
        """What sensor, limits and supervision leave of a decision."""
        after, seen = self._stepped.limited(decision), numbers_of(self.seen)
        slot = int(seen["minute_of_day"] // SLOT_MIN) % SLOTS
        names = ("rate_u_per_h", "bolus_u", "safe_rate_u_per_h", "safe_bolus_u", "on_board_u")
        return Command(
            number=self.number,
            minute_utc=self._first_minute + self.number * DECISION_MIN,
            seen=seen,
            wanted=numbers_of(decision),
            scheduled_u_per_h=float(self._scheduled[slot]),
            clamps=int(np.asarray(after.clamps)[0]),
            **{name: float(np.asarray(getattr(after, name))[0]) for name in names},
        )

    def deliver(self, command: Command) -> Delivery:
        """Lives the five minutes after a command at once."""
        if command.number != self.number:
            raise ConflictError(
                ErrorCode.ALREADY_EXISTS,
                f"The pump waits for command {self.number}, and was given {command.number}.",
                hint="Nothing was delivered; go on with the run from its journal.",
            )
        decision = decision_of(command)
        if not _same(command, self.command_for(decision)):
            raise DataError(
                ErrorCode.DAMAGED_ARTEFACT,
                f"Command {command.number} is not what this run's sensor, limits and pump make of the decision.",
                hint="The run was begun with another version or machine; begin in another folder.",
            )
        kept = self._stepped.step(decision)
        glucose = float(kept["glucose_mgdl"][0, 1])
        if not np.isfinite(glucose):
            raise SolverError(ErrorCode.NOT_FINITE, f"Glucose is not finite after command {command.number}.")
        totals = {name: float(kept[f"{REACTION}.{name}"][0, 1]) for name in TOTALS}
        return Delivery(number=command.number, glucose_mgdl=glucose, **totals)


def _same(recorded: Command, made: Command) -> bool:
    """Whether two commands are the same to the last digits that machines differ in."""

    def values(one: Command) -> np.ndarray:
        doses = [one.rate_u_per_h, one.bolus_u, one.safe_rate_u_per_h, one.safe_bolus_u, one.on_board_u]
        return np.array([*doses, float(one.clamps), float(one.minute_utc), *one.seen.values()])

    return bool(np.allclose(values(recorded), values(made), rtol=TOLERANCE, atol=TOLERANCE, equal_nan=True))
