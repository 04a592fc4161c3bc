"""Plans keep to hard limits; the choice weighs what is told."""

from dataclasses import replace

import pytest

from glucotwin.advise.regimen.choice import RegimenChoice, choose_regimen
from glucotwin.advise.regimen.option import HARD, ladders, options
from glucotwin.advise.regimen.spell import Spell, Visit
from glucotwin.advise.regimen.twin import fit_regimen_twin
from glucotwin.months.person import MonthsPerson

PERSON = MonthsPerson(
    age_y=57, female=False, weight_kg=95, height_m=1.72, hba1c_pct=8.2, egfr=88, facts=frozenset({"no_insulin"})
)
METFORMIN = (Spell(medicine="metformin", dose=2000.0),)


def choice_of(person: MonthsPerson, **asked: object) -> RegimenChoice:
    visit = Visit(day=0, hba1c_pct=person.hba1c_pct, weight_kg=person.weight_kg)
    twin = fit_regimen_twin(person, METFORMIN, [visit])
    return choose_regimen(twin, person, **asked)  # pyright: ignore[reportArgumentType]


def test_nothing_contraindicated_is_ever_proposed() -> None:
    frail = replace(PERSON, egfr=18.0, facts=frozenset({"heart_failure"}))
    found = options(frail, (), hba1c_pct=9.5)
    names = {one.medicine for option in found for one in option.plan}
    assert not names & {"metformin", "empagliflozin", "pioglitazone"}
    assert all(caution.action not in HARD for option in found for caution in option.cautions)


def test_doses_above_the_label_are_stepped_down() -> None:
    found = options(replace(PERSON, egfr=38.0), (), hba1c_pct=8.2)
    assert "sitagliptin:50" in {option.name for option in found}


def test_metformin_goes_on_but_is_not_begun_with_a_weak_kidney() -> None:
    weak = replace(PERSON, egfr=38.0)
    assert not any(one.medicine == "metformin" for option in options(weak, (), hba1c_pct=8.2) for one in option.plan)
    taken = (Spell(medicine="metformin", dose=1000.0),)
    assert any(
        option.changes == 1 and option.begun == ("sitagliptin",) for option in options(weak, taken, hba1c_pct=8.2)
    )


def test_the_first_option_is_to_change_nothing_and_two_at_once_need_a_high_hba1c() -> None:
    low, high = options(PERSON, METFORMIN, hba1c_pct=7.6), options(PERSON, METFORMIN, hba1c_pct=8.9)
    assert low[0].changes == 0
    assert max(one.changes for one in low) == 1
    assert max(one.changes for one in high) == 2


def test_a_choice_tells_reasons_that_add_up() -> None:
    choice = choice_of(PERSON)
    totals = [one.total for one in choice.ranked]
    assert totals == sorted(totals)
    assert choice.chosen.total == pytest.approx(sum(choice.chosen.burden.values()))
    assert choice.chosen.change_pct[0] < 0.0
    assert choice.unchanged.option.name == "metformin:2000"


def test_near_the_target_nothing_is_changed() -> None:
    assert choice_of(replace(PERSON, hba1c_pct=6.4, weight_kg=70.0)).chosen.option.changes == 0


def test_what_a_person_weighs_changes_the_choice() -> None:
    cheap = choice_of(PERSON, values={"cost": 1.0})
    assert cheap.chosen.cost_class <= 1


def test_only_what_is_allowed_is_proposed() -> None:
    choice = choice_of(PERSON, allowed=ladders(("metformin", "sitagliptin")))
    assert {one.medicine for plan in choice.ranked for one in plan.option.plan} <= {"metformin", "sitagliptin"}


def test_a_second_incretin_is_not_put_beside_the_first_but_may_go_on() -> None:
    sitagliptin, semaglutide = Spell(medicine="sitagliptin", dose=100.0), Spell(medicine="semaglutide", dose=0.5)
    found = options(PERSON, (*METFORMIN, sitagliptin), hba1c_pct=8.2)
    assert any("semaglutide" in option.begun for option in found)
    assert not any({"sitagliptin", "semaglutide"} <= {one.medicine for one in option.plan} for option in found)
    both = options(PERSON, (*METFORMIN, sitagliptin, semaglutide), hba1c_pct=8.2)
    assert any(
        option.changes == 1 and "semaglutide:1" in option.name and "sitagliptin" in option.name for option in both
    )


def test_what_protects_heart_and_kidney_weighs_whatever_hba1c_is() -> None:
    choice = choice_of(replace(PERSON, acr_mg_g=90.0), allowed=ladders(("metformin", "sitagliptin", "empagliflozin")))
    burden = {one.option.name: one.burden["organs"] for one in choice.ranked}
    assert burden["metformin:2000+empagliflozin:10"] == 0.0
    assert burden["metformin:2000+sitagliptin:100"] == burden["metformin:2000"] == pytest.approx(0.5)
    assert choice.chosen.option.begun == ("empagliflozin",)
