"""Do people live as the sources say? Adults over four weeks; ids are rows of ``validation/targets.csv``."""

from functools import cache

import numpy as np
import polars as pl
import pytest

from glucotwin.scenario.behaviour import draw_life_blocks
from glucotwin.scenario.behaviour_event import EventBatch
from glucotwin.scenario.behaviour_profile import find_behaviour
from glucotwin.scenario.circumstance import day_sensitivity, illness_events, luteal_events, set_changes
from glucotwin.scenario.life_plan import LifePlan, plan_lives
from made_up_people import START, ZONE, made_up_people

pytestmark = pytest.mark.statistical

PEOPLE, DAYS = 160, 28
PERSON_DAYS = PEOPLE * DAYS


@cache
def events(profile: str, age_years: float | None = None, weight_kg: float | None = None) -> pl.DataFrame:
    people = made_up_people(PEOPLE, age_years=age_years, weight_kg=weight_kg)
    blocks = draw_life_blocks(people, profile=profile, seed=11, start=START, zone=ZONE, days=DAYS, block_days=7)
    return pl.concat([block.started for block in blocks])


@cache
def year(profile: str, age_years: float = 30.0) -> LifePlan:
    """A plan of 400 days, from which rare things are drawn without making every minute."""
    return plan_lives(
        made_up_people(PEOPLE, age_years=age_years),
        find_behaviour(profile),
        seed=11,
        zone="UTC",
        first_utc_min=28_000_000,
        minutes=400 * 1440,
    )


def food(profile: str) -> pl.DataFrame:
    return events(profile).filter(pl.col("carbs_g").is_not_null())


def carbs_per_day(frame: pl.DataFrame) -> np.ndarray:
    return frame.group_by("name").agg(pl.col("carbs_g").sum() / DAYS)["carbs_g"].to_numpy()


def count_errors(profile: str) -> np.ndarray:
    counted = food(profile).drop_nulls("counted_carbs_g")
    return (counted["counted_carbs_g"] / counted["carbs_g"]).to_numpy() - 1.0


def intervals(batch: EventBatch) -> list[np.ndarray]:
    """Days between successive events, per person."""
    return [np.diff(batch.start_utc_min[batch.person == one]) / 1440.0 for one in np.unique(batch.person)]


@pytest.mark.slow
def test_adults_eat_as_much_carbohydrate_as_adults_on_pumps() -> None:
    daily = carbs_per_day(food("typical"))
    assert 155.0 < np.mean(daily) < 177.0  # carb-intake-pump-adult: 166
    assert 50.0 < np.std(daily) < 80.0  # its SD: 71
    women = carbs_per_day(food("typical").filter(pl.col("name").str.slice(-1).is_in(list("13579"))))
    assert 80.0 < np.mean(women) < 174.0  # carb-intake-t1dexi-women: 127 (SD 47)


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["adherent", "careless", "still"])
def test_other_profiles_eat_about_as_much(profile: str) -> None:
    assert np.mean(carbs_per_day(food(profile))) == pytest.approx(np.mean(carbs_per_day(food("typical"))), rel=0.06)


@pytest.mark.slow
def test_children_eat_more_for_their_resting_use_and_about_as_much_in_all() -> None:
    child = carbs_per_day(events("typical", 10.0, 34.0).filter(pl.col("carbs_g").is_not_null()))
    assert 150.0 < np.mean(child) < 200.0


@pytest.mark.slow
def test_boluses_are_missed_as_smart_pens_tell() -> None:
    shares = food("typical").group_by("kind", "detail").agg(pl.col("counted_carbs_g").is_null().mean().alias("missed"))
    missed = dict(zip(shares["detail"], 100.0 * shares["missed"], strict=True))
    for meal, expected in {"breakfast": 7.5, "lunch": 12.2, "dinner": 11.1, "evening-snack": 19.4}.items():
        assert missed[meal] == pytest.approx(expected, abs=2.0)  # missed-day-probability, by meal
    per_day = food("typical").group_by("name", pl.col("time").dt.date()).agg(pl.col("counted_carbs_g").is_null().any())
    assert 0.38 < per_day["counted_carbs_g"].mean() < 0.52  # missed-day-probability: 44.5 %, widened  # pyright: ignore[reportOperatorIssue]
    main = food("typical").filter(pl.col("kind") == "meal")
    assert 3.0 < main["counted_carbs_g"].null_count() / PERSON_DAYS * 14.0 < 9.0  # missed-bolus-fortnight: 6


