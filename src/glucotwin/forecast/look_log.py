"""The log of looks at test data: a part that is looked at often enough is no test any more, so every look is noted."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from glucotwin.core.error import DataError, ErrorCode, NotFoundError


def log_look(path: Path, *, data: Sequence[str], settings: Mapping[str, object], found: Mapping[str, object]) -> int:
    """Appends one look; the file is only ever added to.

    Args:
        path: the log, one JSON object per line.
        data: content hashes of everybody's timeline.
        settings: what was asked.
        found: the figures that were seen.

    Returns:
        How often this very data has been looked at, this time included.

    Raises:
        NotFoundError: the folder does not exist.
        DataError: the log cannot be read or written.
    """
    identity = sorted(data)
    if not path.parent.is_dir():
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, f"There is no folder {path.parent}.", hint="Make it first.")
    earlier = sum(1 for look in read_looks(path) if look.get("data") == identity) if path.exists() else 0
    look = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "settings": dict(settings), "found": dict(found)}
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(look | {"data": identity}, allow_nan=False) + "\n")
    except OSError as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, f"{path} cannot be written: {error.strerror}.") from error
    return earlier + 1


def read_looks(path: Path) -> list[dict[str, object]]:
    """Every look so far, oldest first.

    Raises:
        DataError: the file is no such log.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        looks = [json.loads(line) for line in lines if line.strip()]
    except (OSError, ValueError) as error:
        raise DataError(ErrorCode.UNRECOGNISED_FORMAT, f"{path} is no log of looks at test data.") from error
    if not all(isinstance(look, dict) for look in looks):
        raise DataError(ErrorCode.UNRECOGNISED_FORMAT, f"{path} is no log of looks at test data.")
    return looks
