"""Use case: write and read a safety envelope as a file."""

import json
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from glucotwin.advise.envelope import ENVELOPE_SCHEMA, EnvelopeLimits, SafetyEnvelope
from glucotwin.core.error import DataError, ErrorCode, NotFoundError
from glucotwin.core.message import message

LARGEST_FILE_BYTES = 100_000


def save_envelope(envelope: SafetyEnvelope, path: Path) -> None:
    """Writes an envelope as JSON.

    Raises:
        DataError: there is a file already.
    """
    if path.exists():
        raise DataError(ErrorCode.ALREADY_EXISTS, message("envelope-exists", path=str(path)))
    path.write_text(json.dumps(envelope.to_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load_envelope(path: Path) -> SafetyEnvelope:
    """An envelope from its file; one that was altered loads and then holds for nothing.

    Raises:
        NotFoundError: there is no such file.
        DataError: the file is no envelope.
    """
    if not path.is_file():
        raise NotFoundError(ErrorCode.UNKNOWN_NAME, message("envelope-none", path=str(path)))
    if path.stat().st_size > LARGEST_FILE_BYTES:
        raise DataError(ErrorCode.FILE_TOO_LARGE, message("envelope-unreadable", path=str(path)))
    try:
        return envelope_from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError, KeyError, AttributeError, ValidationError) as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, message("envelope-unreadable", path=str(path))) from error


def envelope_from_json(document: dict[str, object]) -> SafetyEnvelope:
    """An envelope from JSON values.

    Raises:
        DataError: it is of another schema, or breaks the rules of envelopes.
    """
    if document.get("schema") != ENVELOPE_SCHEMA:
        raise DataError(ErrorCode.UNSUPPORTED_VERSION, message("envelope-schema", schema=ENVELOPE_SCHEMA))
    content = {name: value for name, value in document.items() if name not in ("schema", "limits")}
    limits = TypeAdapter(EnvelopeLimits).validate_python(document.get("limits"))
    return TypeAdapter(SafetyEnvelope).validate_python({**content, "limits": limits})
