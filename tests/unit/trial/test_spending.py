import pytest

from glucotwin.trial.contrast import Contrast, pooled_contrast
from glucotwin.trial.multiplicity import adjusted_p
from glucotwin.trial.part import Better
from glucotwin.trial.spending import Spending, look_bounds, spent_alpha


@pytest.mark.parametrize(
    ("spending", "fractions", "bounds"),
    [
        # The published example of ldbounds / Reboussin et al. (Controlled Clinical Trials 21, 2000), five equal looks.
        ("obrien-fleming", (0.2, 0.4, 0.6, 0.8, 1.0), (4.8769, 3.3569, 2.6803, 2.2898, 2.0310)),
        ("pocock", (0.2, 0.4, 0.6, 0.8, 1.0), (2.4380, 2.4268, 2.4101, 2.3966, 2.3859)),
        ("obrien-fleming", (0.5, 1.0), (2.9626, 1.9686)),
        ("pocock", (1.0,), (1.9600,)),
    ],
)
def test_bounds_are_the_published_ones(spending: Spending, fractions: tuple[float, ...], bounds: tuple[float, ...]):
    found = look_bounds(fractions, alpha=0.05, spending=spending)
    assert [one.z for one in found] == pytest.approx(bounds, abs=2e-4)
    assert found[-1].spent == pytest.approx(0.05)


def test_nothing_is_left_to_spend_at_the_end():
    for spending in ("obrien-fleming", "pocock"):
        assert spent_alpha(1.0, alpha=0.05, spending=spending) == pytest.approx(0.05)
        assert spent_alpha(0.3, alpha=0.05, spending=spending) < 0.05


def test_holm_steps_down_and_a_hierarchy_stops_at_the_first_failure():
    assert adjusted_p([0.01, 0.04, 0.03], method="holm") == pytest.approx((0.03, 0.06, 0.06))
    assert adjusted_p([0.01, 0.2, 0.001], method="hierarchical") == pytest.approx((0.01, 0.2, 0.2))
    assert adjusted_p([0.01, 0.2], method="none") == pytest.approx((0.01, 0.2))
    assert adjusted_p([], method="holm") == ()


def test_a_contrast_tells_difference_non_inferiority_and_equivalence():
    one = Contrast(estimate=-0.5, se=0.25, df=float("inf"))
    assert one.interval(0.05) == pytest.approx((-0.98999, -0.01001), abs=1e-4)
    assert one.p == pytest.approx(0.0455, abs=1e-4)
    assert one.p_not_inferior(0.3, Better.LOWER) == pytest.approx(0.00069, abs=1e-5)
    assert one.p_not_inferior(0.3, Better.HIGHER) == pytest.approx(0.78814, abs=1e-5)
    assert one.p_equivalent(1.0) == pytest.approx(0.02275, abs=1e-5)


def test_imputations_are_pooled_by_rubins_rules():
    # Estimates 1, 2, 3 with variance 1 each: within 1, between 1, total 1 + 4/3.
    pooled = pooled_contrast([Contrast(estimate=value, se=1.0, df=50) for value in (1.0, 2.0, 3.0)])
    assert pooled.estimate == pytest.approx(2.0)
    assert pooled.se**2 == pytest.approx(7.0 / 3.0)
    lost = 4.0 / 7.0
    old, seen = 2.0 / lost**2, 51.0 / 53.0 * 50.0 * (1.0 - lost)
    assert pooled.df == pytest.approx(old * seen / (old + seen))
    same = pooled_contrast([Contrast(estimate=1.0, se=1.0, df=50)] * 3)
    assert (same.se, same.df) == (1.0, 50)
