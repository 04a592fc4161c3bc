"""What an installation lets channels of alarms do, as its operator says in the environment."""

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.message import message
from glucotwin.store.database import Database
from glucotwin.store.key import write_private
from glucotwin.workflows.channel.channel import MailServer, Outgoing
from glucotwin.workflows.channel.push import made_push_key

SMTP, SENDER = "GLUCOTWIN_SMTP_URL", "GLUCOTWIN_MAIL_FROM"
PRIVATE, CONTACT = "GLUCOTWIN_PRIVATE_TARGETS", "GLUCOTWIN_CONTACT"
PUSH_KEY = "push.pem"
PORTS = {"smtp": 587, "smtps": 465}


def outgoing_of(environment: Mapping[str, str], database: Database) -> Outgoing:
    """What is allowed and by which servers; the key for push services is made the first time.

    Args:
        environment: variables of the operator.
        database: beside whose keys the key for push is kept.

    Raises:
        DataError: the mail server's address cannot be read.
    """
    path = database.keystore.folder / PUSH_KEY
    if not path.exists():
        write_private(path, made_push_key())
    mail = mail_server_of(environment)
    contact = environment.get(CONTACT) or ("mailto:nobody@localhost" if mail is None else f"mailto:{mail.sender}")
    return Outgoing(
        allow_private=environment.get(PRIVATE) == "1", mail=mail, push_key=path.read_bytes(), contact=contact
    )


def mail_server_of(environment: Mapping[str, str]) -> MailServer | None:
    """The mail server, as ``smtps://user:password@host:465`` or ``smtp://…`` with STARTTLS; None without one.

    Raises:
        DataError: the address cannot be read, or the sender is missing.
    """
    address = environment.get(SMTP, "")
    if not address:
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise DataError(ErrorCode.INVALID_VALUE, message("channel-bad-server"), hint=SMTP) from error
    sender = environment.get(SENDER, "")
    if parts.scheme not in PORTS or not parts.hostname or "@" not in sender:
        raise DataError(ErrorCode.INVALID_VALUE, message("channel-bad-server"), hint=f"{SMTP}, {SENDER}")
    return MailServer(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        is_encrypted=parts.scheme == "smtps",
        sender=sender,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
