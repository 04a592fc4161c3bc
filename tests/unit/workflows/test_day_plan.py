"""Days to simulate: lives by a behaviour profile, and scenarios to the letter."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import DataError, ErrorCode, ModelError, NotFoundError
from glucotwin.domain.inputs import Inputs
from glucotwin.physiology.option import BodyOptions
from glucotwin.physiology.registry import body_entry
from glucotwin.physiology.subject import DailyDose, Subject
from glucotwin.scenario.behaviour_profile import find_behaviour
from glucotwin.scenario.reader import parse_scenario
from glucotwin.workflows.day_plan import (
    AbstractDays,
    LivedDays,
    PlannedDays,
    chosen_variants,
    dosing_of,
    options_for,
    people_of,
    self_care_of,
)

BODY = "padova-t1d"
BERLIN = ZoneInfo("Europe/Berlin")
ADULTS = body_entry(BODY).subjects()[:3]
TYPICAL = LivedDays(profile="typical", days=2, zone="Europe/Berlin")
STRANGER = Subject(name="nobody#1", weight_kg=60.0, basal_u_per_min=0.02)
"""Of a population that says as little as a population can."""

PENS = """
base_name: on a pump
zone: Europe/Berlin
start: 2024-03-31T12:00
days: 2
meals: [{time: '18:00', carbs_g: 60}]
boluses: [{time: '18:00', carbs_g: 60}]
body: {subject: {weight_kg: 90, fasting_glucose_mgdl: 110}}
variants:
  - name: on pens
    basal: none
    injections: [{time: '22:00', u: auto, product: degludec}]
    boluses: [{time: '18:00', carbs_g: 60, product: regular}]
    body: {without: [circadian]}
