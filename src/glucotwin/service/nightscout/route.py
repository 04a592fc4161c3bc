"""Errors as apps of Nightscout expect them, and names of paths with the endings that apps write."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from glucotwin.core.error import GlucoTwinError
from glucotwin.service.problem import TooManyRequestsError, status_of

ENDINGS = ("", ".json", "/", ".json/")
BAD_REQUEST, UNPROCESSABLE = 400, 422
TITLES = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 413: "Payload Too Large"}


class NightscoutRoute(APIRoute):
    """A route whose errors are told in Nightscout's shape, with our code and words beside it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler."""
        handler = super().get_route_handler()

        async def handled(request: Request) -> Response:
            try:
                return await handler(request)
            except GlucoTwinError as error:
                return error_response(error)

        return handled


def error_response(error: GlucoTwinError) -> JSONResponse:
    """An error as Nightscout tells it."""
    status = status_of(error)
    status = BAD_REQUEST if status == UNPROCESSABLE else status
    content = {
        "status": status,
        "message": TITLES.get(status, str(error.code)),
        "description": error.message,
        "code": str(error.code),
        "hint": error.hint,
    }
    headers = {"Retry-After": f"{error.retry_after_s:.0f}"} if isinstance(error, TooManyRequestsError) else {}
    return JSONResponse(content, status_code=status, headers=headers)


def add(router: APIRouter, method: str, path: str, endpoint: Callable[..., object], *, status: int = 200) -> None:
    """Adds an endpoint under its path and under the other endings of it; only the first is documented."""
    for ending in ENDINGS:
        router.add_api_route(
            path + ending,
            endpoint,
            methods=[method],
            status_code=status,
            include_in_schema=ending == "",
            response_model=None,
        )
