"""Runs the service until it is told to stop: by Ctrl-C, by a signal, or from another thread."""

import signal
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import FrameType

import uvicorn

from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.core.message import message
from glucotwin.service.app import create_app
from glucotwin.service.site import STATIC
from glucotwin.service.state import Service

PATIENCE_S = 10
"""So long requests that are being answered may take after a signal."""


class ServiceServer(uvicorn.Server):
    """The web server; at the first signal it lets listeners go, which would keep it running for ever."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ends gently at the first signal, at once at a second Ctrl-C; the process itself goes on."""
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
        self.stop()

    def stop(self) -> None:
        """Ends gently; callable from any thread."""
        self.should_exit = True
        # A signal may come while its own thread holds the lock that this takes.
        threading.Thread(target=self._service.broker.close, daemon=True).start()


def bind(host: str, port: int) -> socket.socket:
    """A socket to answer at.

    Args:
        host: name or address.
        port: number; 0 for any that is free.

    Raises:
        ConflictError: the address is in use, or is not of this machine.
    """
    bound: socket.socket | None = None
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError as error:
        if bound is not None:
            bound.close()
        raise ConflictError(
            ErrorCode.ALREADY_EXISTS,
            message("serve-address", host=host, port=str(port), reason=str(error.strerror or error)),
            hint=message("serve-address-hint"),
        ) from error
    return bound


def address_of(bound: socket.socket) -> str:
    """The address as a browser takes it."""
    host, port = bound.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"


def run_service(
    service: Service,
    bound: socket.socket,
    *,
    work: Sequence[AbstractAsyncContextManager[None]] = (),
    site: Path = STATIC,
    ready: Callable[[ServiceServer], None] = lambda _: None,
) -> None:
    """Answers requests until it is told to stop.

    Args:
        service: closed afterwards.
        bound: where to answer.
        work: what runs beside it.
        site: folder of the dashboard's built files.
        ready: told when requests are answered.
    """
    app = create_app(service, work=work, site=site)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=PATIENCE_S
    )
    server = ServiceServer(config, service)
    threading.Thread(target=_tell_when_started, args=(server, ready), daemon=True).start()
    server.run(sockets=[bound])


def _tell_when_started(server: ServiceServer, ready: Callable[[ServiceServer], None]) -> None:
    pause = threading.Event()
    while not server.started and not server.should_exit:
        pause.wait(0.02)
    if server.started:
        ready(server)