def test_careless_adults_miss_a_quarter_of_main_meals_and_adherent_ones_hardly_any() -> None:
    share = {
        name: food(name).filter(pl.col("kind") == "meal")["counted_carbs_g"].null_count()
        / food(name).filter(pl.col("kind") == "meal").height
        for name in ("careless", "adherent")
    }
    assert 0.14 < share["careless"] < 0.35  # missed-bolus-adult-mdi: 25 %
    assert share["adherent"] * 21.0 < 1.0  # missed-bolus-a1c: fewer than one a week


def test_carbohydrate_is_counted_as_well_as_adults_count_it() -> None:
    errors = count_errors("typical")
    assert 0.18 < np.mean(np.abs(errors)) < 0.24  # carb-count-abs-error: 20.9 % of content
    assert 0.58 < np.mean(errors < 0.0) < 0.68  # and 63 % underestimated
    assert np.mean(np.abs(count_errors("adherent")) < 0.2) > 0.67  # carb-count-within20, children on pumps
    careless = np.percentile(count_errors("careless"), [25, 50, 75])
    assert -0.50 < careless[0] < careless[1] < -0.15  # carb-count-median-error: -28 (-50 to 0) %
    assert careless[2] < 0.15


def test_boluses_come_late_as_often_as_pens_tell() -> None:
    boluses = events("typical").filter(pl.col("kind") == "bolus")
    late = boluses.filter(pl.col("delay_min").is_between(60.0, 120.0)).height / PERSON_DAYS
    assert 0.26 < late < 0.39  # late-bolus-rate: 0.32
    assert 3.0 < boluses.height / PERSON_DAYS < 7.0  # boluses-per-day: 4.8, corrections included
    connected = events("adherent").filter(pl.col("delay_min").is_between(60.0, 120.0)).height / PERSON_DAYS
    assert connected < 0.18  # late-bolus-rate with a connected pen


def test_exercise_lies_between_inactive_registries_and_active_girls() -> None:
    weekly = {
        name: events(name).filter(pl.col("kind") == "exercise").height / PERSON_DAYS * 7.0
        for name in ("adherent", "typical", "careless")
    }
    assert 1.0 < weekly["typical"] < 2.7  # Bohn 2015 and Schweiger 2010
    assert 3.0 < weekly["adherent"] < 5.0  # guideline
    assert 0.4 < weekly["careless"] < 1.2
    reduced = events("typical").filter(pl.col("kind") == "basal-reduction").height / PERSON_DAYS * 7.0
    assert 0.2 < reduced / weekly["typical"] < 0.35  # Henske 2025: 27 %


@pytest.mark.slow
def test_illness_comes_as_often_and_lasts_as_long_as_colds() -> None:
    adults, children = illness_events(year("typical")), illness_events(year("typical", 8.0))
    years = PEOPLE * (400 + 18) / 365.25
    assert 2.0 < adults.person.size / years < 4.0
    assert 6.0 < children.person.size / years < 8.0
    assert 4.0 < np.mean(adults.duration_min) / 1440.0 < 6.0  # covid-days: 5.2
    assert adults.duration_min.max() <= 14.0 * 1440.0


def test_infusion_sets_are_changed_every_three_days_or_so() -> None:
    worn = np.concatenate(intervals(set_changes(year("typical"))))
    assert 3.1 < np.mean(worn) < 3.5  # Wilcox 2021: 3.3
    assert 0.7 < np.std(worn) < 1.2  # SD 0.95
    assert worn.min() >= 0.0


def test_cycles_last_28_days_give_or_take_three() -> None:
    cycles = intervals(luteal_events(year("typical")))
    length = np.concatenate(cycles)
    assert len(cycles) < 60  # about half of the women
    assert 27.0 < np.mean(length) < 29.0
    assert 2.0 < np.std(length) < 3.5
    assert length.min() > 17.0


def test_insulin_sensitivity_varies_from_day_to_day_as_simulated_elsewhere() -> None:
    factor, _ = day_sensitivity(year("typical"))
    assert np.std(np.log(factor)) == pytest.approx(0.2, abs=0.005)
    lag = np.log(factor)
    assert abs(np.corrcoef(lag[:, 1:].ravel(), lag[:, :-1].ravel())[0, 1]) < 0.02


def test_short_nights_are_some_and_nights_are_as_long_as_at_this_age() -> None:
    nights = events("typical").filter(pl.col("kind") == "sleep")["duration_min"].to_numpy() / 60.0
    assert 6.5 < np.mean(nights) < 7.4
    assert 0.25 < np.mean(nights < 7.0) < 0.65  # Duda-Sobczak 2025: a third sleep less than 7 h
    assert nights.min() > 1.0
