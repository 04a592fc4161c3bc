"""Webhook: an alarm as JSON to an address, for a speaker, a lamp, a watch or home automation.

The header ``GlucoTwin-Signature`` holds the time and an HMAC-SHA256 of time and body with the channel's secret, so that
the receiver knows who sent it and that it is not an old message.
"""

import hashlib
import hmac
import json
import time

from glucotwin.workflows.channel.address import check_address, post
from glucotwin.workflows.channel.channel import Channel, Notice, Outgoing, Settings

SIGNATURE = "GlucoTwin-Signature"


class Webhook(Channel):
    """Sends to an address that an account enters."""

    kind = "webhook"
    fields = ("url",)

    def check(self, settings: Settings, outgoing: Outgoing) -> None:
        """Passes for an address that may be reached."""
        check_address(settings["url"], allow_private=outgoing.allow_private)

    def send(self, settings: Settings, notice: Notice, outgoing: Outgoing) -> None:
        """Posts the alarm."""
        body = json.dumps(dict(notice.content)).encode()
        headers = {"Content-Type": "application/json", SIGNATURE: signature(notice.secret, body, int(time.time()))}
        post(settings["url"], body, headers, outgoing)


def signature(secret: str, body: bytes, at_s: int) -> str:
    """What proves a message.

    Args:
        secret: of the channel.
        body: as it is sent.
        at_s: seconds since 1970.
    """
    mark = hmac.new(secret.encode(), f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={mark}"
