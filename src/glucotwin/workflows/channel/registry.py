"""All kinds of channels: a new one is one file and one line here."""

from collections.abc import Mapping

from glucotwin.core.error import ErrorCode, NotFoundError
from glucotwin.core.message import message
from glucotwin.workflows.channel.channel import Channel
from glucotwin.workflows.channel.mail import Mail
from glucotwin.workflows.channel.push import Push
from glucotwin.workflows.channel.webhook import Webhook

CHANNELS: Mapping[str, Channel] = {one.kind: one for one in (Webhook(), Mail(), Push())}


def find_kind(kind: str) -> Channel:
    """A kind of channel by its name.

    Raises:
        NotFoundError: there is none.
    """
    if kind not in CHANNELS:
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("channel-unknown", kind=kind), hint=", ".join(CHANNELS))
    return CHANNELS[kind]
