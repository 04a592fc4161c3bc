"""Candidates side by side."""

from glucotwin.workflows.regimen import compare_for_person
from glucotwin.workflows.regimen_person import months_person
from made_up_patient import described


def test_what_has_not_begun_at_the_end_changes_neither_lows_nor_time_in_range() -> None:
    asked = described(hba1c_pct=8.5)
    unchanged, later = compare_for_person(asked, months_person(asked), ["glargine:20+glimepiride:4@9"], months=3)
    assert later.end.insulin_u_per_d == 20.0
    assert later.lows.felt_per_y > unchanged.lows.felt_per_y
    unchanged, later = compare_for_person(asked, months_person(asked), ["glargine:20@9+glimepiride:4@9"], months=3)
    assert later.end == unchanged.end
    assert later.lows.felt_per_y == unchanged.lows.felt_per_y
    assert later.time_in_range_pct == unchanged.time_in_range_pct
