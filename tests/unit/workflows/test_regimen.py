"""Candidates side by side."""

import pytest

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


@pytest.mark.slow
def test_draws_tell_the_model_and_people_apart() -> None:
    asked = described(hba1c_pct=8.5)
    person = months_person(asked)
    _, metformin, semaglutide = compare_for_person(
        asked, person, ["metformin:2000", "semaglutide:1"], months=3, draws=12
    )
    assert metformin.uncertainty is not None
    bands = metformin.uncertainty.hba1c_pct[91]
    model, people, both = (high - low for low, high in (bands.parameters, bands.people, bands.both))
    assert 0.0 < model < people
    assert both > 0.8 * people
    assert semaglutide.lowest_pct > 50.0
    assert metformin.to_json()["uncertainty"] is not None
