"""Keeps the embedded server running: one that was killed, or had no room to go on, is started again."""

import contextlib
import os
import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from glucotwin.core.error import GlucoTwinError
from glucotwin.store.embedded.server import EmbeddedServer, start_server

LOOK_S = 1.0
SOCKET = ".s.PGSQL.5432"


@contextmanager
def kept_running(folder: Path, server: EmbeddedServer, *, look_s: float = LOOK_S) -> Generator[None]:
    """Looks after a data folder's server for as long as this goes on.

    Args:
        folder: of the installation.
        server: running in it.
        look_s: how often to look.
    """
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(look_s):
            if not is_answering(server):
                _start_again(folder, server)

    thread = threading.Thread(target=keep, daemon=True, name="database-keeper")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def is_answering(server: EmbeddedServer) -> bool:
    """Whether somebody listens at the server's socket."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.settimeout(LOOK_S)
        try:
            caller.connect(str(server.socket / SOCKET))
        except OSError:
            return False
    return True


def _start_again(folder: Path, server: EmbeddedServer) -> None:
    # Where this process is the first of a container, nobody else buries the dead server, which then looks alive.
    with contextlib.suppress(OSError, ValueError, IndexError):
        os.waitpid(int((server.cluster / "postmaster.pid").read_text().split()[0]), os.WNOHANG)
    # What it lacks, such as room on the disk, may come later; a server that is just dying still looks alive.
    with contextlib.suppress(GlucoTwinError, OSError, psycopg.Error):
        start_server(folder, durable=server.durable)
