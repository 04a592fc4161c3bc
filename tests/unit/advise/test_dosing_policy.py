import jax.numpy as jnp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glucotwin.advise.dosing_policy import BolusCalculator, ProportionalCorrection, Seen

CALCULATOR = BolusCalculator(
    carb_ratio_g_per_u=jnp.full(24, 10.0),
    correction_factor_mgdl_per_u=jnp.full(24, 40.0),
    target_mgdl=jnp.full(24, 110.0),
    insulin_duration_min=jnp.asarray(240.0),
)
BASAL_U_PER_MIN = 0.01


def seen(
    glucose: float, *, grams: float = 0.0, asked: bool = True, on_board: float = 0.0, factual: float = 0.0
) -> Seen:
    return Seen(
        glucose_mgdl=jnp.asarray(glucose),
        factual_mgdl=jnp.asarray(factual),
        asked=jnp.asarray(asked),
        announced_g=jnp.asarray(grams),
        on_board_u=jnp.asarray(on_board),
        recorded_u_per_min=jnp.asarray(BASAL_U_PER_MIN),
        minute_of_day=jnp.asarray(720.0),
        acts=jnp.ones((), bool),
    )


def bolus_u(now: Seen) -> float:
    return 5.0 * (float(CALCULATOR.dose(CALCULATOR.initial_state(), now)[1]) - BASAL_U_PER_MIN)


@pytest.mark.parametrize(
    ("now", "expected_u"),
    [
        (seen(110.0, grams=60.0), 6.0),
        (seen(190.0, grams=60.0), 8.0),
        (seen(190.0, grams=60.0, on_board=1.5), 6.5),
        (seen(190.0, grams=60.0, on_board=9.0), 6.0),
        (seen(70.0, grams=60.0), 5.0),
        (seen(60.0), 0.0),
        (seen(190.0, grams=60.0, asked=False), 0.0),
    ],
)
def test_calculator_gives_food_and_correction_less_what_acts(now: Seen, expected_u: float) -> None:
    assert bolus_u(now) == pytest.approx(expected_u)


def test_calculator_remembers_its_own_boluses() -> None:
    after, _ = CALCULATOR.dose(CALCULATOR.initial_state(), seen(110.0, grams=40.0))
    assert 3.5 < float(after.on_board_u) < 4.0
    again = 5.0 * (float(CALCULATOR.dose(after, seen(270.0))[1]) - BASAL_U_PER_MIN)
    assert again == pytest.approx(4.0 - float(after.on_board_u))


def test_five_percent_are_left_after_the_duration() -> None:
    state, _ = CALCULATOR.dose(CALCULATOR.initial_state(), seen(110.0, grams=40.0))
    for _ in range(47):
        state, _ = CALCULATOR.dose(state, seen(110.0, asked=False))
    assert float(state.on_board_u) == pytest.approx(4.0 * 0.0498, rel=0.01)


@given(st.floats(40.0, 400.0), st.floats(40.0, 400.0))
def test_proportional_answer_never_takes_more_than_is_given(glucose: float, factual: float) -> None:
    policy = ProportionalCorrection(correction_factor_mgdl_per_u=jnp.asarray(40.0), time_min=jnp.asarray(120.0))
    _, dosed = policy.dose((), seen(glucose, factual=factual))
    assert float(dosed) >= 0.0
    assert (float(dosed) > BASAL_U_PER_MIN) == (glucose > factual) or glucose == pytest.approx(factual)


def test_proportional_answer_without_a_change_is_the_record() -> None:
    policy = ProportionalCorrection(correction_factor_mgdl_per_u=jnp.asarray(40.0), time_min=jnp.asarray(120.0))
    assert float(policy.dose((), seen(140.0, factual=140.0))[1]) == BASAL_U_PER_MIN
    assert float(policy.dose((), seen(188.0, factual=140.0))[1]) == pytest.approx(BASAL_U_PER_MIN + 0.01)
