from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jax
import numpy as np
import polars as pl
import pytest

from glucotwin.core.error import ConflictError, DataError, NotFoundError
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.meal import Meal
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.twin.online.archive import load_followed, save_followed
from glucotwin.twin.online.follow import Followed, follow
from glucotwin.twin.online.stream import canonical
from glucotwin.twin.online.summary import summarise
from made_up_person import DINNER, FITTED, START, made_up_timeline, made_up_twin

DRAWS = 2
TIMELINE = made_up_timeline()
TWIN = made_up_twin(TIMELINE)


def until(hours: float, timeline: Timeline = TIMELINE) -> Timeline:
    return timeline.cut(Window(start=START, end=START + timedelta(hours=hours)))


def distance(one: Followed, other: Followed) -> float:
    leaves = zip(jax.tree.leaves(one.state), jax.tree.leaves(other.state), strict=True)
    return max(float(np.max(np.abs(np.asarray(a, dtype=float) - np.asarray(b, dtype=float)))) for a, b in leaves)


def test_stream_begins_a_day_before_the_end_of_the_fit() -> None:
    followed = follow(TWIN, until(80.0), draws=DRAWS).followed
    assert followed.start == FITTED.end - timedelta(days=1)
    assert followed.now == START + timedelta(hours=80) - timedelta(minutes=5)


def test_update_with_nothing_new_does_nothing() -> None:
    first = follow(TWIN, until(80.0), draws=DRAWS).followed
    again = follow(TWIN, until(80.0), first, draws=DRAWS)
    assert (again.new_steps, again.repeated_steps) == (0, 0)
    assert again.followed is first


def test_updates_lead_to_the_state_of_one_delivery() -> None:
    followed = follow(TWIN, until(75.3), draws=DRAWS).followed
    for hours in (75.4, 77.0, 99.0):
        followed = follow(TWIN, until(hours), followed, draws=DRAWS).followed
    whole = follow(TWIN, until(99.0), draws=DRAWS).followed
    assert distance(followed, whole) <= 1e-9
    np.testing.assert_allclose(followed.history.glucose_mgdl, whole.history.glucose_mgdl, rtol=0.0, atol=1e-9)


def test_late_meal_costs_little_and_leads_to_the_same_state() -> None:
    meals = TIMELINE.frame(Meal).filter(pl.col("time") != DINNER)
    without = replace(TIMELINE, streams={**TIMELINE.streams, "meal": meals})
    first = follow(TWIN, until(93.0, without), draws=DRAWS).followed
    late = follow(TWIN, until(93.0), first, draws=DRAWS)
    assert 20 <= late.repeated_steps <= 36
    assert late.new_steps == 0
    assert distance(late.followed, follow(TWIN, until(93.0), draws=DRAWS).followed) <= 1e-9


def test_withdrawn_reading_leads_to_the_same_state() -> None:
    first = follow(TWIN, until(93.0), draws=DRAWS).followed
    taken = TIMELINE.frame(GlucoseReading).filter(
        ~pl.col("time").is_between(START + timedelta(hours=92), START + timedelta(hours=94))
    )
    fewer = until(93.0, replace(TIMELINE, streams={**TIMELINE.streams, "glucose": taken}))
    followed = follow(TWIN, fewer, first, draws=DRAWS).followed
    assert followed.now == START + timedelta(hours=92) - timedelta(minutes=5)
    assert distance(followed, follow(TWIN, fewer, draws=DRAWS).followed) <= 1e-9


def test_repeated_records_count_once() -> None:
    doubled = replace(TIMELINE, streams={name: pl.concat([frame, frame]) for name, frame in TIMELINE.streams.items()})
    own = canonical(doubled)
    assert {name: len(frame) for name, frame in own.streams.items()} == {
        name: len(frame) for name, frame in TIMELINE.streams.items()
    }


def test_another_twin_begins_anew() -> None:
    first = follow(TWIN, until(93.0), draws=DRAWS).followed
    other = replace(TWIN, basal_u_per_min=TWIN.basal_u_per_min * 1.1)
    again = follow(other, until(93.0), first, draws=DRAWS)
    assert again.new_steps == first.rows.steps
    assert again.followed.twin_hash == other.content_hash()


def test_without_readings_after_the_fit_there_is_no_state() -> None:
    with pytest.raises(DataError, match="no glucose readings after"):
        follow(TWIN, until(40.0), draws=DRAWS)


def test_saved_state_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    first = follow(TWIN, until(80.0), draws=DRAWS).followed
    save_followed(first, tmp_path / "me.online")
    loaded = load_followed(tmp_path / "me.online", TWIN)
    assert loaded is not None
    assert distance(loaded, first) == 0.0
    went_on = follow(TWIN, until(90.0), loaded, draws=DRAWS)
    assert went_on.repeated_steps == 0
    assert distance(went_on.followed, follow(TWIN, until(90.0), first, draws=DRAWS).followed) == 0.0
    save_followed(went_on.followed, tmp_path / "me.online")
    assert [path.name for path in tmp_path.iterdir()] == ["me.online"]


def test_state_of_another_twin_is_not_used(tmp_path: Path) -> None:
    save_followed(follow(TWIN, until(80.0), draws=DRAWS).followed, tmp_path / "me.online")
    assert load_followed(tmp_path / "me.online", replace(TWIN, daily_insulin_u=35.0)) is None


@pytest.mark.parametrize("name", ["history.parquet", "snapshots.npz"])
def test_damaged_state_is_refused(name: str, tmp_path: Path) -> None:
    folder = save_followed(follow(TWIN, until(80.0), draws=DRAWS).followed, tmp_path / "me.online")
    (folder / name).write_bytes((folder / name).read_bytes()[:-20])
    with pytest.raises(DataError, match="damaged"):
        load_followed(folder, TWIN)


def test_nothing_else_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    followed = follow(TWIN, until(80.0), draws=DRAWS).followed
    with pytest.raises(ConflictError):
        save_followed(followed, tmp_path / "mine")
    with pytest.raises(NotFoundError):
        load_followed(tmp_path / "mine", TWIN)


def test_summary_tells_what_is_on_board() -> None:
    before = summarise(TWIN, follow(TWIN, until(90.9), draws=DRAWS).followed)
    after = summarise(TWIN, follow(TWIN, until(91.5), draws=DRAWS).followed)
    assert after.carbs_on_board_g > before.carbs_on_board_g + 20.0
    assert after.insulin_on_board_u > before.insulin_on_board_u + 3.0
    assert after.carb_effect_mgdl > 20.0
    assert after.insulin_effect_mgdl < before.insulin_effect_mgdl < 20.0
    assert after.faults == ()
    assert after.to_json()["time"] == after.time.isoformat()
