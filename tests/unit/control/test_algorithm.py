"""The registry of dosing algorithms."""

import pytest

from glucotwin.control.algorithm import ALGORITHMS, find_algorithm
from glucotwin.core.error import ErrorCode, NotFoundError


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_algorithm_can_be_asked(name: str) -> None:
    assert callable(find_algorithm(name))


def test_unknown_algorithm_names_the_known_ones() -> None:
    with pytest.raises(NotFoundError) as raised:
        find_algorithm("crystal-ball")
    assert raised.value.code is ErrorCode.UNKNOWN_NAME
    assert all(name in raised.value.hint for name in ALGORITHMS)
