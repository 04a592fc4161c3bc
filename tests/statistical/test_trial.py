"""Trials find nothing where nothing is, as often as they are allowed to, and an effect as often as theory says."""

import numpy as np
import pytest
from scipy import stats

from glucotwin.trial.chance import person_normals, person_uniforms
from glucotwin.trial.check import ErrorRate, Stored, rejection_rate
from glucotwin.trial.comparison import compare_between, compare_within
from glucotwin.trial.contrast import Contrast
from glucotwin.trial.crossover import compare_crossover
from glucotwin.trial.design import Design
from glucotwin.trial.imputation import imputed_visits
from glucotwin.trial.mixed import compare_mixed
from glucotwin.trial.multiplicity import adjusted_p
from glucotwin.trial.part import Better, Endpoint, Looks, Transform
from glucotwin.trial.procova import people_per_arm, twin_control_error
from glucotwin.trial.regression import Errors
from glucotwin.trial.subgroup import welch_p
from glucotwin.workflows.trial.design_file import find_design

pytestmark = pytest.mark.statistical

REPLICATES = 2000
ALPHA = 0.05
DESIGN = find_design("known-effect")
ENDPOINT = Endpoint(name="value", label="Value", better=Better.LOWER)


def design(**parts: object) -> Design:
    return DESIGN.model_copy(update=parts)


def stored(count: int = 4000, *, correlation: float = 0.0, skewed: bool = False) -> Stored:
    """Outcomes that a score foresees with a correlation, in two strata of unlike level."""
    drawn = person_normals(64, range(count), stream="test-stored", count=3)
    value = correlation * drawn[:, 0] + np.sqrt(1.0 - correlation**2) * drawn[:, 1]
    stratum = (drawn[:, 2] > 0.5).astype(int)
    value = np.exp(1.2 * value) if skewed else value
    return Stored(value=value + 0.8 * stratum, terms=np.column_stack([drawn[:, 0], stratum]), stratum=stratum)


@pytest.mark.parametrize("errors", ["OLS", "HC1", "HC3"])
def test_adjusted_comparisons_err_as_often_as_allowed(errors: Errors):
    rate = rejection_rate(DESIGN, stored(correlation=0.6), people=120, errors=errors, replicates=REPLICATES)
    assert rate.agrees_with(ALPHA)


def test_skewed_outcomes_and_unlike_shares_do_not_raise_the_error():
    arms = (DESIGN.arms[0], DESIGN.arms[1].model_copy(update={"share": 2}), DESIGN.arms[2])
    rate = rejection_rate(design(arms=arms), stored(skewed=True), people=120, replicates=REPLICATES)
    assert rate.share <= ALPHA + 3.0 * np.sqrt(ALPHA * (1.0 - ALPHA) / REPLICATES)


@pytest.mark.parametrize("correlation", [0.0, 0.7])
def test_power_is_what_the_formula_of_the_sample_size_promises(correlation: float):
    source = stored(correlation=correlation)
    plain = Stored(value=source.value - 0.8 * source.stratum, terms=source.terms[:, :1], stratum=source.stratum)
    size = people_per_arm(sd=1.0, effect=0.4, correlation=correlation, power=0.9)
    rate = rejection_rate(DESIGN, plain, people=2 * size, effect=0.4, replicates=REPLICATES)
    assert rate.share == pytest.approx(0.9, abs=0.03)


def test_non_inferiority_errs_half_as_often_at_its_margin():
    rate = rejection_rate(
        DESIGN, stored(), people=160, effect=0.3, margin=0.3, question="non-inferiority", replicates=REPLICATES
    )
    assert rate.agrees_with(ALPHA / 2.0)


@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock"])
def test_all_looks_together_err_as_often_as_one(spending: str):
    looks = Looks(fractions=(0.25, 0.5, 0.75, 1.0), spending=spending)  # pyright: ignore[reportArgumentType]
    rate = rejection_rate(design(looks=looks), stored(), people=240, question="looks", replicates=REPLICATES)
    assert rate.agrees_with(ALPHA)


def not_above(share: float, *, least: float = 0.6) -> None:
    """Errors come as often as allowed or less often, by Monte Carlo error, and not hardly ever."""
    assert least * ALPHA <= share <= ALPHA + 3.0 * np.sqrt(ALPHA * (1.0 - ALPHA) / REPLICATES)


