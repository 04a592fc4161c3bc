"""Cautions, side effects and guidelines by the tables in ``data``."""

from collections.abc import Callable

import pytest

from glucotwin.core.message import message
from glucotwin.months.caution import cautions_of
from glucotwin.months.guideline import Verdict, recommendations
from glucotwin.months.low_glucose import felt_lows_per_y, low_glucose, people_with_lows_pct, severe_lows_pct
from glucotwin.months.medicine.onset import onset_of
from glucotwin.months.medicine.registry import MEDICINES
from glucotwin.months.person import MonthsPerson
from glucotwin.months.range_share import time_in_range_pct
from glucotwin.months.side_effect import side_effects
from glucotwin.months.table import holds, read_rows
from glucotwin.months.treatment import Treatment

Adult = Callable[..., MonthsPerson]
KINDS = {one.kind for one in MEDICINES.values()}


def _take(name: str, dose: float) -> Treatment:
    return Treatment(medicine=MEDICINES[name], dose=dose)


@pytest.mark.parametrize("name", ["cautions.csv", "side_effects.csv", "costs.csv"])
def test_every_row_speaks_of_a_medicine_or_class_there_is(name: str) -> None:
    assert {row["applies_to"] for row in read_rows(name)} <= KINDS | set(MEDICINES)
    assert all(row["source"] for row in read_rows(name))


@pytest.mark.parametrize(
    "name", ["cautions", "side_effects", "guidelines", "costs", "trials", "uncertainty", "plan_options", "onsets"]
)
def test_every_row_says_whether_and_where_it_was_checked(name: str) -> None:
    for row in read_rows(f"{name}.csv"):
        assert row["checked"] in {"yes", "no"}
        assert row["checked"] == "no" or name == "uncertainty" or row["where"]


@pytest.mark.parametrize(
    "name", ["cautions", "costs", "guidelines", "onsets", "side_effects", "trial_targets", "trials", "uncertainty"]
)
def test_no_row_has_more_cells_than_its_table(name: str) -> None:
    assert all(None not in row for row in read_rows(f"{name}.csv")), "a semicolon inside a cell"


def test_every_medicine_has_an_onset_with_a_source() -> None:
    rows = read_rows("onsets.csv")
    assert {row["medicine"] for row in rows} == set(MEDICINES)
    assert all(row["source"] for row in rows)


def test_what_acts_on_a_meal_is_felt_at_once_and_sensitizers_after_weeks() -> None:
    total = {name: one.onset.total_d for name, one in MEDICINES.items()}
    assert max(total[name] for name in ("acarbose", "voglibose", "repaglinide", "sitagliptin", "gliquidone")) < 2.0
    assert 4.0 < total["metformin"] < 7.0
    assert total["pioglitazone"] > 40.0
    with pytest.raises(KeyError):
        onset_of("aspirin")


def test_metformin_is_not_begun_with_a_weak_kidney(adult: Adult) -> None:
    found = {one.code: one.action for one in cautions_of(adult(egfr=40.0), [_take("metformin", 1000.0)])}
    assert found == {"regimen-caution-metformin-start": "avoid"}


def test_every_class_has_a_cost() -> None:
    assert {row["applies_to"] for row in read_rows("costs.csv")} == KINDS


def test_every_row_has_its_text_and_a_condition_that_can_be_asked(adult: Adult) -> None:
    for row in read_rows("cautions.csv"):
        assert message(f"regimen-caution-{row['code']}")
        assert message(f"regimen-action-{row['action']}")
        holds(row["when"], adult())
    for row in read_rows("guidelines.csv"):
        assert message(f"regimen-guideline-{row['code']}")
        named = set(row["recommends"].removeprefix("not:").split("|"))
        assert named <= KINDS | set(MEDICINES) | {"two"}
        holds(row["when"], adult())
    for row in read_rows("side_effects.csv"):
        assert message(f"regimen-event-{row['event']}")


def test_metformin_is_contraindicated_with_a_failing_kidney(adult: Adult) -> None:
    found = cautions_of(adult(egfr=28.0), [_take("metformin", 1000.0)])
    assert [one.action for one in found] == ["contraindicated"]
    assert cautions_of(adult(), [_take("metformin", 1000.0)]) == ()


def test_a_combination_has_cautions_of_its_own(adult: Adult) -> None:
    codes = {one.code for one in cautions_of(adult(), [_take("glimepiride", 2.0), _take("glargine", 20.0)])}
    assert "regimen-caution-secretagogue-with-insulin" in codes


