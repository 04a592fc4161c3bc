"""Secrets that sign in to a source: from a file that only its owner can read, or from the environment; never shown."""

import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from glucotwin.core.error import DataError, ErrorCode, NotAllowedError, NotFoundError

LARGEST_FILE_BYTES = 4096
_LINE = re.compile(r"\s*(?P<name>[a-z_]+)\s*=\s*(?P<value>.*?)\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """One thing that signing in takes.

    Attributes:
        name: in files and, after the source's name, in environment variables.
        title: for people.
        hidden: whether it is a secret (and not, say, an e-mail address); it is kept out of sight all the same.
        required: whether the source works only with it.
        instead: name of the credential that makes this one unnecessary.
    """

    name: str
    title: str
    hidden: bool = True
    required: bool = True
    instead: str = ""


def variable_of(source_name: str, name: str) -> str:
    """The environment variable of a credential, or of another thing that a source needs.

    Args:
        source_name: the source's identifier.
        name: of the credential, or ``url``.
    """
    return f"GLUCOTWIN_{source_name}_{name}".upper().replace("-", "_")


def known_credentials(
    source_name: str, credentials: Sequence[Credential], *, file: Path | None, environment: Mapping[str, str]
) -> dict[str, SecretStr]:
    """The credentials that a file or the environment gives; the file counts more.

    Args:
        source_name: the source's identifier.
        credentials: what the source takes.
        file: lines of ``name = value``, or one line that is the first hidden credential.
        environment: variables by name.

    Raises:
        NotFoundError, NotAllowedError, DataError: the file is not there, open to others, or not of this form.
    """
    from_environment = {
        one.name: SecretStr(value)
        for one in credentials
        if (value := environment.get(variable_of(source_name, one.name), "").strip())
    }
    return from_environment | ({} if file is None else credentials_of_file(file, credentials))


def missing_credentials(credentials: Sequence[Credential], known: Mapping[str, SecretStr]) -> tuple[Credential, ...]:
    """The credentials that are neither known nor made unnecessary by another one."""
    return tuple(one for one in credentials if one.name not in known and one.instead not in known)


def credentials_of_file(path: Path, credentials: Sequence[Credential]) -> dict[str, SecretStr]:
    """The credentials in a file that nobody but its owner may read.

    Raises:
        NotFoundError: it is not there.
        NotAllowedError: others may read or change it.
        DataError: it is not of the form that ``known_credentials`` describes.
    """
    lines = [line for line in _private_text(path).splitlines() if line.strip() and not line.lstrip().startswith("#")]
    allowed = [one.name for one in credentials]
    pairs = [found.groupdict() for line in lines if (found := _LINE.fullmatch(line)) and found["name"] in allowed]
    hidden = [one.name for one in credentials if one.hidden]
    if len(lines) == 1 and not pairs and hidden:
        return {hidden[0]: SecretStr(lines[0].strip())}
    if not lines or len(pairs) < len(lines):
        raise DataError(
            ErrorCode.UNREADABLE_FILE,
            f"The file of secrets {path.name!r} has {len(lines)} lines, {len(pairs)} of which can be understood.",
            hint=f"Write one line each, such as `{allowed[0] if allowed else 'token'} = …`; "
            f"names are {', '.join(allowed)}.",
        )
    return {one["name"]: SecretStr(one["value"]) for one in pairs if one["value"]}


def _private_text(path: Path) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as error:
        raise NotFoundError(
            ErrorCode.UNKNOWN_NAME, f"The file of secrets {path.name!r} cannot be opened.", hint="Check the path."
        ) from error
    try:
        _check_private(path, os.fstat(descriptor))
        data = os.read(descriptor, LARGEST_FILE_BYTES + 1)
    finally:
        os.close(descriptor)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if not text or len(data) > LARGEST_FILE_BYTES:
        raise DataError(
            ErrorCode.UNREADABLE_FILE,
            f"The file of secrets {path.name!r} is empty, larger than {LARGEST_FILE_BYTES} bytes, or no text.",
            hint="Write one line each, such as `token = …`.",
        )
    return text


def _check_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path.name!r} is no plain file.", hint="Give a text file.")
    if os.name == "posix" and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NotAllowedError(
            ErrorCode.NOT_ALLOWED,
            f"The file of secrets {path.name!r} is open to other users of this computer.",
            hint=f"Keep it to yourself: chmod 600 {path}",
        )
