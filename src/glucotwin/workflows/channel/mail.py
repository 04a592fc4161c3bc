"""E-mail: an alarm in words to an address whose owner has repeated a code from there."""

import re
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.workflows.channel.channel import Channel, ChannelError, MailServer, Notice, Outgoing, Settings

LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_ADDRESS = re.compile(r"[^@\s<>,;:\"\\()\[\]]{1,64}@[A-Za-z0-9.-]{1,250}\.[A-Za-z]{2,24}")


class Mail(Channel):
    """Sends by the installation's mail server."""

    kind = "email"
    fields = ("address",)
    needs_code = True
    tells_quiet = False

    def check(self, settings: Settings, outgoing: Outgoing) -> None:
        """Passes for an address, when the installation sends mail."""
        if outgoing.mail is None:
            raise DataError(ErrorCode.INVALID_VALUE, message("channel-no-mail"), hint=message("channel-no-mail-hint"))
        if not _ADDRESS.fullmatch(settings["address"]):
            raise DataError(ErrorCode.INVALID_VALUE, message("channel-bad-mail"))

    def send(self, settings: Settings, notice: Notice, outgoing: Outgoing) -> None:
        """Mails the alarm."""
        if outgoing.mail is None:
            raise ChannelError(message("channel-no-mail"))
        mail = _mail(settings["address"], notice, outgoing.mail)
        try:
            with _connected(outgoing.mail, outgoing.timeout_s) as server:
                server.send_message(mail)
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelError(message("channel-unreachable")) from error


def _mail(address: str, notice: Notice, server: MailServer) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = server.sender, address
    subject = f"{notice.text('title')} ({notice.text('person')})" if notice.text("person") else notice.text("title")
    mail["Subject"] = " ".join(subject.split())
    mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain=server.sender.rpartition("@")[2] or "localhost")
    mail["Auto-Submitted"] = "auto-generated"
    if notice.content.get("urgent") is True:
        mail["X-Priority"], mail["Importance"] = "1", "high"
    parts = (notice.text("sentence"), notice.text("do"), notice.text("time"), message("not-a-medical-device"))
    mail.set_content("\n\n".join(part for part in parts if part))
    return mail


def _connected(server: MailServer, timeout_s: float) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.is_encrypted:
        connected: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=timeout_s, context=context)
    else:
        connected = smtplib.SMTP(server.host, server.port, timeout=timeout_s)
        if server.host not in LOCAL:
            connected.starttls(context=context)
    if server.user:
        connected.login(server.user, server.password)
    return connected