"""


def planned(text: str = PENS, variant: int = 0) -> PlannedDays:
    """A scenario as planned, or one of its variants."""
    scenario = parse_scenario(text)
    plans = (scenario, *(scenario.model_copy(update=dict(one)) for one in scenario.variants))
    return PlannedDays(scenario=plans[variant].model_copy(update={"variants": ()}))


def all_in_one(days: AbstractDays, subjects: tuple[Subject, ...] = ADULTS) -> Inputs:
    """The inputs of all days at once."""
    ((inputs, _),) = days.blocks(subjects, days.options(frozenset()))
    return inputs


def arrays_of(inputs: Inputs) -> dict[str, np.ndarray]:
    """Every array by name."""
    plain = {name: getattr(inputs, name) for name in inputs.__dataclass_fields__}
    nested = {
        f"{name}.{key}": one for name, value in plain.items() if isinstance(value, dict) for key, one in value.items()
    }
    return {
        name: np.asarray(one) for name, one in (plain | nested).items() if one is not None and not isinstance(one, dict)
    }


def test_unknown_behaviour_is_refused_with_those_that_exist() -> None:
    with pytest.raises(NotFoundError, match="'saintly'") as refused:
        LivedDays(profile="saintly", days=1)
    assert refused.value.hint == "Known profiles: typical, adherent, careless, still."


@pytest.mark.parametrize("days", [0, -3])
def test_life_without_days_is_refused(days: int) -> None:
    with pytest.raises(DataError, match="cannot be simulated") as refused:
        LivedDays(profile="typical", days=days)
    assert refused.value.code is ErrorCode.INVALID_VALUE


@pytest.mark.parametrize("body", ["padova-t1d-2008", "minimal"])
def test_body_that_answers_no_events_cannot_live(body: str) -> None:
    with pytest.raises(DataError, match="does not answer exercise"):
        TYPICAL.who(body, body_entry(body).subjects())


def test_who_lives_stays_as_they_are() -> None:
    assert TYPICAL.who(BODY, ADULTS) == ADULTS


def test_life_begins_at_its_local_time() -> None:
    days = replace(TYPICAL, local_start=datetime(2024, 7, 1, 9, 30))
    assert days.start == datetime(2024, 7, 1, 7, 30, tzinfo=UTC)
    inputs = all_in_one(days)
    assert float(inputs.minute_of_day[0]) == 9 * 60 + 30
    assert inputs.minutes == 2 * 1440


def test_local_days_are_shorter_and_longer_when_clocks_change() -> None:
    for month, day, hours in ((3, 30, 47), (10, 26, 49)):
        days = replace(TYPICAL, local_start=datetime(2024, month, day))
        assert (days.length_days, all_in_one(days).minutes) == (2, hours * 60)


def test_blocks_joined_are_the_whole() -> None:
    days = replace(TYPICAL, days=5, local_start=datetime(2024, 3, 29, 7))
    options = days.options(frozenset())
    blocks = list(days.blocks(ADULTS, options, block_days=2))
    ((whole, events),) = days.blocks(ADULTS, options)
    assert [inputs.minutes for inputs, _ in blocks] == [47 * 60, 48 * 60, 24 * 60]
    parts = [arrays_of(inputs) for inputs, _ in blocks]
    for name, values in arrays_of(whole).items():
        np.testing.assert_array_equal(np.concatenate([part[name] for part in parts], axis=-1), values, err_msg=name)
    order = ["time", "name", "kind", "detail"]
    joined = pl.concat([part for _, part in blocks if part is not None])
    assert events is not None
    assert joined.height > 60
    assert joined.sort(order).equals(events.sort(order))


def test_without_circadian_the_days_own_sensitivity_is_left_out() -> None:
    with_it = all_in_one(TYPICAL)
    ((without, _),) = TYPICAL.blocks(ADULTS, TYPICAL.options(frozenset({"circadian"})))
    assert np.ptp(with_it.parameter_factor["circadian.day_sensitivity"]) > 0.0
    assert without.parameter_factor == {}
    np.testing.assert_array_equal(without.carbs_g_per_min, with_it.carbs_g_per_min)


def test_modules_to_leave_out_reach_the_options_of_a_life() -> None:
    assert TYPICAL.options(frozenset({"exercise"})) == BodyOptions(without=frozenset({"exercise"}))


def test_seed_decides_what_happens() -> None:
    first, again, other = (all_in_one(replace(TYPICAL, seed=seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.carbs_g_per_min, again.carbs_g_per_min)
    assert not np.array_equal(first.carbs_g_per_min, other.carbs_g_per_min)
    assert (TYPICAL.random_seed, replace(TYPICAL, seed=2).random_seed) == (1, 2)


def test_still_people_get_their_own_basal_profile_and_typical_ones_nearly() -> None:
    night = slice(0, 5 * 60)
    own = np.repeat(people_of(ADULTS).basal_u_per_h[:, :5] / 60.0, 60, axis=1)
    still, typical = (
        np.asarray(all_in_one(replace(TYPICAL, profile=profile)).insulin_u_per_min["rapid"])[:, night]
        for profile in ("still", "typical")
    )
    np.testing.assert_allclose(still, own)
    np.testing.assert_allclose(np.median(typical, axis=1), np.median(own, axis=1), rtol=0.25)
    assert not np.allclose(typical, own)


@pytest.mark.parametrize(
    "other",
    [
        {"profile": "careless"},
        {"days": 3},
        {"local_start": datetime(2024, 1, 1, 1)},
        {"zone": "UTC"},
        {"seed": 2},
        {"self_care": False},
    ],
)
def test_settings_of_a_life_are_json_and_tell_every_difference(other: dict[str, object]) -> None:
    assert TYPICAL.settings() == replace(TYPICAL).settings()
    changed = replace(TYPICAL, **other)  # pyright: ignore[reportArgumentType]
    assert json.dumps(TYPICAL.settings()) != json.dumps(changed.settings())


def test_self_care_uses_the_profiles_habits_and_each_persons_own_correction_factor() -> None:
    care, habit = self_care_of("careless", ADULTS), find_behaviour("careless").care
    own = [one.correction_factor_mgdl_per_u or 0.0 for one in ADULTS]
    assert len(set(own)) == 3
    np.testing.assert_allclose(care.correction_factor_mgdl_per_u, own)
    for name, value in {
        "low_mgdl": habit.low_mgdl,
        "wakes_below_mgdl": habit.wakes_below_mgdl,
        "carbs_g": habit.rescue_carbs_g,
        "wait_min": habit.wait_min,
        "high_mgdl": habit.high_mgdl,
        "target_mgdl": habit.target_mgdl,
        "fade_per_min": 1.0 / habit.correction_time_min,
    }.items():
        np.testing.assert_allclose(getattr(care, name), np.full(3, value), err_msg=name)


def test_correction_factor_that_nobody_knows_is_usual_for_adults() -> None:
    assert float(self_care_of("typical", (STRANGER,)).correction_factor_mgdl_per_u[0]) == 50.0


def test_self_care_can_be_left_out() -> None:
    assert TYPICAL.care(ADULTS) is not None
    assert replace(TYPICAL, self_care=False).care(ADULTS) is None
    assert planned().care(ADULTS) is None
    followed = replace(planned(), self_care="adherent").care(ADULTS)
    assert followed is not None
    assert float(followed.high_mgdl[0]) == 150.0
    with pytest.raises(NotFoundError, match="'nobody'"):
        replace(planned(), self_care="nobody").care(ADULTS)


def test_people_are_the_subjects_with_what_they_dose_by() -> None:
    people = people_of(ADULTS)
    assert people.names == tuple(one.name for one in ADULTS)
    for row, one in enumerate(ADULTS):
        assert people.weight_kg[row] == one.weight_kg
        assert people.age_years[row] == one.age_years
        assert people.correction_factor_mgdl_per_u[row] == one.correction_factor_mgdl_per_u
        profile = one.basal_profile_u_per_h or (60.0 * one.basal_u_per_min,) * 24
        np.testing.assert_array_equal(people.basal_u_per_h[row], profile)
        ratio = one.carb_ratio_profile_g_per_u or (one.carb_ratio_g_per_u,) * 24
        np.testing.assert_array_equal(people.carb_ratio_g_per_u[row], ratio)


def test_profiles_of_the_day_go_before_constant_rates() -> None:
    hours = tuple(0.5 + 0.01 * hour for hour in range(24))
    woman = replace(STRANGER, basal_profile_u_per_h=hours, carb_ratio_profile_g_per_u=hours, sex="female")
    people = people_of((woman, replace(STRANGER, name="nobody#2", carb_ratio_g_per_u=7.0)))
    np.testing.assert_array_equal(people.basal_u_per_h, [hours, (1.2,) * 24])
    np.testing.assert_array_equal(people.carb_ratio_g_per_u, [hours, (7.0,) * 24])
    assert people.female.tolist() == [True, False]


def test_what_a_population_does_not_say_is_usual_for_adults() -> None:
    people = people_of((STRANGER,))
    assert (people.age_years[0], people.correction_factor_mgdl_per_u[0]) == (40.0, 50.0)
    np.testing.assert_array_equal(people.carb_ratio_g_per_u, np.full((1, 24), 10.0))


def test_changes_of_a_scenario_reach_the_subjects_and_their_doses() -> None:
    before, after = ADULTS[0], planned().who(BODY, ADULTS)[0]
    assert after.weight_kg == 90.0
    assert after.values["basal_glucose_mgdl"] == 110.0
    need = after.basal_u_per_min / before.basal_u_per_min
    assert need != pytest.approx(1.0)
    assert dosing_of(after).basal_u_per_min == after.basal_u_per_min
    assert (after.carb_ratio_g_per_u or 0.0) * need == pytest.approx(before.carb_ratio_g_per_u)


def test_change_that_does_not_fit_the_body_is_refused() -> None:
    with pytest.raises(ModelError, match="'hat_size'"):
        planned("body: {subject: {hat_size: 7}}").who(BODY, ADULTS)


def test_insulin_products_and_modules_of_a_scenario_reach_the_options() -> None:
    assert planned().options(frozenset()) == BodyOptions()
    pens = planned(variant=1).options(frozenset({"exercise"}))
    assert pens.products == ("degludec", "regular")
    assert pens.basal_product == "degludec"
    assert pens.without == {"circadian", "exercise"}


def test_scenario_gives_everybody_their_own_dose_and_the_same_food() -> None:
    inputs = all_in_one(planned())
    assert np.shape(inputs.carbs_g_per_min) == (2 * 1440,)
    insulin = np.asarray(inputs.insulin_u_per_min["rapid"]).sum(axis=1)
    basal = [sum(dosing_of(one).basal_profile_u_per_h or (60.0 * one.basal_u_per_min,) * 24) for one in ADULTS]
    boluses = [2 * 60.0 / (one.carb_ratio_g_per_u or np.nan) for one in ADULTS]
    np.testing.assert_allclose(insulin, 2.0 * np.array(basal) + boluses, rtol=1e-9)


def test_scenario_leaves_nothing_to_chance_and_comes_whole_without_a_record() -> None:
    days = planned()
    ((inputs, events),) = days.blocks(ADULTS, days.options(frozenset()), block_days=1)
    assert (inputs.minutes, events, days.random_seed) == (days.length_days * 1440, None, None)
    assert days.start == datetime(2024, 3, 31, 12, tzinfo=BERLIN)
    assert days.start.utcoffset() == timedelta(hours=2)


def test_settings_of_a_scenario_are_json_and_tell_every_difference() -> None:
    texts = {
        json.dumps(one.settings()) for one in (planned(), planned(variant=1), replace(planned(), self_care="still"))
    }
    assert len(texts) == 3
    assert json.dumps(planned().settings()) in texts


@pytest.fixture
def pens_file(tmp_path: Path) -> Path:
    path = tmp_path / "pens.yaml"
    path.write_text(PENS, encoding="utf-8")
    return path


def test_all_variants_or_the_named_one_are_chosen(pens_file: Path) -> None:
    assert [name for name, _ in chosen_variants(pens_file)] == ["on a pump", "on pens"]
    ((name, scenario),) = chosen_variants(pens_file, "on pens")
    assert (name, scenario.basal, scenario.variants) == ("on pens", "none", ())


def test_variant_that_there_is_not_is_refused_with_those_that_are(pens_file: Path) -> None:
    with pytest.raises(NotFoundError, match="no variant 'by syringe'") as refused:
        chosen_variants(pens_file, "by syringe")
    assert "on a pump, on pens" in refused.value.hint


BY_THE_CLOCK = (
    Subject(
        name="insulin-treated#00001",
        weight_kg=90.0,
        basal_u_per_min=0.02,
        daily_doses=(
            DailyDose(product="glargine-u100", minute_of_day=1320, dose_u=28.8),
            DailyDose(product="rapid", minute_of_day=435, dose_u=6.0),
        ),
    ),
    Subject(name="obese-early#00001", weight_kg=95.0, basal_u_per_min=0.0, total_daily_insulin_u=0.0),
    Subject(name="obese-early#00002", weight_kg=85.0, basal_u_per_min=0.0, total_daily_insulin_u=0.0),
)


def test_insulin_by_the_clock_is_injected_every_day_by_those_who_do_and_nothing_else() -> None:
    inputs = all_in_one(TYPICAL, BY_THE_CLOCK)
    slow, rapid = (np.asarray(inputs.insulin_u_per_min[name]) for name in ("glargine-u100", "rapid"))
    clock = np.asarray(inputs.minute_of_day)
    np.testing.assert_array_equal(slow[0] > 0.0, clock == 1320)
    assert slow[0].sum() == pytest.approx(2 * 28.8)
    # Neither a pump's basal rate nor boluses for what they eat.
    assert rapid[0].sum() == pytest.approx(2 * 6.0, abs=0.01)
    assert slow[1].sum() == 0.0
    assert rapid[1].sum() < 0.01
    assert np.asarray(inputs.carbs_g_per_min)[1].sum() > 100.0


def test_bodies_get_depots_for_what_is_injected_and_rest_with_the_slow_one() -> None:
    options = options_for(BodyOptions(), BY_THE_CLOCK)
    assert options.products == ("rapid", "glargine-u100")
    assert options.basal_product == "glargine-u100"
    assert options_for(BodyOptions(), ADULTS) == BodyOptions()


def test_who_takes_no_insulin_corrects_no_high() -> None:
    care = self_care_of("typical", BY_THE_CLOCK)
    assert np.all(np.asarray(care.correction_factor_mgdl_per_u) > 1e5)
    assert dosing_of(BY_THE_CLOCK[0]).basal_u_per_min == 0.0
