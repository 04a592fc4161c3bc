"""Drawing people of the type 2 body: who they are, and on what a draw depends."""

import numpy as np
import pytest

from glucotwin.core.error import ModelError
from glucotwin.physiology.padova.t2d import INJECTED, compose_padova_t2d, padova_t2d_parameters
from glucotwin.physiology.population_t2d import (
    TYPE2_GROUPS,
    draw_type2_candidates,
    largest_type2_distance,
)
from glucotwin.physiology.table import read_rows

MANY = np.arange(4000)


@pytest.mark.parametrize("group", TYPE2_GROUPS)
def test_candidate_depends_on_group_number_and_seed_alone(group: str) -> None:
    some, others = draw_type2_candidates(group, MANY[:6], seed=5), draw_type2_candidates(group, MANY[4:10], seed=5)
    for name, values in some.values.items():
        np.testing.assert_array_equal(values[4:], others.values[name][:2])
    another = draw_type2_candidates(group, MANY[:6], seed=6)
    assert np.all(another.values["glucose.uptake_insulin_effect"] != some.values["glucose.uptake_insulin_effect"])


def test_unknown_group_is_refused() -> None:
    with pytest.raises(ModelError, match="no group 'elder'"):
        draw_type2_candidates("elder", MANY[:2], seed=1)


def medians(group: str) -> dict[str, float]:
    drawn = draw_type2_candidates(group, MANY, seed=2)
    return {name: float(np.median(values)) for name, values in drawn.values.items()}


def test_groups_differ_as_they_are_called() -> None:
    groups = {group: medians(group) for group in TYPE2_GROUPS}
    for stage in ("early", "late"):
        lean, obese = groups[f"lean-{stage}"], groups[f"obese-{stage}"]
        assert lean["bmi_kg_per_m2"] < 30.0 < obese["bmi_kg_per_m2"]
        assert lean["basal_insulin_pmoll"] < obese["basal_insulin_pmoll"]
        assert lean["glucose.uptake_insulin_effect"] > obese["glucose.uptake_insulin_effect"]
    for build in ("lean", "obese"):
        early, late = groups[f"{build}-early"], groups[f"{build}-late"]
        assert early["duration_years"] < 7.0 <= late["duration_years"]
        assert early["beta_cell.static_gain"] > late["beta_cell.static_gain"]
    assert groups["insulin-treated"][INJECTED] > 0.0
    assert all(groups[group][INJECTED] == 0.0 for group in TYPE2_GROUPS if group != "insulin-treated")
    incretin = [groups[group]["incretin.gain_fraction"] for group in ("normal", "impaired", "obese-early")]
    assert incretin == sorted(incretin, reverse=True)


def test_people_do_not_heap_at_the_edges_of_a_distribution() -> None:
    drawn = draw_type2_candidates("obese-early", MANY, seed=2).values
    bmi = drawn["bmi_kg_per_m2"]
    assert 30.0 <= bmi.min() < 30.05
    assert np.mean(bmi < 30.2) < 0.06
    assert bmi.mean() == pytest.approx(33.6, abs=0.15)
    assert np.mean(drawn["duration_years"] > 6.9) < 0.02


def test_scores_go_together_as_their_table_says() -> None:
    drawn = draw_type2_candidates("obese-late", MANY, seed=3).values
    pairs = {
        ("beta_cell.static_gain", "beta_cell.dynamic_gain"): 0.5,
        ("glucose.uptake_insulin_effect", "insulin_action.uptake_rate_per_min"): 0.6,
    }
    for (first, second), expected in pairs.items():
        found = np.corrcoef(np.log(drawn[first]), np.log(drawn[second]))[0, 1]
        assert found == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize("name", ["t2d_population.csv", "t2d_correlations.csv", "t2d_published.csv"])
def test_every_number_of_the_tables_has_a_source(name: str) -> None:
    assert all(row["source"] for row in read_rows(name))


def test_most_draws_are_no_outliers_and_lie_within_their_records() -> None:
    drawn, records = draw_type2_candidates("obese-early", MANY, seed=4), padova_t2d_parameters()
    assert np.mean(drawn.distance <= largest_type2_distance("obese-early")) == pytest.approx(0.95, abs=0.04)
    for name in set(drawn.values) & set(records):
        inside = (drawn.values[name] >= records[name].low) & (drawn.values[name] <= records[name].high)
        assert inside.mean() > 0.95, name


def test_body_of_a_drawn_person_rests_with_the_insulin_it_injects() -> None:
    drawn = draw_type2_candidates("insulin-treated", MANY[:6], seed=1).values
    body = compose_padova_t2d({name: float(values[0]) for name, values in drawn.items()})
    parameters = body.parameters()
    assert float(parameters["beta_cell.basal_pmol_per_kg_per_min"]) > 0.0
    assert float(parameters["depot_rapid.basal_u_per_min"]) == pytest.approx(float(drawn[INJECTED][0]))
