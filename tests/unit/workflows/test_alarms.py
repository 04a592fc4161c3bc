"""The use case of alarms: permission, window, envelope."""

from dataclasses import replace
from datetime import timedelta

import pytest

from glucotwin.advise.pre_emptive import StepKind
from glucotwin.core.answer import ContextOfUse
from glucotwin.core.error import DataError, SafetyError
from glucotwin.core.profile import RESEARCHER, Authority, Profile, Role
from glucotwin.domain.timeline import Window
from glucotwin.forecast.alarm.kind import AlarmKind
from glucotwin.forecast.alarm.settings import AlarmSettings
from glucotwin.workflows.alarms import allowed_steps, listed_alarms, replay_person_alarms
from made_up_person import FITTED, PERSON, made_up_timeline, made_up_twin

SHORT = Window(start=FITTED.end + timedelta(hours=12), end=FITTED.end + timedelta(hours=18))


def test_answer_is_an_alarm_s_and_says_to_keep_the_sensor_s_own() -> None:
    timeline = made_up_timeline()
    answer = replay_person_alarms(made_up_twin(timeline), timeline, window=SHORT)
    assert answer.context_of_use is ContextOfUse.ALARM
    assert "Keep the sensor's own alarms" in answer.limits
    assert answer.payload.window == SHORT


def test_days_of_the_fit_are_named_as_such() -> None:
    timeline = made_up_timeline()
    seen = Window(start=FITTED.end - timedelta(hours=4), end=FITTED.end)
    answer = replay_person_alarms(made_up_twin(timeline), timeline, window=seen)
    assert "flatter" in answer.uncertainty


def test_review_profile_never_sees_a_step_of_insulin() -> None:
    assert allowed_steps(Authority(profile=Profile.REVIEW, role=Role.PERSON)) == {StepKind.CARBS}
    assert allowed_steps(Authority(profile=Profile.RESEARCH, role=Role.PERSON)) == {StepKind.CARBS}
    assert allowed_steps(RESEARCHER) == {StepKind.CARBS, StepKind.NO_BASAL}


def test_people_for_whom_it_was_not_validated_are_refused() -> None:
    timeline = made_up_timeline(replace(PERSON, pregnant=True))
    with pytest.raises(SafetyError):
        replay_person_alarms(made_up_twin(timeline), timeline, window=SHORT)


def test_window_is_limited() -> None:
    timeline = made_up_timeline()
    long = Window(start=SHORT.start, end=SHORT.start + timedelta(days=100))
    with pytest.raises(DataError, match="at most 92 days"):
        replay_person_alarms(made_up_twin(timeline), timeline, window=long)


def test_every_alarm_is_listed_as_it_behaves_with_the_settings() -> None:
    off = AlarmSettings.model_validate({"behaviour": {"high": {"enabled": False}}})
    listed = {one.kind: one for one in listed_alarms(off)}
    assert set(listed) == set(AlarmKind)
    assert not listed[AlarmKind.HIGH].behaviour.enabled
    assert listed[AlarmKind.LOW].to_json()["enabled"] is True
