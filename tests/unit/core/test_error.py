"""Errors and their stable codes."""

import pytest

from glucotwin.core import error
from glucotwin.core.error import DataError, ErrorCode, GlucoTwinError

KINDS = [kind for kind in vars(error).values() if isinstance(kind, type) and issubclass(kind, GlucoTwinError)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_carries_code_message_and_hint(kind: type[GlucoTwinError]) -> None:
    caught = kind(ErrorCode.INVALID_VALUE, "Glucose is -3.", hint="Check the file.")
    assert (caught.code, caught.message, caught.hint) == (ErrorCode.INVALID_VALUE, "Glucose is -3.", "Check the file.")
    assert isinstance(caught, GlucoTwinError)


def test_text_is_message_and_hint() -> None:
    assert str(DataError(ErrorCode.EMPTY_FILE, "It is empty.", hint="Export again.")) == "It is empty. Export again."
    assert str(DataError(ErrorCode.EMPTY_FILE, "It is empty.")) == "It is empty."


def test_codes_are_lower_case_words_and_distinct() -> None:
    codes = [str(code) for code in ErrorCode]
    assert len(set(codes)) == len(codes)
    assert all(code == code.lower() and code.replace("-", "").isalpha() for code in codes)
