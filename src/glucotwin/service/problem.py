"""Errors as HTTP: one table from kinds of error to status, and ``application/problem+json`` (RFC 9457)."""

import errno
from collections.abc import Mapping, Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from glucotwin.core.error import (
    ConflictError,
    ConsentError,
    ErrorCode,
    GlucoTwinError,
    NotAllowedError,
    NotFoundError,
    SafetyError,
)
from glucotwin.core.message import message
from glucotwin.store.database import storage_full

CONTENT_TYPE = "application/problem+json"
UNPROCESSABLE = 422
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

BY_CODE: Mapping[ErrorCode, int] = {
    ErrorCode.NOT_SIGNED_IN: 401,
    ErrorCode.SIGN_IN_REFUSED: 401,
    ErrorCode.CSRF: 403,
    ErrorCode.FILE_TOO_LARGE: 413,
    ErrorCode.TOO_MANY_REQUESTS: 429,
    ErrorCode.SOURCE_ANSWER: 502,
    ErrorCode.DATABASE_UNAVAILABLE: 503,
    ErrorCode.SOURCE_UNREACHABLE: 504,
    ErrorCode.STORAGE_FULL: 507,
}
BY_CLASS: Sequence[tuple[type[GlucoTwinError], int]] = (
    (NotFoundError, 404),
    (ConflictError, 409),
    (NotAllowedError, 403),
    (SafetyError, 451),
    (GlucoTwinError, UNPROCESSABLE),
)
"""The first that fits counts."""


class NotSignedInError(GlucoTwinError):
    """Nobody is signed in, or not with these words."""


class TooManyRequestsError(GlucoTwinError):
    """Somebody asks too often.

    Attributes:
        retry_after_s: for how long to wait.
    """

    def __init__(self, code: ErrorCode, message: str, *, hint: str = "", retry_after_s: float = 1.0) -> None:
        super().__init__(code, message, hint=hint)
        self.retry_after_s = retry_after_s


def status_of(error: GlucoTwinError) -> int:
    """The HTTP status of an error."""
    if error.code in BY_CODE:
        return BY_CODE[error.code]
    return next(status for kind, status in BY_CLASS if isinstance(error, kind))


def problem(
    status: int, code: str, detail: str, *, hint: str = "", headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    """An error as a response."""
    content = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail, "hint": hint}
    return JSONResponse(content | more, status_code=status, media_type=CONTENT_TYPE, headers=dict(headers or {}))


def problem_of(error: GlucoTwinError) -> JSONResponse:
    """An error of ours as a response."""
    headers = {"Retry-After": f"{error.retry_after_s:.0f}"} if isinstance(error, TooManyRequestsError) else {}
    more = {"purpose": error.purpose} if isinstance(error, ConsentError) else {}
    return problem(status_of(error), str(error.code), error.message, hint=error.hint, headers=headers, **more)


def add_problem_handlers(app: FastAPI) -> None:
    """Lets every error leave as a problem."""
    app.add_exception_handler(GlucoTwinError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OSError, _system)


def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, GlucoTwinError)  # noqa: S101  # registered for it alone
    return problem_of(error)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  # registered for it alone
    errors = [
        {"field": ".".join(str(part) for part in one["loc"]), "message": str(one["msg"])} for one in error.errors()
    ]
    return problem(UNPROCESSABLE, str(ErrorCode.INVALID_VALUE), message("service-invalid"), errors=errors)


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101  # registered for it alone
    code = {404: str(ErrorCode.UNKNOWN_NAME), 405: "method-not-allowed"}.get(error.status_code, "http")
    return problem(error.status_code, code, str(error.detail), headers=error.headers)


def _system(request: Request, error: Exception) -> JSONResponse:
    """A full disk, met while a file was written; every other error of the system is a defect."""
    if isinstance(error, OSError) and error.errno in FULL:
        return problem_of(storage_full())
    raise error
