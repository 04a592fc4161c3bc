"""The dashboard's built files, as the wheel holds them; any other path is the dashboard's own, and gets its page."""

from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import FileResponse, HTMLResponse, Response

from glucotwin.core.message import message
from glucotwin.service.problem import problem

STATIC = Path(__file__).parent / "static"
INDEX = "index.html"
FOR_EVER = "public, max-age=31536000, immutable"
RESERVED = ("api/", "health/", "metrics")


def add_site(app: FastAPI, folder: Path = STATIC) -> None:
    """Serves the dashboard; without one a page that says so."""
    router = APIRouter(include_in_schema=False)
    root = folder.resolve()

    @router.get("/{path:path}")
    def page(path: str) -> Response:
        if path.startswith(RESERVED):
            return problem(404, "unknown-name", message("service-no-page"))
        file = (root / path).resolve()
        if file.is_file() and file.is_relative_to(root):
            # Built files carry a hash of their content in their names, but for the page and what installs it.
            headers = {"Cache-Control": FOR_EVER if path.startswith("assets/") else "no-cache"}
            return FileResponse(file, headers=headers)
        if "." in path.rsplit("/", 1)[-1]:
            return problem(404, "unknown-name", message("service-no-page"))
        if (root / INDEX).is_file():
            return FileResponse(root / INDEX, headers={"Cache-Control": "no-cache"})
        return HTMLResponse(f"<!doctype html><title>GlucoTwin</title><p>{message('service-no-dashboard')}</p>")

    app.include_router(router)
