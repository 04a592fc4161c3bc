from dataclasses import replace

import pytest

from glucotwin.core.error import DataError, NotAllowedError
from glucotwin.core.profile import Authority, Profile, Role
from glucotwin.domain.person import TherapyKind
from glucotwin.domain.timeline import Timeline
from glucotwin.workflows.setting_advice import advise_person_settings
from synthetic_person import synthetic_timeline, synthetic_twin


def test_only_professionals_in_the_research_profile_are_advised_on_settings() -> None:
    for authority in (
        Authority(profile=Profile.REVIEW, role=Role.CLINICIAN),
        Authority(profile=Profile.RESEARCH, role=Role.PERSON),
    ):
        with pytest.raises(NotAllowedError):
            advise_person_settings(synthetic_twin(), synthetic_timeline(), authority=authority)


def test_people_whose_insulin_an_algorithm_gives_are_sent_elsewhere() -> None:
    automated = replace(synthetic_timeline().person, therapy=TherapyKind.CLOSED_LOOP)
    timeline: Timeline = replace(synthetic_timeline(), person=automated)
    with pytest.raises(DataError, match="algorithm"):
        advise_person_settings(synthetic_twin(), timeline)


def test_five_days_are_told_to_be_too_few() -> None:
    answer = advise_person_settings(synthetic_twin(), synthetic_timeline())
    assert answer.payload.advice.plan is None
    assert "few-days" in answer.to_json()["answer"]["withheld"]  # pyright: ignore[reportIndexIssue, reportOperatorIssue]
