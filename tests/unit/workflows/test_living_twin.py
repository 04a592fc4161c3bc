"""Update, ledger and lineage as use cases: permission first, then the work, then what is kept."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

import glucotwin.workflows.lineage as lineage_workflow
from glucotwin.core.error import DataError, ErrorCode, FitError, NotAllowedError
from glucotwin.core.profile import Authority, Profile, Role
from glucotwin.core.validity import Validity
from glucotwin.domain.glucose import GlucoseReading
from glucotwin.domain.timeline import Timeline, Window
from glucotwin.forecast.ledger.ledger import issue_forecasts
from glucotwin.forecast.predict import forecast_glucose
from glucotwin.forecast.promotion import Trial
from glucotwin.twin.covariate import Covariates
from glucotwin.twin.fit import PriorChoice
from glucotwin.twin.twin import Twin
from glucotwin.workflows.fit import FitAnswer, FitChoice
from glucotwin.workflows.ledger import list_issued, score_issued
from glucotwin.workflows.lineage import NightlyStep, roll_back_twin, run_night, show_lineage, start_twin
from glucotwin.workflows.update import update_person
from made_up_person import FITTED, PERSON, START, made_up_timeline, made_up_twin

NOBODY = Authority(profile=Profile.REVIEW, role=Role.ADMIN)
TIMELINE = made_up_timeline()
TWIN = made_up_twin(TIMELINE)
OTHER = replace(TWIN, posterior=replace(TWIN.posterior, mean=TWIN.posterior.mean + 0.05))
LATE = START + timedelta(days=4, hours=12)


def trial(*, gain: float, days: int = 5) -> Trial:
    return Trial(
        window=Window(start=FITTED.end, end=LATE),
        days=days,
        origins=1000,
        champion_crps_mgdl=15.0,
        candidate_crps_mgdl=15.0 * (1.0 - gain),
        gain=gain,
        gain_low=gain - 0.01,
        champion_coverage=0.9,
        candidate_coverage=0.9,
        candidate_settled=True,
    )


def test_an_update_takes_in_what_is_new_and_only_that(tmp_path: Path) -> None:
    state = tmp_path / "me.state"
    first = update_person(TWIN, TIMELINE.cut(Window(start=START, end=LATE)), state=state)
    assert first.summary.time <= LATE
    second = update_person(TWIN, TIMELINE, state=state)
    assert second.new_steps == second.summary.steps - first.summary.steps > 0
    assert update_person(TWIN, TIMELINE, state=state).new_steps == 0
    document = json.loads(json.dumps(second.to_json()))
    assert 40.0 < document["state"]["glucose_mgdl"] < 400.0


def test_an_update_of_somebody_elses_data_is_refused(tmp_path: Path) -> None:
    stranger = replace(TWIN, person=replace(PERSON, person_id="somebody-else"))
    with pytest.raises(DataError):
        update_person(stranger, TIMELINE, state=tmp_path / "state")
    assert not (tmp_path / "state").exists()


def test_issued_forecasts_are_scored_once_the_readings_are_in(tmp_path: Path) -> None:
    forecast = forecast_glucose(TWIN, TIMELINE, origin=LATE, horizon_min=60)
    issue_forecasts(tmp_path / "ledger", TWIN, [forecast], at=LATE)
    early = score_issued(tmp_path / "ledger", TIMELINE.cut(Window(start=START, end=LATE)), horizons=(30, 60))
    assert [(one.scored, one.pending) for one in early.scores] == [(0, 1), (0, 1)]
    later = score_issued(tmp_path / "ledger", TIMELINE, horizons=(30, 60))
    assert [(one.scored, one.pending) for one in later.scores] == [(1, 0), (1, 0)]
    assert len([*list_issued(tmp_path / "ledger")]) == 1
    other = replace(TIMELINE, person=replace(PERSON, person_id="somebody-else"))
    with pytest.raises(DataError) as caught:
        score_issued(tmp_path / "ledger", other)
    assert caught.value.code is ErrorCode.TOO_LITTLE_DATA


class Night:
    """Nights on a lineage whose fits and trials are made up."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder / "twin"
        start_twin(self.folder, TWIN)
        self.trial: Callable[[], Trial] = lambda: trial(gain=0.0)
        self.fit: Callable[[], Twin] = lambda: OTHER
        monkeypatch.setattr(lineage_workflow, "compare_twins", lambda *_: self.trial())
        monkeypatch.setattr(lineage_workflow, "_is_time", lambda *_: True)
        self.choices: list[FitChoice] = []
        monkeypatch.setattr(lineage_workflow, "fit_person", self._fitted)

    def _fitted(self, _: Timeline, *, choice: FitChoice, **__: object) -> FitAnswer:
        self.choices.append(choice)
        return FitAnswer(twin=self.fit(), validity=Validity(), path=None)

    def run(self) -> tuple[NightlyStep, ...]:
        return run_night(self.folder, TIMELINE).steps


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    return Night(tmp_path, monkeypatch)


