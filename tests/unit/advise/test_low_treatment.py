import numpy as np

from glucotwin.advise.low_treatment import AWAKE_MGDL, WAIT_MIN, LowTreatment

STEP_MIN = 5.0
POINTS = 24


def treatment(rise_mgdl: float, below_mgdl: float = AWAKE_MGDL) -> LowTreatment:
    """Two paths on which a treatment raises glucose at once, for good."""
    return LowTreatment(
        effect_mgdl=np.full((2, POINTS), rise_mgdl), below_mgdl=np.full(POINTS, below_mgdl), step_min=STEP_MIN
    )


def test_a_low_is_treated_once_it_comes_and_a_path_without_one_stays() -> None:
    falling, level = np.linspace(100.0, 40.0, POINTS), np.full(POINTS, 120.0)
    before = np.stack([falling, level])
    after = treatment(50.0).treated(before)
    first = int(np.argmax(falling < AWAKE_MGDL))
    np.testing.assert_array_equal(after[0, : first + 1], falling[: first + 1])
    np.testing.assert_allclose(after[0, first + 1 :], falling[first + 1 :] + 50.0)
    np.testing.assert_array_equal(after[1], level)
    np.testing.assert_array_equal(before[0], falling)


def test_it_is_treated_again_only_after_a_quarter_of_an_hour() -> None:
    low = np.full((2, POINTS), 60.0)
    after = treatment(2.0).treated(low)
    wait = int(WAIT_MIN / STEP_MIN)
    np.testing.assert_allclose(after[0, 1 : wait + 1], 62.0)
    np.testing.assert_allclose(after[0, wait + 1 : 2 * wait + 1], 64.0)


def test_asleep_only_very_low_glucose_wakes() -> None:
    low = np.full((2, POINTS), 60.0)
    np.testing.assert_array_equal(treatment(50.0, below_mgdl=54.0).treated(low), low)
