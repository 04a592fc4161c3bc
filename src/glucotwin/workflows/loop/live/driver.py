"""One live run going on: what is seen, decided, written, given and told, step by step."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from glucotwin.control.safety_array import reasons_of
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.progress import ProgressCallback
from glucotwin.workflows.channel.channel import ChannelError
from glucotwin.workflows.loop.live.clock import AbstractClock, WallClock
from glucotwin.workflows.loop.live.dose_log import Command, Delivery, DoseLog, seen_of
from glucotwin.workflows.loop.live.patient import AbstractPatient
from glucotwin.workflows.loop.live.proposal import Ear, Proposal, is_due, proposals_of
from glucotwin.workflows.loop.pilot import AnyPilot

FASTEST = 100_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStep:
    """Five minutes of a live run.

    Attributes:
        command: what was seen, decided and told to the pump.
        delivery: where it ended.
        proposals: what is left to the person.
        untold: why channels did not carry proposals; each is tried again at the next step.
        late_s: seconds by which it was late.
        replayed: whether the command was written before the run was gone on with, and is given now.
    """

    command: Command
    delivery: Delivery
    proposals: tuple[Proposal, ...] = ()
    untold: tuple[str, ...] = ()
    late_s: float = 0.0
    replayed: bool = False

    def to_json(self) -> dict[str, object]:
        """One line of a run, as JSON values."""
        command, delivery = self.command, self.delivery
        return {
            "number": command.number,
            "minute_utc": command.minute_utc,
            "sensor_mgdl": command.seen["glucose_mgdl"],
            "announced_carbs_g": command.seen["announced_carbs_g"],
            "wanted_rate_u_per_h": command.wanted["rate_u_per_h"],
            "wanted_bolus_u": command.wanted["bolus_u"],
            "rate_u_per_h": command.rate_u_per_h,
            "bolus_u": command.bolus_u,
            "on_board_u": command.on_board_u,
            "reason": command.reason.word,
            "clamps": list(reasons_of(command.clamps)),
            "proposals": [{"kind": str(one.kind), "amount": one.amount} for one in self.proposals],
            "untold": list(self.untold),
            "glucose_after_mgdl": delivery.glucose_mgdl,
            "late_s": self.late_s,
            "replayed": self.replayed,
        }


Watch = Callable[[LiveStep], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveChoice:
    """How a run is lived; none of it changes what happens in it.

    Attributes:
        speed: seconds of life per second.
        clock: what to wait by.
        ears: where proposals are told.
        watch: told every step as it is made.
    """

    speed: float = 1.0
    clock: AbstractClock = field(default_factory=WallClock)
    ears: Sequence[Ear] = ()
    watch: Watch = lambda _: None

    def __post_init__(self) -> None:
        if not 0.0 < self.speed <= FASTEST:
            raise DataError(
                ErrorCode.INVALID_VALUE,
                f"A run cannot be lived at {self.speed:g} times the speed of life.",
                hint=f"Choose more than 0 and at most {FASTEST:g}.",
            )
        for one in self.ears:
            one.check()


class LiveDriver:
    """Person, algorithm and journal of a run that is going on."""

    def __init__(
        self, patient: AbstractPatient, pilot: AnyPilot, log: DoseLog, choice: LiveChoice, *, names: tuple[str, str]
    ) -> None:
        """Before anything is replayed.

        Args:
            patient: before the first command.
            pilot: the algorithm, before its first decision.
            log: of the run.
            choice: who is told of what.
            names: of the person and the algorithm, for messages.
        """
        self._patient, self._pilot, self._log, self._choice = patient, pilot, log, choice
        self._person, self._algorithm = names

    @property
    def is_over(self) -> bool:
        """Whether all days are lived."""
        return self._patient.number >= self._patient.steps

    def replay(self, progress: ProgressCallback) -> None:
        """Brings the person and the algorithm to where the journal ends.

        The algorithm sees again what it saw, so that it remembers; what it decides is not asked for.
        """
        for command in tuple(self._log.commands):
            self._pilot.decide(seen_of(command))
            delivery = self._patient.deliver(command)
            progress("replay", (command.number + 1) / len(self._log.commands))
            if command.number not in self._log.deliveries:
                self._choice.watch(self._noted(command, delivery, late_s=0.0, replayed=True))

    def step(self, late_s: float) -> LiveStep:
        """The next five minutes."""
        decision = self._pilot.decide(self._patient.seen)
        command = self._patient.command_for(decision)
        self._log.record_command(command)
        return self._noted(command, self._patient.deliver(command), late_s=late_s, replayed=False)

    def _noted(self, command: Command, delivery: Delivery, *, late_s: float, replayed: bool) -> LiveStep:
        """Tells what is proposed and writes where the step ended."""
        self._log.record_delivery(delivery)
        proposals = proposals_of(command)
        untold = [text for one in proposals for text in self._tell(one)]
        return LiveStep(
            command=command,
            delivery=delivery,
            proposals=proposals,
            untold=tuple(untold),
            late_s=late_s,
            replayed=replayed,
        )

    def _tell(self, proposal: Proposal) -> list[str]:
        """Why ears did not hear of a proposal; a loop does not stand still because a receiver is away."""
        failed: list[str] = []
        for ear in self._choice.ears:
            if not is_due(proposal, ear.name, self._log.told):
                continue
            try:
                ear.tell(proposal.content(person=self._person, algorithm=self._algorithm))
            except ChannelError as error:
                failed.append(f"{ear.channel.kind}: {error.message}")
            else:
                self._log.record_told(str(proposal.kind), ear.name, proposal.minute_utc)
        return failed
