import numpy as np
import pytest

from glucotwin.workflows.trial.t1d.setting import BLOCKS, LARGEST_STEP, LARGEST_TOTAL, Settings, Step

PEOPLE = 3


def settings() -> Settings:
    return Settings(
        basal_u_per_h=np.full((PEOPLE, 24), 1.0),
        carb_ratio_g_per_u=np.full((PEOPLE, 24), 10.0),
        correction_factor_mgdl_per_u=np.full(PEOPLE, 40.0),
    )


def step(size: float) -> Step:
    return Step.of_table(np.full((PEOPLE, 2 * BLOCKS + 1), size))


def test_more_insulin_raises_rates_and_lowers_ratios_and_factors():
    after = settings().times(step(np.log(1.1)))
    assert after.basal_u_per_h == pytest.approx(1.1)
    assert after.carb_ratio_g_per_u == pytest.approx(10.0 / 1.1)
    assert after.correction_factor_mgdl_per_u == pytest.approx(40.0 / 1.1)


def test_a_block_of_the_day_moves_alone():
    table = np.zeros((PEOPLE, 2 * BLOCKS + 1))
    table[0, 1] = np.log(1.1)
    after = settings().times(Step.of_table(table))
    moved = np.flatnonzero(after.basal_u_per_h[0] != 1.0)
    assert moved.tolist() == [6, 7, 8, 9, 10]
    assert np.all(after.basal_u_per_h[1:] == 1.0)


@pytest.mark.parametrize("size", [-1.0, 1.0])
def test_no_step_is_larger_than_the_envelope(size: float):
    change = np.expm1(step(size).within(Step.none(PEOPLE)).table)
    assert np.all(np.abs(change) <= LARGEST_STEP + 1e-12)


def test_steps_together_stay_within_what_is_allowed_in_all():
    total = Step.none(PEOPLE)
    for _ in range(20):
        total = total.plus(step(1.0).within(total))
    assert np.expm1(total.table) == pytest.approx(LARGEST_TOTAL)


def test_what_is_not_accepted_is_not_changed():
    accepted = np.zeros((PEOPLE, 2 * BLOCKS + 1), dtype=bool)
    accepted[1, 0] = True
    taken = step(0.05).taken(accepted)
    assert np.count_nonzero(taken.table) == 1
    assert taken.basal[1, 0] == 0.05
