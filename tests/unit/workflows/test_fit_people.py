from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import glucotwin.workflows.fit as fit_workflow
from glucotwin.core.error import ErrorCode, FitError, NotAllowedError
from glucotwin.core.profile import Authority, Profile, Role
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.ingest.people import LeftOutPerson
from glucotwin.twin.archive import load_twin
from glucotwin.twin.twin import Twin
from glucotwin.workflows.fit import FitChoice, FitPeriod
from glucotwin.workflows.fit_people import fit_people
from made_up_person import PERSON, made_up_timeline, made_up_twin

NAMES = ("anna", "bert", "carl")
BERT = "bert"


@pytest.fixture
def timelines(monkeypatch: pytest.MonkeyPatch) -> Sequence[Timeline]:
    """Three people; one's fit fails, the others' are made up."""

    def fitted(timeline: Timeline, *, window: Window, **_: object) -> Twin:
        if timeline.person.person_id == BERT:
            raise FitError(ErrorCode.NOT_FINITE, "The model cannot be evaluated on these days.")
        return replace(made_up_twin(timeline), window=window)

    monkeypatch.setattr(fit_workflow, "fit_twin", fitted)
    return [made_up_timeline(replace(PERSON, person_id=name)) for name in NAMES]


def test_each_twin_is_saved_under_its_name_and_failures_are_told(timelines: Sequence[Timeline], tmp_path: Path) -> None:
    told: list[float] = []
    unread = LeftOutPerson(person_id="dora", reason="No readings.")
    answer = fit_people(
        timelines,
        folder=tmp_path / "twins",
        period=FitPeriod(days=3, all_days=True),
        workers=2,
        left_out=[unread],
        progress=lambda _, fraction: told.append(fraction),
    )
    assert [one.twin.person.person_id for one in answer.fits] == ["anna", "carl"]
    assert [one.person_id for one in answer.left_out] == ["dora", BERT]
    assert "cannot be evaluated" in answer.left_out[1].reason
    assert sorted(one.name for one in (tmp_path / "twins").iterdir()) == ["anna.twin.json", "carl.twin.json"]
    assert load_twin(tmp_path / "twins" / "carl.twin.json").window.days == pytest.approx(3.0, abs=0.01)
    assert told[-1] == 1.0


def test_as_json_each_twin_is_what_it_is_alone(timelines: Sequence[Timeline], tmp_path: Path) -> None:
    answer = fit_people(timelines, folder=tmp_path, choice=FitChoice(keep_failed=True))
    values = answer.to_json()
    assert values["twins"] == [one.to_json() for one in answer.fits]
    assert values["left_out"] == [{"person_id": BERT, "reason": "The model cannot be evaluated on these days."}]


def test_a_twin_that_is_there_is_kept_unless_it_may_be_replaced(timelines: Sequence[Timeline], tmp_path: Path) -> None:
    (tmp_path / "anna.twin.json").write_text("mine")
    answer = fit_people(timelines, folder=tmp_path)
    assert [one.person_id for one in answer.left_out] == ["anna", BERT]
    assert (tmp_path / "anna.twin.json").read_text() == "mine"
    assert len(fit_people(timelines, folder=tmp_path, overwrite=True).fits) == 2


def test_nobody_fitted_is_an_error_with_the_first_reason(timelines: Sequence[Timeline], tmp_path: Path) -> None:
    with pytest.raises(FitError, match="cannot be evaluated"):
        fit_people([timelines[1]], folder=tmp_path)


def test_who_may_not_forecast_may_not_fit(tmp_path: Path) -> None:
    with pytest.raises(NotAllowedError):
        fit_people([], folder=tmp_path / "twins", authority=Authority(profile=Profile.RESEARCH, role=Role.ADMIN))
    assert not (tmp_path / "twins").exists()
