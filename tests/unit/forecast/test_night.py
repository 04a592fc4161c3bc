import json
from dataclasses import replace

import jax
import numpy as np
import pytest

from glucotwin.core.random import root_key, stream_key
from glucotwin.forecast import night_score
from glucotwin.forecast.case import Case
from glucotwin.forecast.night import (
    FORECASTERS,
    LOGISTIC,
    TWIN,
    Nights,
    foresee,
    gather_nights,
)
from glucotwin.forecast.night_score import compare_nights
from synthetic_case import synthetic_case

PEOPLE, WEEKS = 6, 8


def made_up_nights(*, changed_from_week: int = WEEKS) -> Nights:
    """Nights whose lows the twin foresees well, logistic regression a little, and the others not at all."""
    noise = np.asarray(jax.random.normal(root_key(4), (3, PEOPLE * WEEKS * 7)))
    week = np.tile(np.repeat(np.arange(WEEKS), 7), PEOPLE)
    risk, blur, luck = noise
    low = risk + 0.5 * luck > 1.0
    told: dict[str, np.ndarray] = dict.fromkeys(FORECASTERS, blur[:, None])
    told[LOGISTIC] = (risk + 1.5 * blur)[:, None]
    told[TWIN] = risk[:, None]
    later = week >= changed_from_week
    return Nights(person=np.repeat(np.arange(PEOPLE), WEEKS * 7), week=week, low=np.where(later, ~low, low), told=told)


def test_first_weeks_are_not_judged_and_later_nights_teach_nothing() -> None:
    nights = made_up_nights()
    judged, probability = foresee(nights)
    assert nights.week[judged].min() >= 1
    changed_judged, changed = foresee(made_up_nights(changed_from_week=6))
    same = nights.week[judged] <= 6
    assert np.array_equal(judged, changed_judged)
    assert probability[TWIN][same] == pytest.approx(changed[TWIN][same])
    assert probability[TWIN][~same] != pytest.approx(changed[TWIN][~same])


@pytest.mark.slow
def test_scores_tell_who_foresees_best_with_intervals_over_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(night_score, "gather_nights", lambda cases, origin_min: made_up_nights())
    (found,) = compare_nights((), (1320.0,))
    assert found.scores[TWIN].auc > found.scores[LOGISTIC].auc > found.scores["trend"].auc
    assert found.scores[TWIN].brier_skill > 0.3
    low, high = found.scores[TWIN].calibration_slope_interval
    assert low < found.scores[TWIN].calibration_slope < high
    gain, lowest, highest = found.gains[LOGISTIC]["auc"]
    assert 0.0 < lowest < gain < highest
    assert found.gains["trend"]["brier_skill"][1] > 0.0
    assert found.lows < found.nights
    json.dumps(found.to_json(), allow_nan=False)


def with_glucose(change: dict[int, float]) -> Case:
    case = synthetic_case()
    measured = np.full(case.record.steps, 120.0)
    for step, value in change.items():
        measured[step] = value
    return replace(case, record=replace(case.record, measured_mgdl=measured))


def test_a_night_is_low_from_15_min_on_and_unknown_when_too_little_was_measured() -> None:
    second_night = 288 + 40
    short = {second_night + one: 60.0 for one in range(2)}
    assert not gather_nights([with_glucose(short)], 1320.0).low.any()
    long = {second_night + one: 60.0 for one in range(3)}
    assert gather_nights([with_glucose(long)], 1320.0).low.tolist() == [True, False, False, False]
    assert gather_nights([with_glucose({second_night + one: np.nan for one in range(60)})], 1320.0).low.size == 3
    # The evening itself does not count.
    evening = {288 - 20 + one: 60.0 for one in range(6)}
    assert not gather_nights([with_glucose(evening)], 1320.0).low.any()


def test_everybody_is_told_what_is_known_in_the_evening() -> None:
    case = synthetic_case()
    nights = gather_nights([case], 1380.0)
    assert nights.told["bedtime-glucose"][:, 0] == pytest.approx(case.record.held_mgdl[276::288][: nights.low.size])
    assert nights.told[TWIN].shape[1] == nights.told[LOGISTIC].shape[1] + 6
    assert np.isfinite(nights.told[TWIN][1:]).all()


def test_ten_lows_and_many_features_that_say_nothing_hardly_move_the_probability() -> None:
    noise = np.asarray(jax.random.normal(stream_key(root_key(0), subject="nights", stream="noise"), (300, 40)))
    week = np.arange(300) // 150
    nights = Nights(
        person=np.zeros(300, dtype=int), week=week, low=np.arange(300) % 15 == 0, told=dict.fromkeys(FORECASTERS, noise)
    )
    _, probability = foresee(nights)
    assert float(np.std(probability[TWIN])) < 0.1
