"""Files that appear whole or not at all."""

import os
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
    sibling = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        write(sibling)
        sibling.replace(path)
    finally:
        sibling.unlink(missing_ok=True)
