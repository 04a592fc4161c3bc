"""Files and folders that appear whole or not at all."""

import os
import shutil
import threading
import uuid
from collections.abc import Callable
from pathlib import Path

from glucotwin.core.error import ErrorCode, NotFoundError


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Writes a file beside its place and moves it there, so that nobody ever finds half of one.

    Args:
        path: where the file belongs.
        write: writes it to the path it is given, which has the same ending.

    Raises:
        NotFoundError: the folder does not exist.
    """
    if not path.parent.is_dir():
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no folder {path.parent}.", hint="Make it first.")
    # Also threads of one process may write the same file.
    sibling = path.with_name(f".{path.stem}.{os.getpid()}-{threading.get_ident()}{path.suffix}")
    try:
        write(sibling)
        sibling.replace(path)
    finally:
        sibling.unlink(missing_ok=True)


def replace_folder(path: Path, write: Callable[[Path], object]) -> None:
    """Fills a folder beside its place and moves it there; an earlier one comes back when that fails.

    Args:
        path: where the folder belongs.
        write: fills the folder it is given.

    Raises:
        NotFoundError: the folder around it does not exist.
    """
    if not path.parent.is_dir():
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no folder {path.parent}.", hint="Make it first.")
    draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    draft.mkdir()
    try:
        write(draft)
        _put_in_place(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _put_in_place(draft: Path, path: Path) -> None:
    if not path.exists():
        draft.rename(path)
        return
    old = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    path.rename(old)
    try:
        draft.rename(path)
    except OSError:
        old.rename(path)
        raise
    shutil.rmtree(old)
