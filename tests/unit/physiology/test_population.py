"""Drawn people: determined by seed and number, plausible one by one, and related as the published thirty are."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources

import jax
import numpy as np
import pytest

from glucotwin.core.error import ModelError
from glucotwin.core.random import root_key
from glucotwin.physiology.module.registry import module_parameters
from glucotwin.physiology.padova.t1d_2008 import padova_t1d_2008_subjects
from glucotwin.physiology.population import (
    FRACTIONS,
    GROUPS,
    Candidates,
    draw_candidates,
    joint_distribution,
    shrunk_covariance,
)

MANY = 2000
AGE_YEARS = {"adult": (18.0, 80.0), "adolescent": (13.0, 17.9), "child": (6.0, 12.9)}
MAY_BE_ZERO = {"circadian.dawn_production_mg_per_kg_per_min", "circadian.dawn_uptake_loss_fraction"}


@cache
def drawn(group: str, count: int = MANY, seed: int = 3) -> Candidates:
    return draw_candidates(group, np.arange(count), seed=seed)


def labelled(mix: Mapping[str, float], count: int = MANY) -> Candidates:
    return draw_candidates("adult", np.arange(count), seed=3, ethnicity_mix=mix)


def effects() -> dict[str, dict[str, float]]:
    """Factors of the table by label and parameter."""
    file = resources.files("glucotwin.physiology") / "data" / "ethnicity_effects.csv"
    rows = csv.DictReader(line for line in file.read_text("utf-8").splitlines() if not line.startswith("#"))
    table: dict[str, dict[str, float]] = {}
    for row in rows:
        table.setdefault(row["ethnicity"], {})[row["parameter"]] = float(row["factor"])
    return table


def on_joint_scale(name: str, values: np.ndarray) -> np.ndarray:
    return np.log(values / (1.0 - values)) if name in FRACTIONS else np.log(values)


def correlation_of(covariance: np.ndarray) -> np.ndarray:
    spread = np.sqrt(np.diag(covariance))
    return covariance / np.outer(spread, spread)


def published_correlation() -> np.ndarray:
    """Within groups, of the published subjects."""
    names = joint_distribution().names
    subjects = padova_t1d_2008_subjects()
    residuals = []
    for group in GROUPS:
        table = np.array([[one.values[name] for name in names] for one in subjects if one.group == group])
        scaled = np.stack([on_joint_scale(name, table[:, column]) for column, name in enumerate(names)], axis=1)
        residuals.append(scaled - scaled.mean(axis=0))
    return np.corrcoef(np.concatenate(residuals), rowvar=False)


@pytest.mark.parametrize("group", GROUPS)
def test_candidate_depends_on_its_number_alone(group: str) -> None:
    all_ten, two = drawn(group, 10), draw_candidates(group, np.array([5, 7]), seed=3)
    for name, values in two.values.items():
        np.testing.assert_array_equal(values, all_ten.values[name][[5, 7]], err_msg=name)
    for field in ("index", "age_years", "female", "height_cm", "ethnicity", "distance"):
        np.testing.assert_array_equal(getattr(two, field), getattr(all_ten, field)[[5, 7]], err_msg=field)


def test_another_seed_or_group_draws_other_people() -> None:
    first = drawn("adult", 10)
    for other in (drawn("adult", 10, seed=4), drawn("child", 10)):
        assert not np.any(first.values["weight_kg"] == other.values["weight_kg"])
        assert not np.any(first.distance == other.distance)


@pytest.mark.parametrize("group", GROUPS)
def test_numbers_are_finite_and_positive(group: str) -> None:
    for name, values in drawn(group).values.items():
        assert np.all(np.isfinite(values)), name
        assert np.all(values >= 0.0 if name in MAY_BE_ZERO else values > 0.0), name
        assert name not in FRACTIONS or np.all(values < 1.0), name


@pytest.mark.parametrize("group", GROUPS)
def test_module_parameters_keep_within_their_bounds(group: str) -> None:
    records, values = module_parameters(), drawn(group).values
    outside = [
        name
        for name, one in records.items()
        if name in values and not np.all((values[name] >= one.low) & (values[name] <= one.high))
    ]
    assert outside == []


@pytest.mark.parametrize("group", GROUPS)
def test_ages_fit_the_group_and_nobody_is_ill_for_longer_than_alive(group: str) -> None:
    people = drawn(group)
    youngest, oldest = AGE_YEARS[group]
    assert np.all((people.age_years >= youngest) & (people.age_years <= oldest))
    assert np.all(people.values["duration_years"] < people.age_years)


@pytest.mark.parametrize("group", GROUPS)
def test_sensitivities_of_the_day_have_a_mean_of_one(group: str) -> None:
    values = drawn(group).values
    hours = {"breakfast": 7.0, "lunch": 6.0, "dinner": 11.0}
    mean = sum(length * values[f"circadian.sensitivity_{name}"] for name, length in hours.items()) / 24.0
    np.testing.assert_allclose(mean, 1.0, rtol=1e-12)
    assert np.std(values["circadian.sensitivity_breakfast"]) > 0.1


@pytest.mark.parametrize("group", ["adult", "adolescent"])
def test_men_are_heavier_and_taller_and_the_heavy_are_taller(group: str) -> None:
    people = drawn(group)
    weight, women = people.values["weight_kg"], people.female
    assert 0.45 < women.mean() < 0.55
    assert weight[~women].mean() > weight[women].mean()
    assert people.height_cm[~women].mean() > people.height_cm[women].mean()
    assert np.corrcoef(weight[women], people.height_cm[women])[0, 1] > 0.2


@pytest.mark.parametrize("label", effects())
def test_label_moves_only_the_parameters_of_its_row_and_by_its_factor(label: str) -> None:
    plain, marked = drawn("adult", 50), labelled({label: 1.0}, 50)
    assert set(marked.ethnicity) == {label}
    moved = {name for name, values in plain.values.items() if not np.array_equal(values, marked.values[name])}
    assert moved == set(effects()[label])
    for name in moved:
        np.testing.assert_allclose(marked.values[name], effects()[label][name] * plain.values[name], rtol=1e-12)
    np.testing.assert_array_equal(marked.height_cm, plain.height_cm)


def test_label_without_a_cited_effect_moves_nothing() -> None:
    plain, marked = drawn("adult", 50), labelled({"elsewhere": 1.0}, 50)
    assert [name for name, one in plain.values.items() if not np.array_equal(one, marked.values[name])] == []


def test_labels_come_in_their_shares_and_the_rest_bear_none() -> None:
    found = labelled({"japanese": 0.5, "other": 0.2}).ethnicity
    shares = {name: np.mean(found == name) for name in ("japanese", "other", "")}
    assert shares == pytest.approx({"japanese": 0.5, "other": 0.2, "": 0.3}, abs=0.04)


def test_unknown_group_is_refused_with_those_that_exist() -> None:
    with pytest.raises(ModelError, match=r"no group 'toddler'.*adult, adolescent, child"):
        draw_candidates("toddler", np.arange(1), seed=3)


def test_strong_correlations_of_the_published_subjects_are_shrunk_but_keep_their_sign() -> None:
    joint, published = joint_distribution(), published_correlation()
    assert 0.0 < joint.shrinkage < 1.0
    kept = correlation_of(joint.factor @ joint.factor.T)
    strong = (np.abs(published) > 0.6) & ~np.eye(len(joint.names), dtype=bool)
    assert strong.sum() >= 4
    np.testing.assert_array_equal(np.sign(kept[strong]), np.sign(published[strong]))
    np.testing.assert_allclose(kept[strong], (1.0 - joint.shrinkage) * published[strong], rtol=1e-9)


@pytest.mark.parametrize("group", GROUPS)
def test_draws_have_the_means_and_correlations_of_the_joint_distribution(group: str) -> None:
    joint, values = joint_distribution(), drawn(group).values
    rows = [place for place, name in enumerate(joint.names) if name != "weight_kg"]  # which age and sex move further
    table = np.stack([on_joint_scale(joint.names[row], values[joint.names[row]]) for row in rows])
    covariance = (joint.factor @ joint.factor.T)[np.ix_(rows, rows)]
    error = np.sqrt(np.diag(covariance) / MANY)
    assert np.all(np.abs(table.mean(axis=1) - joint.means[group][rows]) < 4.0 * error)
    np.testing.assert_allclose(np.corrcoef(table), correlation_of(covariance), atol=0.1)


@pytest.mark.parametrize("group", GROUPS)
def test_nineteen_in_twenty_draws_lie_within_the_largest_distance(group: str) -> None:
    share = np.mean(drawn(group).distance <= joint_distribution().largest_distance)
    assert share == pytest.approx(0.95, abs=0.015)


def test_shrinkage_is_strong_for_a_few_unrelated_numbers_and_weak_for_many_related_ones() -> None:
    common, own = jax.random.split(root_key(1))
    independent = np.asarray(jax.random.normal(own, (1000, 12)))
    related = independent + 2.0 * np.asarray(jax.random.normal(common, (1000, 1)))
    _, unrelated_few = shrunk_covariance(independent[:30], freedom=27)
    covariance, related_many = shrunk_covariance(related, freedom=1000)
    assert related_many < 0.01 < 0.5 < unrelated_few <= 1.0
    np.testing.assert_allclose(covariance, related.T @ related / 1000, rtol=0.01)


def test_shrinkage_leaves_variances_as_they_are() -> None:
    numbers = np.asarray(jax.random.normal(root_key(2), (12, 5)))
    covariance, _ = shrunk_covariance(numbers, freedom=11)
    np.testing.assert_allclose(np.diag(covariance), (numbers**2).sum(axis=0) / 11, rtol=1e-12)
    assert np.all(np.linalg.eigvalsh(covariance) > 0.0)
