"""The interface: every endpoint, and its description as OpenAPI 3.1, which needs no running service."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from glucotwin import __version__
from glucotwin.core.message import message
from glucotwin.service import cds
from glucotwin.service.endpoint import (
    account,
    advice,
    alarm,
    ask,
    channel,
    correction,
    data,
    envelope,
    lifestyle_advice,
    medicine_advice,
    moment_advice,
    person,
    prognosis,
    provider,
    questionnaire,
    regimen,
    setting_advice,
    system,
    therapy,
    trust,
    twin,
    view,
)
from glucotwin.service.fhir import endpoint as fhir
from glucotwin.service.nightscout import glance
from glucotwin.service.nightscout import v1 as nightscout_v1
from glucotwin.service.nightscout import v3 as nightscout_v3
from glucotwin.service.problem import CONTENT_TYPE

PREFIX = "/api/v1"
ROUTERS = (
    account.router,
    provider.router,
    person.router,
    data.router,
    correction.router,
    view.router,
    twin.router,
    ask.router,
    therapy.router,
    setting_advice.router,
    lifestyle_advice.router,
    medicine_advice.router,
    moment_advice.router,
    alarm.router,
    channel.router,
    advice.router,
    envelope.router,
    prognosis.router,
    regimen.router,
    questionnaire.router,
    trust.router,
)
OTHERS = (
    (nightscout_v1.router, PREFIX, "Nightscout's shape of an error"),
    (nightscout_v3.router, "/api", "Nightscout's shape of an error"),
    (glance.router, "/api", "Nightscout's shape of an error"),
    (glance.pebble, "", "Nightscout's shape of an error"),
    (fhir.router, fhir.PREFIX, "An OperationOutcome"),
    (cds.router, "/api", "A problem"),
)
"""Interfaces of other systems: their endpoints, where they stand, and how they tell errors."""
PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "An error (RFC 9457). The codes are listed in docs/reference/errors.md.",
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "hint"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string", "description": "For people."},
        "hint": {"type": "string", "description": "What to do."},
        "purpose": {"type": "string", "description": "The consent that is missing."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}
REFUSED = {"description": "Refused", "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
UNUSED = ("HTTPValidationError", "ValidationError")
"""Shapes of errors that the framework would describe and that never leave this service."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def interface(lifespan: Lifespan | None = None) -> FastAPI:
    """An application with all endpoints and nothing around them."""
    app = FastAPI(
        title="GlucoTwin",
        version=__version__,
        summary=message("not-a-medical-device"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        generate_unique_id_function=_operation_id,
        separate_input_output_schemas=False,
        responses={"4XX": REFUSED, 422: REFUSED},
    )
    for router in ROUTERS:
        app.include_router(router, prefix=PREFIX)
    for router, prefix, words in OTHERS:
        app.include_router(router, prefix=prefix, responses={"4XX": {"description": words}})
    app.include_router(system.router)
    app.openapi = lambda: _described(app)
    return app


def interface_document() -> dict[str, Any]:
    """The description of the interface as JSON values."""
    return interface().openapi()


def _described(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, summary=app.summary, routes=app.routes)
        shapes = made["components"]["schemas"]
        for name in UNUSED:
            shapes.pop(name, None)
        shapes["Problem"] = PROBLEM
        app.openapi_schema = made
    return app.openapi_schema


def _operation_id(route: APIRoute) -> str:
    method = next(iter(sorted(route.methods or ())), "get").lower()
    words = route.path.removeprefix(PREFIX).replace("{", "").replace("}", "").strip("/").replace("/", "_")
    return f"{method}_{words.replace('-', '_')}"
