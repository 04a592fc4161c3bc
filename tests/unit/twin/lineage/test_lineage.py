"""Versions of a twin: one answers, one is on trial, and going back is exact."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from glucotwin.core.error import ConflictError, DataError, ErrorCode, NotFoundError
from glucotwin.forecast.predict import forecast_glucose
from glucotwin.twin.lineage.lineage import (
    JOURNAL,
    VERSIONS,
    Lineage,
    promote_shadow,
    put_on_trial,
    read_lineage,
    retire_shadow,
    roll_back,
    start_lineage,
)
from glucotwin.twin.twin import Twin
from made_up_person import START, made_up_timeline, made_up_twin

NIGHT = datetime(2024, 3, 10, 2, tzinfo=UTC)
TIMELINE = made_up_timeline()
FIRST = made_up_twin(TIMELINE)
SECOND = replace(FIRST, posterior=replace(FIRST.posterior, mean=FIRST.posterior.mean + 0.05))
THIRD = replace(FIRST, posterior=replace(FIRST.posterior, mean=FIRST.posterior.mean - 0.05))


def begun(folder: Path) -> Lineage:
    return start_lineage(folder / "twin", FIRST, at=NIGHT)


def hashes(lineage: Lineage) -> tuple[str, str | None]:
    return lineage.state.champion, lineage.state.shadow


def test_the_first_version_answers(tmp_path: Path) -> None:
    lineage = begun(tmp_path)
    assert hashes(lineage) == (FIRST.content_hash(), None)
    assert lineage.champion.content_hash() == FIRST.content_hash()
    assert hashes(read_lineage(tmp_path / "twin")) == hashes(lineage)


def test_a_candidate_answers_nobody_until_promoted(tmp_path: Path) -> None:
    lineage = put_on_trial(begun(tmp_path), SECOND, why="age", at=NIGHT)
    assert hashes(lineage) == (FIRST.content_hash(), SECOND.content_hash())
    assert lineage.state.shadow_since == NIGHT
    promoted = promote_shadow(lineage, {"gain": 0.02}, at=NIGHT)
    assert hashes(promoted) == (SECOND.content_hash(), None)
    assert promoted.events[-1].content["evidence"] == {"gain": 0.02}


def test_another_candidate_retires_the_one_before(tmp_path: Path) -> None:
    lineage = put_on_trial(put_on_trial(begun(tmp_path), SECOND, why="age"), THIRD, why="drift")
    assert hashes(lineage) == (FIRST.content_hash(), THIRD.content_hash())
    assert [one.kind for one in lineage.events] == ["adopted", "shadowed", "retired", "shadowed"]


def test_retiring_ends_the_trial(tmp_path: Path) -> None:
    lineage = retire_shadow(put_on_trial(begun(tmp_path), SECOND, why="age"), "no gain", {})
    assert hashes(lineage) == (FIRST.content_hash(), None)


def test_rolling_back_gives_the_very_same_forecasts(tmp_path: Path) -> None:
    origin = START + timedelta(days=4, hours=11)

    def answer(twin: Twin) -> np.ndarray:
        return forecast_glucose(twin, TIMELINE, origin=origin, horizon_min=60).trajectories_mgdl

    lineage = begun(tmp_path)
    before = answer(lineage.champion)
    lineage = promote_shadow(put_on_trial(lineage, SECOND, why="age"), {})
    assert not np.array_equal(answer(lineage.champion), before)
    back = roll_back(lineage, why="lows")
    assert np.array_equal(answer(back.champion), before)
    assert back.champion.content_hash() == FIRST.content_hash()
    with pytest.raises(NotFoundError):
        roll_back(back, why="again")


def test_versions_back_and_forth_keep_their_order(tmp_path: Path) -> None:
    lineage = promote_shadow(put_on_trial(begun(tmp_path), SECOND, why="age"), {})
    lineage = promote_shadow(put_on_trial(lineage, THIRD, why="age"), {})
    assert hashes(roll_back(lineage, why="x")) == (SECOND.content_hash(), None)
    assert hashes(roll_back(read_lineage(lineage.folder), why="x")) == (FIRST.content_hash(), None)


def test_a_changed_version_is_noticed(tmp_path: Path) -> None:
    lineage = begun(tmp_path)
    (path,) = (lineage.folder / VERSIONS).iterdir()
    path.write_text(path.read_text().replace('"daily_insulin_u": ', '"daily_insulin_u": 1'))
    with pytest.raises(DataError) as caught:
        _ = read_lineage(lineage.folder).champion
    assert caught.value.code is ErrorCode.DAMAGED_ARTEFACT


def test_a_changed_journal_is_noticed(tmp_path: Path) -> None:
    lineage = put_on_trial(begun(tmp_path), SECOND, why="age")
    path = lineage.folder / JOURNAL
    path.write_text(path.read_text().replace('"why":"age"', '"why":"drift"'))
    with pytest.raises(DataError):
        read_lineage(lineage.folder)


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    lineage = begun(tmp_path)
    with pytest.raises(NotFoundError):
        promote_shadow(lineage, {})
    with pytest.raises(ConflictError):
        put_on_trial(lineage, FIRST, why="age")
    with pytest.raises(DataError):
        put_on_trial(lineage, replace(SECOND, person=replace(FIRST.person, person_id="other")), why="age")
    with pytest.raises(ConflictError):
        start_lineage(lineage.folder, FIRST)
    with pytest.raises(NotFoundError):
        read_lineage(tmp_path)
