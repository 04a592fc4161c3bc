"""Proposals: their limits and words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glucotwin.advise.proposal import LARGEST_STEP_FRACTION, RULES, Proposal, ProposalKind
from glucotwin.core.error import DataError
from glucotwin.core.profile import Capability

SETTINGS = [kind for kind, rule in RULES.items() if rule.is_setting]


@given(kind=st.sampled_from(SETTINGS), present=st.floats(6.0, 9.0), factor=st.floats(0.5, 1.5))
def test_a_setting_changes_by_a_fifth_at_most(kind: ProposalKind, present: float, factor: float) -> None:
    value = present * factor
    rule = RULES[kind]
    is_small = abs(factor - 1.0) <= LARGEST_STEP_FRACTION
    if is_small and rule.low <= value <= rule.high:
        assert Proposal(kind=kind, value=value, present=present, why="Lows.").value == value
    elif abs(factor - 1.0) > LARGEST_STEP_FRACTION + 1e-6:
        with pytest.raises(DataError):
            Proposal(kind=kind, value=value, present=present, why="Lows.")


@pytest.mark.parametrize("kind", SETTINGS)
def test_a_setting_is_proposed_beside_what_it_is_today(kind: ProposalKind) -> None:
    with pytest.raises(DataError):
        Proposal(kind=kind, value=RULES[kind].high, why="Lows.")


@pytest.mark.parametrize("kind", RULES)
@pytest.mark.parametrize("side", ["low", "high"])
def test_a_slip_of_the_pen_is_refused(kind: ProposalKind, side: str) -> None:
    limit = getattr(RULES[kind], side)
    value = limit - 1.0 if side == "low" else limit * 1.01
    with pytest.raises(DataError):
        Proposal(kind=kind, value=value, present=value if value > 0 else 1.0, why="Lows.")


@pytest.mark.parametrize("hours", [(600, 600), (700, 600), (-1, 60), (0, 1441)])
def test_hours_are_of_one_day(hours: tuple[int, int]) -> None:
    with pytest.raises(DataError):
        Proposal(kind=ProposalKind.WALK, value=20, from_minute=hours[0], to_minute=hours[1], why="Highs.")


def test_it_is_told_in_words_with_its_hours() -> None:
    made = Proposal(kind=ProposalKind.CARB_RATIO, value=11.0, present=10.0, from_minute=360, to_minute=630, why="Lows.")
    assert made.sentence() == "Carb ratio: 11 g per unit instead of 10 (from 06:00 to 10:30)"
    assert Proposal(kind=ProposalKind.RESCUE_CARBS, value=15, why="Lows.").sentence().startswith("15 g")


def test_settings_need_leave_to_advise_on_doses_and_the_rest_does_not() -> None:
    assert {rule.capability for rule in RULES.values() if rule.is_setting} == {Capability.ADVISE_DOSE}
    assert {rule.capability for rule in RULES.values() if not rule.is_setting} == {Capability.WHAT_IF_LIFESTYLE}
