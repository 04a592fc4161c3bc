import numpy as np
import pytest
from scipy.stats import norm

from glucotwin.twin.mixture import mixture_cdf, mixture_quantile

MEAN = np.array([[90.0, 150.0], [110.0, 240.0], [100.0, 60.0]])
SD = np.array([[5.0, 20.0], [9.0, 4.0], [2.0, 30.0]])


def test_mixture_of_one_is_a_normal() -> None:
    mean, sd = np.array([[120.0]]), np.array([[15.0]])
    for probability in (0.05, 0.25, 0.5, 0.95):
        assert mixture_quantile(probability, mean, sd)[0] == pytest.approx(norm.ppf(probability, 120.0, 15.0))
    assert mixture_cdf(100.0, mean, sd)[0] == pytest.approx(norm.cdf(100.0, 120.0, 15.0))


@pytest.mark.parametrize("probability", [0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999])
def test_quantile_inverts_the_distribution(probability: float) -> None:
    found = mixture_quantile(probability, MEAN, SD)
    assert mixture_cdf(found, MEAN, SD) == pytest.approx(probability, abs=1e-8)


def test_distribution_is_the_mean_over_the_draws() -> None:
    expected = [np.mean([norm.cdf(105.0, m, s) for m, s in zip(MEAN[:, k], SD[:, k], strict=True)]) for k in (0, 1)]
    assert mixture_cdf(105.0, MEAN, SD) == pytest.approx(expected)
