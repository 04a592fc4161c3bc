"""A data folder: the database and the keys of one installation, served by one process at a time."""

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import platformdirs
from filelock import FileLock, Timeout

from glucotwin.core.error import ConflictError, ErrorCode
from glucotwin.core.message import message
from glucotwin.store.artefact import WORK, clear_work
from glucotwin.store.database import Database, open_database
from glucotwin.store.embedded.keeper import kept_running
from glucotwin.store.embedded.server import start_server
from glucotwin.store.key import KEYS, PRIVATE_FOLDER, Keystore

LOCK = ".open.lock"


def default_data_folder() -> Path:
    """Where this user's data are kept when nothing else is said."""
    return Path(platformdirs.user_data_dir("glucotwin"))


@contextmanager
def open_data_folder(folder: Path, *, url: str | None = None, alone: bool = True) -> Generator[Database]:
    """Opens an installation; its own database server is started, and stopped afterwards by who started it.

    Args:
        folder: of the installation; made at first.
        url: address of another database, as its owner; None for the embedded server in the folder.
        alone: whether nobody else may have it open; if they may, it is looked at beside them.

    Raises:
        ConflictError: another process has it open.
        ServerError: the embedded server cannot be started.
        DatabaseError: the other database cannot be reached.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    with ExitStack() as stack:
        is_first = _is_locked(stack, folder)
        if alone and not is_first:
            raise ConflictError(
                ErrorCode.ALREADY_EXISTS,
                message("store-folder-open", path=str(folder)),
                hint=message("store-folder-open-hint"),
            )
        if is_first:
            clear_work(folder / WORK)
        if url is None:
            server = start_server(folder)
            if is_first:
                stack.callback(server.stop)
                stack.enter_context(kept_running(folder, server))
            url = server.url()
        database = open_database(url, keystore=Keystore.open(folder / KEYS), folder=folder)
        stack.callback(database.close)
        yield database


def _is_locked(stack: ExitStack, folder: Path) -> bool:
    try:
        stack.enter_context(FileLock(folder / LOCK, timeout=0))
    except Timeout:
        return False
    return True
