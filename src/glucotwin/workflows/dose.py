"""Use case: one decision of a dosing algorithm, from the original's own input to the original's own answer."""

import json
from collections.abc import Mapping
from typing import TextIO, cast

from glucotwin.control.algorithm import find_algorithm
from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.profile import RESEARCHER, Authority, Capability

_LARGEST_CHARACTERS = 50_000_000
_HINT = "Give one JSON object, as the algorithm's original takes it."


def decide_dose(stream: TextIO, *, algorithm: str, authority: Authority = RESEARCHER) -> dict[str, object]:
    """Decides once.

    Args:
        stream: a JSON object: the input of the algorithm's original, or a case with it under ``input``.
        algorithm: name of the algorithm.
        authority: on whose behalf.

    Returns:
        The answer, by the names of the original, as JSON values.

    Raises:
        NotAllowedError: the authority may not be shown doses.
        NotFoundError: there is no such algorithm.
        DataError: the file is no JSON object, or the input is incomplete or contradicts itself.
    """
    authority.require(Capability.ADVISE_DOSE)
    decide = find_algorithm(algorithm)
    return decide(_document(stream))


def _document(stream: TextIO) -> Mapping[str, object]:
    try:
        text = stream.read(_LARGEST_CHARACTERS + 1)
        if len(text) > _LARGEST_CHARACTERS:
            raise DataError(ErrorCode.FILE_TOO_LARGE, "The input is larger than 50 MB.", hint=_HINT)
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DataError(ErrorCode.UNREADABLE_FILE, f"The input is no JSON: {error}.", hint=_HINT) from error
    if not isinstance(document, dict):
        raise DataError(ErrorCode.UNREADABLE_FILE, "The input is no JSON object.", hint=_HINT)
    fields = cast("dict[str, object]", document)
    inner = fields.get("input")
    return cast("dict[str, object]", inner) if isinstance(inner, dict) else fields