@pytest.mark.slow
def test_a_candidate_is_tried_promoted_and_rolled_back(night: Night) -> None:
    assert night.run() == (NightlyStep.PUT_ON_TRIAL,)
    assert night.run() == (NightlyStep.ON_TRIAL,)
    night.trial = lambda: trial(gain=0.05)
    night.fit = lambda: TWIN
    assert night.run()[0] is NightlyStep.PROMOTED
    assert show_lineage(night.folder).champion == OTHER.version
    assert roll_back_twin(night.folder, why="lows").champion == TWIN.version
    kinds = [one["event"] for one in show_lineage(night.folder).events]
    assert kinds == ["adopted", "shadowed", "promoted", "shadowed", "rolled-back"]


@pytest.mark.slow
def test_a_candidate_has_the_body_and_the_prior_of_the_champion(night: Night) -> None:
    night.run()
    assert night.choices == [FitChoice(body="minimal", prior=PriorChoice.INDEPENDENT)]
    start_twin(night.folder.parent / "other", replace(TWIN, covariates=Covariates(weight_kg=70.0)))
    run_night(night.folder.parent / "other", TIMELINE)
    assert night.choices[-1] == FitChoice(body="minimal", prior=PriorChoice.POPULATION)


def test_a_candidate_that_never_meets_the_rule_is_retired(night: Night) -> None:
    night.run()
    night.trial = lambda: trial(gain=0.0, days=14)
    assert night.run()[0] is NightlyStep.RETIRED


def test_a_candidate_that_cannot_be_compared_yet_stays(night: Night) -> None:
    night.run()

    def nothing() -> Trial:
        raise DataError(ErrorCode.TOO_LITTLE_DATA, "Nothing yet.")

    night.trial = nothing
    answer = run_night(night.folder, TIMELINE)
    assert (answer.steps, answer.trial) == ((NightlyStep.ON_TRIAL,), None)


def test_a_fit_that_fails_changes_nothing_and_is_said(night: Night) -> None:
    def fails() -> Twin:
        raise FitError(ErrorCode.TOO_LITTLE_DATA, "Two days are too few.")

    night.fit = fails
    answer = run_night(night.folder, TIMELINE)
    assert (answer.steps, answer.why_no_fit) == ((NightlyStep.NO_FIT,), "Two days are too few.")
    assert [one["event"] for one in show_lineage(night.folder).events] == ["adopted"]


def test_no_candidate_is_fitted_where_only_readings_are_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted: list[Timeline] = []

    def fit(timeline: Timeline, **_: object) -> FitAnswer:
        fitted.append(timeline)
        return FitAnswer(twin=OTHER, validity=Validity(), path=None)

    monkeypatch.setattr(lineage_workflow, "fit_person", fit)
    monkeypatch.setattr(lineage_workflow, "_drift", lambda *_: ())
    monkeypatch.setattr(lineage_workflow, "REFIT_AFTER", timedelta(days=2))
    first_day = TIMELINE.cut(Window(start=START, end=START + timedelta(days=1)))
    undosed = replace(first_day, streams={**first_day.streams, "glucose": TIMELINE.frame(GlucoseReading)})
    start_twin(tmp_path / "undosed", replace(TWIN, window=Window(start=START, end=START + timedelta(days=1))))
    assert run_night(tmp_path / "undosed", undosed).steps == (NightlyStep.NOTHING,)
    assert not fitted
    assert run_night(tmp_path / "undosed", TIMELINE).steps == (NightlyStep.PUT_ON_TRIAL,)
    assert len(fitted) == 1


def test_who_may_not_have_forecasts_may_have_none_of_it(tmp_path: Path) -> None:
    calls: list[Callable[[], object]] = [
        lambda: update_person(TWIN, TIMELINE, state=tmp_path / "state", authority=NOBODY),
        lambda: score_issued(tmp_path, TIMELINE, authority=NOBODY),
        lambda: list_issued(tmp_path, authority=NOBODY),
        lambda: start_twin(tmp_path / "twin", TWIN, authority=NOBODY),
        lambda: show_lineage(tmp_path, authority=NOBODY),
        lambda: roll_back_twin(tmp_path, why="x", authority=NOBODY),
        lambda: run_night(tmp_path, TIMELINE, authority=NOBODY),
    ]
    for call in calls:
        with pytest.raises(NotAllowedError):
            call()
    assert list(tmp_path.iterdir()) == []
