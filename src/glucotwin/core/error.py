"""Errors with stable codes: what went wrong, where, and what to do about it."""

from enum import StrEnum


class ErrorCode(StrEnum):
    """Stable identifiers of everything that can go wrong; documented one by one in ``docs/reference/errors.md``."""

    UNKNOWN_UNIT = "unknown-unit"
    MISSING_UNIT = "missing-unit"
    NAIVE_TIME = "naive-time"
    INVALID_VALUE = "invalid-value"
    OVERLAPPING_TIMES = "overlapping-times"
    MISSING_COLUMN = "missing-column"
    EMPTY_FILE = "empty-file"
    FILE_TOO_LARGE = "file-too-large"
    UNREADABLE_FILE = "unreadable-file"
    UNRECOGNISED_FORMAT = "unrecognised-format"
    UNSUPPORTED_VERSION = "unsupported-version"
    UNSUPPORTED_PART = "unsupported-part"
    DAMAGED_ARTEFACT = "damaged-artefact"
    TOO_LITTLE_DATA = "too-little-data"
    UNKNOWN_NAME = "unknown-name"
    ALREADY_EXISTS = "already-exists"
    NOT_FINITE = "not-finite"
    NOT_CONVERGED = "not-converged"
    OUTSIDE_VALIDITY = "outside-validity"
    NOT_ALLOWED = "not-allowed"
    SOURCE_UNREACHABLE = "source-unreachable"
    SOURCE_BUSY = "source-busy"
    SOURCE_ANSWER = "source-answer"
    SIGN_IN_REFUSED = "sign-in-refused"
    DATABASE_UNAVAILABLE = "database-unavailable"
    CONSENT_MISSING = "consent-missing"
    NOT_SIGNED_IN = "not-signed-in"
    CSRF = "csrf"
    NO_TWIN = "no-twin"
    TOO_MANY_REQUESTS = "too-many-requests"
    NOT_DELIVERED = "not-delivered"
    COURSE_MISSING = "course-missing"
    STORAGE_FULL = "storage-full"
    BROKEN_PLUGIN = "broken-plugin"


class GlucoTwinError(Exception):
    """Base of every error that GlucoTwin raises on purpose.

    Attributes:
        code: stable identifier, for programs.
        message: what went wrong and where, for people.
        hint: what to do about it; may be empty.
    """

    def __init__(self, code: ErrorCode, message: str, *, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.code = code
        self.message = message
        self.hint = hint


class UnitError(GlucoTwinError):
    """A unit is missing, unknown or contradicts the values."""


class DataError(GlucoTwinError):
    """A file or record cannot be what it claims to be."""


class ModelError(GlucoTwinError):
    """A body, organ or parameter is inconsistent."""


class SolverError(GlucoTwinError):
    """An integration left the finite numbers."""


class FitError(GlucoTwinError):
    """A twin could not be fitted to these data."""


class SafetyError(GlucoTwinError):
    """An answer is withheld because it would not be safe or valid to give."""


class NotFoundError(GlucoTwinError):
    """A named thing (body, subject, format, artefact) does not exist."""


class ConflictError(GlucoTwinError):
    """Something already exists or changed meanwhile."""


class NotAllowedError(GlucoTwinError):
    """The profile or role does not permit this."""


class ConsentError(NotAllowedError):
    """The person did not consent to this purpose, or no longer does.

    Attributes:
        purpose: identifier of the purpose.
    """

    def __init__(self, code: ErrorCode, message: str, *, hint: str = "", purpose: str = "") -> None:
        super().__init__(code, message, hint=hint)
        self.purpose = purpose
