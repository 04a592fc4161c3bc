"""The application: all endpoints under ``/api/v1``, the dashboard beside them, the guard around everything."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from glucotwin.service.document import interface
from glucotwin.service.guard import Guard
from glucotwin.service.problem import add_problem_handlers
from glucotwin.service.site import STATIC, add_site
from glucotwin.service.state import Service


def create_app(
    service: Service, *, work: Sequence[AbstractAsyncContextManager[None]] = (), site: Path = STATIC
) -> FastAPI:
    """The application of a service.

    Args:
        service: what it holds while it runs; closed with it.
        work: what runs beside it, such as a queue's worker.
        site: folder of the dashboard's built files.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            for one in work:
                await stack.enter_async_context(one)
            yield
        service.close()

    app = interface(lifespan)
    app.state.service = service
    add_site(app, site)
    add_problem_handlers(app)
    app.add_middleware(Guard, service=service)
    return app
