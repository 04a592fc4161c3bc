from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from glucotwin.domain.timeline import Timeline
from glucotwin.forecast.case import BlindStretch, judged_sample, make_case, training_sample
from glucotwin.forecast.mechanism import mechanism_names
from synthetic_case import CUT, record_of, synthetic_case
from synthetic_person import START, synthetic_timeline, synthetic_twin

CHANGED_AT = 4 * 288 + 100


def changed_after(step: int) -> Timeline:
    """The same person, whose later readings, doses and meals are quite different."""
    whole = synthetic_timeline()
    moment = START + timedelta(minutes=5 * step)
    later = pl.col("time") > moment
    columns = {"glucose": "glucose_mgdl", "meal": "carbs_g", "bolus": "insulin_u"}
    streams = dict(whole.streams)
    for name, column in columns.items():
        value = pl.when(later).then(pl.col(column) * 0.5 + 20.0).otherwise(pl.col(column))
        streams[name] = streams[name].with_columns(value.alias(column))
    return replace(whole, streams=streams)


def test_nothing_after_an_origin_enters_its_features_or_the_twins_forecast() -> None:
    known = synthetic_case()
    other = make_case(record_of(changed_after(CHANGED_AT)), synthetic_twin(), cut=CUT)
    for table in ("plain", "mechanism"):
        ours, theirs = getattr(known, table).values, getattr(other, table).values
        np.testing.assert_array_equal(ours[: CHANGED_AT + 1], theirs[: CHANGED_AT + 1])
        assert not np.array_equal(ours, theirs, equal_nan=True)
    assert known.base_mgdl(12)[: CHANGED_AT + 1] == pytest.approx(other.base_mgdl(12)[: CHANGED_AT + 1])
    assert known.base_mgdl(12)[CHANGED_AT + 20] != pytest.approx(other.base_mgdl(12)[CHANGED_AT + 20])


def test_training_targets_lie_before_the_test_part_and_judged_origins_in_it() -> None:
    case = synthetic_case()
    train, judged = training_sample([case], 12), judged_sample([case], 12)
    assert train.step.max() + 12 == CUT - 1
    assert judged.step.min() == CUT
    assert judged.step.max() + 12 == case.record.steps - 1


def test_targets_are_measured_and_never_filled_in() -> None:
    whole = synthetic_timeline()
    gap = pl.col("time").is_between(
        START + timedelta(days=4, hours=6), START + timedelta(days=4, hours=8), closed="left"
    )
    holed = replace(whole, streams={**whole.streams, "glucose": whole.streams["glucose"].filter(~gap)})
    judged = judged_sample([make_case(record_of(holed), None, cut=CUT)], 6)
    missing = np.arange(CUT + 72, CUT + 96)
    assert not np.isin(judged.step + 6, missing).any()
    # A reading stands in for later ones for 15 min only.
    assert np.isin(missing[:3], judged_sample([make_case(record_of(holed), None, cut=CUT)], 30).step).all()
    assert not np.isin(missing[3:], judged.step).any()


def test_a_stretch_of_the_training_part_can_be_taken() -> None:
    case = synthetic_case()
    late = training_sample([case], 6, first=0.8)
    early = training_sample([case], 6, last=0.8)
    assert early.step.max() + 6 < late.step.min()


def test_somebody_without_a_twin_is_forecast_from_the_last_reading() -> None:
    case = make_case(record_of(synthetic_timeline()), None, cut=CUT)
    assert np.array_equal(case.base_mgdl(6), case.record.held_mgdl, equal_nan=True)
    assert np.isnan(case.mechanism.values).all()
    assert case.mechanism.names == mechanism_names()


def test_announced_meals_and_doses_are_told_only_when_asked() -> None:
    record = record_of(synthetic_timeline())
    told = make_case(record, synthetic_twin(), cut=CUT, announced=True)
    assert {*told.plain.names} - {*synthetic_case().plain.names}
    column = told.plain.values[:, told.plain.names.index("coming_carbs_g_0_to_15")]
    assert column[:-3] == pytest.approx(record.carbs_g[:-3] + record.carbs_g[1:-2] + record.carbs_g[2:-1])
    assert not np.allclose(told.base_mgdl(12), synthetic_case().base_mgdl(12))


def test_a_blind_stretch_is_foreseen_by_its_own_twin_and_the_rest_is_untouched() -> None:
    record, twin = record_of(synthetic_timeline()), synthetic_twin()
    other = replace(twin, posterior=replace(twin.posterior, mean=twin.posterior.mean + 0.2))
    blind = make_case(record, twin, cut=CUT, blind=[BlindStretch(slice(300, 500), other)])
    ours, theirs = synthetic_case().base_mgdl(12), make_case(record, other, cut=CUT).base_mgdl(12)
    np.testing.assert_array_equal(blind.base_mgdl(12)[300:500], theirs[300:500])
    np.testing.assert_array_equal(blind.base_mgdl(12)[500:], ours[500:])
    np.testing.assert_array_equal(blind.base_mgdl(12)[:300], ours[:300])
    assert not np.allclose(ours[300:500], theirs[300:500])
