"""Zones by name."""

import pytest

from glucotwin.core.error import DataError, ErrorCode
from glucotwin.core.zone import find_zone


def test_zone_is_found_by_its_name() -> None:
    assert find_zone("Europe/Berlin").key == "Europe/Berlin"


@pytest.mark.parametrize("name", ["Mars/Base", "", "Europe", "../etc/passwd", "/etc/localtime"])
def test_name_of_no_zone_is_refused(name: str) -> None:
    with pytest.raises(DataError) as caught:
        find_zone(name)
    assert caught.value.code is ErrorCode.UNKNOWN_NAME
    assert "Europe/Berlin" in (caught.value.hint or "")