def test_glitazone_in_heart_failure_is_contraindicated(adult: Adult) -> None:
    person = adult(facts=frozenset({"heart_failure"}))
    assert cautions_of(person, [_take("pioglitazone", 30.0)])[0].action == "contraindicated"


def test_guideline_asks_for_an_sglt2_inhibitor_in_heart_failure(adult: Adult) -> None:
    person = adult(7.5, facts=frozenset({"heart_failure"}))
    verdicts = [
        {one.code: one.verdict for one in recommendations(person, [_take(name, dose)])}[
            "regimen-guideline-heart-failure"
        ]
        for name, dose in (("dapagliflozin", 10.0), ("glimepiride", 2.0))
    ]
    assert verdicts == [Verdict.FOLLOWS, Verdict.OPEN]
    taken = recommendations(person, [], taken=frozenset({"sglt2_inhibitor"}))
    assert taken[0].verdict is Verdict.FOLLOWS


def test_guideline_is_against_insulin_before_an_incretin(adult: Adult) -> None:
    person = adult(8.5, facts=frozenset({"no_insulin"}))
    found = {one.code: one.verdict for one in recommendations(person, [_take("glargine", 20.0)])}
    assert found["regimen-guideline-incretin-before-insulin"] is Verdict.AGAINST


def test_nausea_goes_with_dose_and_exposure(adult: Adult) -> None:
    light, heavy = (side_effects(adult(weight_kg=kg), [_take("semaglutide", 1.0)])["nausea"] for kg in (70.0, 130.0))
    assert side_effects(adult(weight_kg=90.0), [_take("semaglutide", 1.0)])["nausea"] == pytest.approx(20.3)
    assert heavy < 20.3
    assert light == pytest.approx(20.3)


def test_lows_come_with_sulfonylureas_low_hba1c_and_a_weak_kidney(adult: Adult) -> None:
    taken = [_take("glimepiride", 4.0)]
    usual = felt_lows_per_y(adult(), taken, hba1c_pct=7.0)
    assert usual == pytest.approx(2.35)
    assert felt_lows_per_y(adult(), taken, hba1c_pct=6.0) > usual
    assert felt_lows_per_y(adult(egfr=50.0), taken, hba1c_pct=7.0) > usual
    assert felt_lows_per_y(adult(), [_take("sitagliptin", 100.0)], hba1c_pct=6.0) == pytest.approx(0.35)
    assert 1.0 < severe_lows_pct(usual, years=5.0) < 3.0


def test_lows_of_todays_insulin_end_with_all_of_it(adult: Adult) -> None:
    person, glargine = adult(insulin_u_per_d=20.0), MEDICINES["glargine"]
    usual, less, none = (
        felt_lows_per_y(person, taken, hba1c_pct=7.0)
        for taken in ([], *([Treatment(medicine=glargine, dose=dose, stopped=True)] for dose in (10.0, 20.0)))
    )
    assert usual == less == pytest.approx(1.35)
    assert none == pytest.approx(0.35)


def test_a_rate_leaves_many_people_without_a_low_as_in_grade() -> None:
    assert people_with_lows_pct(4.0, years=0.875) == pytest.approx(50.0, abs=2.0)
    assert people_with_lows_pct(2.35, years=5.0) == pytest.approx(66.0, abs=4.0)


def test_lower_glucose_brings_more_lows_and_more_of_them_deep(adult: Adult) -> None:
    taken = [_take("aspart", 50.0)]
    tight, loose = (low_glucose(adult(), taken, hba1c_pct=level) for level in (6.5, 8.0))
    assert tight.felt_per_y > 2.0 * loose.felt_per_y
    assert 0.5 > tight.below_3_per_y / tight.felt_per_y > loose.below_3_per_y / loose.felt_per_y > 0.0
    assert tight.severe_per_y == pytest.approx(0.06 * tight.felt_per_y)


def test_an_hba1c_that_reads_high_hides_lows(adult: Adult) -> None:
    person, taken = adult(8.2, mean_mmoll=9.0), [_take("glimepiride", 4.0)]
    assert felt_lows_per_y(person, taken, hba1c_pct=8.2) > felt_lows_per_y(adult(8.2), taken, hba1c_pct=8.2)


def test_time_in_range_is_near_what_hba1c_of_seven_and_eight_usually_mean() -> None:
    assert time_in_range_pct(8.56) == pytest.approx(75.0, abs=6.0)
    assert time_in_range_pct(10.15) == pytest.approx(50.0, abs=6.0)
