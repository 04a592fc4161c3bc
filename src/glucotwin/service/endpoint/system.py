"""Whether the service is well, and its numbers."""

from fastapi import APIRouter, Response
from sqlalchemy import text

from glucotwin.service.caller import Running
from glucotwin.service.schema import Json

router = APIRouter(tags=["system"])


@router.get("/health/live")
def alive() -> Json:
    """The process answers."""
    return {"status": "ok"}


@router.get("/health/ready")
def ready(service: Running) -> Json:
    """The database answers too."""
    with service.database.nobody() as connection:
        connection.execute(text("SELECT 1"))
    return {"status": "ok"}


@router.get("/metrics", response_class=Response)
def metrics(service: Running) -> Response:
    """Numbers for Prometheus; nothing of a person."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")
