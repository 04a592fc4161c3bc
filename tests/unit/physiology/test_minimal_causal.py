import equinox as eqx
import numpy as np

from glucotwin.domain.inputs import constant_inputs
from glucotwin.physiology.minimal import compose_minimal_of
from glucotwin.physiology.minimal_causal import minimal_causal_body, minimal_causal_parameters
from glucotwin.simulate.trajectory import simulate
from glucotwin.testing.body import check_body

BASAL_U_PER_MIN = 0.8 / 60.0
MINUTES = 480


def body():
    fitted = compose_minimal_of({"weight_kg": 75.0, "basal_u_per_min": BASAL_U_PER_MIN})
    rates = {name: one.typical for name, one in minimal_causal_parameters().items() if name in fitted.parameters()}
    return minimal_causal_body(fitted.with_parameters(rates))


def glucose(*, insulin_u: float = 0.0, carbs_g: float = 0.0, fast_g: float = 0.0) -> np.ndarray:
    once = np.zeros(MINUTES)
    once[60] = 1.0
    inputs = constant_inputs(
        MINUTES, insulin_u_per_min=BASAL_U_PER_MIN + insulin_u * once, carbs_g_per_min=(carbs_g + fast_g) * once
    )
    drunk = eqx.tree_at(lambda one: one.liquid_carbs_g_per_min, inputs, fast_g * once)
    return np.asarray(simulate(body(), drunk).outputs["glucose_mgdl"])


def test_causal_form_is_a_sound_body() -> None:
    check_body(body(), basal_u_per_min=BASAL_U_PER_MIN)


def test_numbers_lie_within_their_bounds() -> None:
    for one in minimal_causal_parameters().values():
        assert one.low <= one.typical <= one.high, one.name


def test_more_insulin_lowers_glucose_and_each_unit_less_than_the_one_before() -> None:
    lowest = [glucose(insulin_u=dose).min() for dose in (0.0, 1.0, 2.0, 4.0, 8.0)]
    falls = -np.diff(lowest)
    assert np.all(falls > 0.0)
    per_unit = falls / np.array([1.0, 1.0, 2.0, 4.0])
    assert np.all(np.diff(per_unit) < 0.0)


def test_a_drink_acts_within_an_hour_and_a_half_where_a_meal_takes_hours() -> None:
    rest = glucose()
    drink, meal = glucose(fast_g=15.0) - rest, glucose(carbs_g=15.0) - rest
    assert int(np.argmax(drink)) - 60 < 90
    assert int(np.argmax(meal)) > int(np.argmax(drink)) + 60
    assert drink[90] > 2.0 * meal[90] > 0.0
    assert 0.0 < float(drink[-1]) < float(meal[-1])


def test_high_glucose_is_lost_by_the_kidney() -> None:
    high = [glucose(carbs_g=carbs).max() for carbs in (100.0, 200.0, 300.0)]
    assert high[2] - high[1] < high[1] - high[0]
