import itertools

import pytest

from glucotwin.core.error import ErrorCode, NotAllowedError
from glucotwin.core.profile import PERMISSIONS, RESEARCHER, Authority, Capability, Profile, Role

DOSING = (Capability.WHAT_IF_INSULIN, Capability.ADVISE_DOSE)


def test_table_answers_for_every_capability_and_profile() -> None:
    assert set(PERMISSIONS) == set(itertools.product(Capability, Profile))


@pytest.mark.parametrize(("capability", "role"), list(itertools.product(DOSING, Role)))
def test_in_review_nobody_is_told_about_insulin(capability: Capability, role: Role) -> None:
    assert not Authority(profile=Profile.REVIEW, role=role).allows(capability)


@pytest.mark.parametrize("capability", DOSING)
def test_in_research_only_professionals_are_told_about_insulin(capability: Capability) -> None:
    allowed = {role for role in Role if Authority(profile=Profile.RESEARCH, role=role).allows(capability)}
    assert allowed == {Role.CLINICIAN, Role.RESEARCHER}


@pytest.mark.parametrize("profile", list(Profile))
@pytest.mark.parametrize("capability", [Capability.DESCRIBE, Capability.FORECAST, Capability.WHAT_IF_LIFESTYLE])
def test_people_see_forecasts_and_lifestyle_what_ifs_in_both_profiles(profile: Profile, capability: Capability) -> None:
    for role in (Role.PERSON, Role.CARER, Role.CLINICIAN, Role.RESEARCHER):
        Authority(profile=profile, role=role).require(capability)


def test_administrator_sees_nobodys_data() -> None:
    assert not any(Authority(profile=one, role=Role.ADMIN).allows(what) for what, one in PERMISSIONS)


def test_default_is_the_most_careful() -> None:
    assert Authority() == Authority(profile=Profile.REVIEW, role=Role.PERSON)


def test_researchers_own_tools_run_in_research() -> None:
    assert RESEARCHER.profile is Profile.RESEARCH
    assert all(RESEARCHER.allows(capability) for capability in Capability)


def test_refusal_names_capability_role_and_profile() -> None:
    with pytest.raises(NotAllowedError, match=r"what-if-insulin.*person.*review") as caught:
        Authority().require(Capability.WHAT_IF_INSULIN)
    assert caught.value.code is ErrorCode.NOT_ALLOWED


def test_table_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        PERMISSIONS[Capability.ADVISE_DOSE, Profile.REVIEW] = frozenset(Role)  # pyright: ignore[reportIndexIssue]  # the attempt
