"""The interface of a live source, and what can go wrong while one is asked."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar, Self

from pydantic import SecretStr

from glucotwin.core.error import ErrorCode, GlucoTwinError
from glucotwin.ingest.format import Imported, ImportOptions
from glucotwin.ingest.live.credential import Credential
from glucotwin.ingest.quality import Source


class SourceError(GlucoTwinError):
    """A live source did not give what it was asked for.

    Attributes:
        passing: whether it may work by itself later.
    """

    error_code: ClassVar[ErrorCode] = ErrorCode.SOURCE_ANSWER
    passing: ClassVar[bool] = True

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(self.error_code, message, hint=hint)


class UnreachableError(SourceError):
    """No connection, no answer in time, an answer that broke off, or a failure of the server."""

    error_code: ClassVar[ErrorCode] = ErrorCode.SOURCE_UNREACHABLE


class BusyError(SourceError):
    """The source asks to be left alone for a while.

    Attributes:
        retry_after_s: for how many seconds; None when it does not say.
    """

    error_code: ClassVar[ErrorCode] = ErrorCode.SOURCE_BUSY

    def __init__(self, message: str, *, hint: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after_s = retry_after_s


class AnswerError(SourceError):
    """The answer is no JSON, not of the expected shape, or larger than any that is needed."""


class SignInError(SourceError):
    """The source does not accept the credentials, or they do not permit reading. Trying again can lock an account."""

    error_code: ClassVar[ErrorCode] = ErrorCode.SIGN_IN_REFUSED
    passing: ClassVar[bool] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRequest:
    """What is needed to reach a source; each takes what it needs.

    Attributes:
        url: address of the site or server, without any secret; None for the usual one.
        region: of the service, one of the source's ``regions``.
        folder: to watch.
        options: what the source may not say, such as the zone of local times without an offset.
        credentials: by name, as the source's ``credentials`` list them.
    """

    url: str | None = None
    region: str | None = None
    folder: Path | None = None
    options: ImportOptions = field(default_factory=ImportOptions)
    credentials: Mapping[str, SecretStr] = field(default_factory=dict)


class LiveSource(ABC):
    """A source of a person's data that goes on; a new one is a subclass in a file of its own and a line in ``SOURCES``.

    An object stays signed in between fetches, so a service keeps it.

    Attributes:
        name: stable identifier.
        title: name for people.
        credentials: what signing in takes.
        regions: of the service, the usual one first.
        record_source: what the ``source`` of its records begins with; empty when they are of any source.
        overlap: what is fetched again before the newest reading, because readings may arrive late.
        reach: how far back the source remembers; None when it keeps everything.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    credentials: ClassVar[tuple[Credential, ...]] = ()
    regions: ClassVar[tuple[str, ...]] = ()
    record_source: ClassVar[str] = ""
    overlap: ClassVar[timedelta] = timedelta(hours=6)
    reach: ClassVar[timedelta | None] = None

    @classmethod
    @abstractmethod
    def reached_by(cls, request: SourceRequest) -> Self:
        """The source of a request; nothing is connected yet.

        Raises:
            DataError: something is missing or cannot be meant.
        """

    @abstractmethod
    def fetch(self, since: datetime | None) -> Imported:
        """Everything from a moment on, perhaps a little before it, in the order of time.

        Args:
            since: aware time; None for everything that the source has.

        Raises:
            SourceError: the source cannot be read now (see its subclasses).
            UnitError, DataError: what it gives cannot be what it claims to be.
        """

    @property
    @abstractmethod
    def account(self) -> str:
        """Whose data these are, as text that is only ever kept as a salted hash."""

    @property
    def files(self) -> tuple[Source, ...]:
        """The files behind the last fetch, read or refused."""
        return ()

    @property
    def memory(self) -> Mapping[str, str]:
        """What to hand to ``recall`` before the first fetch of the next run; nothing secret or personal."""
        return {}

    def recall(self, memory: Mapping[str, str]) -> None:  # noqa: B027  # few sources have a memory
        """Takes up the memory of an earlier run."""

    def close(self) -> None:  # noqa: B027  # a folder has no connection
        """Lets go of connections."""
