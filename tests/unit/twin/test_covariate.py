import math
from dataclasses import replace
from datetime import timedelta

import pytest

from glucotwin.domain.therapy import DailySchedule
from glucotwin.twin.covariate import Covariates, covariates_of
from synthetic_person import FITTED, START, synthetic_timeline


def test_what_the_record_says_is_known_and_nothing_else() -> None:
    known = covariates_of(synthetic_timeline(), FITTED, weight_kg=70.0, daily_insulin_u=38.0)
    assert known == Covariates(
        weight_kg=70.0,
        age_years=44.0,
        daily_insulin_u=38.0,
        carb_ratio_g_per_u=12.0,
        correction_factor_mgdl_per_u=42.0,
        duration_years=None,
    )


def test_duration_counts_from_the_year_of_diagnosis() -> None:
    timeline = synthetic_timeline()
    since = replace(timeline, person=replace(timeline.person, diagnosis_year=2014))
    assert covariates_of(since, FITTED, weight_kg=None, daily_insulin_u=None).duration_years == 10.0


def test_settings_from_after_the_window_are_not_known() -> None:
    timeline = synthetic_timeline()
    later = replace(
        timeline.settings[0],
        valid_from=FITTED.end + timedelta(days=1),
        carb_ratio_g_per_u=DailySchedule.constant(5.0),
    )
    both = replace(timeline, settings=(*timeline.settings, later))
    assert covariates_of(both, FITTED, weight_kg=None, daily_insulin_u=None).carb_ratio_g_per_u == 12.0
    alone = replace(timeline, settings=(later,))
    assert covariates_of(alone, FITTED, weight_kg=None, daily_insulin_u=None).carb_ratio_g_per_u is None
    assert later.valid_from > START


def test_only_what_is_known_has_a_logarithm() -> None:
    assert Covariates(weight_kg=70.0).logarithms() == {"weight_kg": math.log(70.0)}
    assert Covariates(duration_years=0.0).logarithms() == {"duration_years": math.log(0.5)}
    assert Covariates().logarithms() == {}


def test_it_is_read_from_json_as_it_was() -> None:
    known = Covariates(weight_kg=70.0, age_years=31.0)
    assert Covariates.from_json({"weight_kg": 70.0, "age_years": 31, "daily_insulin_u": None}) == known


@pytest.mark.parametrize(
    "values", [{"mood": 1.0}, {"weight_kg": -1.0}, {"weight_kg": float("nan")}, {"age_years": "x"}]
)
def test_impossible_json_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"covariate|could not convert"):
        Covariates.from_json(values)
