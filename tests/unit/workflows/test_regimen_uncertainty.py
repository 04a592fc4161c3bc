"""Intervals of a candidate over draws of model and person."""

from glucotwin.months.uncertainty import draw_many
from glucotwin.workflows.regimen_parse import parse_candidate
from glucotwin.workflows.regimen_person import months_person
from glucotwin.workflows.regimen_risk import drawn_ten_year_risks, ten_year_risks
from glucotwin.workflows.regimen_uncertainty import candidate_uncertainty
from made_up_patient import described


def test_every_interval_has_its_ends_in_order_and_a_stronger_medicine_moves_the_risk_more() -> None:
    asked = described(hba1c_pct=8.5)
    person = months_person(asked)
    nothing, metformin = (
        candidate_uncertainty(asked, person, parse_candidate(name) if name else (), days=[91], draws=12)
        for name in ("", "metformin:2000")
    )
    for one in (metformin.time_in_range_pct, metformin.weight_change_kg.both):
        assert one[0] < one[1]
    still, moved = (one.risks_10y["recode"]["mi_or_stroke"] for one in (nothing, metformin))
    assert moved[1] < still[0]
    assert moved[1] - moved[0] > still[1] - still[0]


def test_what_a_trial_already_counts_is_not_drawn_a_second_time() -> None:
    asked = described(hba1c_pct=8.5)
    person = months_person(asked)
    draws = draw_many(6)
    none = drawn_ten_year_risks(asked, person, (), draws)["score2_diabetes"]["cardiovascular_event"]
    begun = parse_candidate("empagliflozin:10")
    drawn = drawn_ten_year_risks(asked, person, begun, draws)["score2_diabetes"]["cardiovascular_event"]
    assert len({round(one / other, 3) for one, other in zip(drawn, none, strict=True)}) == 1
    assert ten_year_risks(asked, person, begun)["score2_diabetes"]["cardiovascular_event"] < max(none)
