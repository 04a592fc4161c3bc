"""What a channel is: it checks an account's settings, and carries one message."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field

from glucotwin.core.error import ErrorCode, GlucoTwinError
from glucotwin.core.message import message

Settings = Mapping[str, str]
LONGEST_SETTING = 2000


class ChannelError(GlucoTwinError):
    """A message could not be carried.

    Attributes:
        is_final: whether the receiver is gone for good.
    """

    def __init__(self, words: str, *, is_final: bool = False) -> None:
        super().__init__(ErrorCode.NOT_DELIVERED, words, hint=message("channel-failed-hint"))
        self.is_final = is_final


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """The server that takes mail for delivery.

    Attributes:
        host, port: where it is.
        is_encrypted: from the first byte; otherwise by STARTTLS, which is required but for a server on this machine.
        user, password: blank for none.
        sender: address that mails come from.
    """

    host: str
    port: int
    is_encrypted: bool
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What an installation lets channels do.

    Attributes:
        allow_private: whether messages may go to addresses of private networks and this machine.
        mail: None when the installation sends no mail.
        push_key: private key (PEM) by which push services know this installation; blank for no push.
        contact: address of whoever runs the installation, told to push services.
        timeout_s: for each receiver.
    """

    allow_private: bool = False
    mail: MailServer | None = None
    push_key: bytes = field(default=b"", repr=False)
    contact: str = "mailto:nobody@localhost"
    timeout_s: float = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message to carry.

    Attributes:
        content: as JSON values: ``kind``, ``title``, ``sentence``, ``do``, ``time``, ``urgent``, ``person`` …
        secret: of the channel.
    """

    content: Mapping[str, object]
    secret: str = field(repr=False)

    def text(self, name: str) -> str:
        """One of the values as text; blank without."""
        value = self.content.get(name, "")
        return value if isinstance(value, str) else ""


class Channel(ABC):
    """A kind of channel.

    Attributes:
        kind: its name.
        fields: names of its settings, all of them required.
        needs_code: whether the account has to repeat a code that was sent there before anything else is.
        tells_quiet: whether it also carries what is not to be heard: in quiet hours, and when an alarm is over.
    """

    kind: str
    fields: tuple[str, ...]
    needs_code = False
    tells_quiet = True

    @abstractmethod
    def check(self, settings: Settings, outgoing: Outgoing) -> None:
        """Passes when messages could be sent with these settings.

        Raises:
            DataError: a setting is impossible, or not allowed here.
        """

    @abstractmethod
    def send(self, settings: Settings, notice: Notice, outgoing: Outgoing) -> None:
        """Carries a message.

        Raises:
            ChannelError: it did not arrive.
        """
