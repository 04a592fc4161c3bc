"""What a supervised run proposes when it predicts a low, and how the person is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from glucotwin.control.controller import DecisionReason
from glucotwin.control.safety_array import reasons_of
from glucotwin.control.safety_rule import ClampReason
from glucotwin.core.message import message
from glucotwin.core.provenance import sha256_of_json
from glucotwin.domain.inputs import time_from_minute_utc
from glucotwin.workflows.channel.channel import Channel, Notice, Outgoing, Settings
from glucotwin.workflows.loop.live.dose_log import TOUCH, Command

AGAIN_MIN: Final = 30
"""A proposal that stays is told again after so many minutes."""
NAME_LENGTH: Final = 16
LOWS: Final = frozenset({DecisionReason.SUSPEND_LOW, DecisionReason.SUSPEND_PREDICTED_LOW})


class ProposalKind(StrEnum):
    """What is proposed."""

    LESS_BASAL = "less-basal"
    CARBS = "carbs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a person is asked to do against a low.

    Attributes:
        kind: what.
        minute_utc: when, in minutes since 1970 UTC.
        glucose_mgdl: what the sensor shows; not a number when it shows nothing.
        amount: U/h to go down to, or grams to eat.
        instead_of: U/h that run.
    """

    kind: ProposalKind
    minute_utc: int
    glucose_mgdl: float
    amount: float
    instead_of: float = 0.0

    def words(self) -> str:
        """What to do, in a sentence."""
        if self.kind is ProposalKind.CARBS:
            return message("live-propose-carbs", grams=f"{self.amount:.0f}")
        return message("live-propose-basal", rate=f"{self.amount:.2f}", running=f"{self.instead_of:.2f}")

    def content(self, *, person: str, algorithm: str) -> Mapping[str, object]:
        """What a channel carries, as JSON values."""
        return {
            "kind": f"loop-{self.kind}",
            "title": message("live-propose-title", algorithm=algorithm),
            "sentence": self.words(),
            "do": self.words(),
            "time": time_from_minute_utc(self.minute_utc).isoformat(),
            "urgent": self.kind is ProposalKind.CARBS,
            "person": person,
            "glucose_mgdl": self.glucose_mgdl if self.glucose_mgdl > 0.0 else None,
            "amount": self.amount,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Ear:
    """Where proposals are told.

    Attributes:
        channel: kind of channel.
        settings: of the channel.
        secret: by which the receiver knows who sent a message.
        outgoing: what the installation allows.
    """

    channel: Channel
    settings: Settings
    secret: str
    outgoing: Outgoing

    @property
    def name(self) -> str:
        """By which a journal tells ears apart: a hash, for an address may be secret."""
        return sha256_of_json({"kind": self.channel.kind, **self.settings})[:NAME_LENGTH]

    def check(self) -> None:
        """Passes when messages could be sent.

        Raises:
            DataError: a setting is impossible, or not allowed here.
        """
        self.channel.check(self.settings, self.outgoing)

    def tell(self, content: Mapping[str, object]) -> None:
        """Carries a message.

        Raises:
            ChannelError: it did not arrive.
        """
        self.channel.send(self.settings, Notice(content=content, secret=self.secret), self.outgoing)


def proposals_of(command: Command) -> tuple[Proposal, ...]:
    """What a command leaves to the person: a basal rate that was to be cut before a low, and carbohydrate.

    With automation the cut is made already, and only carbohydrate is left.
    """
    shown, carbs_g = command.seen["glucose_mgdl"], command.wanted["proposed_carbs_g"]
    found: list[Proposal] = []
    low = command.reason in LOWS or ClampReason.GLUCOSE_LOW in reasons_of(command.clamps)
    if low and command.safe_rate_u_per_h < command.rate_u_per_h - TOUCH:
        found.append(
            Proposal(
                kind=ProposalKind.LESS_BASAL,
                minute_utc=command.minute_utc,
                glucose_mgdl=shown,
                amount=command.safe_rate_u_per_h,
                instead_of=command.rate_u_per_h,
            )
        )
    if carbs_g > 0.0:
        found.append(
            Proposal(kind=ProposalKind.CARBS, minute_utc=command.minute_utc, glucose_mgdl=shown, amount=carbs_g)
        )
    return tuple(found)


def is_due(proposal: Proposal, ear: str, told: Mapping[tuple[str, str], int]) -> bool:
    """Whether a proposal is to be told to an ear now.

    Args:
        proposal: which.
        ear: name of the ear.
        told: minutes at which proposals were last told, by their kind and the name of the ear.
    """
    last = told.get((str(proposal.kind), ear))
    return last is None or proposal.minute_utc - last >= AGAIN_MIN
