"""The journal of a live run: each command to the pump is on the disk before the pump gets it.

A run is what its journal says. Whoever goes on with it replays the journal: every dose is given as it was written, none
is decided anew, and a command whose delivery was not noted any more before the process ended is given once, as written.
"""

import json
import math
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import jax.numpy as jnp
import numpy as np

from glucotwin.control.controller import Decision, DecisionReason, Seen
from glucotwin.core.error import ConflictError, DataError, ErrorCode
from glucotwin.core.journal import OpenJournal, open_journal

JOURNAL: Final = "journal.jsonl"
TOUCH: Final = 1e-6
"""U/h and U that count as nothing."""
PUMP_STEP_U_PER_H: Final = 0.05
"""Rates that differ by less are the same to a usual pump."""
RUN, COMMAND, DELIVERED, TOLD = "run", "command", "delivered", "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a pump is told for five minutes, and what led to it.

    Attributes:
        number: of the step, from 0; a pump takes each once.
        minute_utc: when, in minutes since 1970 UTC.
        seen: what the algorithm saw, by name of ``Seen``.
        wanted: what it decided, by name of ``Decision``.
        rate_u_per_h, bolus_u: what the pump is told after limits and supervision.
        safe_rate_u_per_h, safe_bolus_u: what would be given if nobody supervised.
        scheduled_u_per_h: the basal rate that the schedule has now.
        on_board_u: insulin beyond the schedule.
        clamps: the limits that changed the decision, as bits.
    """

    number: int
    minute_utc: int
    seen: Mapping[str, float]
    wanted: Mapping[str, float]
    rate_u_per_h: float
    bolus_u: float
    safe_rate_u_per_h: float
    safe_bolus_u: float
    scheduled_u_per_h: float
    on_board_u: float
    clamps: int

    @property
    def reason(self) -> DecisionReason:
        """Why the algorithm decided so."""
        return DecisionReason(int(self.wanted["reason"]))

    @property
    def is_held_back(self) -> bool:
        """Whether supervision leaves something of what would be given to the person."""
        rate, bolus = self.safe_rate_u_per_h - self.rate_u_per_h, self.safe_bolus_u - self.bolus_u
        return abs(rate) > PUMP_STEP_U_PER_H or abs(bolus) > TOUCH


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where a step ended.

    Attributes:
        number: of the step.
        glucose_mgdl: true glucose at its end.
        basal_u_total, bolus_u_total, rescue_carbs_g_total: since the start of the run.
    """

    number: int
    glucose_mgdl: float
    basal_u_total: float
    bolus_u_total: float
    rescue_carbs_g_total: float


class DoseLog:
    """The journal of one run, kept open.

    Attributes:
        commands: every command, in order.
        deliveries: of the commands, by number; the last may be missing.
        told: minutes at which proposals were last told, by their kind and the name of the ear.
    """

    def __init__(self, journal: OpenJournal, run: Mapping[str, Any]) -> None:
        """Takes up the journal of a run, or begins it.

        Args:
            journal: open.
            run: all that decides what happens, as JSON values.

        Raises:
            ConflictError: the journal is of another run.
            DataError: it is no journal of a run.
        """
        self._journal = journal
        self.commands: list[Command] = []
        self.deliveries: dict[int, Delivery] = {}
        self.told: dict[tuple[str, str], int] = {}
        if not journal.entries:
            journal.append(RUN, run)
            return
        _check_run(journal, run)
        try:
            for entry in journal.entries[1:]:
                self._take(entry.kind, entry.content)
        except (TypeError, KeyError, ValueError) as error:
            raise _damaged(journal.path, str(error)) from error

    def record_command(self, command: Command) -> None:
        """Writes a command; once this returns it is safe on the disk, and the pump may have it.

        Raises:
            DataError: it is not the next one.
        """
        self._add(command)
        self._journal.append(COMMAND, _plain(asdict(command)))

    def record_delivery(self, delivery: Delivery) -> None:
        """Writes where a step ended."""
        self._journal.append(DELIVERED, _plain(asdict(delivery)))
        self.deliveries[delivery.number] = delivery

    def record_told(self, kind: str, ear: str, minute_utc: int) -> None:
        """Writes that a proposal was told to an ear."""
        self._journal.append(TOLD, {"kind": kind, "ear": ear, "minute_utc": minute_utc})
        self.told[kind, ear] = minute_utc

    def _take(self, kind: str, content: Mapping[str, Any]) -> None:
        if kind == COMMAND:
            self._add(_command_from(content))
        elif kind == DELIVERED:
            numbers = _numbers({name: value for name, value in content.items() if name != "number"})
            delivery = Delivery(number=int(content["number"]), **numbers)
            self.deliveries[delivery.number] = delivery
        elif kind == TOLD:
            self.told[str(content["kind"]), str(content["ear"])] = int(content["minute_utc"])
        else:
            raise ValueError(kind)

    def _add(self, command: Command) -> None:
        if command.number != len(self.commands):
            raise _damaged(self._journal.path, f"command {command.number} after {len(self.commands)} commands")
        self.commands.append(command)


