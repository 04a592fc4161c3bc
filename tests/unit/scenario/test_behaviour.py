"""Virtual lives: what their inputs hold, and what is refused."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import jax
import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import DataError, NotFoundError
from glucotwin.scenario.behaviour import ASLEEP, CHECK, DAY_SENSITIVITY, Life, draw_life, draw_life_blocks
from glucotwin.scenario.behaviour_event import EventKind
from glucotwin.scenario.behaviour_profile import SettingError, behaviour_profiles, find_behaviour
from glucotwin.scenario.people import People
from made_up_people import START, ZONE, made_up_people

CONDITIONS = {"illness", "stress", "sleep-loss", "luteal-phase", "catheter-age", ASLEEP, CHECK}


@cache
def life(profile: str = "typical", count: int = 12, days: int = 7) -> Life:
    return draw_life(made_up_people(count), profile=profile, seed=1, start=START, zone=ZONE, days=days)


def rows(one: Life, kind: EventKind) -> pl.DataFrame:
    return one.events.filter(pl.col("kind") == str(kind))


def dense(values: Any, one: Life) -> np.ndarray:
    """An array per person, whether shared or not."""
    return np.broadcast_to(np.asarray(values), (len(one.names), one.inputs.minutes))


@pytest.mark.parametrize("profile", behaviour_profiles())
def test_every_array_is_shared_or_per_person_with_the_same_keys(profile: str) -> None:
    inputs = life(profile).inputs
    assert set(inputs.condition_level) == CONDITIONS
    assert set(inputs.insulin_u_per_min) == {"rapid"}
    assert set(inputs.parameter_factor) == {DAY_SENSITIVITY}
    for leaf in jax.tree.leaves(inputs):
        assert leaf.shape in {(inputs.minutes,), (12, inputs.minutes)}
        assert leaf.dtype in {np.dtype(np.float64), np.dtype(np.int64)}
        assert np.all(np.isfinite(leaf))
        assert np.all(leaf >= 0)


@pytest.mark.parametrize("profile", behaviour_profiles())
def test_shapes_depend_on_the_profile_alone(profile: str) -> None:
    def ranks(count: int, days: int) -> list[int]:
        return [leaf.ndim for leaf in jax.tree.leaves(life(profile, count, days).inputs)]

    assert ranks(12, 7) == ranks(1, 1)


def test_what_a_profile_never_has_is_one_shared_array_of_zeros() -> None:
    inputs = life("still").inputs
    never = [
        inputs.alcohol_g_per_min,
        inputs.activity_fraction,
        inputs.resistance_fraction,
        inputs.liquid_carbs_g_per_min,
    ]
    assert all(values.shape == (inputs.minutes,) and not np.any(values) for values in never)
    for name in CONDITIONS - {ASLEEP, CHECK}:
        assert not np.any(inputs.condition_level[name])
    assert np.all(inputs.parameter_factor[DAY_SENSITIVITY] == 1.0)


def test_still_people_do_the_same_every_day() -> None:
    one = life("still", days=5)
    days = [np.asarray(values).reshape(12, 5, 1440) for values in _by_name(one).values() if np.ndim(values) == 2]
    assert len(days) >= 5
    for values in days:
        np.testing.assert_allclose(values, values[:, :1].repeat(5, axis=1), atol=1e-9)


def test_still_people_have_three_meals_and_a_snack_and_dose_them_exactly() -> None:
    one = life("still", days=5)
    food = one.events.filter(pl.col("carbs_g").is_not_null())
    assert food.height == 12 * 5 * 4
    assert food["counted_carbs_g"].to_list() == food["carbs_g"].to_list()
    ratio = dict(zip(one.names, made_up_people(12).carb_ratio_g_per_u, strict=True))
    boluses = rows(one, EventKind.BOLUS)
    expected = boluses["counted_carbs_g"].to_numpy() / np.array([ratio[name] for name in boluses["name"]])
    np.testing.assert_allclose(boluses["insulin_u"].to_numpy(), expected)
    assert boluses["delay_min"].to_list() == [0.0] * boluses.height


def test_carb_ratio_may_change_with_the_local_hour() -> None:
    people = made_up_people(3)
    by_hour = np.full((3, 24), 10.0)
    by_hour[:, 5:10] = 5.0
    changed = replace(people, carb_ratio_g_per_u=by_hour)
    events = draw_life(changed, profile="still", seed=1, start=START, zone=ZONE, days=1).events
    ratio = {row["detail"]: row["counted_carbs_g"] / row["insulin_u"] for row in events.to_dicts() if row["insulin_u"]}
    assert ratio["breakfast"] == pytest.approx(5.0)
    assert ratio["dinner"] == pytest.approx(10.0)


def test_a_life_does_not_depend_on_who_else_is_drawn_or_on_their_order() -> None:
    people, order = made_up_people(12), np.array([7, 2])
    few = draw_life(people.only(order), profile="typical", seed=1, start=START, zone=ZONE, days=7)
    for name, values in _by_name(few).items():
        whole = np.asarray(_by_name(life())[name])
        np.testing.assert_array_equal(values, whole[order] if whole.ndim > 1 else whole, err_msg=name)


def test_another_seed_is_another_life_of_the_same_kind() -> None:
    other = draw_life(made_up_people(12), profile="typical", seed=2, start=START, zone=ZONE, days=7)
    assert not np.array_equal(np.asarray(other.inputs.carbs_g_per_min), np.asarray(life().inputs.carbs_g_per_min))


def test_profiles_share_the_habits_and_the_chances() -> None:
    usual = life("adherent").events.filter(pl.col("detail") == "dinner").group_by("name").agg(pl.col("carbs_g").mean())
    other = life("careless").events.filter(pl.col("detail") == "dinner").group_by("name").agg(pl.col("carbs_g").mean())
    both = usual.join(other, on="name")
    assert np.corrcoef(both["carbs_g"], both["carbs_g_right"])[0, 1] > 0.8


def test_basal_rate_follows_the_local_hour_and_halves_for_the_exercise_of_adherent_people() -> None:
    right = replace(find_behaviour("adherent"), settings=SettingError(basal_log_sd=0.0, carb_ratio_log_sd=0.0))
    one = draw_life(made_up_people(12), profile=right, seed=1, start=START, zone=ZONE, days=7)
    reductions = rows(one, EventKind.BASAL_REDUCTION)
    sessions = rows(one, EventKind.EXERCISE)
    assert reductions.height == sessions.height > 10
    assert reductions["level_fraction"].unique().to_list() == [0.5]
    lead = sessions.sort("name", "time")["duration_min"] - reductions.sort("name", "time")["duration_min"]
    np.testing.assert_allclose(lead, -60.0)
    row = reductions.row(0, named=True)
    person = one.names.index(row["name"])
    middle = int((row["time"] - one.start) / timedelta(minutes=1)) + 30
    hour = int(one.inputs.minute_of_day[middle] // 60)
    expected = 0.5 * made_up_people(12).basal_u_per_h[person, hour] / 60.0
    assert dense(one.inputs.insulin_u_per_min["rapid"], one)[person, middle] == pytest.approx(expected)


@pytest.mark.slow
def test_settings_are_off_for_good_and_most_in_careless_people() -> None:
    needed = made_up_people(60).basal_u_per_h[:, :1] / 60.0
    spread: list[float] = []
    for profile in ("still", "adherent", "typical", "careless"):
        alone = replace(find_behaviour(profile), exercise=replace(find_behaviour("still").exercise))
        one = draw_life(made_up_people(60), profile=alone, seed=1, start=START, zone="UTC", days=2)
        night = np.asarray(one.inputs.minute_of_day) < 60
        rate = np.median(dense(one.inputs.insulin_u_per_min["rapid"], one)[:, night].reshape(60, -1), axis=1)
        spread.append(float(np.std(np.log(rate / needed[:, 0]))))
    np.testing.assert_allclose(spread, [0.0, 0.04, 0.08, 0.12], atol=0.03)
    assert spread == sorted(spread)


def test_people_look_before_announced_boluses_at_bedtime_and_on_waking() -> None:
    one = life()
    check, asleep = (dense(one.inputs.condition_level[name], one) for name in (CHECK, ASLEEP))
    assert set(np.unique(check)) == {0.0, 1.0}
    assert set(np.unique(asleep)) == {0.0, 1.0}
    boluses = rows(one, EventKind.BOLUS).filter(pl.col("time").is_between(one.start, one.end, closed="left"))
    minute = ((boluses["time"] - one.start).dt.total_seconds() // 60).to_numpy()
    person = np.array([one.names.index(name) for name in boluses["name"]])
    assert np.all(check[person, minute] == 1.0)
    falls = (asleep[:, 1:] == 1.0) & (asleep[:, :-1] == 0.0)
    wakes = (asleep[:, 1:] == 0.0) & (asleep[:, :-1] == 1.0)
    assert np.all(check[:, :-1][falls] == 1.0)
    assert np.all(check[:, 1:][wakes] == 1.0)
    assert np.sum(check) <= boluses.height + np.sum(falls) + np.sum(wakes) + 2 * len(one.names)


def test_unannounced_food_has_no_bolus() -> None:
    one = life("careless")
    food = one.started.filter(pl.col("carbs_g").is_not_null())
    silent = food["counted_carbs_g"].null_count()
    assert 0 < silent < food.height
    assert rows(one, EventKind.BOLUS).height == pytest.approx(food.height - silent, abs=12)


def test_day_sensitivity_changes_at_four_in_the_morning() -> None:
    one = life()
    factor = dense(one.inputs.parameter_factor[DAY_SENSITIVITY], one)
    changes = np.nonzero(np.diff(factor[0]))[0] + 1
    assert np.asarray(one.inputs.minute_of_day)[changes].tolist() == [240.0] * 7
    assert np.all(factor > 0.4)


def test_catheter_age_falls_to_zero_with_a_change_and_grows_by_a_day_per_day() -> None:
    one = life("careless", days=14)
    age = dense(one.inputs.condition_level["catheter-age"], one)
    changes = rows(one, EventKind.SET_CHANGE)
    assert np.sum(np.diff(age) < 0) == changes.filter(pl.col("time") > one.start).height > 20
    grows = np.diff(age)[np.diff(age) > 0]
    np.testing.assert_allclose(grows, 1.0 / 1440.0, rtol=1e-6)
    assert age.max() < 12.0


@pytest.mark.slow
def test_only_fertile_women_have_luteal_phases_and_only_adults_drink() -> None:
    men, girls = made_up_people(24).only(np.arange(0, 24, 2)), made_up_people(24, age_years=12.0, weight_kg=40.0)
    for people in (men, girls):
        one = draw_life(people, profile="careless", seed=1, start=START, zone=ZONE, days=30)
        assert not np.any(one.inputs.condition_level["luteal-phase"])
        assert (rows(one, EventKind.ALCOHOL).height == 0) == (people is girls)
    women = draw_life(made_up_people(24, age_years=30.0), profile="careless", seed=1, start=START, zone=ZONE, days=30)
    level = dense(women.inputs.condition_level["luteal-phase"], women)
    assert not np.any(level[0::2])
    assert 2 <= np.sum(np.any(level[1::2] > 0.0, axis=1)) <= 10


@pytest.mark.parametrize(("start", "hours"), [("2024-03-31", 23), ("2024-10-27", 25)])
def test_days_of_clock_changes_have_their_length_and_meals_their_local_time(start: str, hours: int) -> None:
    people, first = made_up_people(4), datetime.fromisoformat(start).replace(tzinfo=ZoneInfo(ZONE))
    one = draw_life(people, profile="still", seed=1, start=first, zone=ZONE, days=1)
    assert one.inputs.minutes == hours * 60
    usual = draw_life(people, profile="still", seed=1, start=START, zone=ZONE, days=1)
    for name in one.names:
        clocks = [
            _clocks(each.started.filter((pl.col("name") == name) & (pl.col("kind") == "meal"))) for each in (one, usual)
        ]
        assert clocks[0] == clocks[1]


def test_blocks_follow_each_other_without_a_gap() -> None:
    blocks = list(
        draw_life_blocks(made_up_people(2), profile="still", seed=1, start=START, zone=ZONE, days=5, block_days=2)
    )
    assert [block.inputs.minutes for block in blocks] == [2880, 2880, 1440]
    assert [block.end for block in blocks[:-1]] == [block.start for block in blocks[1:]]
    assert blocks[0].start == START.astimezone(UTC)


def test_own_profiles_can_be_given() -> None:
    typical = find_behaviour("typical")
    silent = replace(typical, name="silent", bolus=replace(typical.bolus, **_all_missed(typical.bolus)))
    one = draw_life(made_up_people(2), profile=silent, seed=1, start=START, zone=ZONE, days=2)
    assert one.profile.name == "silent"
    assert rows(one, EventKind.BOLUS).height == 0


def test_unknown_profile_is_refused_with_the_known_ones() -> None:
    with pytest.raises(NotFoundError, match=r"no behaviour profile 'wild'.*adherent"):
        draw_life(made_up_people(1), profile="wild", seed=1, start=START, zone=ZONE, days=1)


def test_naive_start_is_refused() -> None:
    with pytest.raises(DataError, match="has no zone"):
        draw_life(made_up_people(1), profile="still", seed=1, start=datetime(2024, 1, 1), zone=ZONE, days=1)


def test_unknown_zone_is_refused() -> None:
    with pytest.raises(DataError, match="no time zone 'Mars/Base'"):
        draw_life(made_up_people(1), profile="still", seed=1, start=START, zone="Mars/Base", days=1)


@pytest.mark.parametrize(("days", "block_days"), [(0, None), (-1, None), (3, 0)])
def test_no_days_are_refused(days: int, block_days: int | None) -> None:
    with pytest.raises(DataError, match="cannot be drawn"):
        draw_life_blocks(
            made_up_people(1), profile="still", seed=1, start=START, zone=ZONE, days=days, block_days=block_days
        )


def _by_name(one: Life) -> dict[str, Any]:
    """Every array of the inputs by its path."""
    return {jax.tree_util.keystr(path): leaf for path, leaf in jax.tree_util.tree_leaves_with_path(one.inputs)}


def _clocks(events: pl.DataFrame) -> list[str]:
    return events["time"].dt.convert_time_zone(ZONE).dt.strftime("%H:%M:%S").to_list()


def _all_missed(bolus: Any) -> dict[str, float]:
    return {field.name: 1.0 for field in fields(bolus) if field.name.startswith("missed")}


def test_people_of_a_life_keep_their_order() -> None:
    assert life().names == made_up_people(12).names
    assert isinstance(made_up_people(2), People)
