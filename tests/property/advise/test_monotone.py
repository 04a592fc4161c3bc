from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.advise.change import AddBolus, AddMeal, Change, ScaleBolus
from glucotwin.advise.replay import replay_what_if
from glucotwin.advise.what_if import WhatIf
from glucotwin.domain.insulin import Bolus
from glucotwin.domain.timeline import Window
from synthetic_person import HELD_OUT, synthetic_timeline, synthetic_twin

DINNER = synthetic_timeline().cut(HELD_OUT).frame(Bolus)["time"][-1]

ROUNDING_MGDL = 1e-6


def replayed(change: Change) -> WhatIf:
    hour = DINNER.replace(minute=0)
    window = Window(start=hour - timedelta(hours=1), end=hour + timedelta(minutes=185))
    return replay_what_if(synthetic_twin(), synthetic_timeline(), window=window, changes=(change,))


@settings(max_examples=6)
@given(st.floats(0.1, 6.0))
def test_more_insulin_never_raises_glucose(insulin_u: float) -> None:
    difference = replayed(AddBolus(at=DINNER, insulin_u=insulin_u)).difference
    assert difference.bands[1].high_mgdl.max() <= ROUNDING_MGDL


@settings(max_examples=6)
@given(st.floats(1.0, 100.0))
def test_more_carbohydrate_never_lowers_glucose(carbs_g: float) -> None:
    difference = replayed(AddMeal(at=DINNER, carbs_g=carbs_g)).difference
    assert difference.bands[1].low_mgdl.min() >= -ROUNDING_MGDL


@settings(max_examples=6)
@given(st.floats(0.0, 3.0), st.floats(0.0, 3.0))
def test_larger_bolus_leaves_lower_mean_glucose(one: float, other: float) -> None:
    answers = [replayed(ScaleBolus(at=DINNER, factor=factor)) for factor in sorted((one, other))]
    small, large = (answer.changed.median_mgdl for answer in answers)
    assert np.mean(large) <= np.mean(small) + ROUNDING_MGDL
