"""The fewest medicines with which all three targets are reached."""

import pytest

from glucotwin.months.target import Targets
from glucotwin.workflows.regimen import compare_for_person
from glucotwin.workflows.regimen_person import months_person
from glucotwin.workflows.regimen_plan import Plan, plan_for_person
from made_up_patient import described


def _plan(targets: Targets, **changes: object) -> Plan:
    asked = described(**changes)
    return plan_for_person(asked, months_person(asked), months=6, targets=targets)


@pytest.mark.slow
def test_each_target_that_is_missed_gets_its_medicine_and_none_more() -> None:
    easy = Targets(hba1c_pct=7.5, sbp_mmhg=140.0, ldl_mmoll=2.5)
    plan = _plan(easy, hba1c_pct=8.2, sbp_mmhg=150, ldl_mmoll=3.6, egfr=80)
    assert plan.reached
    first = plan.sets[0]
    assert sorted(plan.serves[name] for name in first.name.split("+")) == ["hba1c", "ldl", "sbp"]
    assert first.end.hba1c_pct <= 7.5
    assert first.end.sbp_mmhg <= 140.0
    assert first.end.ldl_mmoll <= 2.5


@pytest.mark.slow
def test_what_is_contraindicated_or_taken_is_left_out_and_told() -> None:
    targets = Targets(hba1c_pct=7.5, sbp_mmhg=170.0, ldl_mmoll=5.0)
    plan = _plan(targets, hba1c_pct=8.0, egfr=25, statin=True, history_heart_failure=True)
    assert plan.left_out["metformin:2000"] == "regimen-caution-metformin-contraindicated"
    assert plan.left_out["pioglitazone:30"] == "regimen-caution-glitazone-heart"
    assert plan.left_out["atorvastatin:40"] == "regimen-plan-taken"


@pytest.mark.slow
def test_what_cannot_be_reached_is_said() -> None:
    plan = _plan(Targets(hba1c_pct=5.0, sbp_mmhg=100.0, ldl_mmoll=0.5), hba1c_pct=11.0, sbp_mmhg=179, ldl_mmoll=4.9)
    assert not plan.reached
    assert plan.sets


@pytest.mark.slow
def test_life_years_grow_with_a_medicine_that_protects() -> None:
    asked = described(hba1c_pct=8.5, total_cholesterol_mmoll=5.2, history_mi=True)
    unchanged, on = compare_for_person(asked, months_person(asked), ["empagliflozin:10"], months=3, years=15)
    assert unchanged.lived is not None
    assert on.lived is not None
    assert on.lived.life_years > unchanged.lived.life_years
    assert 0.0 < on.lived.qalys < on.lived.life_years < 15.0
