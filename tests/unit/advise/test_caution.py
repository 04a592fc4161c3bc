import numpy as np
import pytest

from glucotwin.advise.activity_change import AddExercise
from glucotwin.advise.caution import cautions_of, exceeds_record
from glucotwin.advise.change import AddBolus, AddMeal, Change, ScaleBasal, ScaleBolus, ScaleMeal
from glucotwin.advise.regimen_change import ChangeComposition, ChangeProduct
from made_up_person import DINNER, made_up_timeline, made_up_twin


@pytest.mark.parametrize(
    ("change", "beyond"),
    [
        (ScaleBolus(at=DINNER, factor=1.2), True),
        (ScaleBolus(at=DINNER, factor=0.8), False),
        (ScaleMeal(at=DINNER, factor=1.2), True),
        (AddBolus(at=DINNER, insulin_u=5.0), False),
        (AddMeal(at=DINNER, carbs_g=90.0), True),
        (ScaleBasal(factor=1.1), True),
    ],
)
def test_more_than_any_on_record_is_flagged(change: Change, beyond: bool) -> None:
    assert exceeds_record(made_up_timeline(), (change,)) is beyond


@pytest.mark.parametrize(
    ("change", "caution"),
    [
        (AddExercise(at=DINNER, duration_min=30.0), "what-if-exercise-from-prior"),
        (ChangeComposition(at=DINNER, fat_g=30.0), "what-if-composition-from-prior"),
        (ChangeProduct(product="regular"), "what-if-product-from-prior"),
    ],
)
def test_what_the_data_do_not_know_is_said(change: Change, caution: str) -> None:
    said = cautions_of(made_up_twin(), made_up_timeline(), (change,), after=None, held=True)
    assert caution in said
    assert "what-if-bands-learned" in said


def test_glucose_beyond_the_model_is_said() -> None:
    change = ScaleBolus(at=DINNER, factor=1.0)
    for level, said in ((50.0, True), (90.0, False)):
        after = np.full((3, 10), level)
        found = cautions_of(made_up_twin(), made_up_timeline(), (change,), after=after, held=True)
        assert ("what-if-below-validated" in found) is said
