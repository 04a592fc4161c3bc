import math

from glucotwin.twin.discrepancy import discrepancies

NAMES = ["insulin_effect", "carb_effect", "insulin_time", "carb_time", "persistence", "exercise_effect"]


def test_every_factor_is_there_with_a_sane_spread() -> None:
    found = discrepancies()
    assert list(found) == NAMES
    for one in found.values():
        assert abs(one.log_median) < math.log(6.0)
        assert 0.0 < one.log_sd < 1.5
        assert one.description
