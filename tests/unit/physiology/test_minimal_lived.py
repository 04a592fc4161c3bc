import equinox as eqx
import numpy as np
import pytest

from glucotwin.core.error import ModelError, NotFoundError
from glucotwin.domain.inputs import Inputs, constant_inputs
from glucotwin.physiology.body import Body
from glucotwin.physiology.minimal import compose_minimal_of, minimal_subjects
from glucotwin.physiology.minimal_lived import EXERCISE, MIXED_MEAL, check_product, lived_body
from glucotwin.simulate.trajectory import simulate

BASAL_U_PER_MIN = minimal_subjects()[0].basal_u_per_min
MINUTES = 480


def minimal() -> Body:
    return compose_minimal_of(minimal_subjects()[0].values)


def inputs(*, bolus_u: float = 0.0, product: str = "rapid") -> Inputs:
    once = np.zeros(MINUTES)
    once[0] = bolus_u
    made = constant_inputs(MINUTES)
    basal = {"rapid": np.full(MINUTES, BASAL_U_PER_MIN)}
    doses = basal | {product: basal.get(product, np.zeros(MINUTES)) + once}
    return eqx.tree_at(lambda one: one.insulin_u_per_min, made, doses)


def glucose(body: Body, given: Inputs) -> np.ndarray:
    return np.asarray(simulate(body, given).outputs["glucose_mgdl"])


def test_usual_insulin_and_no_module_change_nothing() -> None:
    lived = lived_body(minimal(), products=("rapid",), modules=frozenset())
    given = inputs(bolus_u=3.0)
    assert glucose(lived, given) == pytest.approx(glucose(minimal(), given), abs=1e-9)


def test_resting_body_with_every_module_stays_at_rest() -> None:
    lived = lived_body(minimal(), products=("rapid", "regular"), modules=frozenset({EXERCISE, MIXED_MEAL}))
    course = glucose(lived, inputs(product="regular"))
    assert course == pytest.approx(course[0], abs=0.5)


def test_faster_insulin_lowers_glucose_sooner() -> None:
    half: dict[str, int] = {}
    for product in ("ultra-rapid-lispro", "rapid", "regular"):
        lived = lived_body(minimal(), products=tuple(dict.fromkeys(("rapid", product))), modules=frozenset())
        fall = -(glucose(lived, inputs(bolus_u=2.0, product=product)) - glucose(lived, inputs(product=product)))
        half[product] = int(np.argmax(fall > 0.5 * fall.max()))
    assert half["ultra-rapid-lispro"] < half["rapid"] < half["regular"]


def test_exercise_lowers_glucose() -> None:
    lived = lived_body(minimal(), products=("rapid",), modules=frozenset({EXERCISE}))
    moving = np.zeros(MINUTES)
    moving[60:105] = 0.5
    given = eqx.tree_at(lambda one: one.activity_fraction, inputs(), moving)
    assert (glucose(lived, given) - glucose(lived, inputs())).min() < -5.0


@pytest.mark.parametrize(
    ("product", "error"), [("technosphere", ModelError), ("degludec", ModelError), ("water", NotFoundError)]
)
def test_products_without_a_rapid_depot_are_refused(product: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_product(product)