@contextmanager
def open_dose_log(folder: Path, run: Mapping[str, Any]) -> Generator[DoseLog]:
    """The journal of a run in a folder, for this process alone.

    Args:
        folder: made when it is not there.
        run: all that decides what happens, as JSON values; the same every time that a run is gone on with.

    Raises:
        ConflictError: another process has the run, or the folder holds another one.
        DataError: the journal is damaged.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with open_journal(folder / JOURNAL) as journal:
        yield DoseLog(journal, run)


def recorded_run(folder: Path) -> Mapping[str, Any] | None:
    """What decides what happens in the run that a folder holds; None when it holds none."""
    path = folder / JOURNAL
    if not path.is_file():
        return None
    with path.open(encoding="utf-8") as file:
        line = file.readline()
    try:
        content: Mapping[str, Any] = json.loads(line)["content"]
    except (ValueError, TypeError, KeyError):
        return None  # nothing whole was written; opening the journal says so
    return content


def seen_of(command: Command) -> Seen:
    """What one person's algorithm saw, with a leading people axis."""
    return Seen(**{name: jnp.asarray([value], dtype=jnp.float64) for name, value in command.seen.items()})


def decision_of(command: Command) -> Decision:
    """What one person's algorithm decided, with a leading people axis."""
    values = {name: jnp.asarray([value], dtype=jnp.float64) for name, value in command.wanted.items()}
    return Decision(**{**values, "reason": jnp.asarray([int(command.wanted["reason"])], dtype=jnp.int32)})


def numbers_of(part: Seen | Decision) -> dict[str, float]:
    """The first person's values by name."""
    return {name: float(np.asarray(getattr(part, name))[0]) for name in part.__dataclass_fields__}


def _command_from(content: Mapping[str, Any]) -> Command:
    nested: dict[str, Any] = {name: _numbers(content[name]) for name in ("seen", "wanted")}
    return Command(**{**content, **nested})


def _plain(content: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON values; a figure that is none becomes null."""

    def one(value: Any) -> Any:  # noqa: ANN401 - JSON values
        if isinstance(value, Mapping):
            return _plain(value)
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return {name: one(value) for name, value in content.items()}


def _numbers(content: Mapping[str, Any]) -> dict[str, float]:
    return {name: math.nan if value is None else float(value) for name, value in content.items()}


def _check_run(journal: OpenJournal, run: Mapping[str, Any]) -> None:
    first = journal.entries[0]
    if first.kind != RUN:
        raise _damaged(journal.path, f"it begins with {first.kind}")
    asked: Mapping[str, Any] = json.loads(json.dumps(run))
    names = {*asked, *first.content}
    other = sorted(name for name in names if asked.get(name) != first.content.get(name))
    if other:
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS,
            f"{journal.path.parent} holds another run: {', '.join(other)} differ.",
            hint="Repeat the command that began it, or name another folder.",
        )


def _damaged(path: Path, what: str) -> DataError:
    return DataError(
        ErrorCode.DAMAGED_ARTEFACT, f"{path} is no journal of a live run: {what}.", hint="Begin in another folder."
    )
