"""Whether the service is well, and its numbers."""

from typing import Literal

from fastapi import APIRouter, Response
from sqlalchemy import text
from typing_extensions import TypedDict

from glucotwin.service.caller import Running

router = APIRouter(tags=["system"])


class Health(TypedDict):
    """All is well; otherwise an error is told."""

    status: Literal["ok"]


@router.get("/health/live")
def alive() -> Health:
    """The process answers."""
    return {"status": "ok"}


@router.get("/health/ready")
def ready(service: Running) -> Health:
    """The database answers too."""
    with service.database.nobody() as connection:
        connection.execute(text("SELECT 1"))
    return {"status": "ok"}


@router.get("/metrics", response_class=Response)
def metrics(service: Running) -> Response:
    """Numbers for Prometheus; nothing of a person."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")
