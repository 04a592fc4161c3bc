"""Errors of FHIR: an ``OperationOutcome`` with the status of the error."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from glucotwin.core.error import GlucoTwinError
from glucotwin.core.message import message
from glucotwin.service.problem import status_of
from glucotwin.service.schema import Json

CONTENT_TYPE = "application/fhir+json"
KINDS = {401: "login", 403: "forbidden", 404: "not-found", 409: "conflict", 413: "too-long", 429: "throttled"}
BAD_REQUEST = 400


class FhirResponse(JSONResponse):
    """A resource."""

    media_type = CONTENT_TYPE


class FhirRoute(APIRoute):
    """A route whose errors are told as FHIR tells them."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler."""
        handler = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handler(request)
            except GlucoTwinError as error:
                return failed(status_of(error), error.message, code=str(error.code))
            except RequestValidationError:
                return failed(BAD_REQUEST, message("service-invalid"), code="invalid-value")

        return handled


def failed(status: int, words: str, *, code: str) -> FhirResponse:
    """An error as a response."""
    return FhirResponse(outcome(KINDS.get(status, "invalid"), words, code), status_code=status)


def outcome(kind: str, words: str, code: str = "") -> Json:
    """An ``OperationOutcome`` with one issue."""
    details = {"details": {"text": code}} if code else {}
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": kind, "diagnostics": words, **details}],
    }