def test_people_compared_with_themselves_err_as_often_as_allowed():
    people, found = 24, 0
    drawn = person_normals(9, range(REPLICATES), stream="test-within", count=3 * people).reshape(REPLICATES, 3, people)
    for own in drawn:
        found += compare_within(own[0] + own[1], own[0] + own[2], ENDPOINT, errors="HC3").tested.p <= ALPHA
    not_above(found / REPLICATES, least=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("lost", [0.0, 0.25])
def test_a_crossover_errs_as_often_as_allowed_also_when_people_leave_it(lost: float):
    people, found, relative = 24, 0, 0
    drawn = person_normals(9, range(REPLICATES), stream="test-cross", count=3 * people).reshape(REPLICATES, 3, people)
    gone = person_uniforms(9, range(REPLICATES), stream="test-cross-gone", count=people) < lost
    first = np.arange(people) % 2 == 0
    periods = np.column_stack([np.where(first, 0, 1), np.where(first, 1, 0)])
    for own, leaves in zip(drawn, gone, strict=True):
        values = 10.0 + own[0][:, None] + 0.8 * own[1:].T + 0.7 * periods
        values = np.where(leaves[:, None] & (periods == 1), np.nan, values)
        compared = compare_crossover(values, periods, ENDPOINT)
        found += compared.tested.p <= ALPHA
        relative += compared.relative_pct.p <= ALPHA
    not_above(found / REPLICATES)
    not_above(relative / REPLICATES)


@pytest.mark.parametrize("groups", [2, 3])
def test_small_subgroups_are_not_found_to_differ_too_often(groups: int):
    sizes, spread = (6, 10, 14)[:groups], (1.0, 2.0, 0.7)[:groups]
    drawn = person_normals(17, range(REPLICATES), stream="test-subgroup", count=sum(sizes))
    found = 0
    for own in drawn:
        parts = np.split(own, np.cumsum(sizes)[:-1])
        found += welch_p([_mean_of(sd * one) for one, sd in zip(parts, spread, strict=True)]) <= ALPHA
    not_above(found / REPLICATES)


def _mean_of(values: np.ndarray) -> Contrast:
    return Contrast(estimate=float(values.mean()), se=float(values.std(ddof=1) / values.size**0.5), df=values.size - 1)


@pytest.mark.parametrize("method", ["holm", "hierarchical"])
def test_several_tests_together_err_as_often_as_one(method: str):
    p_values = person_uniforms(3, range(REPLICATES), stream="test-family", count=3)
    found = np.mean([min(adjusted_p(own.tolist(), method=method)) <= ALPHA for own in p_values])  # pyright: ignore[reportArgumentType]
    limit = ALPHA + 3.0 * np.sqrt(ALPHA * (1.0 - ALPHA) / REPLICATES)
    assert found <= limit


def test_a_biased_twin_in_the_place_of_controls_finds_what_is_not_there():
    residuals = person_normals(5, range(600), stream="test-twin")[:, 0]
    points = twin_control_error(residuals, people=100, biases_sd=(0.0, 0.2, 0.4), alpha=ALPHA, replicates=2000, seed=1)
    assert points[0].error == pytest.approx(ALPHA, abs=0.02)
    for point in points[1:]:
        assert point.error == pytest.approx(point.expected, abs=0.03)
    assert points[2].error > 0.9


@pytest.mark.slow
def test_repeated_visits_err_as_often_as_allowed_whatever_their_correlation():
    people, found = 60, 0
    is_arm = np.arange(people) % 2 == 0
    drawn = person_normals(11, range(REPLICATES), stream="test-mixed", count=4 * people).reshape(REPLICATES, people, 4)
    missed = person_uniforms(11, range(REPLICATES), stream="test-mixed-missed", count=3 * people)
    for own, gone in zip(drawn, missed.reshape(REPLICATES, people, 3), strict=True):
        # Visits near each other are more alike, which the model does not know.
        values = own[:, :1] + np.cumsum(0.7 * own[:, 1:], axis=1)
        values = np.where(gone < 0.1, np.nan, values)
        found += compare_mixed(values, is_arm, np.zeros((people, 0)), ENDPOINT).tested.p <= ALPHA
    assert ErrorRate(share=found / REPLICATES, replicates=REPLICATES).agrees_with(ALPHA)


@pytest.mark.slow
def test_imputation_errs_as_often_as_allowed_where_missing_depends_on_the_baseline():
    people, found, biased = 80, 0, list[float]()
    is_arm = np.arange(people) % 2 == 0
    arms = np.where(is_arm, "arm", "versus")
    drawn = person_normals(12, range(REPLICATES), stream="test-impute", count=3 * people).reshape(REPLICATES, 3, people)
    gone = person_uniforms(12, range(REPLICATES), stream="test-impute-gone", count=people)
    for number, (own, chance) in enumerate(zip(drawn, gone, strict=True)):
        baseline, values = own[0], 0.7 * own[0] + 0.7 * own[1]
        # Those worse off go missing, mostly from one arm: complete cases alone would be biased.
        values = np.where((baseline > 0.3) & is_arm & (chance < 0.6), np.nan, values)
        completed = imputed_visits(
            values[:, None], baseline[:, None], arms, people=range(people), seed=number, stream="test", count=10
        )[..., 0]
        compared = compare_between(completed, is_arm, baseline[:, None], ENDPOINT, errors="HC3")
        found += compared.tested.p <= ALPHA
        biased.append(compared.difference.estimate)
    assert np.mean(biased) == pytest.approx(0.0, abs=0.02)
    limit = ALPHA + 3.0 * np.sqrt(ALPHA * (1.0 - ALPHA) / REPLICATES)
    assert found / REPLICATES <= limit


@pytest.mark.slow
def test_percent_of_the_control_mean_covers_the_truth():
    people, covered = 100, 0
    is_arm = np.arange(people) % 2 == 0
    drawn = person_normals(13, range(REPLICATES), stream="test-relative", count=people)
    for own in drawn:
        values = np.exp(0.5 * own) * np.where(is_arm, 0.62, 1.0)
        compared = compare_between(values[None], is_arm, np.zeros((people, 0)), ENDPOINT, errors="HC3")
        low, high = compared.relative_pct.interval(ALPHA)
        covered += low <= -38.0 <= high
    assert covered / REPLICATES == pytest.approx(0.95, abs=0.02)


def test_a_transform_tests_on_its_scale_and_tells_in_the_unit():
    values = np.array([[1.0, 2.0, 4.0, 8.0, 2.0, 4.0, 8.0, 16.0]])
    is_arm = np.arange(8) < 4
    logged = ENDPOINT.model_copy(update={"transform": Transform.LOG})
    compared = compare_between(values, is_arm, np.zeros((8, 0)), logged, errors="OLS")
    assert compared.difference.estimate == pytest.approx(-3.75)
    assert compared.tested.estimate == pytest.approx(-np.log(2.0))
    expected = stats.ttest_ind(np.log(values[0, :4]), np.log(values[0, 4:]))
    assert compared.tested.p == pytest.approx(float(expected.pvalue))  # pyright: ignore[reportAttributeAccessIssue]
