"""Lives do not depend on how they are asked for, and inputs hold exactly what the events say."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import jax
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glucotwin.scenario.behaviour import Life, draw_life, draw_life_blocks
from glucotwin.scenario.behaviour_profile import BehaviourProfile, SettingError, behaviour_profiles, find_behaviour
from made_up_people import made_up_people

ZONES = ("Europe/Berlin", "Australia/Lord_Howe", "America/New_York", "Asia/Kolkata")
LONGEST = 6

starts = st.datetimes(datetime(2024, 1, 1), datetime(2025, 12, 31)).map(
    lambda time: time.replace(second=0, microsecond=0)
)
TYPICAL = find_behaviour("typical")
EVENTFUL = replace(
    TYPICAL,
    name="eventful",
    eating=replace(TYPICAL.eating, time_sd_min=120.0, snacks_per_day=3.0, drink_share=0.5),
    bolus=replace(TYPICAL.bolus, late_probability=0.5, late_max_min=300.0, late_median_min=120.0, lead_min=60.0),
    exercise=replace(TYPICAL.exercise, sessions_per_week=6.0, duration_min=150.0, reduction_probability=1.0),
    alcohol=replace(TYPICAL.alcohol, evenings_per_week=6.0, grams=80.0),
    sleep=replace(TYPICAL.sleep, short_nights_per_week=5.0, time_sd_min=90.0),
    illness=replace(TYPICAL.illness, episodes_per_year=15.0, median_days=8.0),
    stress=replace(TYPICAL.stress, episodes_per_week=6.0, median_min=400.0),
    catheter=replace(TYPICAL.catheter, change_days=7.0, person_log_sd=0.3, jitter_days=2.0),
)
"""So much happens that every kind of event reaches across midnight or into a window now and then."""

profiles = st.sampled_from([*behaviour_profiles().values(), EVENTFUL, EVENTFUL])


def by_name(life: Life) -> dict[str, np.ndarray]:
    paths = jax.tree_util.tree_leaves_with_path(life.inputs)
    return {jax.tree_util.keystr(path): np.asarray(leaf) for path, leaf in paths}


def asked(start: datetime, zone: str, profile: BehaviourProfile, seed: int = 3) -> dict[str, Any]:
    return {"profile": profile, "seed": seed, "start": start.replace(tzinfo=ZoneInfo(zone)), "zone": zone}


@pytest.mark.slow
@settings(max_examples=40)
@given(starts, st.sampled_from(ZONES), profiles, st.sampled_from([1, 2, 5]))
def test_blocks_are_pieces_of_the_whole(start: datetime, zone: str, profile: BehaviourProfile, block_days: int) -> None:
    people = made_up_people(3)
    whole = draw_life(people, **asked(start, zone, profile), days=LONGEST)
    blocks = list(draw_life_blocks(people, **asked(start, zone, profile), days=LONGEST, block_days=block_days))
    pieces = [by_name(block) for block in blocks]
    for name, values in by_name(whole).items():
        joined = np.concatenate([piece[name] for piece in pieces], axis=-1)
        np.testing.assert_allclose(joined, values, rtol=0, atol=1e-12, err_msg=name)
    started = pl.concat([block.started for block in blocks])
    assert started.sort(started.columns).equals(whole.started.sort(started.columns))


@settings(max_examples=15)
@given(starts, profiles, st.integers(0, 2 * 1440))
@pytest.mark.slow
def test_a_later_start_sees_the_same_minutes(start: datetime, profile: BehaviourProfile, shift_min: int) -> None:
    zone = "Europe/Berlin"
    early = draw_life(made_up_people(3), **asked(start, zone, profile), days=5)
    moved = early.start + timedelta(minutes=shift_min)
    late = draw_life(made_up_people(3), profile=profile, seed=3, start=moved, zone=zone, days=2)
    width = late.inputs.minutes
    for name, values in by_name(late).items():
        expected = by_name(early)[name][..., shift_min : shift_min + width]
        np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12, err_msg=name)


@settings(max_examples=25)
@given(starts, st.sampled_from(ZONES), profiles, st.integers(0, 10**6))
def test_grams_and_units_are_those_of_the_events(
    start: datetime, zone: str, profile: BehaviourProfile, seed: int
) -> None:
    right = replace(profile, settings=SettingError(basal_log_sd=0.0, carb_ratio_log_sd=0.0))
    life = draw_life(made_up_people(3), **asked(start, zone, right, seed), days=2)
    share = (life.end - pl.col("time")).dt.total_microseconds().clip(0) / 60e6
    before = (life.start - pl.col("time")).dt.total_microseconds().clip(0) / 60e6
    inside = (pl.min_horizontal(share, "duration_min") - pl.min_horizontal(before, "duration_min")) / pl.col(
        "duration_min"
    )
    events = life.events.with_columns(part=pl.when(pl.col("duration_min") > 0).then(inside).otherwise(1.0))
    for number, name in enumerate(life.names):
        own = events.filter(pl.col("name") == name)
        for nutrient in ("carbs", "liquid_carbs", "protein", "fat", "fibre", "alcohol"):
            dense = np.broadcast_to(getattr(life.inputs, f"{nutrient}_g_per_min"), (3, life.inputs.minutes))[number]
            assert np.sum(dense) == pytest.approx((own[f"{nutrient}_g"] * own["part"]).sum(), abs=1e-6)
        assert np.sum(life.inputs.insulin_u_per_min["rapid"][number]) == pytest.approx(
            _basal_u(life, own, number) + float(own["insulin_u"].sum()), abs=1e-6
        )


def _basal_u(life: Life, own: pl.DataFrame, number: int) -> float:
    """Units of basal insulin: the profile by the local hour, less the reductions, second by second."""
    hour = (np.asarray(life.inputs.minute_of_day) // 60).astype(int)
    rate = np.repeat(made_up_people(3).basal_u_per_h[number, hour] / 3600.0, 60)
    for row in own.filter(pl.col("kind") == "basal-reduction").to_dicts():
        begin = (row["time"] - life.start).total_seconds()
        seconds = np.arange(rate.size)
        covered = np.clip(
            np.minimum(begin + 60.0 * row["duration_min"], seconds + 1) - np.maximum(begin, seconds), 0, 1
        )
        rate = rate * (1.0 - row["level_fraction"] * covered)
    return float(np.sum(rate))
